"""Deletes comments that are gone at their origin, and those that must not or no longer be shown."""

from syndicate.activitypub.parse import RemoteNote, origin
from syndicate.comments import quotes, records
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.federation.inbox.targets import locate
from syndicate.model.activity import Verdict
from syndicate.model.comment import Comment
from syndicate.storage import Tables
from syndicate.storage.tombstones import Tombstone


def forget(uri: str, context: InboxContext, *, for_good: bool = True) -> Decision:
    """Delete what is gone at its own origin. `for_good` is false for a 404, since it may come back."""

    async def delete(tx: Tables) -> Verdict:
        if for_good:
            await _save_tombstone(tx, uri, "", context)
        await tx.inbox_queue.delete_document(uri)
        await quotes.delete(tx, uri)
        comment = await tx.comments.find_by_uri(uri)
        if comment is None:
            return ignored("object.gone")
        await records.delete(tx, comment)
        return done("delete.comment")

    return delete


def delete_empty(note: RemoteNote, earlier: Comment | None) -> Decision:
    """Decide about a reply with nothing to show; a comment that was emptied is deleted."""

    async def delete(tx: Tables) -> Verdict:
        current = await tx.comments.find_by_uri(note.id)
        is_by_author = current is not None and current.author.uri == note.author
        if current is not None and is_by_author and note.updated is not None and note.updated > current.updated:
            await records.delete(tx, current)
        return ignored("object.empty")

    return ignored("object.empty") if earlier is None else delete


async def never_show(
    note: RemoteNote, context: InboxContext, type: str, verdict: Verdict, *, deleted: Verdict
) -> Decision:
    """Delete a reply that must not be shown and save a tombstone, since an older public copy may still arrive."""
    earlier = await context.store.comments.find_by_uri(note.id)
    if earlier is None:
        answered, _ = await locate(context, note.in_reply_to)
        concerns_us = answered is not None
    else:
        concerns_us = earlier.author.uri == note.author
    if not concerns_us:
        return verdict

    async def delete(tx: Tables) -> Verdict:
        comment = await tx.comments.find_by_uri(note.id)
        if comment is not None and comment.author.uri != note.author:
            return refused("update.not-owner")
        await _save_tombstone(tx, note.id, type, context)
        if comment is None:
            return verdict
        await records.delete(tx, comment)
        return deleted

    return delete


async def _save_tombstone(tx: Tables, uri: str, type: str, context: InboxContext) -> None:
    await tx.tombstones.save(
        Tombstone(uri=uri, path=None, origin=origin(uri), type=type, published=None, gone_at=context.clock())
    )
