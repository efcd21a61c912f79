"""The data of the WebSub hub: requests, subscriptions and the last push of each topic."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.key_values import Totals

TOTAL = "subscriptions"


class RequestMode(StrEnum):
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"
    """Not requested: a subscriber is notified that the topic no longer exists."""


class RequestOutcome(StrEnum):
    WAITING = "waiting"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRequest:
    """A subscription request for a callback, which has to confirm it (verification of intent)."""

    id: str
    mode: RequestMode
    topic: str
    callback: str
    host: str
    secret: str = ""
    lease_seconds: int = 0
    outcome: RequestOutcome = RequestOutcome.WAITING
    asked: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A callback that receives a feed when it changes. `status` and `answer` are the result of the last push, at
    `tried`."""

    topic: str
    callback: str
    host: str
    secret: str
    since: datetime
    lease_until: datetime
    status: int | None = None
    answer: str = ""
    tried: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`version` is what was pushed last. While `push` is not empty, it is being expanded: `reached` is the last
    callback that has its delivery."""

    topic: str
    version: str
    push: str = ""
    reached: str = ""


class Subscriptions:
    def __init__(self, query: Queryable, totals: Totals) -> None:
        self._query, self._totals = query, totals

    # requests

    async def save_request(self, request: SubscriptionRequest) -> None:
        await self._query.run(
            """
            INSERT INTO websub_requests (id, mode, topic, callback, host, secret, lease_seconds, outcome, asked)
            VALUES (:id, :mode, :topic, :callback, :host, :secret, :lease_seconds, :outcome, :asked)
            """,
            id=request.id,
            mode=request.mode.value,
            topic=request.topic,
            callback=request.callback,
            host=request.host,
            secret=request.secret,
            lease_seconds=request.lease_seconds,
            outcome=request.outcome.value,
            asked=to_text(request.asked),
        )

    async def find_request(self, id: str) -> SubscriptionRequest | None:
        row = await self._query.one("SELECT * FROM websub_requests WHERE id = :id", id=id)
        return None if row is None else _request(row)

    async def complete_request(self, id: str, outcome: RequestOutcome) -> None:
        """Save the outcome of a request and delete its secret."""
        await self._query.run(
            "UPDATE websub_requests SET outcome = :outcome, secret = '' WHERE id = :id", id=id, outcome=outcome.value
        )

    async def count_requests(self, host: str, since: datetime) -> tuple[int, int, int]:
        """Return how many requests named callbacks on a server since then, how many in all wait to be verified, and how many
        of those would be new subscriptions."""
        row = await self._query.one(
            """
            SELECT coalesce(sum(CASE WHEN asked >= :since THEN 1 ELSE 0 END), 0) AS lately,
              coalesce(sum(CASE WHEN outcome = 'waiting' THEN 1 ELSE 0 END), 0) AS waiting,
              coalesce(sum(CASE WHEN outcome = 'waiting' AND mode = 'subscribe' THEN 1 ELSE 0 END), 0) AS coming
            FROM websub_requests
            WHERE host = :host AND mode <> 'denied' AND (asked >= :since OR outcome = 'waiting')
            """,
            host=host,
            since=to_text(since),
        )
        assert row is not None
        return row["lately"], row["waiting"], row["coming"]

    async def count_waiting_requests(self) -> int:
        """Count the requests that wait to be verified."""
        row = await self._query.one("SELECT count(*) AS total FROM websub_requests WHERE outcome = 'waiting'")
        assert row is not None
        total: int = row["total"]
        return total

    # subscriptions

    async def find(self, topic: str, callback: str) -> Subscription | None:
        row = await self._query.one(
            "SELECT * FROM websub_subscriptions WHERE topic = :topic AND callback = :callback",
            topic=topic,
            callback=callback,
        )
        return None if row is None else _subscription(row)

    async def save(self, subscription: Subscription) -> None:
        """Save a subscription. An existing one is extended, takes the new secret and loses its failures."""
        added = await self._query.run(
            """
            INSERT INTO websub_subscriptions (topic, callback, host, secret, since, lease_until, status, answer, tried,
              failing_since)
            VALUES (:topic, :callback, :host, :secret, :since, :lease_until, NULL, '', '', '')
            ON CONFLICT DO NOTHING
            """,
            topic=subscription.topic,
            callback=subscription.callback,
            host=subscription.host,
            secret=subscription.secret,
            since=to_text(subscription.since),
            lease_until=to_text(subscription.lease_until),
        )
        if added:
            await self._totals.add(TOTAL, 1)
            return
        await self._query.run(
            """
            UPDATE websub_subscriptions SET secret = :secret, lease_until = :lease_until, failing_since = ''
            WHERE topic = :topic AND callback = :callback
            """,
            topic=subscription.topic,
            callback=subscription.callback,
            secret=subscription.secret,
            lease_until=to_text(subscription.lease_until),
        )

    async def save_attempt(self, topic: str, callback: str, *, status: int | None, answer: str, now: datetime) -> None:
        """Save the result of a push."""
        failed = status is None or not 200 <= status < 300
        await self._query.run(
            """
            UPDATE websub_subscriptions SET status = :status, answer = :answer, tried = :now,
              failing_since = CASE WHEN :failed = 0 THEN '' WHEN failing_since = '' THEN :now ELSE failing_since END
            WHERE topic = :topic AND callback = :callback
            """,
            topic=topic,
            callback=callback,
            status=status,
            answer=answer[:500],
            now=to_text(now),
            failed=int(failed),
        )

    async def delete(self, topic: str, callback: str) -> bool:
        """Delete a subscription; return False if there was none."""
        removed = await self._query.run(
            "DELETE FROM websub_subscriptions WHERE topic = :topic AND callback = :callback",
            topic=topic,
            callback=callback,
        )
        await self._totals.add(TOTAL, -removed)
        return removed > 0

    async def count_by_host(self, host: str) -> int:
        row = await self._query.one("SELECT count(*) AS total FROM websub_subscriptions WHERE host = :host", host=host)
        assert row is not None
        total: int = row["total"]
        return total

    async def count(self) -> int:
        return await self._totals.get(TOTAL)

    async def list_live(self, topic: str, *, after: str, now: datetime, limit: int) -> list[Subscription]:
        """Return the live subscriptions of a topic, by callback, starting after `after`."""
        rows = await self._query.all(
            """
            SELECT * FROM websub_subscriptions
            WHERE topic = :topic AND callback > :after AND lease_until > :now
            ORDER BY callback LIMIT :limit
            """,
            topic=topic,
            after=after,
            now=to_text(now),
            limit=limit,
        )
        return [_subscription(row) for row in rows]

    async def list_all(self, limit: int) -> list[Subscription]:
        """Return all subscriptions by topic, the earliest first."""
        rows = await self._query.all(
            "SELECT * FROM websub_subscriptions ORDER BY topic, since, callback LIMIT :limit", limit=limit
        )
        return [_subscription(row) for row in rows]

    # topics

    async def list_topics(self) -> list[Topic]:
        return [_topic(row) for row in await self._query.all("SELECT * FROM websub_topics ORDER BY topic")]

    async def list_subscribed_topics(self, now: datetime) -> list[str]:
        """Return the topics that have a live subscription."""
        rows = await self._query.all(
            "SELECT DISTINCT topic FROM websub_subscriptions WHERE lease_until > :now ORDER BY topic", now=to_text(now)
        )
        return [row["topic"] for row in rows]

    async def find_expanding(self, *, after: str = "") -> Topic | None:
        """Return the topic of the first push after `after` that is not expanded yet."""
        row = await self._query.one(
            "SELECT * FROM websub_topics WHERE push > :after ORDER BY push LIMIT 1", after=after
        )
        return None if row is None else _topic(row)

    async def add_topic(self, topic: str, version: str) -> bool:
        """Add a topic for its first subscriber; return False if it had one before."""
        return (
            await self._query.run(
                """
                INSERT INTO websub_topics (topic, edition, push, reached) VALUES (:topic, :edition, '', '')
                ON CONFLICT DO NOTHING
                """,
                topic=topic,
                edition=version,
            )
            > 0
        )

    async def start_push(self, topic: str, *, before: str, version: str, push: str) -> bool:
        """Start to push a version (without `push`: to nobody). Return False if another process has started it."""
        return (
            await self._query.run(
                """
                INSERT INTO websub_topics (topic, edition, push, reached) VALUES (:topic, :edition, :push, '')
                ON CONFLICT (topic) DO UPDATE SET edition = excluded.edition, push = excluded.push, reached = ''
                WHERE websub_topics.edition = :before
                """,
                topic=topic,
                before=before,
                edition=version,
                push=push,
            )
            > 0
        )

    async def advance_push(self, topic: Topic, reached: str | None) -> None:
        """Save how far a push is expanded; None when it is complete."""
        await self._query.run(
            "UPDATE websub_topics SET push = :next, reached = :reached WHERE topic = :topic AND push = :push",
            topic=topic.topic,
            push=topic.push,
            next="" if reached is None else topic.push,
            reached=reached or "",
        )

    async def delete_topic(self, topic: str, now: datetime) -> None:
        """Delete a topic without live subscriptions."""
        await self._query.run(
            """
            DELETE FROM websub_topics
            WHERE topic = :topic AND NOT EXISTS (
              SELECT 1 FROM websub_subscriptions WHERE topic = :topic AND lease_until > :now)
            """,
            topic=topic,
            now=to_text(now),
        )

    # retention

    async def prune(self, *, ended: datetime, failing_since: datetime, asked: datetime) -> None:
        """Delete subscriptions that expired or have failed for too long, and old requests."""
        removed = await self._query.run(
            """
            DELETE FROM websub_subscriptions
            WHERE lease_until <= :ended OR (failing_since <> '' AND failing_since <= :failing_since)
            """,
            ended=to_text(ended),
            failing_since=to_text(failing_since),
        )
        await self._totals.add(TOTAL, -removed)
        await self._query.run("DELETE FROM websub_requests WHERE asked < :asked", asked=to_text(asked))


def _request(row: Row) -> SubscriptionRequest:
    return SubscriptionRequest(
        id=row["id"],
        mode=RequestMode(row["mode"]),
        topic=row["topic"],
        callback=row["callback"],
        host=row["host"],
        secret=row["secret"],
        lease_seconds=row["lease_seconds"],
        outcome=RequestOutcome(row["outcome"]),
        asked=from_text(row["asked"]),
    )


def _subscription(row: Row) -> Subscription:
    return Subscription(
        topic=row["topic"],
        callback=row["callback"],
        host=row["host"],
        secret=row["secret"],
        since=from_text(row["since"]),
        lease_until=from_text(row["lease_until"]),
        status=row["status"],
        answer=row["answer"],
        tried=from_text(row["tried"]) if row["tried"] else None,
        failing_since=from_text(row["failing_since"]) if row["failing_since"] else None,
    )


def _topic(row: Row) -> Topic:
    return Topic(topic=row["topic"], version=row["edition"], push=row["push"], reached=row["reached"])
