"""The pages that were notified that a post or an answer links to them."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWebmention:
    """The address that was sent as the source, and when the first notification was enqueued."""

    source: str
    first: datetime


class SentWebmentions:
    """`about` is the id of a post or of an answer of the author."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_about(self, about: str) -> dict[str, SentWebmention]:
        """Return what was sent, by target."""
        rows = await self._query.all("SELECT * FROM sent_webmentions WHERE about = :about ORDER BY target", about=about)
        return {row["target"]: SentWebmention(source=row["source"], first=from_text(row["first_at"])) for row in rows}

    async def add(self, about: str, target: str, sent: SentWebmention) -> None:
        await self._query.run(
            """
            INSERT INTO sent_webmentions (about, target, source, first_at) VALUES (:about, :target, :source, :first)
            ON CONFLICT DO NOTHING
            """,
            about=about,
            target=target,
            source=sent.source,
            first=to_text(sent.first),
        )

    async def is_taken(self, target: str) -> bool:
        """Whether the server of a page has taken a Webmention for it: it answered without a message."""
        row = await self._query.one(
            """
            SELECT 1 AS taken FROM sent_webmentions AS sent
            JOIN deliveries ON deliveries.post_id = sent.about AND deliveries.inbox = sent.target
            WHERE sent.target = :target AND kind = 'webmention' AND state = 'delivered' AND answer = '' LIMIT 1
            """,
            target=target,
        )
        return row is not None

    async def delete(self, about: str, target: str) -> None:
        await self._query.run(
            "DELETE FROM sent_webmentions WHERE about = :about AND target = :target", about=about, target=target
        )
