"""`syndicate`: the command line. Global options, the table of commands, and how errors are told."""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from syndicate import __version__
from syndicate.cli.session import Session
from syndicate.config import config_path
from syndicate.errors import SyndicateError
from syndicate.telemetry import logs

COMMANDS: Mapping[str, str] = {
    "init": "init:init",
    "serve": "serve:serve",
    "import": "imports:import_",
    "publish": "posts:publish",
    "delete": "posts:delete",
    "media": "media:media",
    "comments": "comments:comments",
    "mentions": "mentions:mentions",
    "quotes": "quotes:quotes",
    "follow": "blogroll:follow",
    "unfollow": "blogroll:unfollow",
    "followers": "blogroll:followers",
    "blogroll": "blogroll:blogroll",
    "move": "blogroll:move",
    "reports": "reports:reports",
    "deliveries": "deliveries:deliveries",
    "subscriptions": "subscriptions:subscriptions",
    "activity": "activity:activity",
    "block": "blocks:block",
    "unblock": "blocks:unblock",
    "blocks": "blocks:blocks",
    "keys": "keys:keys",
    "doctor": "doctor:doctor",
}
"""Name → module of this room and object in it; loaded when asked for, so that the server carries no importers."""


NOBODY_ELSE = 0o077
"""Files are 0600 and directories 0700, whoever starts a command: they hold keys, drafts and what waits for the author."""


class Commands(click.Group):
    """Tells an error of the house as one line on standard error, with status 1."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _colon, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(f"syndicate.cli.{module}"), attribute)
        return command

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (SyndicateError, OSError) as error:
            if context.params.get("debug") or isinstance(error, BrokenPipeError):
                raise
            click.echo(f"syndicate: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", metavar="PATH", help="The settings; $SYNDICATE_CONFIG, else ./syndicate.toml.")
@click.option("--debug", is_flag=True, help="Tell more, and show where an error comes from.")
@click.version_option(__version__, prog_name="syndicate")
@click.pass_context
def main(context: click.Context, config: str | None, debug: bool) -> None:
    """Your blog as feeds and as an account of the fediverse."""
    os.umask(NOBODY_ELSE)
    logs.configure(debug=debug)
    context.obj = Session(path=config_path(config), debug=debug)
