"""Our subscriptions to other hubs, which push the feeds of the blogroll to us (WebSub §5, §6).

The state is in the database: the wanted subscription, and the delivery that requests or renews it. A subscription is
renewed before it ends; a failing hub is retried like any other server, and the feed is polled meanwhile.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.delivery.retry import Attempt, DeliveryOutcome
from syndicate.delivery.worker import SendResult
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.websub_following import HubFollowing, SubscriptionIntent
from syndicate.transport.message import Transport
from syndicate.urls import Urls
from syndicate.websub.senders import outcome_of_push, post_to_hub
from syndicate.websub.signature import is_signed

log = structlog.get_logger()

DEFAULT_LEASE = timedelta(days=10)
"""The lease that we request; a hub may grant another."""
MIN_LEASE = timedelta(minutes=5)
MAX_LEASE = timedelta(days=90)
RENEWAL_FRACTION = 0.8
"""The fraction of a lease after which it is renewed."""
VERIFICATION_TIMEOUT = timedelta(days=1)
"""How long a hub may take to verify our request before it is repeated."""
ID_BYTES = 24
SECRET_BYTES = 32
MAX_DIGITS = 9

Received = Callable[[str, bytes, str], Awaitable[None]]
"""Called with the feed's address, a document and its media type. If it raises, the hub gets an error status."""


class Subscriber:
    """Maintains subscriptions to feeds that name a hub. `received` is called with authenticated documents."""

    def __init__(self, store: Store, urls: Urls, clock: Clock, *, received: Received) -> None:
        self._store, self._urls, self._clock, self._received = store, urls, clock, received
        self._ids = IdsInOrder()

    # called by the poller

    async def offered(self, tx: Tables, *, feed: str, topic: str, hub: str) -> None:
        """Subscribe to `topic` at the hub that a feed names, and end subscriptions for it at other hubs."""
        now = self._clock()
        current: HubFollowing | None = None
        for following in await tx.websub_following.list_by_feed(feed):
            if (following.topic, following.hub) == (topic, hub):
                current = following
            elif following.wish is SubscriptionIntent.SUBSCRIBE:
                await self._leave(tx, following, now)
        if current is None:
            current = HubFollowing(
                id=secrets.token_urlsafe(ID_BYTES),
                feed=feed,
                topic=topic,
                hub=hub,
                secret=secrets.token_urlsafe(SECRET_BYTES),
            )
            await tx.websub_following.save(current)
        elif current.wish is SubscriptionIntent.UNSUBSCRIBE:
            await tx.websub_following.set_intent(current.id, SubscriptionIntent.SUBSCRIBE)
        elif current.is_live(now) or await self._is_requested(tx, current, now):
            return
        await self._request(tx, current, now)

    async def withdrawn(self, tx: Tables, *, feed: str) -> None:
        """End all subscriptions of a feed that is no longer read."""
        for following in await tx.websub_following.list_by_feed(feed):
            if following.wish is SubscriptionIntent.SUBSCRIBE:
                await self._leave(tx, following, self._clock())

    async def is_live(self, tables: Tables, *, feed: str) -> bool:
        """Whether a hub pushes this feed: its lease is valid, and it has sent a signed document before."""
        now = self._clock()
        return any(
            following.heard and following.is_live(now) for following in await tables.websub_following.list_by_feed(feed)
        )

    async def _is_requested(self, tx: Tables, following: HubFollowing, now: datetime) -> bool:
        if following.asked is not None and now - following.asked < VERIFICATION_TIMEOUT:
            return True
        return await tx.deliveries.is_planned(DeliveryKind.REQUEST, following.id)

    async def _leave(self, tx: Tables, following: HubFollowing, now: datetime) -> None:
        if following.asked is None:  # the hub never got a request for it
            await tx.websub_following.delete(following.id)
            return
        await tx.websub_following.set_intent(following.id, SubscriptionIntent.UNSUBSCRIBE)
        await self._request(tx, following, now)

    async def _request(self, tx: Tables, following: HubFollowing, due: datetime) -> None:
        """Enqueue a request to the hub, due at `due`, superseding a planned one."""
        now = self._clock()
        await tx.deliveries.enqueue(
            Delivery(
                activity=self._ids.new(now),
                kind=DeliveryKind.REQUEST,
                inbox=following.hub,
                host=authority_of(following.hub),
                object=following.id,
                due=due,
                changed=now,
            )
        )

    # called by hubs

    async def confirm(self, id: str, *, mode: str, topic: str, challenge: str, lease_seconds: str) -> str | None:
        """Verify intent for a hub: return its challenge if we requested this, else None (§5.3)."""
        following = await self._store.websub_following.find(id)
        if (
            following is None
            or topic != following.topic
            or not challenge
            or not self._was_requested_recently(following)
        ):
            return None
        if mode != following.wish.value:
            return None
        if following.wish is SubscriptionIntent.UNSUBSCRIBE:
            await self._store.transaction(lambda tx: tx.websub_following.delete(id))
            log.info("hub subscription ended", feed=following.feed, hub=following.hub)
            return challenge
        await self._store.transaction(lambda tx: self._begin(tx, following, _lease(lease_seconds)))
        log.info("hub subscription confirmed", feed=following.feed, hub=following.hub)
        return challenge

    def _was_requested_recently(self, following: HubFollowing) -> bool:
        return following.asked is not None and self._clock() - following.asked < VERIFICATION_TIMEOUT

    async def _begin(self, tx: Tables, following: HubFollowing, lease: timedelta) -> None:
        now = self._clock()
        await tx.websub_following.confirm(following.id, until=now + lease, now=now)
        await self._request(tx, following, now + lease * RENEWAL_FRACTION)

    async def deny(self, id: str, *, topic: str) -> bool:
        """Record that a hub denied a subscription (§5.2) and retry a day later; False if there is no such subscription."""
        following = await self._store.websub_following.find(id)
        if following is None or topic != following.topic:
            return False

        async def body(tx: Tables) -> None:
            await tx.websub_following.set_ended(id)
            if following.wish is SubscriptionIntent.SUBSCRIBE:
                await self._request(tx, following, self._clock() + VERIFICATION_TIMEOUT)

        await self._store.transaction(body)
        log.info("hub subscription denied", feed=following.feed, hub=following.hub)
        return True

    async def is_wanted(self, id: str) -> bool:
        """Whether this callback belongs to a wanted subscription."""
        following = await self._store.websub_following.find(id)
        return following is not None and following.wish is SubscriptionIntent.SUBSCRIBE

    async def receive(self, id: str, body: bytes, media_type: str, signature: str) -> None:
        """Process a pushed document. An invalid signature is ignored without telling the sender (§7.1)."""
        following = await self._store.websub_following.find(id)
        if following is None or following.wish is not SubscriptionIntent.SUBSCRIBE:
            return
        if not is_signed(body, following.secret, signature):
            log.info("push signature invalid", feed=following.feed, hub=following.hub)
            return
        await self._received(following.feed, body, media_type)
        await self._store.transaction(lambda tx: tx.websub_following.set_heard(id, self._clock()))

    async def prune(self, tx: Tables) -> None:
        """Delete ended subscriptions that the hub never confirmed."""
        now = self._clock()
        await tx.websub_following.prune(asked=now - VERIFICATION_TIMEOUT, now=now)

    # called by the sender

    async def asked(self, tx: Tables, following: HubFollowing, at: datetime) -> None:
        """Record that a hub accepted our request; it is repeated unless the hub verifies it in time."""
        now = await tx.websub_following.find(following.id)
        if now is None or now.wish is not following.wish or now.wish is SubscriptionIntent.UNSUBSCRIBE:
            return
        if now.confirmed is None or now.confirmed < at:
            await self._request(tx, now, self._clock() + VERIFICATION_TIMEOUT)


class SubscriptionRequestSender:
    """Sends our subscription requests to a hub."""

    def __init__(self, store: Store, transport: Transport, urls: Urls, clock: Clock, subscriber: Subscriber) -> None:
        self._store, self._transport, self._urls, self._clock = store, transport, urls, clock
        self._subscriber = subscriber

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - nothing is signed
        following = await self._store.websub_following.find(delivery.object)
        if following is None:
            return SendResult(
                attempt=Attempt(status=None, answer="no longer wanted", permanent=True), outcome=DeliveryOutcome.FAILED
            )
        at = self._clock()
        await self._store.transaction(lambda tx: tx.websub_following.set_asked(following.id, at))
        attempt, _ = await post_to_hub(self._transport, following.hub, self._form(following), self._clock)
        outcome = outcome_of_push(attempt)
        if outcome is not DeliveryOutcome.DELIVERED:
            return SendResult(attempt=attempt, outcome=outcome)

        async def effect(tx: Tables) -> None:
            await self._subscriber.asked(tx, following, at)

        return SendResult(attempt=attempt, outcome=outcome, effect=effect)

    def _form(self, following: HubFollowing) -> dict[str, str]:
        form = {
            "hub.mode": following.wish.value,
            "hub.topic": following.topic,
            "hub.callback": self._urls.hub_callback(following.id),
        }
        if following.wish is SubscriptionIntent.SUBSCRIBE:
            form |= {"hub.secret": following.secret, "hub.lease_seconds": str(int(DEFAULT_LEASE.total_seconds()))}
        return form


def _lease(text: str) -> timedelta:
    """Return the lease that a hub grants, within limits; the requested one if it names none."""
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_LEASE
    return min(max(timedelta(seconds=int(text[:MAX_DIGITS])), MIN_LEASE), MAX_LEASE)
