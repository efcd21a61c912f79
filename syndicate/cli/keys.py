"""`syndicate keys rotate`: change the key of a local actor."""

from typing import Any

import click

from syndicate.cli.session import CommandSession, as_json, print_rows
from syndicate.errors import AccountNotFound
from syndicate.federation.actors.local_actors import SigningActor
from syndicate.federation.outbox.account_requests import ServerInNeed, list_in_need, request_key_change
from syndicate.services.commands import Services
from syndicate.translation import _

REQUESTED = _("Requested: the server changes the key within ten minutes, or when it is next started.")


@click.group()
def keys() -> None:
    """Manage the keys that the blog signs with."""


@keys.command()
@click.argument("handle", required=False)
@click.option("--dry-run", is_flag=True, help="Only list the servers that may need help.")
@as_json
@click.pass_obj
def rotate(session: CommandSession, handle: str | None, dry_run: bool, as_json: bool) -> None:
    """Change the key of the blog, or of its account HANDLE.

    The running server announces the change to the followers' servers, signed with the old key, and changes the key
    within ten minutes. The list shows the servers that may need help: those that do not answer now are informed later
    and may refuse the blog until then. GoToSocial accepts a new key only if it was announced; otherwise it refuses
    the blog until its admin expires the stored keys.
    """

    async def work(services: Services) -> list[dict[str, Any]]:
        identity = _named(services, handle)
        named = await list_in_need(services.store, identity)
        if not dry_run:
            await request_key_change(services.store, identity)
        return [_row(server) for server in named]

    named = session.run(work)
    if not as_json:
        click.echo(_("Nothing was changed.") if dry_run else REQUESTED)
    nothing = _("As far as known, every follower's server answers and accepts a new key.")
    print_rows(named, as_json=as_json, columns=("server", "followers", "silent since", "runs"), nothing=nothing)


def _named(services: Services, handle: str | None) -> SigningActor:
    if handle is None:
        return services.local_actors.blog
    wanted = handle.lstrip("@").lower()
    for identity in services.local_actors:
        if wanted in (identity.actor.handle, identity.profile.account.lower()):
            return identity
    known = ", ".join(f"@{identity.actor.handle}" for identity in services.local_actors)
    raise AccountNotFound(_("there is no account {handle} here; there are {known}", handle=handle, known=known))


def _row(server: ServerInNeed) -> dict[str, Any]:
    return {
        "server": server.host,
        "followers": server.followers,
        "silent since": f"{server.silent_since:%Y-%m-%d %H:%M}" if server.silent_since else "",
        "runs": server.software,
    }
