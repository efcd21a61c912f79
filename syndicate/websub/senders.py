"""Senders that push feeds to subscribers (WebSub §7) and notify other hubs of changed feeds."""

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

MAX_FAILING_TIME = timedelta(days=7)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
REDIRECT_STATUSES = frozenset({307, 308})
MAX_REDIRECTS = 3


class PushSender:
    """Sends the feed as it is at that moment, so a late delivery has the newest content. `hub` is our own address."""

    def __init__(self, store: Store, transport: Transport, topics: Topics, clock: Clock, *, hub: str) -> None:
        self._store, self._transport, self._topics, self._clock = store, transport, topics, clock
        self._hub = hub

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - signed by HMAC instead
        subscription = await self._store.subscriptions.find(delivery.object, delivery.inbox)
        if subscription is None or subscription.lease_until <= self._clock():
            return _obsolete("the subscription has ended")
        document = await self._topics.document(delivery.object)
        if document is None:
            return _obsolete("the feed no longer exists")
        request = Request(
            method="POST",
            url=subscription.callback,
            headers=self._headers(subscription, document),
            body=document.body,
            budget=DELIVERY,
        )
        attempt, _ = await send_request(self._transport, request, self._clock)
        outcome = outcome_of_push(attempt)

        async def effect(tx: Tables) -> None:
            await self._record(tx, subscription, attempt, outcome)

        return SendResult(attempt=attempt, outcome=outcome, effect=effect)

    def _headers(self, subscription: Subscription, document: TopicDocument) -> Headers:
        headers: Headers = (
            ("Content-Type", document.media_type),
            ("Link", f'<{self._hub}>; rel="hub", <{subscription.topic}>; rel="self"'),
        )
        if subscription.secret:  # without one there must be no signature (§7.1)
            headers += ((HEADER, sign(document.body, subscription.secret)),)
        return headers

    async def _record(self, tx: Tables, subscription: Subscription, attempt: Attempt, outcome: DeliveryOutcome) -> None:
        now, topic, callback = self._clock(), subscription.topic, subscription.callback
        failing_since = subscription.failing_since or now
        if outcome is DeliveryOutcome.GONE or (
            outcome is not DeliveryOutcome.DELIVERED and now - failing_since >= MAX_FAILING_TIME
        ):
            await tx.subscriptions.delete(topic, callback)
            log.info("subscription dropped", topic=topic, host=subscription.host, status=attempt.status)
        else:
            await tx.subscriptions.save_attempt(topic, callback, status=attempt.status, answer=attempt.answer, now=now)


def outcome_of_push(attempt: Attempt) -> DeliveryOutcome:
    """Return what an attempt means: 2xx is success, 410 ends the subscription, and everything else is retried (§7)."""
    if attempt.permanent:
        return DeliveryOutcome.FAILED
    if attempt.status is not None and 200 <= attempt.status < 300:
        return DeliveryOutcome.DELIVERED
    return DeliveryOutcome.GONE if attempt.status == 410 else DeliveryOutcome.AGAIN


class PingSender:
    """Notifies another hub that a feed has changed. Some hubs read `hub.url`, others `hub.topic`."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport, self._clock = transport, clock

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - nothing is signed
        form = {"hub.mode": "publish", "hub.url": delivery.object, "hub.topic": delivery.object}
        attempt, _ = await post_to_hub(self._transport, delivery.inbox, form, self._clock)
        return SendResult(attempt=attempt, outcome=outcome_of(attempt))


async def post_to_hub(
    transport: Transport, hub: str, form: dict[str, str], clock: Clock
) -> tuple[Attempt, Response | None]:
    """Post a form to a hub and follow its redirects (§5.1); the transport checks each address."""
    body = urlencode(form).encode()
    for _ in range(MAX_REDIRECTS):
        request = Request(method="POST", url=hub, headers=FORM, body=body, budget=DELIVERY)
        attempt, response = await send_request(transport, request, clock)
        if response is None or response.status not in REDIRECT_STATUSES:
            return attempt, response
        hub = join(hub, response.headers.get("Location", ""))
    return Attempt(status=None, answer="the hub redirects too often"), None


def _obsolete(why: str) -> SendResult:
    return SendResult(attempt=Attempt(status=None, answer=why, permanent=True), outcome=DeliveryOutcome.FAILED)
