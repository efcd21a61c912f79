"""Posts whose announcement waits, so that their author can take them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, from_text_or_none, to_text, to_text_or_empty
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAnnouncement:
    """The announcement of a post that is on the site. `announced`: followers get it; `is_news`: so do push subscribers
    and other hubs. `fetched` is the revision that another server has fetched, 0 if none has; `drafted` and `released`
    are the dates of the post before it was published."""

    post: str
    due: datetime
    announced: bool
    is_news: bool
    fetched: int = 0
    drafted: datetime
    released: datetime | None


class PendingAnnouncements:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, post: str) -> PendingAnnouncement | None:
        row = await self._query.one("SELECT * FROM pending_announcements WHERE post_id = :post", post=post)
        return None if row is None else _pending(row)

    async def save(self, pending: PendingAnnouncement) -> None:
        await self._query.run(
            """
            INSERT INTO pending_announcements (post_id, due_at, announced, news, fetched, drafted, released)
            VALUES (:post, :due, :announced, :news, :fetched, :drafted, :released)
            ON CONFLICT (post_id) DO UPDATE SET news = excluded.news
            """,
            post=pending.post,
            due=to_text(pending.due),
            announced=int(pending.announced),
            news=int(pending.is_news),
            fetched=pending.fetched,
            drafted=to_text(pending.drafted),
            released=to_text_or_empty(pending.released),
        )

    async def set_fetched(self, post: str) -> None:
        """Remember that another server fetches the post as it is now, unless one did before."""
        await self._query.run(
            """
            UPDATE pending_announcements SET fetched = (SELECT revision FROM posts WHERE id = :post)
            WHERE post_id = :post AND fetched = 0
            """,
            post=post,
        )

    async def delete(self, post: str) -> None:
        await self._query.run("DELETE FROM pending_announcements WHERE post_id = :post", post=post)

    async def filter_pending(self, posts: Sequence[str]) -> set[str]:
        """Return those of these posts whose announcement waits."""
        rows = await self._query.all("SELECT post_id FROM pending_announcements")  # of a minute, so few
        return {row["post_id"] for row in rows} & set(posts)

    async def list_due(self, now: datetime) -> list[str]:
        """Return the ids of posts that are to be announced now."""
        rows = await self._query.all(
            "SELECT post_id FROM pending_announcements WHERE due_at <= :now ORDER BY due_at, post_id LIMIT 100",
            now=to_text(now),
        )
        return [row["post_id"] for row in rows]

    async def next_due(self, after: datetime) -> datetime | None:
        row = await self._query.one(
            "SELECT due_at FROM pending_announcements WHERE due_at > :after ORDER BY due_at LIMIT 1",
            after=to_text(after),
        )
        return None if row is None else from_text(row["due_at"])


def _pending(row: Row) -> PendingAnnouncement:
    return PendingAnnouncement(
        post=row["post_id"],
        due=from_text(row["due_at"]),
        announced=bool(row["announced"]),
        is_news=bool(row["news"]),
        fetched=row["fetched"],
        drafted=from_text(row["drafted"]),
        released=from_text_or_none(row["released"]),
    )
