"""Saves, changes and deletes comments: always the row, the post's counter and the versions together.

Every function writes inside the caller's transaction.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.activitypub.parse import host_of
from syndicate.comments.refetch_schedule import first_refetch
from syndicate.model.comment import Comment, CommentKind, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.media import MediaFile, Purpose
from syndicate.storage.notifications import NotificationKind
from syndicate.storage.refetch_queue import Refetch
from syndicate.storage.tombstones import Tombstone

NOTICE_DELAY = timedelta(seconds=60)
"""How long a reader is not notified of an answer, so that it can be taken back."""


async def save(tx: Tables, comment: Comment, *, raw_html: str, sanitizer: int, reason: str, received: datetime) -> bool:
    """Save a comment or its newer version. Return False if nothing changed."""
    before = await tx.comments.find_by_uri(comment.uri)
    if before is None:
        comment = replace(comment, number=await tx.totals.add("comment-numbers", 1))  # no number is given twice
    if not await tx.comments.save(comment, raw_html=raw_html, sanitizer=sanitizer, reason=reason, received=received):
        return False
    if before is not None and before.html != comment.html:
        await tx.comment_revisions.add(before)
    await _count(tx, before, comment)
    await _invalidate(tx, comment.post)
    stored = comment if before is None else _newer_version(before, comment)
    if stored.state is CommentState.APPROVED:
        await _after_shown(tx, stored)
    if stored.state is CommentState.PENDING and comment.source is not CommentSource.IMPORT:
        await tx.notifications.add(NotificationKind.COMMENT, stored.id, received)
    return True


def _newer_version(before: Comment, comment: Comment) -> Comment:
    """Return a comment as it is stored when an earlier version was there, which keeps its id, source, date and place."""
    return replace(comment, id=before.id, source=before.source, published=before.published, parent=before.parent)


async def delete(tx: Tables, comment: Comment) -> None:
    """Delete a comment, as its author asked; from the next request on it is not shown."""
    current = await tx.comments.find(comment.id)
    if current is None:
        return
    await tx.comment_records.save_rejection(current.id)
    await tx.comments.delete(current.id)
    await _count(tx, current, None)
    await _invalidate_now(tx, current.post)


async def erase(tx: Tables, comment: Comment, *, ours: str) -> None:
    """Delete a comment for good, as the author of the blog asked: it does not come back when it is sent again, or found.
    `ours` is the address of the blog."""
    await tx.tombstones.save(
        Tombstone(uri=comment.uri, path=None, origin=ours, type="", published=None, gone_at=tx.clock())
    )
    await tx.inbox_queue.delete_document(comment.uri)
    await delete(tx, comment)


async def decide(tx: Tables, comment: Comment, state: CommentState, reason: str) -> None:
    """Apply the author's decision; it shows from the next request on."""
    current = await tx.comments.find(comment.id)
    if current is None:
        return
    await tx.comments.set_state(current.id, state, reason, tx.clock())
    await _count(tx, current, replace(current, state=state))
    await _invalidate_now(tx, current.post)
    if state is CommentState.APPROVED:
        await _after_shown(tx, current)


async def replace_by(tx: Tables, known: Comment, comment: Comment) -> None:
    """Let another comment stand for a known one, with the answers to it."""
    await tx.comments.move_answers(known.id, comment.id)
    await tx.received_webmentions.replace_comment(known.id, comment.id)
    await delete(tx, known)


async def set_parent(tx: Tables, comment: Comment, parent: str) -> None:
    """Let a comment stand under the one that it replies to."""
    await tx.comments.set_parent(comment.id, parent)
    await tx.answer_notices.set_due(parent, tx.clock() + NOTICE_DELAY)
    await _invalidate(tx, comment.post)


async def hide(tx: Tables, comment: Comment, reason: str) -> None:
    """Hide a comment for a reason that may end; its state is remembered."""
    current = await tx.comments.find(comment.id)
    if current is None or current.state not in (CommentState.APPROVED, CommentState.PENDING):
        return
    await tx.comments.hide(current.id, reason)
    await _count(tx, current, replace(current, state=CommentState.REJECTED))
    await _invalidate_now(tx, current.post)


async def restore(tx: Tables, comment: Comment) -> None:
    """Restore the former state of a hidden comment."""
    state, reason = await tx.comments.state_before_hiding(comment.id)
    await decide(tx, comment, state, reason)


async def _after_shown(tx: Tables, comment: Comment) -> None:
    """Request the author's picture of a stored comment that is shown now, schedule its first refetch, and notify the reader
    that it answers."""
    await request_picture(tx, comment.author.uri)
    if comment.parent is not None and comment.kind is CommentKind.REPLY:
        await tx.answer_notices.set_due(comment.parent, tx.clock() + NOTICE_DELAY)
    if comment.source is CommentSource.REPLY:
        due = first_refetch(tx.clock())
        refetch = Refetch(comment=comment.id, host=host_of(comment.uri), warm=comment.published, due=due)
        await tx.refetch_queue.enqueue(refetch)


async def request_picture(tx: Tables, author: str) -> None:
    """Request an author's picture, if there is none yet. Only for shown comments: else anybody could make us fetch
    anything."""
    icon = await tx.remote_actors.find_icon(author)
    if not icon or await tx.media.find_by_source(icon) is not None:
        return
    now = tx.clock()
    await tx.media.save(MediaFile(id=new_id(now), source_url=icon, purpose=Purpose.AVATAR, due=now))


async def _count(tx: Tables, before: Comment | None, after: Comment | None) -> None:
    if before and after and (before.state, before.kind) == (after.state, after.kind):
        return
    changes = [(comment, change) for comment, change in ((before, -1), (after, 1)) if comment is not None]
    for comment, change in sorted(changes, key=lambda pair: pair[0].state):  # in one order, since they lock rows
        if comment.state is CommentState.APPROVED:
            await tx.comments.add_to_count(comment.post, comment.kind, change)
        await tx.totals.add(f"comments:{comment.state.value}", change)


async def _invalidate(tx: Tables, post: str) -> None:
    await tx.versions.move(f"talk:{post}", "comments")


async def _invalidate_now(tx: Tables, post: str) -> None:
    """Move versions whose change shows immediately: new comments may show a second late, a deletion must not."""
    await tx.versions.move("site", f"post:{post}", "comments", "withdrawals")
