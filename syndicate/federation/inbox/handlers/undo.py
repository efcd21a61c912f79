"""Undo of a Follow, Like, Announce, Accept or Delete (ActivityPub §7.6)."""

from datetime import datetime

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.parse import origin
from syndicate.federation.inbox import reactions, replies
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Outcome, Verdict
from syndicate.model.actor import LocalActor
from syndicate.model.blogroll import FollowState
from syndicate.storage import Tables
from syndicate.storage.tombstones import Tombstone


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Undo by the id of the activity, else by its content, since ids differ between servers and versions."""
    inner = as_object(activity.raw.get("object"))
    actor = as_id(inner.get("actor")) or activity.actor
    if actor != activity.actor:
        return refused("undo.not-owner")
    type = next(types(inner.get("type")), "")
    target = as_id(inner.get("object"))
    reacted_to = await reactions.target_of(target, context) if type in reactions.KINDS else None
    if activity.object and origin(activity.object) != origin(activity.actor):
        return refused("undo.not-owner")
    if type == "Accept":
        return await _no_longer_accepted(target, activity.actor, context)

    if type == "Delete":
        if origin(target) != origin(activity.actor):
            return refused("undo.not-owner")
        return await replies.restore(target, context)

    async def undo(tx: Tables) -> Verdict:
        if await reactions.take_back(tx, activity.object, actor, type=type, target=reacted_to):
            return done("undo.reaction")
        ours = context.local_actors.followable(target)
        if await _unfollow(tx, activity, type, ours):
            await tx.versions.move("followers")
            return done("undo.follow")
        await _remember(tx, activity, context.clock())
        return ignored("undo.unknown")

    return undo


async def _no_longer_accepted(follow: str, actor: str, context: InboxContext) -> Decision:
    """Mark our Follow as ended, since the other account removed us from its followers."""
    entry = await context.store.blogroll.find_by_actor(actor)
    if entry is None or not follow or await context.store.blogroll.follow_uri(entry.id) != follow:
        return ignored("undo.unknown")

    async def end(tx: Tables) -> Verdict:
        await tx.blogroll.set_follow(entry.id, FollowState.REJECTED, follow)
        await tx.versions.move("blogroll")
        return done("follow.rejected")

    return end


async def _unfollow(tx: Tables, activity: Activity, type: str, ours: LocalActor | None) -> bool:
    if type == "Follow" and ours is not None:
        return await tx.followers.delete(ours.id, activity.actor)
    follows = [] if type else await tx.followers.list_by_follow(activity.object, activity.actor)
    for follower in follows:
        await tx.followers.delete(follower.local_actor, follower.actor)
    return bool(follows)


async def _remember(tx: Tables, activity: Activity, now: datetime) -> None:
    """Save a tombstone of an undone activity that may still arrive. One that was already processed may come again under
    the same id (a Follow from Misskey), and then counts."""
    if not activity.object:
        return
    arrived = await tx.inbox_queue.find(activity.object)
    if arrived is not None and arrived.verdict.outcome is not Outcome.WAITING:
        return
    await tx.tombstones.save(
        Tombstone(
            uri=activity.object,
            path=None,
            origin=origin(activity.actor),
            type="Undo",
            published=None,
            gone_at=now,
        )
    )
