"""Deliveries that are held after a restoration: they were open when the backup was made, and most have left since.

They lie in tables of their own, so that the queue does not know them.
"""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.engine.database import Queryable

DELIVERY = "activity_id, kind, inbox, host, lane, object_uri, post_id, attempts, status, answer, changed"
FANOUT = "activity_id, audience, post_uri, reached"
NEVER_DUE = "9999-12-31T00:00:00.000000Z"
"""When an announcement is due that is held: it may have left since the backup, so its post cannot be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCounts:
    """How many deliveries, and activities that no inbox has been chosen for yet, are held."""

    deliveries: int
    activities: int

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.activities)


class HeldDeliveries:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def hold_all(self) -> None:
        """Hold everything that is open."""
        await self._query.run(
            f"INSERT INTO held_deliveries ({DELIVERY}) SELECT {DELIVERY} FROM deliveries WHERE state = 'waiting'"
        )
        await self._query.run("DELETE FROM deliveries WHERE state = 'waiting'")
        await self._query.run(f"INSERT INTO held_fanouts ({FANOUT}) SELECT {FANOUT} FROM fanouts")
        await self._query.run("DELETE FROM fanouts")
        await self._query.run(
            f"""
            UPDATE pending_announcements SET due_at = '{NEVER_DUE}',
              fetched = (SELECT revision FROM posts WHERE id = post_id)
            """
        )

    async def count(self) -> HeldCounts:
        row = await self._query.one(
            f"""
            SELECT (SELECT count(*) FROM held_deliveries) AS deliveries,
              (SELECT count(*) FROM held_fanouts) +
              (SELECT count(*) FROM pending_announcements WHERE due_at = '{NEVER_DUE}') AS fanouts
            """
        )
        assert row is not None
        return HeldCounts(deliveries=row["deliveries"], activities=row["fanouts"])

    async def resume(self, now: datetime) -> HeldCounts:
        """Put everything held back into the queue, due now, and return how much that is.

        What a newer activity about the same object has overtaken is superseded, and a deleted activity is dropped.
        """
        held = await self.count()
        await self._query.run(
            f"""
            INSERT INTO deliveries ({DELIVERY}, state, due_at, leased_until)
            SELECT {DELIVERY}, CASE WHEN EXISTS (
                SELECT 1 FROM deliveries AS newer
                WHERE newer.object_uri = held_deliveries.object_uri AND newer.inbox = held_deliveries.inbox
                  AND newer.kind = held_deliveries.kind AND newer.activity_id > held_deliveries.activity_id)
              OR EXISTS (
                SELECT 1 FROM outbox WHERE outbox.id = held_deliveries.activity_id AND outbox.document = '{{}}')
              THEN 'superseded' ELSE 'waiting' END, :now, ''
            FROM held_deliveries WHERE true
            ON CONFLICT DO NOTHING
            """,
            now=to_text(now),
        )
        await self._query.run("DELETE FROM held_deliveries")
        await self._query.run(
            f"""
            INSERT INTO fanouts ({FANOUT}, due_at, leased_until)
            SELECT {FANOUT}, :now, '' FROM held_fanouts
            WHERE NOT EXISTS (
              SELECT 1 FROM outbox WHERE outbox.id = held_fanouts.activity_id AND outbox.document = '{{}}')
            ON CONFLICT DO NOTHING
            """,
            now=to_text(now),
        )
        await self._query.run("DELETE FROM held_fanouts")
        await self._query.run(
            f"UPDATE pending_announcements SET due_at = :now WHERE due_at = '{NEVER_DUE}'", now=to_text(now)
        )
        return held
