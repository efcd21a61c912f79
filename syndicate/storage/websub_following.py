"""Subscriptions of this blog to the hubs of other feeds (WebSub)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text_or_none, to_text, to_text_or_empty
from syndicate.storage.engine.database import Queryable, Row


class SubscriptionIntent(StrEnum):
    """The desired state at a hub."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFollowing:
    """`feed` is the address that we poll; its publisher calls it `topic`, and sends what is new by `hub`.

    `id` ends our callback, which only the hub knows. `asked` is when we last asked, `confirmed` when the hub last made
    sure, and `heard` when it last sent something with our signature.
    """

    id: str
    feed: str
    topic: str
    hub: str
    secret: str
    wish: SubscriptionIntent = SubscriptionIntent.SUBSCRIBE
    asked: datetime | None = None
    confirmed: datetime | None = None
    lease_until: datetime | None = None
    heard: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.wish is SubscriptionIntent.SUBSCRIBE and self.lease_until is not None and self.lease_until > now


class WebsubFollowing:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, id: str) -> HubFollowing | None:
        row = await self._query.one("SELECT * FROM websub_following WHERE id = :id", id=id)
        return None if row is None else _following(row)

    async def list_by_feed(self, feed: str) -> list[HubFollowing]:
        rows = await self._query.all("SELECT * FROM websub_following WHERE feed = :feed ORDER BY id", feed=feed)
        return [_following(row) for row in rows]

    async def list_all(self) -> list[HubFollowing]:
        return [_following(row) for row in await self._query.all("SELECT * FROM websub_following ORDER BY feed, id")]

    async def save(self, following: HubFollowing) -> None:
        """Save a subscription, unless it exists."""
        await self._query.run(
            """
            INSERT INTO websub_following (id, feed, topic, hub, secret, mode, asked, confirmed, lease_until, heard)
            VALUES (:id, :feed, :topic, :hub, :secret, :mode, :asked, :confirmed, :lease_until, :heard)
            ON CONFLICT DO NOTHING
            """,
            id=following.id,
            feed=following.feed,
            topic=following.topic,
            hub=following.hub,
            secret=following.secret,
            mode=following.wish.value,
            asked=to_text_or_empty(following.asked),
            confirmed=to_text_or_empty(following.confirmed),
            lease_until=to_text_or_empty(following.lease_until),
            heard=to_text_or_empty(following.heard),
        )

    async def set_intent(self, id: str, wish: SubscriptionIntent) -> None:
        await self._query.run("UPDATE websub_following SET mode = :wish WHERE id = :id", id=id, wish=wish.value)

    async def set_asked(self, id: str, now: datetime) -> None:
        """Record the request before it is sent: the hub may verify it before it responds."""
        await self._query.run("UPDATE websub_following SET asked = :now WHERE id = :id", id=id, now=to_text(now))

    async def confirm(self, id: str, *, until: datetime, now: datetime) -> None:
        await self._query.run(
            "UPDATE websub_following SET confirmed = :now, lease_until = :until WHERE id = :id",
            id=id,
            now=to_text(now),
            until=to_text(until),
        )

    async def set_ended(self, id: str) -> None:
        """Save that the hub denied or ended the subscription."""
        await self._query.run("UPDATE websub_following SET confirmed = '', lease_until = '' WHERE id = :id", id=id)

    async def set_heard(self, id: str, now: datetime) -> None:
        await self._query.run("UPDATE websub_following SET heard = :now WHERE id = :id", id=id, now=to_text(now))

    async def delete(self, id: str) -> None:
        await self._query.run("DELETE FROM websub_following WHERE id = :id", id=id)

    async def prune(self, *, asked: datetime, now: datetime) -> None:
        """Delete unwanted subscriptions whose lease ended before the hub confirmed their end."""
        await self._query.run(
            "DELETE FROM websub_following WHERE mode = 'unsubscribe' AND lease_until < :now AND asked < :asked",
            now=to_text(now),
            asked=to_text(asked),
        )


def _following(row: Row) -> HubFollowing:
    return HubFollowing(
        id=row["id"],
        feed=row["feed"],
        topic=row["topic"],
        hub=row["hub"],
        secret=row["secret"],
        wish=SubscriptionIntent(row["mode"]),
        asked=from_text_or_none(row["asked"]),
        confirmed=from_text_or_none(row["confirmed"]),
        lease_until=from_text_or_none(row["lease_until"]),
        heard=from_text_or_none(row["heard"]),
    )
