"""How comments come, change and go: always the row, the post's counter and the editions together.

Every function writes inside the caller's transaction.
"""

from datetime import datetime

from syndicate.activitypub.parse import host_of
from syndicate.comments.refetch_schedule import first_visit
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.media import MediaFile, Purpose
from syndicate.storage.refetch_queue import Refetch


async def keep(tx: Tables, comment: Comment, *, raw_html: str, sanitizer: int, reason: str, received: datetime) -> bool:
    """Keep a comment, or its newer version; False when nothing changed."""
    before = await tx.comments.find_by_uri(comment.uri)
    if not await tx.comments.save(comment, raw_html=raw_html, sanitizer=sanitizer, reason=reason, received=received):
        return False
    await _count(tx, comment.post, before.state if before else None, comment.state)
    await _moved(tx, comment.post)
    if comment.state is CommentState.APPROVED:
        await _shown(tx, comment)
    return True


async def withdraw(tx: Tables, comment: Comment) -> None:
    """Erase a comment, as its author asked: the next reader does not see it."""
    current = await tx.comments.find(comment.id)
    if current is None:
        return
    await tx.comments.save_rejection(current.id)
    await tx.comments.delete(current.id)
    await _count(tx, current.post, current.state, None)
    await _moved_at_once(tx, current.post)


async def decide(tx: Tables, comment: Comment, state: CommentState, reason: str) -> None:
    """The author's decision: seen by the next reader."""
    current = await tx.comments.find(comment.id)
    if current is None:
        return
    await tx.comments.set_state(current.id, state, reason)
    await _count(tx, current.post, current.state, state)
    await _moved_at_once(tx, current.post)
    if state is CommentState.APPROVED:
        await _shown(tx, current)


async def set_aside(tx: Tables, comment: Comment, reason: str) -> None:
    """Show it no longer for a reason that may end: its state is remembered."""
    current = await tx.comments.find(comment.id)
    if current is None or current.state not in (CommentState.APPROVED, CommentState.PENDING):
        return
    await tx.comments.hide(current.id, reason)
    await _count(tx, current.post, current.state, CommentState.REJECTED)
    await _moved_at_once(tx, current.post)


async def bring_back(tx: Tables, comment: Comment) -> None:
    """What was set aside is in its former state again."""
    state, reason = await tx.comments.state_before_hiding(comment.id)
    await decide(tx, comment, state, reason)


async def _shown(tx: Tables, comment: Comment) -> None:
    """What is shown gets its author's picture, and is looked at again where it was written."""
    await want_picture(tx, comment.author.uri)
    stored = await tx.comments.find_by_uri(comment.uri)
    if stored is not None and stored.source is CommentSource.REPLY:
        due = first_visit(tx.clock())
        visit = Refetch(comment=stored.id, host=host_of(stored.uri), warm=stored.published, due=due)
        await tx.refetch_queue.enqueue(visit)


async def want_picture(tx: Tables, author: str) -> None:
    """Have an author's picture fetched once it is shown; earlier, anybody could make us fetch anything."""
    actor = await tx.remote_actors.find(author)
    if actor is None or not actor.icon or await tx.media.find_by_source(actor.icon) is not None:
        return
    now = tx.clock()
    await tx.media.save(MediaFile(id=new_id(now), source_url=actor.icon, purpose=Purpose.AVATAR, due=now))


async def _count(tx: Tables, post: str, before: CommentState | None, after: CommentState | None) -> None:
    change = int(after is CommentState.APPROVED) - int(before is CommentState.APPROVED)
    if change:
        await tx.comments.add_to_count(post, change)


async def _moved(tx: Tables, post: str) -> None:
    await tx.versions.move(f"talk:{post}", "comments")


async def _moved_at_once(tx: Tables, post: str) -> None:
    """Talk is shown with up to a second's delay; what somebody took away is not."""
    await tx.versions.move("site", f"post:{post}", "comments", "withdrawals")
