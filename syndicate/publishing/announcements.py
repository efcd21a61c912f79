"""Posts that wait to be announced, so that their author can take them back: a row with a due time each.

Until it is due, a post is on the site and in the feeds, but nobody is notified of it: followers, push subscribers and
other hubs are when the row is due, with the text of that time. A post that stops being public until then is a draft under
its old id, and other servers hear nothing, unless one has fetched it.

Every function runs in the caller's transaction, under the lock of `PostWrites`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.errors import AlreadyAnnounced
from syndicate.model.post import Post, PostState
from syndicate.publishing.news import NEVER
from syndicate.storage import Tables
from syndicate.storage.announcements import PendingAnnouncement
from syndicate.storage.post_rows import PostSource
from syndicate.translation import _

TAKE_BACK_PERIOD = timedelta(seconds=60)
"""How long a post that is published at the desk can be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What is known of the announcement of a post: the row, and whether another server has the post all the same."""

    pending: PendingAnnouncement
    has_left: bool


async def find(tx: Tables, post: Post | None) -> Announcement | None:
    """Return the announcement of a post, if it waits."""
    pending = await tx.announcements.find(post.id) if post is not None else None
    if post is None or pending is None:
        return None
    has_left = bool(pending.fetched or await tx.fanouts.list_participant_inboxes(post.uri, named=False))
    return Announcement(pending=pending, has_left=has_left)


def begin(
    post: Post, before: Post | None, made: PostSource | None, *, due: datetime, announced: bool, is_minor: bool
) -> Announcement:
    """Return the announcement of a post that is published now; `before` and `made` are what it was."""
    pending = PendingAnnouncement(
        post=post.id,
        due=due,
        announced=announced,
        is_news=not is_minor,
        drafted=before.published if before else post.published,
        released=made.released if made else None,
    )
    return Announcement(pending=pending, has_left=False)


async def save(tx: Tables, waiting: Announcement, post: Post, *, is_minor: bool) -> None:
    """Save the announcement of a changed post, or delete it where there is nothing to announce any more."""
    if not post.is_public:
        await tx.announcements.delete(post.id)
        return
    pending = waiting.pending
    await tx.announcements.save(replace(pending, is_news=pending.is_news or not is_minor))


def news_while_waiting(post: Post) -> Post:
    """Return a post of which push subscribers hear nothing yet."""
    return replace(post, news=NEVER)


def as_drafted(waiting: Announcement | None, post: Post, made: PostSource) -> tuple[Post, PostSource]:
    """Return a post that is taken back, with the dates that it had as a draft. Raises AlreadyAnnounced."""
    if waiting is None or waiting.has_left:
        raise AlreadyAnnounced(_("{slug}: the post has gone out, or another server has fetched it", slug=post.slug))
    drafted = replace(post, state=PostState.DRAFT, published=waiting.pending.drafted)
    return drafted, replace(made, released=waiting.pending.released)
