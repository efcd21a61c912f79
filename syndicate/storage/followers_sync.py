"""Remote accounts whose followers digest differs from ours, and whose list is to be fetched (FEP-8fcf)."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRequest:
    """`actor` claims that its followers on this server have this `digest`; `url` lists them."""

    actor: str
    url: str
    digest: str
    attempts: int
    due: datetime


class Synchronizations:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, actor: str, *, url: str, digest: str, now: datetime, not_since: datetime) -> None:
        """Enqueue an actor, unless it is queued, or was requested after `not_since`."""
        await self._query.run(
            """
            INSERT INTO synchronizations (actor_uri, url, digest, attempts, asked, due_at, leased_until)
            VALUES (:actor, :url, :digest, 0, '', :now, '')
            ON CONFLICT (actor_uri) DO UPDATE SET url = excluded.url, digest = excluded.digest, attempts = 0,
              due_at = excluded.due_at, leased_until = ''
            WHERE synchronizations.due_at = '' AND synchronizations.asked < :not_since
            """,
            actor=actor,
            url=url,
            digest=digest,
            now=to_text(now),
            not_since=to_text(not_since),
        )

    async def next_due(self, now: datetime) -> datetime | None:
        row = await self._query.one(
            """
            SELECT due_at FROM synchronizations WHERE due_at <> '' AND leased_until < :now ORDER BY due_at LIMIT 1
            """,
            now=to_text(now),
        )
        return None if row is None else from_text(row["due_at"])

    async def claim(self, *, now: datetime, until: datetime) -> SyncRequest | None:
        """Lease the first due request; that counts as an attempt, whatever its result."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT actor_uri FROM synchronizations WHERE due_at <> '' AND due_at <= :now AND leased_until < :now
              ORDER BY due_at LIMIT 1 {skip_locked})
            UPDATE synchronizations SET leased_until = :until, attempts = attempts + 1
            WHERE actor_uri IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        if row is None:
            return None
        return SyncRequest(
            actor=row["actor_uri"],
            url=row["url"],
            digest=row["digest"],
            attempts=row["attempts"],
            due=from_text(row["due_at"]),
        )

    async def complete(self, actor: str, *, now: datetime) -> None:
        """Record that the list was requested from the actor's server."""
        await self._query.run(
            "UPDATE synchronizations SET due_at = '', leased_until = '', asked = :now WHERE actor_uri = :actor",
            actor=actor,
            now=to_text(now),
        )

    async def postpone(self, actor: str, due: datetime) -> None:
        """Schedule another attempt."""
        await self._query.run(
            "UPDATE synchronizations SET due_at = :due, leased_until = '' WHERE actor_uri = :actor",
            actor=actor,
            due=to_text(due),
        )

    async def prune(self, asked_before: datetime) -> None:
        await self._query.run(
            "DELETE FROM synchronizations WHERE due_at = '' AND asked < :before", before=to_text(asked_before)
        )
