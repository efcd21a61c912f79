"""`syndicate rehearse`: compare the old blog with what was imported, before the switch."""

import asyncio
import sys

import click

from syndicate import __version__
from syndicate.cli.progress import progress
from syndicate.cli.session import CommandSession
from syndicate.maintenance.rehearsal import Comparison, Rehearsal
from syndicate.services.commands import Services
from syndicate.translation import _
from syndicate.transport.client import Client


@click.command()
@click.argument("old_url")
@click.pass_obj
def rehearse(session: CommandSession, old_url: str) -> None:
    """Compare the old blog at OLD_URL, which still runs, with this one: addresses, feed ids, titles, texts, pictures,
    comments and feeds. Nothing is changed. It asks for one page a second.

    Exits with status 1 if something is missing here.
    """

    async def work(services: Services) -> Comparison:
        transport = Client(
            user_agent=f"Syndicate/{__version__} rehearse",
            allow_private_addresses=services.config.federation.allow_private_addresses,
        )
        try:
            with progress("pages") as advance:
                return await Rehearsal(
                    services.store,
                    transport,
                    services.urls,
                    services.clock,
                    old=old_url,
                    pause=asyncio.sleep,
                    progress=advance,
                ).run()
        finally:
            await transport.close()

    result = session.run(work)
    for kind, count in result.compared.items():
        click.echo(_("{kind}: {same:,} of {count:,} the same", kind=kind, same=result.same[kind], count=count))
    for line in result.differences:
        click.echo(f"! {line}")
    sys.exit(1 if result.differences else 0)
