"""The queue of feed polls, which several processes can share."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, from_text_or_none, to_text, to_text_or_empty
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPoll:
    """A feed to be polled, and the state of the previous poll.

    `etag` and `last_modified` are its validators as they came; `digest` is of the body that was read last, at `read`;
    `ttl` are the minutes that it asks for, `pace` the seconds after which it is worth a look. `url` is the entry's
    feed, empty for an entry of which only a handle is known yet.
    """

    entry: str
    url: str = ""
    host: str
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    read: datetime | None = None
    ttl: int = 0
    pace: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingFeed:
    """A blogroll entry whose feed has failed for a while: its name and the address of the feed."""

    name: str
    address: str
    since: datetime
    reason: str


class FeedPolls:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, poll: FeedPoll) -> None:
        """Schedule a poll. An existing lease on the feed ends."""
        await self._query.run(
            """
            INSERT INTO feed_polls (entry_id, host, etag, last_modified, digest, read_at, ttl, pace, failures,
              failing_since, due_at, leased_until)
            VALUES (:entry, :host, :etag, :last_modified, :digest, :read, :ttl, :pace, :failures,
              :failing_since, :due, '')
            ON CONFLICT (entry_id) DO UPDATE SET host = excluded.host, etag = excluded.etag,
              last_modified = excluded.last_modified, digest = excluded.digest, read_at = excluded.read_at,
              ttl = excluded.ttl, pace = excluded.pace, failures = excluded.failures, failing_since = excluded.failing_since,
              due_at = excluded.due_at, leased_until = ''
            """,
            entry=poll.entry,
            host=poll.host,
            etag=poll.etag,
            last_modified=poll.last_modified,
            digest=poll.digest,
            read=to_text_or_empty(poll.read),
            ttl=poll.ttl,
            pace=poll.pace,
            failures=poll.failures,
            failing_since=to_text_or_empty(poll.failing_since),
            due=to_text(poll.due),
        )

    async def find(self, entry: str) -> FeedPoll | None:
        row = await self._query.one(
            """
            SELECT feed_polls.*, blogroll.feed_url FROM feed_polls JOIN blogroll ON blogroll.id = feed_polls.entry_id
            WHERE entry_id = :entry
            """,
            entry=entry,
        )
        return None if row is None else _poll(row)

    async def claim(self, *, now: datetime, until: datetime) -> FeedPoll | None:
        """Lease the first due feed whose host has no other leased feed."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT entry_id FROM feed_polls
              WHERE due_at <= :now AND leased_until < :now AND host NOT IN (
                SELECT host FROM feed_polls WHERE leased_until <> '' AND leased_until >= :now)
              ORDER BY due_at, entry_id LIMIT 1 {skip_locked})
            UPDATE feed_polls SET leased_until = :until
            WHERE entry_id IN (SELECT * FROM due)
            RETURNING entry_id
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return None if row is None else await self.find(row["entry_id"])

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when there will be something to claim."""
        row = await self._query.one(
            """
            SELECT due_at FROM feed_polls
            WHERE leased_until < :now AND host NOT IN (
              SELECT host FROM feed_polls WHERE leased_until <> '' AND leased_until >= :now)
            ORDER BY due_at LIMIT 1
            """,
            now=to_text(now),
        )
        if row is not None:
            return from_text(row["due_at"])
        leased = await self._query.one("SELECT min(leased_until) AS due FROM feed_polls WHERE leased_until <> ''")
        return None if leased is None or leased["due"] is None else from_text(leased["due"])

    async def delete(self, entry: str) -> None:
        """Delete the poll of an entry."""
        await self._query.run("DELETE FROM feed_polls WHERE entry_id = :entry", entry=entry)

    async def list_failing(self, before: datetime) -> list[FailingFeed]:
        """Return the entries without a successful poll since then."""
        rows = await self._query.all(
            """
            SELECT name, feed_url, handle, feed_reason, failing_since
            FROM feed_polls JOIN blogroll ON blogroll.id = feed_polls.entry_id
            WHERE failing_since <> '' AND failing_since < :before ORDER BY failing_since, name
            """,
            before=to_text(before),
        )
        return [
            FailingFeed(
                name=row["name"],
                address=row["feed_url"] or row["handle"],
                since=from_text(row["failing_since"]),
                reason=row["feed_reason"],
            )
            for row in rows
        ]


def _poll(row: Row) -> FeedPoll:
    return FeedPoll(
        entry=row["entry_id"],
        url=row["feed_url"],
        host=row["host"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        digest=row["digest"],
        read=from_text_or_none(row["read_at"]),
        ttl=row["ttl"],
        pace=row["pace"],
        failures=row["failures"],
        failing_since=from_text_or_none(row["failing_since"]),
        due=from_text(row["due_at"]),
    )
