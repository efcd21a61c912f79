"""Numbers for the author: followers by day, what feed readers report, and counts that are too slow for a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable

MAX_READERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReaderCount:
    """A feed reader that fetches a feed for so many people, by its own report."""

    name: str
    feed: str
    subscribers: int
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostReactions:
    """What readers did with a post."""

    id: str
    title: str
    comments: int
    likes: int
    boosts: int


class Numbers:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save_followers(self, day: date, followers: int) -> None:
        await self._query.run(
            """
            INSERT INTO follower_counts (day, followers) VALUES (:day, :followers)
            ON CONFLICT (day) DO UPDATE SET followers = excluded.followers
            """,
            day=day.isoformat(),
            followers=followers,
        )

    async def list_followers(self, limit: int) -> list[tuple[date, int]]:
        """Return the counts of the newest days, oldest first."""
        rows = await self._query.all("SELECT * FROM follower_counts ORDER BY day DESC LIMIT :limit", limit=limit)
        return [(date.fromisoformat(row["day"]), row["followers"]) for row in reversed(rows)]

    async def first_day(self) -> date | None:
        """Return the first day that was counted."""
        row = await self._query.one("SELECT min(day) AS day FROM follower_counts")
        return date.fromisoformat(row["day"]) if row and row["day"] else None

    # feed readers

    async def save_readers(self, readers: Sequence[FeedReaderCount]) -> None:
        """Save what readers report; of too many the ones that were here least recently are deleted."""
        for reader in readers:
            await self._query.run(
                """
                INSERT INTO feed_readers (name, feed, subscribers, seen) VALUES (:name, :feed, :subscribers, :seen)
                ON CONFLICT (name, feed) DO UPDATE SET subscribers = excluded.subscribers, seen = excluded.seen
                """,
                name=reader.name,
                feed=reader.feed,
                subscribers=reader.subscribers,
                seen=to_text(reader.seen),
            )
        await self._query.run(
            "DELETE FROM feed_readers WHERE seen < (SELECT seen FROM feed_readers ORDER BY seen DESC LIMIT 1 OFFSET :most)",
            most=MAX_READERS,
        )

    async def list_readers(self, since: datetime) -> list[FeedReaderCount]:
        """Return the readers that were here since an instant, those with the most subscribers first."""
        rows = await self._query.all(
            "SELECT * FROM feed_readers WHERE seen >= :since ORDER BY subscribers DESC, name, feed LIMIT :limit",
            since=to_text(since),
            limit=MAX_READERS,
        )
        return [
            FeedReaderCount(
                name=row["name"], feed=row["feed"], subscribers=row["subscribers"], seen=from_text(row["seen"])
            )
            for row in rows
        ]

    # counted in the background

    async def count_comments_by_month(self, since: datetime) -> dict[str, int]:
        rows = await self._query.all(
            """
            SELECT substr(published, 1, 7) AS month, count(*) AS total FROM comments
            WHERE state = 'approved' AND published >= :since AND source <> 'own' GROUP BY substr(published, 1, 7)
            """,
            since=to_text(since),
        )
        return {row["month"]: row["total"] for row in rows}

    async def count_reactions_by_month(self, kind: str, since: datetime) -> dict[str, int]:
        rows = await self._query.all(
            """
            SELECT substr(received, 1, 7) AS month, count(*) AS total FROM reactions
            WHERE kind = :kind AND received >= :since AND comment_id IS NULL GROUP BY substr(received, 1, 7)
            """,
            kind=kind,
            since=to_text(since),
        )
        return {row["month"]: row["total"] for row in rows}

    async def list_most_answered(self, limit: int) -> list[PostReactions]:
        """Return the public posts with the most comments, likes and boosts."""
        rows = await self._query.all(
            """
            SELECT id, title, slug, comment_count, like_count, share_count FROM posts
            WHERE state = 'published' AND comment_count + like_count + share_count > 0
            ORDER BY comment_count + like_count + share_count DESC, id LIMIT :limit
            """,
            limit=limit,
        )
        return [
            PostReactions(
                id=row["id"],
                title=row["title"] or row["slug"],
                comments=row["comment_count"],
                likes=row["like_count"],
                boosts=row["share_count"],
            )
            for row in rows
        ]

    async def count_deliveries(self, since: datetime) -> dict[str, int]:
        """Count the deliveries of activities since an instant by their state."""
        rows = await self._query.all(
            """
            SELECT state, count(*) AS total FROM deliveries
            WHERE kind = 'activity' AND changed >= :since GROUP BY state
            """,
            since=to_text(since),
        )
        return {row["state"]: row["total"] for row in rows}
