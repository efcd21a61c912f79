"""Lists and counts of deliveries, for the author and for operations."""

from collections.abc import Sequence
from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState, delivery_of_row
from syndicate.storage.engine.database import Queryable


class DeliveryLists:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_states(self, uri: str) -> list[DeliveryState]:
        """Return the states of the deliveries of an activity; empty once they are pruned."""
        rows = await self._query.all(
            "SELECT state FROM deliveries WHERE activity_id IN (SELECT id FROM outbox WHERE uri = :uri)", uri=uri
        )
        return [DeliveryState(row["state"]) for row in rows]

    async def count_waiting(self, now: datetime) -> int:
        """Count the deliveries that are due or were attempted; those planned for later do not count."""
        row = await self._query.one(
            "SELECT count(*) AS total FROM deliveries WHERE state = 'waiting' AND (due_at <= :now OR attempts > 0)",
            now=to_text(now),
        )
        assert row is not None
        total: int = row["total"]
        return total

    async def list_by_post(self, post: str) -> list[Delivery]:
        """Return the deliveries by server, then in the order of their activities."""
        rows = await self._query.all(
            "SELECT * FROM deliveries WHERE post_id = :post ORDER BY host, inbox, activity_id", post=post
        )
        return [delivery_of_row(row) for row in rows]

    async def list_by_activities(self, ids: Sequence[str]) -> list[Delivery]:
        """Return the deliveries by server, then in the order of their activities."""
        found = []
        for id in ids:
            rows = await self._query.all("SELECT * FROM deliveries WHERE activity_id = :id", id=id)
            found += [delivery_of_row(row) for row in rows]
        return sorted(found, key=lambda delivery: (delivery.host, delivery.inbox, delivery.activity))

    async def list_failed(self, kind: DeliveryKind, limit: int) -> list[Delivery]:
        """Return the newest of a kind that were given up."""
        rows = await self._query.all(
            "SELECT * FROM deliveries WHERE kind = :kind AND state = 'failed' ORDER BY changed DESC LIMIT :limit",
            kind=kind.value,
            limit=limit,
        )
        return [delivery_of_row(row) for row in rows]

    async def list_newest(self, limit: int) -> list[Delivery]:
        rows = await self._query.all(
            "SELECT * FROM deliveries ORDER BY changed DESC, activity_id DESC LIMIT :limit", limit=limit
        )
        return [delivery_of_row(row) for row in rows]
