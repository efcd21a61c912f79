"""Accept and Reject: the answer to a Follow of ours (ActivityPub §7.6, §7.7)."""

from datetime import timedelta

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.parse import origin
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Tables

UNDO_ANSWERED_WITHIN = timedelta(hours=1)
ENDED = "Its server has refused the follow, or ended it."


async def accept(activity: Activity, context: InboxContext) -> Decision:
    """Mark our Follow as accepted, if the activity names the id of the last one."""
    entry = await context.store.blogroll.find_by_actor(activity.actor)
    if entry is None or not await _is_of(entry, activity, context):
        return refused("follow.not-asked")
    return _settled(entry, FollowState.ACCEPTED, activity.object, "")


async def reject(activity: Activity, context: InboxContext) -> Decision:
    """Mark our Follow as rejected or ended. With our id only that Follow is meant; with their id or none the present
    one, if it was accepted: so Misskey removes a follower. It answers an Undo with the same activity, even if we follow
    again by then."""
    entry = await context.store.blogroll.find_by_actor(activity.actor)
    if entry is not None and await _is_of(entry, activity, context):
        return _settled(entry, FollowState.REJECTED, activity.object, ENDED)
    if not _is_of_theirs(activity, context):
        return refused("follow.not-asked")
    follow = "" if entry is None else await context.store.blogroll.follow_uri(entry.id)

    async def end(tx: Tables) -> Verdict:
        if await _answers_an_undo(tx, activity.actor):
            return ignored("follow.undo-answered")
        if entry is None or entry.follow is not FollowState.ACCEPTED:
            return refused("follow.not-asked")
        return await _settle(tx, entry, FollowState.REJECTED, follow, ENDED)

    return end


async def _is_of(entry: BlogrollEntry, activity: Activity, context: InboxContext) -> bool:
    """Whether an activity names the id of our last Follow."""
    return bool(activity.object) and await context.store.blogroll.follow_uri(entry.id) == activity.object


def _is_of_theirs(activity: Activity, context: InboxContext) -> bool:
    """Whether an activity is about our Follow under an id of their own or none."""
    if activity.object and origin(activity.object) != origin(activity.actor):
        return False
    follow = as_object(activity.raw.get("object"))
    if not follow:
        return bool(activity.object)
    is_ours = context.local_actors.of_uri(as_id(follow.get("actor"))) is not None
    return "Follow" in types(follow.get("type")) and is_ours and as_id(follow.get("object")) == activity.actor


async def _answers_an_undo(tx: Tables, actor: str) -> bool:
    """Whether this answers an Undo of ours: the first Reject within an hour of it."""
    undone = await tx.outbox.last_undo_at(actor, since=tx.clock() - UNDO_ANSWERED_WITHIN)
    return undone is not None and not await tx.inbox_queue.had_verdict(
        actor, "Reject", "follow.undo-answered", since=undone
    )


def _settled(entry: BlogrollEntry, state: FollowState, follow: str, reason: str) -> Decision:
    async def settle(tx: Tables) -> Verdict:
        return await _settle(tx, entry, state, follow, reason)

    return settle


async def _settle(tx: Tables, entry: BlogrollEntry, state: FollowState, follow: str, reason: str) -> Verdict:
    await tx.blogroll.set_follow(entry.id, state, follow, reason=reason)
    await tx.versions.move("blogroll")
    return done(f"follow.{state.value}")
