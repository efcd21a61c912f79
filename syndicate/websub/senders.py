"""Bring feeds to who has subscribed (WebSub §7), and the news that there are some to hubs that are not ours."""

from datetime import timedelta
from urllib.parse import urlencode

import structlog

from syndicate.clock import Clock
from syndicate.delivery.attempt import send_request
from syndicate.delivery.retry import Attempt, DeliveryOutcome, outcome_of
from syndicate.delivery.worker import SendResult
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery
from syndicate.storage.subscriptions import Subscription
from syndicate.transport.message import DELIVERY, Headers, Request, Response, Transport
from syndicate.urls import join
from syndicate.websub.signature import HEADER, sign
from syndicate.websub.topics import TopicDocument, Topics

log = structlog.get_logger()

DROPPED_AFTER = timedelta(days=7)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
MOVED = frozenset({307, 308})
MOST_MOVES = 3


class PushSender:
    """Brings a feed as it is at that moment, so that who hears late hears the newest. `hub` is our own address."""

    def __init__(self, store: Store, transport: Transport, topics: Topics, clock: Clock, *, hub: str) -> None:
        self._store, self._transport, self._topics, self._clock = store, transport, topics, clock
        self._hub = hub

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - signed in its own way
        subscription = await self._store.subscriptions.find(delivery.object, delivery.inbox)
        if subscription is None or subscription.lease_until <= self._clock():
            return _needless("nobody is subscribed any more")
        document = await self._topics.document(delivery.object)
        if document is None:
            return _needless("there is no such feed any more")
        request = Request(
            method="POST",
            url=subscription.callback,
            headers=self._headers(subscription, document),
            body=document.body,
            budget=DELIVERY,
        )
        met, _ = await send_request(self._transport, request, self._clock)
        fate = judge_push(met)

        async def effect(tx: Tables) -> None:
            await self._note(tx, subscription, met, fate)

        return SendResult(attempt=met, outcome=fate, effect=effect)

    def _headers(self, subscription: Subscription, document: TopicDocument) -> Headers:
        headers: Headers = (
            ("Content-Type", document.media_type),
            ("Link", f'<{self._hub}>; rel="hub", <{subscription.topic}>; rel="self"'),
        )
        if subscription.secret:  # without one there must be no signature (§7.1)
            headers += ((HEADER, sign(document.body, subscription.secret)),)
        return headers

    async def _note(self, tx: Tables, subscription: Subscription, met: Attempt, fate: DeliveryOutcome) -> None:
        now, topic, callback = self._clock(), subscription.topic, subscription.callback
        failing_since = subscription.failing_since or now
        if fate is DeliveryOutcome.GONE or (
            fate is not DeliveryOutcome.DELIVERED and now - failing_since >= DROPPED_AFTER
        ):
            await tx.subscriptions.delete(topic, callback)
            log.info("subscription dropped", topic=topic, host=subscription.host, status=met.status)
        else:
            await tx.subscriptions.save_attempt(topic, callback, status=met.status, answer=met.answer, now=now)


def judge_push(met: Attempt) -> DeliveryOutcome:
    """2xx is taken, 410 ends the subscription, and everything else (redirects too) is tried again (§7)."""
    if met.permanent:
        return DeliveryOutcome.FAILED
    if met.status is not None and 200 <= met.status < 300:
        return DeliveryOutcome.DELIVERED
    return DeliveryOutcome.GONE if met.status == 410 else DeliveryOutcome.AGAIN


class PingSender:
    """Tells a hub that is not ours that a feed has changed. Some want it said in one way, some in the other."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport, self._clock = transport, clock

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - nothing is signed
        form = {"hub.mode": "publish", "hub.url": delivery.object, "hub.topic": delivery.object}
        met, _ = await post_to_hub(self._transport, delivery.inbox, form, self._clock)
        return SendResult(attempt=met, outcome=outcome_of(met))


async def post_to_hub(
    transport: Transport, hub: str, form: dict[str, str], clock: Clock
) -> tuple[Attempt, Response | None]:
    """A form to a hub, which may have moved (§5.1): each place is judged by the transport like the first."""
    body = urlencode(form).encode()
    for _ in range(MOST_MOVES):
        request = Request(method="POST", url=hub, headers=FORM, body=body, budget=DELIVERY)
        met, response = await send_request(transport, request, clock)
        if response is None or response.status not in MOVED:
            return met, response
        hub = join(hub, response.headers.get("Location", ""))
    return Attempt(status=None, answer="the hub leads on and on"), None


def _needless(why: str) -> SendResult:
    return SendResult(attempt=Attempt(status=None, answer=why, permanent=True), outcome=DeliveryOutcome.FAILED)
