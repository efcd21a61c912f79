"""A push is exactly the document, whatever that is, and an answer means what the standard says."""

from datetime import timedelta

import pytest

from syndicate.delivery.retry import Attempt, DeliveryOutcome
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.subscriptions import Subscription
from syndicate.transport.message import Request, Response
from syndicate.websub.intent_verification import with_parameters
from syndicate.websub.senders import MAX_REDIRECTS, PingSender, PushSender, outcome_of_push
from syndicate.websub.topics import TopicDocument
from tests.clocks import FakeClock
from tests.wire import Wire

TOPIC, CALLBACK = "https://blog.example/topic", "https://reader.example/callback"


class OneTopic:
    """A topic with any content."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self._document = TopicDocument(body=body, media_type=media_type, version="1")

    async def has(self, topic: str) -> bool:
        return topic == TOPIC

    async def version(self, topic: str) -> str | None:
        return "1"

    async def document(self, topic: str) -> TopicDocument | None:
        return self._document


def push(clock: FakeClock) -> Delivery:
    return Delivery(
        activity="push",
        kind=DeliveryKind.WEBSUB,
        inbox=CALLBACK,
        host="reader.example",
        object=TOPIC,
        due=clock(),
        changed=clock(),
    )


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/plain", b"Just words.\r\n"),
        ("text/html; charset=utf-8", "<p>Wörter".encode()),
        ("application/json", b'{"a": [1]}'),
        ("application/rss+xml; charset=UTF-8", b"<rss/>"),
    ],
)
async def test_content_of_any_type_is_sent_as_it_is(
    store: Store, wire: Wire, clock: FakeClock, media_type: str, body: bytes
) -> None:
    """websub.rocks, hub 105 and 106."""

    async def answer(request: Request) -> Response:
        return Response(status=202, headers={}, url=request.url)

    wire.connect_server("reader.example", answer)

    async def subscribe(tx: Tables) -> None:
        until = clock() + timedelta(days=1)
        await tx.subscriptions.save(
            Subscription(
                topic=TOPIC, callback=CALLBACK, host="reader.example", secret="", since=clock(), lease_until=until
            )
        )

    await store.transaction(subscribe)
    sender = PushSender(store, wire, OneTopic(body, media_type), clock, hub="https://blog.example/websub")
    carried = await sender.send(push(clock), "")
    assert carried.outcome is DeliveryOutcome.DELIVERED
    [request] = wire.log
    assert (request.method, request.url, request.body) == ("POST", CALLBACK, body)
    assert request.headers == (
        ("Content-Type", media_type),
        ("Link", '<https://blog.example/websub>; rel="hub", <https://blog.example/topic>; rel="self"'),
    )


async def test_what_nobody_is_subscribed_to_is_not_sent(store: Store, wire: Wire, clock: FakeClock) -> None:
    sender = PushSender(store, wire, OneTopic(b"", "text/plain"), clock, hub="https://blog.example/websub")
    assert (await sender.send(push(clock), "")).outcome is DeliveryOutcome.FAILED
    assert wire.log == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_taken(status: int) -> None:
    assert outcome_of_push(Attempt(status=status)) is DeliveryOutcome.DELIVERED


@pytest.mark.parametrize("status", [None, 100, 301, 302, 307, 308, 400, 403, 404, 405, 429, 500, 501, 503])
def test_everything_else_is_tried_again(status: int | None) -> None:
    assert outcome_of_push(Attempt(status=status)) is DeliveryOutcome.AGAIN


def test_410_ends_it_and_where_we_do_not_go_we_do_not_go() -> None:
    assert outcome_of_push(Attempt(status=410)) is DeliveryOutcome.GONE
    assert outcome_of_push(Attempt(status=None, permanent=True)) is DeliveryOutcome.FAILED


@pytest.mark.parametrize(
    ("callback", "asked"),
    [
        ("https://r.example/c", "https://r.example/c?hub.mode=denied&hub.topic=https%3A%2F%2Fa%2F"),
        ("https://r.example/c?", "https://r.example/c?&hub.mode=denied&hub.topic=https%3A%2F%2Fa%2F"),
        ("https://r.example/c?a=b%26c", "https://r.example/c?a=b%26c&hub.mode=denied&hub.topic=https%3A%2F%2Fa%2F"),
        ("https://r.example/?a=b&", "https://r.example/?a=b&&hub.mode=denied&hub.topic=https%3A%2F%2Fa%2F"),
    ],
)
def test_what_is_asked_stands_behind_the_callbacks_own_query(callback: str, asked: str) -> None:
    assert with_parameters(callback, {"hub.mode": "denied", "hub.topic": "https://a/"}) == asked


async def test_a_hub_that_leads_on_and_on_is_left(wire: Wire, clock: FakeClock) -> None:
    async def answer(request: Request) -> Response:
        return Response(status=307, headers={"Location": f"{request.url}x"}, url=request.url)

    wire.connect_server("hub.example", answer)
    delivery = Delivery(
        activity="ping",
        kind=DeliveryKind.PING,
        inbox="https://hub.example/",
        host="hub.example",
        object=TOPIC,
        due=clock(),
        changed=clock(),
    )
    assert (await PingSender(wire, clock).send(delivery, "")).outcome is DeliveryOutcome.AGAIN
    assert len(wire.log) == MAX_REDIRECTS
