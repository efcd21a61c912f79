"""`syndicate`: the command line: global options, the table of commands, and error messages."""

import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import click

from syndicate import __version__
from syndicate.cli.session import CommandSession
from syndicate.config import config_path
from syndicate.errors import SyndicateError
from syndicate.telemetry import logs
from syndicate.translation import _

COMMANDS: Mapping[str, str] = {
    "init": "init:init",
    "serve": "serve:serve",
    "import": "imports:import_",
    "publish": "posts:publish",
    "delete": "posts:delete",
    "preview": "preview:preview",
    "posts": "stored_posts:posts",
    "revisions": "revisions:revisions",
    "media": "media:media",
    "comments": "comments:comments",
    "mentions": "mentions:mentions",
    "quotes": "quotes:quotes",
    "follow": "blogroll:follow",
    "unfollow": "blogroll:unfollow",
    "followers": "blogroll:followers",
    "blogroll": "blogroll:blogroll",
    "move": "blogroll:move",
    "delete-account": "delete_account:delete_account",
    "reports": "reports:reports",
    "deliveries": "deliveries:deliveries",
    "subscriptions": "subscriptions:subscriptions",
    "activity": "activity:activity",
    "block": "blocks:block",
    "unblock": "blocks:unblock",
    "blocks": "blocks:blocks",
    "keys": "keys:keys",
    "rehearse": "rehearse:rehearse",
    "export": "export:export",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "migrate-database": "backup:migrate_database",
    "admin-link": "admin_link:admin_link",
    "doctor": "doctor:doctor",
}
"""Name → module in this package and object in it, imported on use, so that the server does not load the importers."""


PRIVATE_UMASK = 0o077
"""Files get mode 0600 and directories 0700, whatever the umask: they hold keys, drafts and private comments."""


class Commands(click.Group):
    """Prints a SyndicateError or OSError as one line on standard error and exits with status 1."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _colon, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(_import(f"syndicate.cli.{module}"), attribute)
        return command

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (SyndicateError, OSError) as error:
            if context.params.get("debug") or isinstance(error, BrokenPipeError):
                raise
            click.echo(_("syndicate: {error}", error=error), err=True)
            sys.exit(1)


def _import(name: str) -> ModuleType:
    """Import a module without a search for garbage, now or later: what an import makes stays, and there is much of it."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", metavar="PATH", help="The settings file (default: $SYNDICATE_CONFIG, or ./syndicate.toml).")
@click.option("--debug", is_flag=True, help="Log more, and show tracebacks.")
@click.version_option(__version__, prog_name="syndicate")
@click.pass_context
def main(context: click.Context, config: str | None, debug: bool) -> None:
    """Your blog as feeds and as an account in the fediverse."""
    os.umask(PRIVATE_UMASK)
    logs.configure(debug=debug)
    context.obj = CommandSession(path=config_path(config), debug=debug)
