"""Where activities went and what was received, as the author's pages show them: counted, and a page at a time."""

from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.activity import ReceivedActivity
from syndicate.storage.deliveries import Delivery, DeliveryState, delivery_of_row
from syndicate.storage.engine.database import Queryable
from syndicate.storage.inbox_queue import arrival_of_row
from syndicate.storage.outbox import OutboxActivity, activity_of_row

TROUBLE_FIRST = "CASE state WHEN 'failed' THEN 0 WHEN 'waiting' THEN 1 WHEN 'superseded' THEN 3 ELSE 2 END"


class AdminDeliveries:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_sent(self, *, post: str = "", object: str = "", limit: int) -> list[OutboxActivity]:
        """Return the newest activities about a post, or about an object."""
        named = "post_id = :about" if post else "object_uri = :about"
        rows = await self._query.all(
            f"SELECT * FROM outbox WHERE {named} ORDER BY published DESC, id DESC LIMIT :limit",
            about=post or object,
            limit=limit,
        )
        return [activity_of_row(row) for row in rows]

    async def count_servers(self, activity: str) -> dict[DeliveryState, int]:
        """Count the servers that an activity was sent to, each by its delivery with the most trouble."""
        rows = await self._query.all(
            f"""
            SELECT rank, count(*) AS total FROM (
              SELECT host, min({TROUBLE_FIRST}) AS rank FROM deliveries WHERE activity_id = :id GROUP BY host) AS hosts
            GROUP BY rank
            """,
            id=activity,
        )
        ranks = (DeliveryState.FAILED, DeliveryState.WAITING, DeliveryState.DELIVERED, DeliveryState.SUPERSEDED)
        return {ranks[row["rank"]]: row["total"] for row in rows}

    async def list_of_activity(self, activity: str, limit: int) -> list[Delivery]:
        """Return deliveries of an activity: the failed ones, those that wait, and the rest."""
        rows = await self._query.all(
            f"SELECT * FROM deliveries WHERE activity_id = :id ORDER BY {TROUBLE_FIRST}, host, inbox LIMIT :limit",
            id=activity,
            limit=limit,
        )
        return [delivery_of_row(row) for row in rows]

    async def list_unreceived(self, activity: str, inbox: str, limit: int) -> list[Delivery]:
        """Return deliveries of an activity that were tried and not taken, to one inbox or to all."""
        rows = await self._query.all(
            """
            SELECT * FROM deliveries
            WHERE activity_id = :id AND (state = 'failed' OR (state = 'waiting' AND attempts > 0))
              AND (:inbox = '' OR inbox = :inbox) LIMIT :limit
            """,
            id=activity,
            inbox=inbox,
            limit=limit,
        )
        return [delivery_of_row(row) for row in rows]

    async def list_other_kinds(self, post: str, limit: int) -> list[Delivery]:
        """Return what else was sent about a post: Webmentions and the like."""
        rows = await self._query.all(
            "SELECT * FROM deliveries WHERE post_id = :post AND kind <> 'activity' ORDER BY host, inbox LIMIT :limit",
            post=post,
            limit=limit,
        )
        return [delivery_of_row(row) for row in rows]

    async def list_waiting(self, limit: int) -> list[Delivery]:
        """Return what waits, the next one first."""
        rows = await self._query.all(
            "SELECT * FROM deliveries WHERE state = 'waiting' ORDER BY due_at, activity_id LIMIT :limit", limit=limit
        )
        return [delivery_of_row(row) for row in rows]

    async def list_settled(self, limit: int) -> list[Delivery]:
        """Return what was delivered or given up, the latest first."""
        rows = await self._query.all(
            "SELECT * FROM deliveries WHERE state <> 'waiting' ORDER BY changed DESC, activity_id DESC LIMIT :limit",
            limit=limit,
        )
        return [delivery_of_row(row) for row in rows]

    async def leaves_at(self, activity: str) -> datetime | None:
        """Return when an activity goes to the next followers, or None if all of them have their delivery."""
        row = await self._query.one("SELECT min(due_at) AS due FROM fanouts WHERE activity_id = :id", id=activity)
        return from_text(row["due"]) if row and row["due"] else None

    async def list_received(self, before: tuple[datetime, str] | None, limit: int) -> list[ReceivedActivity]:
        """Return received activities, the newest first, from the key (received, id) on."""
        received, id = (to_text(before[0]), before[1]) if before else ("~", "")
        rows = await self._query.all(
            """
            SELECT * FROM arrivals WHERE received <= :received AND (received, id) < (:received, :id)
            ORDER BY received DESC, id DESC LIMIT :limit
            """,
            received=received,
            id=id,
            limit=limit,
        )
        return [arrival_of_row(row) for row in rows]
