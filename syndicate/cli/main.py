"""`syndicate`: the command line. Global options, the table of commands, and how errors are told."""

import sys
from typing import Any

import click

from syndicate import __version__
from syndicate.cli.activity import activity
from syndicate.cli.blocks import block, blocks, unblock
from syndicate.cli.blogroll import blogroll, follow, followers, unfollow
from syndicate.cli.comments import comments
from syndicate.cli.deliveries import deliveries
from syndicate.cli.doctor import doctor
from syndicate.cli.imports import import_
from syndicate.cli.init import init
from syndicate.cli.posts import delete, publish
from syndicate.cli.serve import serve
from syndicate.cli.session import Session
from syndicate.config import config_path
from syndicate.errors import SyndicateError
from syndicate.telemetry import logs


class Commands(click.Group):
    """Tells an error of the house as one line on standard error, with status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SyndicateError as error:
            if context.params.get("debug"):
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
    logs.configure(debug=debug)
    context.obj = Session(path=config_path(config), debug=debug)


for command in (
    init,
    serve,
    import_,
    publish,
    delete,
    comments,
    follow,
    unfollow,
    followers,
    blogroll,
    deliveries,
    activity,
    block,
    unblock,
    blocks,
    doctor,
):
    main.add_command(command)
