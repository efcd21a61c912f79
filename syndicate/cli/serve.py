"""`syndicate serve`: run the server."""

import os
import sys
from typing import Literal

import click
import uvloop
from rich.cells import cell_len

from syndicate.cli.session import CommandSession
from syndicate.errors import ConfigurationError
from syndicate.services.commands import open_services
from syndicate.services.server import build_server
from syndicate.supervisor import sole_server, supervise
from syndicate.translation import _
from syndicate.web.admin.setup_links import setup_address
from syndicate.web.http.connections import raise_open_file_limit


@click.command()
@click.option("--only", type=click.Choice(["web", "workers"]), help="Run only one part, to use several machines.")
@click.pass_obj
def serve(session: CommandSession, only: Literal["web", "workers"] | None) -> None:
    """Run the server: web, delivery, inbox, pictures, posts folder. Ends on SIGTERM."""
    config = session.config()
    if config.server.workers > 1:
        raise ConfigurationError(
            "server.workers: this version supports only 1; start `serve --only web` several times instead"
        )

    def print_addresses(setup: str | None) -> None:
        site = config.site
        lines = {
            _("{name} is at", name=site.name): f"{site.url}/",
            _("Feeds"): f"{site.url}/subscribe/",
            _("In the fediverse"): f"@{site.account}",
            _("Posts"): _("save Markdown in {posts}, or `syndicate publish FILE`", posts=config.storage.posts),
            **({_("Your desk (once, 30 min)"): setup} if setup else {_("Your desk"): f"{site.url}/admin/"}),
        }
        width = max(cell_len(label) for label in lines)
        summary = "".join(f"  {label}{' ' * (width - cell_len(label))}   {what}\n" for label, what in lines.items())
        click.echo(f"\n{summary}")

    async def run() -> None:
        async with open_services(config, keep_keys=False) as services:
            setup = (
                None if only == "workers" else await setup_address(services.store, config.site.url, services.clock())
            )
            await supervise(build_server(services), part=only or "all", ready=lambda _port: print_addresses(setup))

    raise_open_file_limit()
    with sole_server(config):
        uvloop.run(run())
        # threads that wait for an unresponsive DNS server would delay the exit by half a minute
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
