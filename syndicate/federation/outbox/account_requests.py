"""Requests a change of a key or a move, which the running server performs; for the author's pages and the commands."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.activitypub.parse import authority_of
from syndicate.errors import InputError
from syndicate.federation.actors.local_actors import BLOG, SigningActor
from syndicate.federation.outbox.account_move import ASKED, CANCEL, OUTCOME
from syndicate.storage import Store
from syndicate.translation import _

STRICT_SOFTWARE = ("gotosocial",)
"""Software that refuses an actor with a new key unless the change was announced with the old key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInNeed:
    """A server of followers that does not answer now, or accepts only announced changes of keys."""

    host: str
    followers: int
    silent_since: datetime | None
    software: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveState:
    """`requested` is the account that the server is about to move to, or `CANCEL`; `outcome` that of the last request;
    `moved_to` where the blog has moved."""

    requested: str
    outcome: str
    moved_to: str


async def request_key_change(store: Store, identity: SigningActor) -> None:
    """Raises InputError while the key is being changed already."""
    if not await store.transaction(lambda tx: tx.local_actors.request_rotation(identity.actor.id)):
        raise InputError(
            _("@{account}: its key is being changed already by the running server", account=identity.profile.account)
        )


async def list_in_need(store: Store, identity: SigningActor) -> list[ServerInNeed]:
    """Return the followers' servers that may refuse a new key for a while."""
    failing = {host.host: host for host in await store.hosts.list_failing()}
    strict = {software: await store.hosts.list_running(software) for software in STRICT_SOFTWARE}
    followers: dict[str, int] = {}
    for inbox, number in await store.followers.count_by_inbox(identity.actor.id):
        host = authority_of(inbox)
        if number and (host in failing or any(host in hosts for hosts in strict.values())):
            followers[host] = followers.get(host, 0) + number
    return [
        ServerInNeed(
            host=host,
            followers=number,
            silent_since=failing[host].failing_since if host in failing else None,
            software=next((software for software, hosts in strict.items() if host in hosts), ""),
        )
        for host, number in sorted(followers.items())
    ]


def require_account(address: str) -> None:
    """Raises InputError if a text does not name one account elsewhere."""
    user, at, host = address.lstrip("@").partition("@")
    if not (address.startswith("https://") or (user and at and "." in host and "/" not in address)):
        raise InputError(
            _(
                "{address}: is not an account; it must be a handle, such as @ann@social.example, or its address",
                address=address,
            )
        )


async def request_move(store: Store, address: str) -> None:
    """Request that the followers move to an account, which the server checks first. Raises InputError."""
    require_account(address)
    await store.transaction(lambda tx: tx.key_values.save(ASKED, address))


async def cancel_move(store: Store) -> None:
    """Request that the blog is here again."""
    await store.transaction(lambda tx: tx.key_values.save(ASKED, CANCEL))


async def get_move_state(store: Store) -> MoveState:
    actors = await store.local_actors.list_all()
    return MoveState(
        requested=await store.key_values.find(ASKED) or "",
        outcome=await store.key_values.find(OUTCOME) or "",
        moved_to=next((actor.moved_to for actor in actors if actor.id == BLOG), ""),
    )
