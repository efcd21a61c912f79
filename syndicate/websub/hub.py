"""The hub: accepts subscription requests within limits and enqueues their verification (WebSub §5).

The form of a request comes in; a stored request and a delivery of the kind `intent`, which asks the callback, go out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.errors import AddressDenied, SubscriptionRefused, TooManyRequests
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.subscriptions import RequestMode, SubscriptionRequest
from syndicate.transport.url import parse_url
from syndicate.websub.topics import Topics

log = structlog.get_logger()

DAY_SECONDS = 24 * 60 * 60
MIN_LEASE = 1 * DAY_SECONDS
DEFAULT_LEASE = 10 * DAY_SECONDS
MAX_LEASE = 30 * DAY_SECONDS
MAX_SECRET_BYTES = 199
MAX_PENDING_PER_HOST = 10
MAX_REQUESTS_PER_HOST_AND_HOUR = 120
MAX_SUBSCRIPTIONS_PER_HOST = 50
MAX_SUBSCRIPTIONS = 10_000
MAX_PENDING = 1_000
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class HubRequest:
    """A subscription request, parsed and within limits."""

    mode: RequestMode
    topic: str
    callback: str
    host: str
    secret: str
    lease_seconds: int


def parse_request(form: Sequence[tuple[str, str]], *, allow_private: bool) -> HubRequest:
    """Parse a subscription request; unknown parameters are ignored (§5.1). Raises SubscriptionRefused."""
    fields = first_values(form)
    mode, topic, callback = (_required(fields, name) for name in ("hub.mode", "hub.topic", "hub.callback"))
    if mode not in (RequestMode.SUBSCRIBE, RequestMode.UNSUBSCRIBE):
        raise SubscriptionRefused("websub.mode", "hub.mode: subscribe, unsubscribe or publish")
    try:
        url = parse_url(callback, allow_private=allow_private)
    except AddressDenied as error:
        raise SubscriptionRefused("websub.callback", f"hub.callback: {error}") from error
    secret = fields.get("hub.secret", "")
    if len(secret.encode("utf-8", "surrogatepass")) > MAX_SECRET_BYTES:
        raise SubscriptionRefused("websub.secret", "hub.secret: has to be less than 200 bytes long")
    return HubRequest(
        mode=RequestMode(mode),
        topic=topic,
        callback=callback,
        host=url.raw_host or "",
        secret=secret,
        lease_seconds=_lease(fields.get("hub.lease_seconds", "")),
    )


def first_values(form: Sequence[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in form:
        fields.setdefault(name, value)
    return fields


def _required(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise SubscriptionRefused("websub.missing", f"{name}: is missing")
    return value


def _lease(text: str) -> int:
    """Return the requested lease in seconds, between one day and thirty. No lease is unlimited (§5.1)."""
    if not text:
        return DEFAULT_LEASE
    if not (text.isascii() and text.isdigit()):
        raise SubscriptionRefused("websub.lease", "hub.lease_seconds: is not a number")
    asked = int(text[:MAX_DIGITS])
    return min(max(asked, MIN_LEASE), MAX_LEASE)


class Hub:
    """Handles requests. `on_publish` is called when a publisher says that a topic has changed."""

    def __init__(
        self, store: Store, topics: Topics, clock: Clock, *, allow_private: bool, on_publish: Callable[[], None]
    ) -> None:
        self._store, self._topics, self._clock = store, topics, clock
        self._allow_private, self._on_publish = allow_private, on_publish
        self._ids = IdsInOrder()

    async def handle_request(self, form: Sequence[tuple[str, str]]) -> None:
        """Store a request; it is verified later. Raises SubscriptionRefused, TooManyRequests."""
        if first_values(form).get("hub.mode") == "publish":
            await self._handle_publish(form)
            return
        asked = parse_request(form, allow_private=self._allow_private)
        await self._require_ours(asked.topic)
        await self._store.transaction(lambda tx: self._enqueue(tx, asked))
        log.debug("subscription requested", mode=asked.mode.value, topic=asked.topic, host=asked.host)

    async def _handle_publish(self, form: Sequence[tuple[str, str]]) -> None:
        """Handle `hub.mode=publish`, which predates the standard: `hub.url`, once or several times, or `hub.topic`."""
        topics = [value for name, value in form if name in ("hub.url", "hub.topic")]
        if not topics:
            raise SubscriptionRefused("websub.missing", "hub.url: is missing")
        for topic in topics:
            await self._require_ours(topic)
        self._on_publish()

    async def _require_ours(self, topic: str) -> None:
        if not await self._topics.has(topic):
            raise SubscriptionRefused("websub.topic", "hub.topic: is not the address of a feed of this blog")

    async def _enqueue(self, tx: Tables, asked: HubRequest) -> None:
        now = self._clock()
        await self._require_capacity(tx, asked)
        request = SubscriptionRequest(
            id=self._ids.new(now),
            mode=asked.mode,
            topic=asked.topic,
            callback=asked.callback,
            host=asked.host,
            secret=asked.secret,
            lease_seconds=asked.lease_seconds,
            asked=now,
        )
        await tx.subscriptions.save_request(request)
        await tx.deliveries.enqueue(intent(request))

    async def _require_capacity(self, tx: Tables, asked: HubRequest) -> None:
        """Limit requests per host and in total, so that nobody can make us flood a server or fill the table."""
        lately, waiting, coming = await tx.subscriptions.count_requests(asked.host, self._clock() - timedelta(hours=1))
        if waiting >= MAX_PENDING_PER_HOST or lately >= MAX_REQUESTS_PER_HOST_AND_HOUR:
            raise TooManyRequests("websub.waiting")
        if await tx.subscriptions.count_waiting_requests() >= MAX_PENDING:
            raise TooManyRequests("websub.busy")
        if asked.mode is RequestMode.UNSUBSCRIBE or await tx.subscriptions.find(asked.topic, asked.callback):
            return
        if await tx.subscriptions.count_by_host(asked.host) + coming >= MAX_SUBSCRIPTIONS_PER_HOST:
            raise TooManyRequests("websub.host-full")
        if await tx.subscriptions.count() >= MAX_SUBSCRIPTIONS:
            raise TooManyRequests("websub.full")


def intent(request: SubscriptionRequest) -> Delivery:
    """Return the delivery that verifies a request with its callback, or notifies it of a denial."""
    return Delivery(
        activity=request.id,
        kind=DeliveryKind.INTENT,
        inbox=request.callback,
        host=authority_of(request.callback),
        object=request.id,  # one per request: a forged request must not supersede another
        due=request.asked,
        changed=request.asked,
    )
