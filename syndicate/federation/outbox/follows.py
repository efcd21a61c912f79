"""Our own Follows: one of an account at a time, and an Undo only of what can have arrived.

Every function writes inside the caller's transaction.
"""

from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.actor import RemoteActor
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Tables
from syndicate.storage.deliveries import DeliveryState


async def ask(
    tx: Tables, outbox: Outbox, entry: BlogrollEntry, actor: RemoteActor, *, before: BlogrollEntry | None
) -> FollowState:
    """Send an entry's account a Follow, unless one is on its way or has its answer; how far it has come now.

    `before` is the entry as it was: of another account it says nothing.
    """
    if before is not None and before.actor == actor.uri:
        if before.follow is FollowState.ACCEPTED:
            return before.follow
        if before.follow is FollowState.PENDING and not await _has_failed(tx, entry):
            return before.follow
    uri = await outbox.answer(tx, "Follow", actor.uri, to=actor.uri, inbox=actor.inbox)
    await tx.blogroll.set_follow(entry.id, FollowState.PENDING, uri)
    return FollowState.PENDING


async def take_back(tx: Tables, outbox: Outbox, entry: BlogrollEntry, actor: RemoteActor) -> None:
    """Send the Undo of an entry's Follow. One that was not sent yet is not sent any more, and needs no Undo; nor does one
    that their server has ended, and it would wait for an answer that does not come."""
    if entry.follow is FollowState.REJECTED:
        return
    follow = await tx.blogroll.follow_uri(entry.id)
    if follow and not await tx.deliveries.cancel(follow, tx.clock()):
        undone = outbox.follow_again(follow, actor.uri)
        await outbox.answer(tx, "Undo", undone, to=actor.uri, inbox=actor.inbox)


async def _has_failed(tx: Tables, entry: BlogrollEntry) -> bool:
    """Whether the Follow was given up, so that no answer will ever come."""
    states = await tx.deliveries.list_states(await tx.blogroll.follow_uri(entry.id))
    return bool(states) and set(states) <= {DeliveryState.FAILED}
