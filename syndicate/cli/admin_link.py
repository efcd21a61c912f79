"""`syndicate admin-link`: print a one-time address for setting up or regaining the desk."""

import click

from syndicate.cli.session import CommandSession
from syndicate.services.commands import Services
from syndicate.translation import _
from syndicate.web.admin.setup_links import create_setup_link


@click.command("admin-link")
@click.pass_obj
def admin_link(session: CommandSession) -> None:
    """Print an address at which to choose a password for the desk.

    It works once, for 30 minutes. Using it replaces an earlier password, removes all passkeys and recovery codes, and
    signs out every browser.
    """

    async def work(services: Services) -> str:
        token = await create_setup_link(services.store, services.clock())
        return services.urls.absolute(f"/admin/setup/{token}")

    click.echo(session.run(work))
    click.echo(_("Open this address within 30 minutes; it works once."), err=True)
