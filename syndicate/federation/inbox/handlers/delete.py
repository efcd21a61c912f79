"""Delete: an object or actor is gone (ActivityPub §7.4)."""

from datetime import datetime
from http import HTTPStatus

from syndicate.activitypub.access import types
from syndicate.activitypub.parse import origin
from syndicate.comments import quotes, records
from syndicate.errors import PERMANENT_REMOTE_ERRORS, RemoteGone
from syndicate.federation.inbox import deletions, timeline
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables
from syndicate.storage.citations import CitationState
from syndicate.storage.tombstones import Tombstone


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Delete what its owner deleted, and save a tombstone in case it arrives later."""
    if not activity.object or origin(activity.object) != origin(activity.actor):
        return refused("delete.not-owner")
    if activity.forwarded:
        gone = await _how_gone(activity.object, context)
        if gone is None:
            return refused("delete.not-gone")
        if gone == HTTPStatus.NOT_FOUND:  # it may come back
            return deletions.forget(activity.object, context, for_good=False)
    if activity.object == activity.actor:
        return await _actor(activity, context)
    known = await context.store.comments.find_by_uri(activity.object)
    if known is not None and known.author.uri != activity.actor and not activity.forwarded:
        return refused("delete.not-owner")

    async def delete(tx: Tables) -> Verdict:
        await _save_tombstone(tx, activity, context.clock())
        noted = await quotes.delete(tx, activity.object, actor="" if activity.forwarded else activity.actor)
        was_authorized = await tx.authorizations.delete_by_object(activity.object, activity.actor)
        comment = await tx.comments.find_by_uri(activity.object)
        if comment is not None:
            await records.delete(tx, comment)
            return done("delete.comment")
        if await timeline.forget(tx, activity.object, context.outbox, by="" if activity.forwarded else activity.actor):
            return done("delete.read")
        if was_authorized:
            return done("delete.quote")
        if noted:
            return done("delete.mention")
        post = await tx.reactions.delete(activity.object, activity.actor)
        if post is not None:
            await tx.versions.move(f"talk:{post}")
            return done("delete.reaction")
        if await tx.citations.erase(CitationState.GONE, actor=activity.actor, object=activity.object):
            await tx.versions.move("site")
            return done("delete.cited")
        return ignored("delete.unknown")

    return delete


async def _how_gone(uri: str, context: InboxContext) -> int | None:
    """Return how an object is gone at its origin: 404, or 410, which a Tombstone means, too; None if it exists."""
    try:
        document = await context.object(uri)
    except RemoteGone as error:
        return error.status
    except PERMANENT_REMOTE_ERRORS:
        return None
    return HTTPStatus.GONE if "Tombstone" in types(document.get("type")) else None


async def _actor(activity: Activity, context: InboxContext) -> Decision:
    async def delete(tx: Tables) -> Verdict:
        await _save_tombstone(tx, activity, context.clock())
        await tx.inbox_queue.delete_documents_by_actor(activity.actor)
        for comment in await tx.comments.list_by_author(activity.actor):
            await records.delete(tx, comment)
            await tx.inbox_queue.delete_document(comment.uri)
        for post in await tx.reactions.delete_by_actor(activity.actor):
            await tx.versions.move(f"talk:{post}")
        await tx.authorizations.delete_by_actor(activity.actor)
        await tx.mentions.delete_by_actor(activity.actor)
        await quotes.delete_by_actor(tx, activity.actor)
        if await tx.citations.erase(CitationState.GONE, actor=activity.actor):
            await tx.versions.move("site")
        if await tx.followers.delete_actor(activity.actor):
            await tx.versions.move("followers")
        await timeline.account_gone(tx, activity.actor, context.outbox)
        known = await tx.remote_actors.delete(activity.actor)
        return done("delete.actor") if known else ignored("delete.unknown")

    return delete


async def _save_tombstone(tx: Tables, activity: Activity, now: datetime) -> None:
    await tx.inbox_queue.delete_document(activity.object)
    await tx.tombstones.save(
        Tombstone(uri=activity.object, path=None, origin=origin(activity.actor), type="", published=None, gone_at=now)
    )
