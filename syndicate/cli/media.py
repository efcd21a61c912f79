"""`syndicate media`: maintain the stored pictures."""

import sys

import click

from syndicate.cli.progress import progress
from syndicate.cli.session import CommandSession
from syndicate.publishing.media_rebuild import MediaRebuild, RebuildReport
from syndicate.services.commands import Services
from syndicate.translation import _


@click.group()
def media() -> None:
    """Maintain the stored pictures."""


@media.command()
@click.pass_obj
def rebuild(session: CommandSession) -> None:
    """Remove metadata from pictures that earlier versions stored, and make smaller forms of them for small screens.
    Nobody is notified, and no post changes its date.
    """

    async def work(services: Services) -> RebuildReport:
        with progress("pictures") as advance:
            rerender = services.publisher.rerender
            return await MediaRebuild(services.store, services.files, rerender=rerender, progress=advance).run()

    done = session.run(work)
    click.echo(
        _(
            "{cleaned} cleaned, {scaled} scaled, {unchanged} unchanged",
            cleaned=done.cleaned,
            scaled=done.scaled,
            unchanged=done.unchanged,
        )
    )
    for name, reason in done.failed:
        click.echo(_("unchanged: /media/{name}: {reason}", name=name, reason=reason), err=True)
    if done.failed:
        sys.exit(1)
