"""`syndicate delete-account`: leave the fediverse for good, after two questions."""

import click

from syndicate.cli.session import CommandSession
from syndicate.errors import InputError
from syndicate.federation.outbox.account_deletion import AccountDeletion
from syndicate.services.commands import Services
from syndicate.translation import _

WARNING = _(
    "This deletes {accounts} from the fediverse, for good. Every server that knows the blog is asked to "
    "delete its copies of\nposts, follows and likes. Other servers never accept the account again; its "
    "handle cannot be used for another one.\nThe pages, the feeds and everything in the database stay. To "
    "take followers along, use `syndicate move` instead."
)
REQUESTED = _("Deleted. The running server notifies {inboxes} inboxes; `syndicate deliveries` shows the progress.")


@click.command("delete-account")
@click.pass_obj
def delete_account(session: CommandSession) -> None:
    """Delete the blog's account from the fediverse, for good. The site and its feeds stay.

    Two questions are asked first; nothing else answers them.
    """

    async def check(services: Services) -> tuple[str, str]:
        await _deletion(services).require_possible()
        accounts = [f"@{identity.profile.account}" for identity in services.local_actors if identity.actor.handle]
        return f"@{services.config.site.account}", ", ".join(accounts)

    account, accounts = session.run(check)
    click.echo(WARNING.format(accounts=accounts))
    typed = click.prompt(_("To go on, type the account ({account})", account=account), default="", show_default=False)
    if typed.strip().lstrip("@").lower() != account.lstrip("@").lower():
        raise InputError(_("that is not the account; nothing was deleted"))
    click.confirm(_("Delete it now? Nothing can undo that."), abort=True)
    inboxes = session.run(lambda services: _deletion(services).delete())
    click.echo(REQUESTED.format(inboxes=inboxes))


def _deletion(services: Services) -> AccountDeletion:
    return AccountDeletion(services.store, services.local_actors, services.urls, services.clock)
