"""Leases on rows of the queues, and on the maintenance work that one process at a time does.

A lease is short, and renewed while its row is worked on. So what a process worked on when it ended, or when the
database was unavailable, is free again after `LEASE_DURATION`, and a slow job is not done twice.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.engine.database import Queryable

Key = tuple[str, ...]

KEYS: dict[str, Key] = {
    "answer_notices": ("comment_id",),
    "arrivals": ("id",),
    "deliveries": ("activity_id", "inbox"),
    "fanouts": ("activity_id", "audience"),
    "feed_polls": ("entry_id",),
    "imports": ("id",),
    "mails": ("id",),
    "media": ("id",),
    "mentions": ("post_id", "comment_id", "handle"),
    "received_webmentions": ("id",),
    "synchronizations": ("actor_uri",),
    "visits": ("comment_id",),
}
"""The queues, and the key columns of each."""


class LeasedRows:
    """The leased rows that this process still works on, in memory."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, Key]] = Counter()
        self._seen: frozenset[tuple[str, Key]] = frozenset()

    def add(self, table: str, *key: str) -> None:
        self._rows[table, key] += 1

    def remove(self, table: str, *key: str) -> None:
        self._rows[table, key] -= 1
        if self._rows[table, key] <= 0:
            del self._rows[table, key]

    def to_renew(self) -> frozenset[tuple[str, Key]]:
        """Return the rows that were already leased at the previous call: most rows are completed long before that."""
        before, self._seen = self._seen, frozenset(self._rows)
        return before & self._seen


class Leases:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def renew(self, rows: Collection[tuple[str, Key]], until: datetime) -> None:
        """Extend the leases of rows; rows that were released in the meantime stay free."""
        for table, key in sorted(rows):
            names = {f"k{at}": part for at, part in enumerate(key)}
            where = " AND ".join(f"{column} = :k{at}" for at, column in enumerate(KEYS[table]))
            await self._query.run(
                f"UPDATE {table} SET leased_until = :until WHERE {where} AND leased_until <> ''",
                until=to_text(until),
                **names,
            )

    async def release_rows(self) -> None:
        """Release the leases of a process that has ended. Call this only where no other process works."""
        for table in KEYS:
            await self._query.run(f"UPDATE {table} SET leased_until = '' WHERE leased_until <> ''")

    # the maintenance lease

    async def claim_maintenance(self, holder: str, *, now: datetime, until: datetime) -> bool:
        """Claim or renew the maintenance lease; return False while another process has it."""
        held = await self._query.run(
            """
            INSERT INTO chores (name, holder, leased_until) VALUES ('all', :holder, :until)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
            WHERE chores.holder = excluded.holder OR chores.leased_until < :now
            """,
            holder=holder,
            now=to_text(now),
            until=to_text(until),
        )
        return held > 0

    async def release_maintenance(self, holder: str) -> None:
        await self._query.run("DELETE FROM chores WHERE holder = :holder", holder=holder)
