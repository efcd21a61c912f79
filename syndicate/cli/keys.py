"""`syndicate keys rotate`: another key for an actor of ours."""

from typing import Any

import click

from syndicate.activitypub.parse import authority_of
from syndicate.cli.session import Session, as_json, tell_rows
from syndicate.errors import AccountNotFound, InputError
from syndicate.federation.actors.local_actors import SigningActor
from syndicate.services import Services

STRICT = ("gotosocial",)
"""Software that refuses an actor whose key has changed, unless it was told of it with the old one."""
ASKED = "Asked for: the server changes the key within ten minutes, or when it is next started."


@click.group()
def keys() -> None:
    """The keys that the blog signs with."""


@keys.command()
@click.argument("handle", required=False)
@click.option("--dry-run", is_flag=True, help="Only name the servers that will need help.")
@as_json
@click.pass_obj
def rotate(session: Session, handle: str | None, dry_run: bool, as_json: bool) -> None:
    """Change the key of the blog, or of its account HANDLE.

    The running server tells the followers' servers, signed with the old key, and changes within ten minutes. Named
    are the servers that may need help: those that do not answer now hear of it later, and may refuse the blog until
    then; GoToSocial takes another key only when it was told, and else refuses the blog until its admin expires the
    keys that it remembers.
    """

    async def work(services: Services) -> list[dict[str, Any]]:
        identity = _named(services, handle)
        named = await _in_need(services, identity)
        if not dry_run and not await services.store.transaction(
            lambda tx: tx.local_actors.request_rotation(identity.actor.id)
        ):
            raise InputError(f"@{identity.profile.account}: its key is being changed; the running server does so")
        return named

    named = session.run(work)
    if not as_json:
        click.echo("Nothing was changed." if dry_run else ASKED)
    nothing = "Every follower's server answers and takes another key, as far as we know."
    tell_rows(named, as_json=as_json, columns=("server", "followers", "silent since", "runs"), nothing=nothing)


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
    """Servers of followers that do not answer now, or take no other key but when they were told."""
    failing = {host.host: host for host in await services.store.hosts.list_failing()}
    strict = {software: await services.store.hosts.list_running(software) for software in STRICT}
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
