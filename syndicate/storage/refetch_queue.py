"""The refetch queue: when the replies to a comment are fetched from its origin, and the request limits per server.

It has a row for each comment that is due for fetching; a row for each server that was asked, so that several processes
together ask it no more often than one; and the ids found to be irrelevant, so that they are not fetched again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Refetch:
    """`warm` is when the comment was written, or when a reply to it was last found."""

    comment: str
    host: str
    warm: datetime
    due: datetime


class RefetchQueue:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, visit: Refetch) -> None:
        """Add a comment; one that is scheduled stays unchanged."""
        await self._query.run(
            """
            INSERT INTO visits (comment_id, host, warm_at, due_at, leased_until)
            VALUES (:comment, :host, :warm, :due, '')
            ON CONFLICT (comment_id) DO NOTHING
            """,
            comment=visit.comment,
            host=visit.host,
            warm=to_text(visit.warm),
            due=to_text(visit.due),
        )

    async def find(self, comment: str) -> Refetch | None:
        row = await self._query.one("SELECT * FROM visits WHERE comment_id = :comment", comment=comment)
        return None if row is None else _visit(row)

    async def claim(self, *, now: datetime, until: datetime) -> Refetch | None:
        """Lease the first due comment whose server has no other leased comment."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT comment_id FROM visits
              WHERE due_at <= :now AND leased_until < :now AND host NOT IN (
                SELECT host FROM visits WHERE leased_until <> '' AND leased_until >= :now)
              ORDER BY due_at, comment_id LIMIT 1 {skip_locked})
            UPDATE visits SET leased_until = :until
            WHERE comment_id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return None if row is None else _visit(row)

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when there will be something to claim."""
        row = await self._query.one(
            """
            SELECT min(due) AS due FROM (
              SELECT min(due_at) AS due FROM visits
              WHERE leased_until < :now AND host NOT IN (
                SELECT host FROM visits WHERE leased_until <> '' AND leased_until >= :now)
              UNION ALL
              SELECT min(leased_until) AS due FROM visits WHERE leased_until <> '' AND leased_until >= :now) AS next
            """,
            now=to_text(now),
        )
        assert row is not None
        return None if row["due"] is None else from_text(row["due"])

    async def complete(self, comment: str, *, warm: datetime, due: datetime | None) -> None:
        """Schedule the next fetch; delete the row if `due` is None."""
        if due is None:
            await self._query.run("DELETE FROM visits WHERE comment_id = :comment", comment=comment)
            return
        await self._query.run(
            "UPDATE visits SET warm_at = :warm, due_at = :due, leased_until = '' WHERE comment_id = :comment",
            comment=comment,
            warm=to_text(warm),
            due=to_text(due),
        )

    # request limits

    async def acquire_request(self, host: str, *, now: datetime, apart: timedelta, most: int) -> datetime | None:
        """Reserve one request to a server. Return None if it may be sent now, else the earliest time for it.

        `apart` is the time between two requests, `most` the number allowed per day (UTC).
        """
        day = to_text(now)[:10]
        asked = await self._query.run(
            """
            INSERT INTO visited_hosts (host, day, requests, free_at) VALUES (:host, :day, 1, :free)
            ON CONFLICT (host) DO UPDATE SET
              requests = CASE WHEN visited_hosts.day = excluded.day THEN visited_hosts.requests + 1 ELSE 1 END,
              day = excluded.day, free_at = excluded.free_at
            WHERE visited_hosts.free_at <= :now AND (visited_hosts.day <> excluded.day OR visited_hosts.requests < :most)
            """,
            host=host,
            day=day,
            free=to_text(now + apart),
            now=to_text(now),
            most=most,
        )
        return None if asked else await self.next_request_at(host, now=now, most=most)

    async def next_request_at(self, host: str, *, now: datetime, most: int) -> datetime | None:
        """Return when a server may be asked again, or None if it may be asked now."""
        row = await self._query.one("SELECT * FROM visited_hosts WHERE host = :host", host=host)
        if row is None:
            return None
        free = from_text(row["free_at"])
        if row["day"] == to_text(now)[:10] and row["requests"] >= most:
            tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            free = max(free, tomorrow)
        return free if free > now else None

    async def pause_host(self, host: str, until: datetime) -> None:
        """Send nothing to a server before `until`."""
        await self._query.run(
            "UPDATE visited_hosts SET free_at = :until WHERE host = :host AND free_at < :until",
            host=host,
            until=to_text(until),
        )

    # irrelevant ids

    async def ignore(self, uri: str, now: datetime) -> None:
        await self._query.run(
            "INSERT INTO passed_over (uri, at) VALUES (:uri, :at) ON CONFLICT (uri) DO UPDATE SET at = excluded.at",
            uri=uri,
            at=to_text(now),
        )

    async def is_ignored(self, uri: str, since: datetime) -> bool:
        row = await self._query.one(
            "SELECT uri FROM passed_over WHERE uri = :uri AND at >= :since", uri=uri, since=to_text(since)
        )
        return row is not None

    async def prune(self, *, overdue: datetime, passed_over: datetime, now: datetime) -> None:
        """Delete rows that are long overdue (backfill was switched off), and expired entries."""
        await self._query.run("DELETE FROM visits WHERE due_at < :overdue", overdue=to_text(overdue))
        await self._query.run("DELETE FROM passed_over WHERE at < :before", before=to_text(passed_over))
        await self._query.run(
            "DELETE FROM visited_hosts WHERE free_at < :now AND day < :today", now=to_text(now), today=to_text(now)[:10]
        )


def _visit(row: Row) -> Refetch:
    return Refetch(
        comment=row["comment_id"],
        host=row["host"],
        warm=from_text(row["warm_at"]),
        due=from_text(row["due_at"]),
    )
