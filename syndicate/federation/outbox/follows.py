"""Our own Follows: one per account at a time, and an Undo only of a Follow that may have arrived.

Every function writes inside the caller's transaction.
"""

from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.actor import RemoteActor
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Tables
from syndicate.storage.deliveries import DeliveryState


async def send_follow(
    tx: Tables, outbox: Outbox, entry: BlogrollEntry, actor: RemoteActor, *, before: BlogrollEntry | None
) -> FollowState:
    """Send a Follow to the account of an entry, unless one is pending or accepted, and return its state.

    `before` is the entry as it was; it is ignored if it was of another account.
    """
    if before is not None and before.actor == actor.uri:
        if before.follow is FollowState.ACCEPTED:
            return before.follow
        if before.follow is FollowState.PENDING and not await _has_failed(tx, entry):
            return before.follow
    uri = await outbox.send_to(tx, "Follow", actor.uri, to=actor.uri, inbox=actor.inbox)
    await tx.blogroll.set_follow(entry.id, FollowState.PENDING, uri)
    return FollowState.PENDING


async def undo_follow(tx: Tables, outbox: Outbox, entry: BlogrollEntry, actor: RemoteActor) -> None:
    """Undo the Follow of an entry. One that was not sent yet is dropped and needs no Undo; nor does one that the other
    server has ended."""
    if entry.follow is FollowState.REJECTED:
        return
    follow = await tx.blogroll.follow_uri(entry.id)
    if follow and not await tx.deliveries.cancel(follow, tx.clock()):
        undone = outbox.render_follow(follow, actor.uri)
        await outbox.send_to(tx, "Undo", undone, to=actor.uri, inbox=actor.inbox)


async def _has_failed(tx: Tables, entry: BlogrollEntry) -> bool:
    """Whether the Follow could not be delivered, so that no answer will come."""
    states = await tx.delivery_lists.list_states(await tx.blogroll.follow_uri(entry.id))
    return bool(states) and set(states) <= {DeliveryState.FAILED}
