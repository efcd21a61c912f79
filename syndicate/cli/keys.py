"""`syndicate keys rotate`: change the key of a local actor."""

from typing import Any

import click

from syndicate.activitypub.parse import authority_of
from syndicate.cli.session import Session, as_json, print_rows
from syndicate.errors import AccountNotFound, InputError
from syndicate.federation.actors.local_actors import SigningActor
from syndicate.services.commands import Services

STRICT_SOFTWARE = ("gotosocial",)
"""Software that refuses an actor with a new key unless the change was announced with the old key."""
REQUESTED = "Requested: the server changes the key within ten minutes, or when it is next started."


@click.group()
def keys() -> None:
    """Manage the keys that the blog signs with."""


@keys.command()
@click.argument("handle", required=False)
@click.option("--dry-run", is_flag=True, help="Only list the servers that may need help.")
@as_json
@click.pass_obj
def rotate(session: Session, handle: str | None, dry_run: bool, as_json: bool) -> None:
    """Change the key of the blog, or of its account HANDLE.

    The running server announces the change to the followers' servers, signed with the old key, and changes the key
    within ten minutes. The list shows the servers that may need help: those that do not answer now are informed later
    and may refuse the blog until then. GoToSocial accepts a new key only if it was announced; otherwise it refuses
    the blog until its admin expires the stored keys.
    """

    async def work(services: Services) -> list[dict[str, Any]]:
        identity = _named(services, handle)
        named = await _in_need(services, identity)
        if not dry_run and not await services.store.transaction(
            lambda tx: tx.local_actors.request_rotation(identity.actor.id)
        ):
            raise InputError(f"@{identity.profile.account}: its key is being changed already by the running server")
        return named

    named = session.run(work)
    if not as_json:
        click.echo("Nothing was changed." if dry_run else REQUESTED)
    nothing = "As far as known, every follower's server answers and accepts a new key."
    print_rows(named, as_json=as_json, columns=("server", "followers", "silent since", "runs"), nothing=nothing)


def _named(services: Services, handle: str | None) -> SigningActor:
    if handle is None:
        return services.local_actors.blog
    wanted = handle.lstrip("@").lower()
    for identity in services.local_actors:
        if wanted in (identity.actor.handle, identity.profile.account.lower()):
            return identity
    known = ", ".join(f"@{identity.actor.handle}" for identity in services.local_actors)
    raise AccountNotFound(f"there is no account {handle} here; there are {known}")


async def _in_need(services: Services, identity: SigningActor) -> list[dict[str, Any]]:
    """Return the followers' servers that do not answer now, or accept only announced key changes."""
    failing = {host.host: host for host in await services.store.hosts.list_failing()}
    strict = {software: await services.store.hosts.list_running(software) for software in STRICT_SOFTWARE}
    followers: dict[str, int] = {}
    for inbox, number in await services.store.followers.count_by_inbox(identity.actor.id):
        host = authority_of(inbox)
        if number and (host in failing or any(host in hosts for hosts in strict.values())):
            followers[host] = followers.get(host, 0) + number
    return [
        {
            "server": host,
            "followers": number,
            "silent since": f"{failing[host].failing_since:%Y-%m-%d %H:%M}" if host in failing else "",
            "runs": next((software for software, hosts in strict.items() if host in hosts), ""),
        }
        for host, number in sorted(followers.items())
    ]
