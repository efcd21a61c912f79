"""What moderation has to know: how earlier comments of an author were judged, and how many came lately."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.engine.database import Queryable

MAX_RECENT_COMMENTS = 1000
"""How many of the latest comments moderation counts, which it does for each new one, also in a flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRecord:
    """The moderation record of an author: how many comments were approved, and recently rejected (or spam)."""

    approved: int
    rejected: int


class CommentRecords:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def get_author_record(self, author_uri: str, *, since: datetime) -> AuthorRecord:
        """How earlier comments of an author were judged; rejections count since an instant."""
        row = await self._query.one(
            """
            SELECT
              coalesce(sum(CASE WHEN state = 'approved' THEN 1 ELSE 0 END), 0) AS approved,
              coalesce(sum(CASE WHEN state IN ('rejected', 'spam') AND received >= :since THEN 1 ELSE 0 END), 0) AS rejected
            FROM (
              SELECT * FROM (
                SELECT state, received FROM comments WHERE author_uri = :author ORDER BY received DESC LIMIT 200) AS kept
              UNION ALL
              SELECT * FROM (
                SELECT 'rejected' AS state, received FROM rejections WHERE author_uri = :author
                ORDER BY received DESC LIMIT 200) AS taken_away) AS recent
            """,
            author=author_uri,
            since=to_text(since),
        )
        assert row is not None
        return AuthorRecord(approved=int(row["approved"]), rejected=int(row["rejected"]))

    async def save_rejection(self, id: str) -> None:
        """Record a rejection for the author's moderation record, when the comment itself is deleted."""
        await self._query.run(
            """
            INSERT INTO rejections (comment_id, author_uri, received)
            SELECT id, author_uri, received FROM comments WHERE id = :id AND state IN ('rejected', 'spam')
            ON CONFLICT DO NOTHING
            """,
            id=id,
        )

    async def prune_rejections(self, before: datetime) -> None:
        await self._query.run("DELETE FROM rejections WHERE received < :before", before=to_text(before))

    async def has_shown_by_author(self, author_uri: str) -> bool:
        """Whether any comment by an author is shown."""
        row = await self._query.one(
            "SELECT id FROM comments WHERE author_uri = :author AND state = 'approved' LIMIT 1", author=author_uri
        )
        return row is not None

    async def count_received_since(self, author_uri: str, since: datetime) -> int:
        row = await self._query.one(
            """
            SELECT count(*) AS total FROM (
              SELECT id FROM comments WHERE author_uri = :author AND received >= :since LIMIT :looked_at) AS latest
            """,
            author=author_uri,
            since=to_text(since),
            looked_at=MAX_RECENT_COMMENTS,
        )
        assert row is not None
        total: int = row["total"]
        return total

    async def count_recent(self, *, host: str, post: str, since: datetime) -> tuple[int, int]:
        """How many comments came since an instant from a server, and under a post."""
        row = await self._query.one(
            """
            SELECT coalesce(sum(CASE WHEN remote_actors.host = :host THEN 1 ELSE 0 END), 0) AS from_host,
              coalesce(sum(CASE WHEN latest.post_id = :post THEN 1 ELSE 0 END), 0) AS on_post
            FROM (
              SELECT author_uri, post_id FROM comments WHERE received >= :since
              ORDER BY received DESC LIMIT :looked_at) AS latest
            LEFT JOIN remote_actors ON remote_actors.uri = latest.author_uri
            """,
            host=host,
            post=post,
            since=to_text(since),
            looked_at=MAX_RECENT_COMMENTS,
        )
        assert row is not None
        return int(row["from_host"]), int(row["on_post"])

    async def is_duplicate(self, html: str, *, author_uri: str, since: datetime) -> bool:
        """Whether another author sent the same HTML since an instant."""
        row = await self._query.one(
            """
            SELECT author_uri FROM (
              SELECT author_uri, html FROM comments WHERE received >= :since
              ORDER BY received DESC LIMIT :looked_at) AS latest
            WHERE html = :html AND author_uri <> :author LIMIT 1
            """,
            since=to_text(since),
            html=html,
            author=author_uri,
            looked_at=MAX_RECENT_COMMENTS,
        )
        return row is not None
