"""Verifies the intent of a subscriber by a challenge to its callback (WebSub §5.3).

A stored request comes in; the subscription is created or deleted if the callback confirms it. Each challenge is random,
used once and never stored. A failed verification changes no subscription.
"""

import hmac
import secrets
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import structlog

from syndicate.clock import Clock
from syndicate.delivery.attempt import send_request
from syndicate.delivery.retry import Attempt, DeliveryOutcome, outcome_of
from syndicate.delivery.worker import SendResult
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery
from syndicate.storage.subscriptions import RequestMode, RequestOutcome, Subscription, SubscriptionRequest
from syndicate.transport.message import ExchangeBudget, Request, Response, Transport
from syndicate.websub.topics import Topics

log = structlog.get_logger()

VERIFICATION = ExchangeBudget(connect=5, total=10, wire=4096, decoded=4096)
CHALLENGE_BYTES = 32
MAX_ATTEMPTS = 3
NO_SUCH_TOPIC = "the feed no longer exists"


class IntentVerificationSender:
    def __init__(self, store: Store, transport: Transport, topics: Topics, clock: Clock) -> None:
        self._store, self._transport, self._topics, self._clock = store, transport, topics, clock

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:  # noqa: ARG002 - nothing is signed
        request = await self._store.subscriptions.find_request(delivery.activity)
        if request is None or request.outcome is not RequestOutcome.WAITING:
            return _obsolete("this request is no longer pending")
        version = await self._topics.version(request.topic) or ""
        if not version and request.mode is RequestMode.SUBSCRIBE:
            request = replace(request, mode=RequestMode.DENIED)
        if request.mode is RequestMode.DENIED:
            return await self._deny(request, delivery.attempts + 1)
        return await self._verify(request, version, delivery.attempts + 1)

    async def _verify(self, request: SubscriptionRequest, version: str, attempts: int) -> SendResult:
        challenge = secrets.token_urlsafe(CHALLENGE_BYTES)
        parameters = {"hub.mode": request.mode.value, "hub.topic": request.topic, "hub.challenge": challenge}
        if request.mode is RequestMode.SUBSCRIBE:
            parameters["hub.lease_seconds"] = str(request.lease_seconds)
        attempt, response = await self._request(request.callback, parameters)
        if response is not None and _confirms(response, challenge):

            async def effect(tx: Tables) -> None:
                await self._perform(tx, request, version)

            log.info("subscription verified", mode=request.mode.value, topic=request.topic, host=request.host)
            return SendResult(attempt=attempt, outcome=DeliveryOutcome.DELIVERED, effect=effect)
        if outcome_of(attempt) is DeliveryOutcome.AGAIN and attempts < MAX_ATTEMPTS:
            return SendResult(attempt=attempt, outcome=DeliveryOutcome.AGAIN)
        log.info("subscription not verified", mode=request.mode.value, topic=request.topic, host=request.host)
        return SendResult(
            attempt=replace(attempt, answer=attempt.answer or "did not answer with the challenge"),
            outcome=DeliveryOutcome.FAILED,
            effect=lambda tx: tx.subscriptions.complete_request(request.id, RequestOutcome.FAILED),
        )

    async def _perform(self, tx: Tables, request: SubscriptionRequest, version: str) -> None:
        now = self._clock()
        if request.mode is RequestMode.UNSUBSCRIBE:
            await tx.subscriptions.delete(request.topic, request.callback)
        else:
            await tx.subscriptions.add_topic(request.topic, version)
            await tx.subscriptions.save(
                Subscription(
                    topic=request.topic,
                    callback=request.callback,
                    host=request.host,
                    secret=request.secret,
                    since=now,
                    lease_until=now + timedelta(seconds=request.lease_seconds),
                )
            )
        await tx.subscriptions.complete_request(request.id, RequestOutcome.VERIFIED)

    async def _deny(self, request: SubscriptionRequest, attempts: int) -> SendResult:
        """Notify a subscriber that its subscription was denied (§5.2), with few retries."""
        parameters = {"hub.mode": "denied", "hub.topic": request.topic, "hub.reason": NO_SUCH_TOPIC}
        attempt, response = await self._request(request.callback, parameters)
        if response is None and outcome_of(attempt) is DeliveryOutcome.AGAIN and attempts < MAX_ATTEMPTS:
            return SendResult(attempt=attempt, outcome=DeliveryOutcome.AGAIN)
        return SendResult(
            attempt=attempt,
            outcome=DeliveryOutcome.DELIVERED if response is not None else DeliveryOutcome.FAILED,
            effect=lambda tx: tx.subscriptions.complete_request(request.id, RequestOutcome.FAILED),
        )

    async def _request(self, callback: str, parameters: dict[str, str]) -> tuple[Attempt, Response | None]:
        request = Request(url=with_parameters(callback, parameters), budget=VERIFICATION)
        return await send_request(self._transport, request, self._clock)


def with_parameters(callback: str, parameters: dict[str, str]) -> str:
    """Return the callback unchanged, with parameters appended to its own (§5.3)."""
    return f"{callback}{'&' if '?' in callback else '?'}{urlencode(parameters)}"


def _confirms(response: Response, challenge: str) -> bool:
    return 200 <= response.status < 300 and hmac.compare_digest(response.body, challenge.encode())


def _obsolete(why: str) -> SendResult:
    return SendResult(attempt=Attempt(status=None, answer=why, permanent=True), outcome=DeliveryOutcome.FAILED)
