"""The outgoing queue: one row per delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


class DeliveryKind(StrEnum):
    """What is delivered. Each kind has a sender."""

    ACTIVITY = "activity"
    """An activity of a local actor, to an inbox."""
    WEBSUB = "websub"
    """The current feed, to a subscriber's callback."""
    INTENT = "intent"
    """The verification of intent, to the callback of a subscription request."""
    PING = "ping"
    """The notification that a feed has changed, to an external hub."""
    REQUEST = "request"
    """A subscription request of this blog, to the hub of another feed."""
    WEBMENTION = "webmention"
    """The notification that a page of this blog links to the target page."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`activity` is the id of what is delivered, `inbox` the target address; `object` is its subject: a newer
    delivery of the same kind about the same object supersedes one that waits, but an Update never supersedes a
    Create. `status` and `answer` are the result of the last attempt; `version` says which text of the activity is to
    be sent."""

    activity: str
    kind: DeliveryKind = DeliveryKind.ACTIVITY
    inbox: str
    host: str
    object: str
    post: str | None = None
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    due: datetime
    status: int | None = None
    answer: str = ""
    changed: datetime
    version: int = 0

    @property
    def queue_key(self) -> str:
        """The server, separately for each kind: requests caused by others do not delay the activities of the blog."""
        return self.host if self.kind is DeliveryKind.ACTIVITY else f"{self.kind.value} {self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryContext:
    """What is checked before a claimed delivery is sent: the `version` of its activity's text, and when an earlier
    delivery about the same object to the same inbox is due, which has to be sent first."""

    version: int
    earlier_due: datetime | None


class Deliveries:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, delivery: Delivery) -> None:
        """Add a delivery; it supersedes waiting ones about the same object. An Update does not supersede a Create:
        Misskey ignores an Update of an unknown object."""
        await self._query.run(
            """
            UPDATE deliveries SET state = 'superseded', leased_until = '', changed = :changed
            WHERE object_uri = :object AND inbox = :inbox AND kind = :kind AND state = 'waiting' AND activity_id < :activity
              AND NOT EXISTS (
                SELECT 1 FROM outbox AS earlier, outbox AS later
                WHERE earlier.id = deliveries.activity_id AND earlier.type = 'Create'
                  AND later.id = :activity AND later.type = 'Update')
            """,
            kind=delivery.kind.value,
            object=delivery.object,
            inbox=delivery.inbox,
            activity=delivery.activity,
            changed=to_text(delivery.changed),
        )
        await self._query.run(
            """
            INSERT INTO deliveries (activity_id, kind, inbox, host, lane, object_uri, post_id, state, attempts, due_at,
              leased_until, status, answer, changed)
            VALUES (:activity, :kind, :inbox, :host, :lane, :object, :post, 'waiting', 0, :due, '', NULL, '', :changed)
            ON CONFLICT DO NOTHING
            """,
            activity=delivery.activity,
            kind=delivery.kind.value,
            inbox=delivery.inbox,
            host=delivery.host,
            lane=delivery.queue_key,
            object=delivery.object,
            post=delivery.post,
            due=to_text(delivery.due),
            changed=to_text(delivery.changed),
        )

    async def claim(self, *, now: datetime, until: datetime, limit: int, without: Sequence[str] = ()) -> list[Delivery]:
        """Lease due deliveries, oldest first, except for the queue keys `without`."""
        others, names = _but(without)
        rows = await self._query.all(
            f"""
            WITH due AS MATERIALIZED (
              SELECT activity_id, inbox FROM deliveries
              WHERE state = 'waiting' AND due_at <= :now AND leased_until < :now {others}
              ORDER BY due_at, activity_id
              LIMIT :limit {{skip_locked}})
            UPDATE deliveries SET leased_until = :until
            WHERE (activity_id, inbox) IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
            limit=limit,
            **names,
        )
        return sorted((delivery_of_row(row) for row in rows), key=lambda delivery: (delivery.due, delivery.activity))

    async def postpone(self, delivery: Delivery, due: datetime) -> None:
        """Release a lease and schedule the delivery for later, without counting an attempt."""
        await self._query.run(
            """
            UPDATE deliveries SET leased_until = '', due_at = :due
            WHERE activity_id = :activity AND inbox = :inbox AND state = 'waiting'
            """,
            activity=delivery.activity,
            inbox=delivery.inbox,
            due=to_text(due),
        )

    async def pause_queue(self, lane: str, until: datetime) -> None:
        """Postpone everything for this server to `until`, so that an unreachable one costs no queries."""
        await self._query.run(
            "UPDATE deliveries SET due_at = :until WHERE lane = :lane AND state = 'waiting' AND due_at < :until",
            lane=lane,
            until=to_text(until),
        )

    async def resume_queue(self, lane: str, now: datetime, *, tried: bool) -> None:
        """Make the deliveries to this server due now, or at its Retry-After; with `tried` also those already attempted,
        which otherwise keep their time."""
        await self._query.run(
            """
            UPDATE deliveries SET due_at = (
              SELECT CASE WHEN asked_until > :now THEN asked_until ELSE :now END FROM hosts WHERE host = :lane)
            WHERE lane = :lane AND state = 'waiting' AND due_at > :now AND (attempts = 0 OR :tried = 1)
              AND EXISTS (SELECT 1 FROM hosts WHERE host = :lane)
            """,
            lane=lane,
            now=to_text(now),
            tried=int(tried),
        )

    async def is_accept(self, activity: str) -> bool:
        row = await self._query.one("SELECT 1 AS it FROM outbox WHERE id = :id AND type = 'Accept'", id=activity)
        return row is not None

    async def retry(self, delivery: Delivery, now: datetime) -> bool:
        """Retry a failed delivery; return False if it has not failed, or if its activity was deleted."""
        return (
            await self._query.run(
                """
                UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = :now, leased_until = '', changed = :now
                WHERE activity_id = :activity AND inbox = :inbox AND state = 'failed'
                  AND (kind <> 'activity' OR EXISTS (
                    SELECT 1 FROM outbox WHERE outbox.id = deliveries.activity_id AND outbox.document <> '{}'))
                """,
                activity=delivery.activity,
                inbox=delivery.inbox,
                now=to_text(now),
            )
            > 0
        )

    async def cancel(self, uri: str, now: datetime) -> bool:
        """Cancel the waiting deliveries of an activity. Return whether no server can have received it: no delivery was
        attempted, and none is leased."""
        untold = await self._query.all(
            """
            UPDATE deliveries SET state = 'superseded', changed = :now
            WHERE state = 'waiting' AND activity_id IN (SELECT id FROM outbox WHERE uri = :uri)
            RETURNING attempts, leased_until
            """,
            uri=uri,
            now=to_text(now),
        )
        return bool(untold) and all(row["attempts"] == 0 and row["leased_until"] < to_text(now) for row in untold)

    async def cancel_untried(self, kind: DeliveryKind, *, object: str, inbox: str, now: datetime) -> bool:
        """Cancel a delivery that was never attempted; return whether there was one."""
        cancelled = await self._query.run(
            """
            UPDATE deliveries SET state = 'superseded', changed = :now
            WHERE object_uri = :object AND inbox = :inbox AND kind = :kind AND state = 'waiting' AND attempts = 0
              AND leased_until < :now
            """,
            object=object,
            inbox=inbox,
            kind=kind.value,
            now=to_text(now),
        )
        return cancelled > 0

    async def find_context(self, delivery: Delivery) -> DeliveryContext | None:
        """Return the context of a claimed delivery, or None if it was superseded."""
        row = await self._query.one(
            """
            SELECT (SELECT version FROM outbox WHERE outbox.id = deliveries.activity_id) AS version, (
              SELECT max(earlier.due_at) FROM deliveries AS earlier
              WHERE earlier.object_uri = deliveries.object_uri AND earlier.inbox = deliveries.inbox
                AND earlier.kind = deliveries.kind AND earlier.state = 'waiting'
                AND earlier.activity_id < deliveries.activity_id) AS earlier_due
            FROM deliveries
            WHERE activity_id = :activity AND inbox = :inbox AND state = 'waiting'
            """,
            activity=delivery.activity,
            inbox=delivery.inbox,
        )
        if row is None:
            return None
        earlier = row["earlier_due"]
        return DeliveryContext(version=row["version"] or 0, earlier_due=from_text(earlier) if earlier else None)

    async def complete(self, delivery: Delivery) -> None:
        """Save the result of an attempt."""
        await self._query.run(
            """
            UPDATE deliveries SET state = :state, attempts = :attempts, due_at = :due, leased_until = '', status = :status,
              answer = :answer, changed = :changed
            WHERE activity_id = :activity AND inbox = :inbox AND state = 'waiting'
            """,
            activity=delivery.activity,
            inbox=delivery.inbox,
            state=delivery.state.value,
            attempts=delivery.attempts,
            due=to_text(delivery.due),
            status=delivery.status,
            answer=delivery.answer,
            changed=to_text(delivery.changed),
        )

    async def next_due(self, now: datetime, without: Sequence[str] = ()) -> datetime | None:
        """Return when the next delivery is due, except for the queue keys `without`."""
        others, names = _but(without)
        row = await self._query.one(
            f"""
            SELECT due_at FROM deliveries
            WHERE state = 'waiting' AND leased_until < :now {others}
            ORDER BY due_at LIMIT 1
            """,
            now=to_text(now),
            **names,
        )
        return None if row is None else from_text(row["due_at"])

    async def is_planned(self, kind: DeliveryKind, object: str) -> bool:
        """Whether a delivery of this kind about an object waits, due or not."""
        row = await self._query.one(
            "SELECT 1 AS planned FROM deliveries WHERE object_uri = :object AND kind = :kind AND state = 'waiting' LIMIT 1",
            object=object,
            kind=kind.value,
        )
        return row is not None

    async def prune(self, before: datetime, *, others: datetime) -> None:
        """Delete deliveries that ended before `before`; those of other kinds than activities, which are more numerous
        and less important, before `others`."""
        await self._query.run(
            """
            DELETE FROM deliveries
            WHERE state <> 'waiting' AND (changed < :before OR (changed < :others AND kind <> 'activity'))
            """,
            before=to_text(before),
            others=to_text(others),
        )


def _but(lanes: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return a condition that excludes queue keys, and its parameters."""
    names = {f"l{at}": lane for at, lane in enumerate(lanes)}
    return (f"AND lane NOT IN ({', '.join(':' + name for name in names)})" if names else ""), names


def delivery_of_row(row: Row) -> Delivery:
    return Delivery(
        activity=row["activity_id"],
        kind=DeliveryKind(row["kind"]),
        inbox=row["inbox"],
        host=row["host"],
        object=row["object_uri"],
        post=row["post_id"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        due=from_text(row["due_at"]),
        status=row["status"],
        answer=row["answer"],
        changed=from_text(row["changed"]),
    )
