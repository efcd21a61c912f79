"""Readers who subscribe to the hub are sent the feeds when they change (WebSub)."""

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import AddressDenied, TooManyRequests
from syndicate.model.post import Term, TermKind
from syndicate.storage import Tables
from syndicate.storage.deliveries import DeliveryKind
from syndicate.storage.subscriptions import RequestMode, SubscriptionRequest
from syndicate.transport.message import Request, Response
from syndicate.web import keys
from syndicate.websub.hub import (
    MAX_PENDING,
    MAX_PENDING_PER_HOST,
    MAX_REQUESTS_PER_HOST_AND_HOUR,
    MAX_SUBSCRIPTIONS_PER_HOST,
)
from syndicate.websub.publisher import PushTargets, PushWorker
from tests.clocks import FakeClock
from tests.instances import Answer, RunningInstance, running_instance
from tests.peer import Peer
from tests.subscriber import FakeSubscriber
from tests.wire import Wire

BASE = "https://blog.example"
HUB = f"{BASE}/websub"
FEED = f"{BASE}/feed/"
COMMENTS = f"{BASE}/comments/feed/"
FORMATS = ("feed/", "feed/atom/", "feed/json/")
DAY_SECONDS = 24 * 60 * 60
GARDEN = Term(kind=TermKind.CATEGORY, slug="garden", name="Garden")


@pytest.fixture
def reader(wire: Wire) -> FakeSubscriber:
    return FakeSubscriber(wire)


async def subscribed(instance: RunningInstance, reader: FakeSubscriber, topic: str = FEED, **more: Any) -> None:
    """Somebody has subscribed, and means it."""
    assert (await reader.ask(topic, **more)).status == 202
    await instance.settle()
    assert reader.asked[-1]["hub.topic"] == topic


async def publish(instance: RunningInstance, title: str = "News") -> None:
    instance.clock.advance(seconds=2)
    await instance.publish(title)
    await instance.settle()


def parameters(request: Request) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


async def callbacks(instance: RunningInstance) -> list[tuple[str, str]]:
    return [(found.topic, found.callback) for found in await instance.store.subscriptions.list_all(100)]


def announced(response: Response) -> tuple[int, str]:
    """Status and words of a refusal, which has to be text."""
    assert response.headers["Content-Type"].startswith("text/plain")
    return response.status, response.body.decode()


# subscribing


async def test_a_typical_subscriber_is_verified_and_sent_the_feed(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    """websub.rocks, hub 100."""
    assert (await reader.ask(FEED)).status == 202
    assert reader.asked == []  # verified later, and not while it waits for its answer
    await instance.settle()
    [query] = reader.asked
    assert (query["hub.mode"], query["hub.topic"]) == ("subscribe", FEED)
    assert query["hub.lease_seconds"] == str(10 * DAY_SECONDS)
    assert len(query["hub.challenge"]) >= 43  # 256 bits in base64
    assert reader.pushed == []
    await publish(instance)
    [push] = reader.pushed
    served = await instance.get("/feed/", accept="*/*")
    assert push.url == reader.callback
    assert push.body == served.body
    assert b"News" in (push.body or b"")
    headers = dict(push.headers)
    assert headers["Content-Type"] == served.headers["Content-Type"]
    assert headers["Link"] == f'<{HUB}>; rel="hub", <{FEED}>; rel="self"'
    assert [name for name, _ in push.headers].count("Link") == 1


async def test_a_subscriber_with_a_secret_gets_a_signature_that_is_right(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    """websub.rocks, hub 101."""
    await subscribed(instance, reader, secret="Ein Geheimnis, 茶")
    await publish(instance)
    [push] = reader.pushed
    expected = hmac.new("Ein Geheimnis, 茶".encode(), push.body or b"", "sha256").hexdigest()
    assert dict(push.headers)["X-Hub-Signature"] == f"sha256={expected}"


async def test_a_subscriber_without_a_secret_gets_no_signature(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader)
    await publish(instance)
    [push] = reader.pushed
    assert "x-hub-signature" not in {name.lower() for name, _ in push.headers}


async def test_parameters_that_the_hub_does_not_know_are_ignored(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    """websub.rocks, hub 102."""
    form = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.callback": reader.callback}
    assert (await reader.post(form | {"foo": "bar", "hub.foo": "hub.bar", "hub.verify": "sync"})).status == 202
    await instance.settle()
    assert set(reader.asked[0]) == {"hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"}
    assert await callbacks(instance) == [(FEED, reader.callback)]


async def test_who_subscribes_again_before_the_end_is_extended_and_not_doubled(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    """websub.rocks, hub 103."""
    await subscribed(instance, reader, secret="first")
    instance.clock.advance(days=6)
    await subscribed(instance, reader, secret="second")
    [found] = await instance.store.subscriptions.list_all(100)
    assert found.lease_until == instance.clock() + timedelta(days=10)
    assert found.since == instance.clock() - timedelta(days=6)
    await publish(instance)
    [push] = reader.pushed
    expected = hmac.new(b"second", push.body or b"", "sha256").hexdigest()
    assert dict(push.headers)["X-Hub-Signature"] == f"sha256={expected}"
    assert await instance.store.subscriptions.count() == 1


async def test_an_unsubscription_is_verified_and_ends_the_pushes(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    """websub.rocks, hub 104."""
    await subscribed(instance, reader)
    await subscribed(instance, reader, mode="unsubscribe")
    assert (reader.asked[-1]["hub.mode"], reader.asked[-1]["hub.topic"]) == ("unsubscribe", FEED)
    assert await callbacks(instance) == []
    await publish(instance)
    assert reader.pushed == []
    assert await instance.store.subscriptions.count() == 0


@pytest.mark.parametrize("suffix", FORMATS)
async def test_each_format_is_sent_as_it_is_served(
    instance: RunningInstance, reader: FakeSubscriber, suffix: str
) -> None:
    """websub.rocks, hub 106: whatever the content is, it goes as it is, under its own type."""
    await subscribed(instance, reader, f"{BASE}/{suffix}")
    await publish(instance)
    [push] = reader.pushed
    served = await instance.get(f"/{suffix}", accept="*/*")
    assert push.body == served.body
    assert dict(push.headers)["Content-Type"] == served.headers["Content-Type"]


async def test_a_topic_may_come_percent_encoded(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await instance.publish("Tea", terms=(Term(kind=TermKind.TAG, slug="茶", name="茶"),))
    topic = f"{BASE}/tag/%E8%8C%B6/feed/"
    await subscribed(instance, reader, topic)
    assert await callbacks(instance) == [(topic, reader.callback)]


async def test_feeds_of_categories_of_months_and_of_one_posts_comments_are_topics_too(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    post = await instance.publish("Hello", terms=(GARDEN,))
    for path in ("/category/garden/", "/2026/", "/2026/11/", "/author/mara-lind/", post.path):
        for suffix in FORMATS:
            assert (await instance.get(f"{path}{suffix}", accept="*/*")).status == 200
            assert (await reader.ask(f"{BASE}{path}{suffix}")).status == 202, path
        await instance.settle()
    assert await instance.store.subscriptions.count() == 15


# what the hub asks, and what it takes for an answer


async def test_the_callbacks_own_query_is_kept_and_nothing_in_it_is_replaced(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    callback = f"{reader.callback}?id=7&hub.mode=mine&x=a%20b"
    await subscribed(instance, reader, callback=callback)
    assert reader.gets[0].url.startswith(f"{callback}&hub.mode=subscribe&hub.topic=")
    assert parameters(reader.gets[0])["hub.mode"] == ["mine", "subscribe"]
    await publish(instance)
    assert reader.pushed[0].url == callback


async def test_each_question_has_a_challenge_of_its_own(instance: RunningInstance, reader: FakeSubscriber) -> None:
    for _ in range(3):
        await subscribed(instance, reader)
    assert len({query["hub.challenge"] for query in reader.asked}) == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "{}x"), (200, "{} "), (200, ""), (404, "{}"), (500, "{}"), (302, "{}"), (301, "{}"), (410, "{}")],
)
async def test_another_answer_than_the_challenge_makes_no_subscription(
    instance: RunningInstance, wire: Wire, reader: FakeSubscriber, status: int, body: str
) -> None:
    async def answer(request: Request) -> Response:
        assert request.method == "GET"
        challenge = parameters(request)["hub.challenge"][0]
        text = body.replace("{}", challenge).encode()
        return Response(status=status, headers={"Location": f"{BASE}/"}, body=text, url=request.url)

    wire.connect_server(reader.host, answer)
    await reader.ask(FEED)
    for _ in range(4):
        await instance.settle()
        instance.clock.advance(hours=1)
    assert await callbacks(instance) == []
    assert await instance.store.subscriptions.count() == 0
    await publish(instance)
    assert all(request.method == "GET" for request in wire.to(reader.host))


async def test_who_does_not_answer_is_asked_three_times(instance: RunningInstance, reader: FakeSubscriber) -> None:
    reader.is_down = True
    await reader.ask(FEED)
    for _ in range(6):
        await instance.settle()
        instance.clock.advance(minutes=30)
    assert len(reader.wire.to(reader.host)) == 3
    assert await callbacks(instance) == []


async def test_who_answers_the_second_time_is_subscribed(instance: RunningInstance, reader: FakeSubscriber) -> None:
    reader.is_down = True
    await reader.ask(FEED)
    await instance.settle()
    reader.is_down = False
    instance.clock.advance(minutes=1)
    await instance.settle()
    assert await callbacks(instance) == [(FEED, reader.callback)]


async def test_a_renewal_that_is_not_verified_leaves_everything_as_it_was(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader, secret="mine")
    [before] = await instance.store.subscriptions.list_all(100)
    instance.clock.advance(days=1)
    reader.agrees = False
    assert (await reader.ask(FEED, secret="forged")).status == 202
    await instance.settle()
    assert await instance.store.subscriptions.list_all(100) == [before]


async def test_an_unsubscription_that_the_callback_does_not_mean_has_no_effect(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader)
    reader.agrees = False
    assert (await reader.ask(FEED, mode="unsubscribe")).status == 202
    await instance.settle()
    assert await callbacks(instance) == [(FEED, reader.callback)]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", 10),
        ("1", 1),
        (str(2 * DAY_SECONDS), 2),
        (str(40 * DAY_SECONDS), 30),
        ("1000000000000", 30),
        ("9" * 500, 30),
    ],
)
async def test_a_lease_lasts_between_a_day_and_thirty(
    instance: RunningInstance, reader: FakeSubscriber, asked: str, given: int
) -> None:
    await subscribed(instance, reader, lease_seconds=asked)
    assert reader.asked[0]["hub.lease_seconds"] == str(given * DAY_SECONDS)
    [found] = await instance.store.subscriptions.list_all(100)
    assert found.lease_until == instance.clock() + timedelta(days=given)


# what the hub refuses


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hub.mode": None}, "hub.mode"),
        ({"hub.topic": None}, "hub.topic"),
        ({"hub.callback": None}, "hub.callback"),
        ({"hub.mode": "list"}, "hub.mode"),
        ({"hub.topic": "https://elsewhere.example/feed/"}, "hub.topic"),
        ({"hub.topic": "https://blog.example.evil.example/feed/"}, "hub.topic"),
        ({"hub.topic": "http://blog.example/feed/"}, "hub.topic"),
        ({"hub.topic": "/feed/"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/feed"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/rss.xml"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/feed/?x=1"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/feed/\x00"}, "The request cannot be read"),
        ({"hub.topic": f"{BASE}/tag/never/feed/"}, "hub.topic"),
        ({"hub.topic": f"{BASE}/2019/feed/"}, "hub.topic"),
        ({"hub.secret": "s" * 200}, "hub.secret"),
        ({"hub.secret": "茶" * 67}, "hub.secret"),
        ({"hub.lease_seconds": "-1"}, "hub.lease_seconds"),
        ({"hub.lease_seconds": "for ever"}, "hub.lease_seconds"),
        ({"hub.callback": "http://reader.example/callback"}, "hub.callback"),
        ({"hub.callback": "ftp://reader.example/callback"}, "hub.callback"),
        ({"hub.callback": "https://127.0.0.1/callback"}, "hub.callback"),
        ({"hub.callback": "https://[::1]/callback"}, "hub.callback"),
        ({"hub.callback": "https://10.1.2.3/callback"}, "hub.callback"),
        ({"hub.callback": "https://169.254.169.254/latest"}, "hub.callback"),
        ({"hub.callback": "https://localhost/callback"}, "hub.callback"),
        ({"hub.callback": "https://2130706433/callback"}, "hub.callback"),
        ({"hub.callback": "https://reader.example:22/callback"}, "hub.callback"),
        ({"hub.callback": "https://ann@reader.example/callback"}, "hub.callback"),
        ({"hub.callback": f"https://reader.example/{'x' * 3000}"}, "hub.callback"),
    ],
)
async def test_what_cannot_be_is_refused_in_words(
    instance: RunningInstance, reader: FakeSubscriber, change: dict[str, str | None], words: str
) -> None:
    await instance.publish("Hello")
    form: dict[str, str | None] = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.callback": reader.callback}
    sent = {name: value for name, value in (form | change).items() if value is not None}
    status, text = announced(await reader.post(sent))
    assert 400 <= status < 500
    assert text.startswith(words)
    await instance.settle()
    assert reader.asked == []


async def test_a_name_that_leads_into_our_own_network_is_not_asked(
    instance: RunningInstance, wire: Wire, reader: FakeSubscriber
) -> None:
    """What a name leads to is known only when it is asked; the guard looks each time."""

    async def denied(request: Request) -> Response:
        raise AddressDenied(f"{request.url} leads to 10.0.0.1")

    wire.connect_server("inside.example", denied)
    assert (await reader.ask(FEED, callback="https://inside.example/callback")).status == 202
    await instance.settle()
    assert await callbacks(instance) == []
    await subscribed(instance, reader)
    wire.connect_server(reader.host, denied)
    await publish(instance)
    [found] = await instance.store.subscriptions.list_all(10)
    assert "10.0.0.1" in found.answer
    assert found.failing_since == instance.clock()


async def test_a_secret_of_199_bytes_is_taken(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await subscribed(instance, reader, secret="s" * 199)
    assert len(await callbacks(instance)) == 1


async def test_feeds_of_posts_that_are_not_public_are_no_topics(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    draft = await instance.publish("Kept back", date=instance.clock() + timedelta(days=3), terms=(GARDEN,))
    for path in (draft.path, "/category/garden/"):
        assert (await reader.ask(f"{BASE}{path}feed/")).status == 400


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded; charset=latin-1", b"hub.mode=subscribe", 415),
        ("application/x-www-form-urlencoded", b"hub.mode=%ff", 400),
        ("application/x-www-form-urlencoded", b"hub.mode=\xff", 400),
        ("application/x-www-form-urlencoded", b"a=b&" * 200, 400),
        ("application/x-www-form-urlencoded", b"a" * 20_000, 413),
    ],
)
async def test_what_is_no_form_is_refused(
    instance: RunningInstance, wire: Wire, content_type: str, body: bytes, status: int
) -> None:
    request = Request(method="POST", url=HUB, headers=(("Content-Type", content_type),), body=body)
    assert announced(await wire.fetch(request))[0] == status


async def test_the_hub_is_asked_by_post(instance: RunningInstance) -> None:
    answer = await instance.get("/websub")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


async def test_one_server_can_be_asked_about_only_so_much_at_once(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    for number in range(MAX_PENDING_PER_HOST):
        assert (await reader.ask(FEED, callback=f"{reader.callback}/{number}")).status == 202
    answer = await reader.ask(FEED, callback=f"{reader.callback}/more")
    assert announced(answer)[0] == 429
    assert int(answer.headers["Retry-After"]) > 0
    await instance.settle()
    assert (await reader.ask(FEED, callback=f"{reader.callback}/more")).status == 202


async def fill(instance: RunningInstance, reader: FakeSubscriber, number: int, start: int = 0) -> list[int]:
    """Requests for so many callbacks of one server; the statuses."""
    statuses = []
    for at in range(start, start + number):
        statuses.append((await reader.ask(FEED, callback=f"{reader.callback}/{at}")).status)
        if at % MAX_PENDING_PER_HOST == MAX_PENDING_PER_HOST - 1:
            await instance.settle()
    return statuses


async def test_one_server_has_fifty_subscriptions_and_no_more(
    instance: RunningInstance, reader: FakeSubscriber, wire: Wire
) -> None:
    assert await fill(instance, reader, MAX_SUBSCRIPTIONS_PER_HOST) == [202] * MAX_SUBSCRIPTIONS_PER_HOST
    assert await fill(instance, reader, 1, start=MAX_SUBSCRIPTIONS_PER_HOST) == [429]
    assert await instance.store.subscriptions.count() == MAX_SUBSCRIPTIONS_PER_HOST
    assert (await reader.ask(FEED, callback=f"{reader.callback}/0")).status == 202  # who is there may renew
    assert (await FakeSubscriber(wire, "another.example").ask(FEED)).status in (202, 429)


async def test_a_server_that_refuses_is_not_asked_for_ever(instance: RunningInstance, reader: FakeSubscriber) -> None:
    """A stranger has us ask somebody who never subscribed, over and over."""
    reader.agrees = False
    statuses: list[int] = []
    while 429 not in statuses[-1:] and len(statuses) < 200:
        instance.clock.advance(seconds=1)
        statuses.append(await asked_from_elsewhere(instance, reader, len(statuses)))
        await instance.settle()
    assert statuses == [202] * MAX_REQUESTS_PER_HOST_AND_HOUR + [429]


async def asked_from_elsewhere(instance: RunningInstance, reader: FakeSubscriber, number: int) -> int:
    """Each time from another address, so that only what concerns the callback's server counts."""
    form = [("hub.mode", "subscribe"), ("hub.topic", FEED), ("hub.callback", f"{reader.callback}/{number}")]
    try:
        await instance.server.app[keys.HUB].handle_request(form)
    except TooManyRequests:
        return 429
    return 202


async def test_no_more_than_a_thousand_requests_wait(instance: RunningInstance, reader: FakeSubscriber) -> None:
    now = instance.clock()

    async def body(tx: Tables) -> None:
        for number in range(MAX_PENDING):
            host = f"host-{number}.example"
            await tx.subscriptions.save_request(
                SubscriptionRequest(
                    id=str(number),
                    mode=RequestMode.SUBSCRIBE,
                    topic=FEED,
                    callback=f"https://{host}/",
                    host=host,
                    asked=now,
                )
            )

    await instance.store.transaction(body)
    assert announced(await reader.ask(FEED))[0] == 429


async def test_who_asks_too_often_is_asked_to_come_back(instance: RunningInstance, reader: FakeSubscriber) -> None:
    statuses = [(await reader.ask("https://elsewhere.example/")).status for _ in range(70)]
    assert statuses[0] == 400
    assert statuses[-1] == 429


# pushing


async def test_changes_and_deletions_are_pushed_like_new_posts(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader)
    await publish(instance, "Hello")
    instance.clock.advance(seconds=2)
    await instance.publish("Hello", "Other words.")
    await instance.settle()
    instance.clock.advance(seconds=2)
    await instance.delete("hello")
    await instance.settle()
    bodies = [push.body or b"" for push in reader.pushed]
    assert len(bodies) == 3
    assert b"A few words." in bodies[0]
    assert b"Other words." in bodies[1]
    assert b"Hello" not in bodies[2]


async def test_posts_published_while_no_server_runs_are_announced_once(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await publish(instance, "Before")
    await subscribed(instance, reader)
    await instance.settle()
    assert reader.pushed == []
    await publish(instance, "After")
    await instance.settle()
    assert len(reader.pushed) == 1


async def test_comments_alone_push_no_posts_but_the_comments(
    open_instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    instance = open_instance
    post = await instance.publish("Hello")
    for topic in (FEED, COMMENTS, f"{BASE}{post.path}feed/"):
        await subscribed(instance, reader, topic)
    await ann.reply(post.uri, "<p>Well said.</p>")
    await instance.settle()
    await ann.like(post.uri)
    await instance.settle()
    assert sorted(dict(push.headers)["Link"].partition(", ")[2] for push in reader.pushed) == [
        f'<{BASE}{post.path}feed/>; rel="self"',
        f'<{COMMENTS}>; rel="self"',
    ]
    assert all(b"Well said." in (push.body or b"") for push in reader.pushed)
    assert "<slash:comments>1<" in (await instance.get("/feed/", accept="*/*")).text


async def test_a_subscriber_that_fails_is_tried_again_and_delays_nobody(
    instance: RunningInstance, wire: Wire, reader: FakeSubscriber
) -> None:
    others = [FakeSubscriber(wire, f"reader-{number}.example") for number in range(3)]
    for one in (reader, *others):
        await subscribed(instance, one)
    reader.status = 500
    others[0].is_down = True
    await publish(instance)
    assert [len(one.pushed) for one in (reader, *others)] == [1, 0, 1, 1]
    reader.status, others[0].is_down = 200, False
    await instance.settle()
    assert [len(one.pushed) for one in (reader, *others)] == [1, 0, 1, 1]  # not yet
    instance.clock.advance(minutes=1)
    await instance.settle()
    assert [len(one.pushed) for one in (reader, *others)] == [2, 1, 1, 1]
    assert all(found.failing_since is None for found in await instance.store.subscriptions.list_all(10))


async def test_a_late_delivery_has_only_the_newest_version(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await subscribed(instance, reader)
    reader.is_down = True
    await publish(instance, "First")
    reader.is_down = False
    instance.clock.advance(seconds=5)
    await instance.publish("Second")
    await instance.settle()
    instance.clock.advance(hours=1)
    await instance.settle()
    [push] = reader.pushed
    assert b"Second" in (push.body or b"")
    assert b"First" in (push.body or b"")


async def test_a_subscriber_that_says_410_is_subscribed_no_longer(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader)
    reader.status = 410
    await publish(instance)
    assert await callbacks(instance) == []
    await publish(instance, "More")
    assert len(reader.pushed) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(
    instance: RunningInstance, wire: Wire, reader: FakeSubscriber, status: int
) -> None:
    elsewhere = FakeSubscriber(wire, "elsewhere.example")
    await subscribed(instance, reader)
    reader.status, reader.headers = status, {"Location": elsewhere.callback}
    await publish(instance)
    assert (len(reader.pushed), len(elsewhere.pushed)) == (1, 0)
    instance.clock.advance(minutes=1)
    await instance.settle()
    assert (len(reader.pushed), len(elsewhere.pushed)) == (2, 0)
    assert await callbacks(instance) == [(FEED, reader.callback)]


async def test_a_subscriber_that_is_gone_for_a_week_is_dropped(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader, lease_seconds=str(30 * DAY_SECONDS))
    reader.status = 404
    await publish(instance)
    for _ in range(6):
        instance.clock.advance(days=1)
        await instance.settle()
    assert await callbacks(instance) == [(FEED, reader.callback)]
    instance.clock.advance(days=1, hours=1)
    await instance.server.retention.apply()
    assert await callbacks(instance) == []
    assert await instance.store.subscriptions.count() == 0


async def test_a_subscriber_that_still_fails_after_a_week_is_dropped_by_the_next_try(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    await subscribed(instance, reader, lease_seconds=str(30 * DAY_SECONDS))
    reader.status = 404
    await publish(instance)
    instance.clock.advance(days=6)
    await publish(instance, "More")
    assert await callbacks(instance) == [(FEED, reader.callback)]
    instance.clock.advance(days=2)
    await instance.settle()
    assert await callbacks(instance) == []


async def test_a_lease_ends_unless_it_is_renewed(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await subscribed(instance, reader)
    instance.clock.advance(days=10)
    await publish(instance)
    assert reader.pushed == []
    await instance.server.retention.apply()
    assert await instance.store.subscriptions.count() == 0


async def test_subscribers_of_a_removed_feed_are_notified_and_removed(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    post = await instance.publish("Hello")
    topic = f"{BASE}{post.path}feed/"
    await subscribed(instance, reader, topic)
    instance.clock.advance(seconds=2)
    await instance.delete("hello")
    await instance.settle()
    denied = reader.asked[-1]
    assert (denied["hub.mode"], denied["hub.topic"]) == ("denied", topic)
    assert "hub.challenge" not in denied
    assert await callbacks(instance) == []


async def test_a_feed_that_went_before_it_could_be_verified_is_denied(
    instance: RunningInstance, reader: FakeSubscriber
) -> None:
    post = await instance.publish("Hello")
    topic = f"{BASE}{post.path}feed/"
    assert (await reader.ask(topic)).status == 202
    instance.clock.advance(seconds=2)
    await instance.delete("hello")
    await instance.settle()
    assert [query["hub.mode"] for query in reader.asked] == ["denied"]


async def test_more_subscribers_than_a_slice_all_get_the_push(instance: RunningInstance, wire: Wire) -> None:
    readers = [FakeSubscriber(wire, f"reader-{number}.example") for number in range(5)]
    for one in readers:
        await subscribed(instance, one)
    instance.clock.advance(seconds=2)
    await instance.publish("News")
    worker = PushWorker(instance.store, instance.server.topics, instance.clock, PushTargets(), slice=2)
    assert await worker.work()
    await instance.settle()
    assert [len(one.pushed) for one in readers] == [1] * 5


async def test_a_publisher_that_says_so_has_the_hub_look(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await subscribed(instance, reader)
    assert (await reader.post({"hub.mode": "publish", "hub.url": FEED})).status == 202
    assert (await reader.post({"hub.mode": "publish", "hub.topic": FEED})).status == 202
    assert (await reader.post({"hub.mode": "publish", "hub.url": "https://elsewhere.example/"})).status == 400
    assert (await reader.post({"hub.mode": "publish"})).status == 400
    await instance.settle()
    assert reader.pushed == []  # nothing has changed


# durability


@dataclass
class Place:
    """Where a server has its files, so that it can be started again."""

    directory: Path
    database: str
    wire: Wire
    clock: FakeClock
    key: RSAPrivateKey

    def instance(self, **more: Any) -> Any:
        return running_instance(self.directory, self.database, self.wire, self.clock, self.key, **more)


@pytest.fixture
def place(tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Place:
    return Place(tmp_path / "blog", database_address, wire, clock, rsa_keys[0])


async def test_what_was_asked_before_a_restart_is_verified_after_it(place: Place, reader: FakeSubscriber) -> None:
    async with place.instance() as instance:
        assert (await reader.ask(FEED)).status == 202
    async with place.instance() as instance:
        await instance.settle()
        assert await callbacks(instance) == [(FEED, reader.callback)]


async def test_what_was_published_before_a_restart_is_pushed_after_it(place: Place, reader: FakeSubscriber) -> None:
    async with place.instance() as instance:
        await subscribed(instance, reader)
        instance.clock.advance(seconds=2)
        await instance.publish("Just before the end")
    async with place.instance() as instance:
        await instance.settle()
        [push] = reader.pushed
        assert b"Just before the end" in (push.body or b"")
    async with place.instance() as instance:
        await instance.settle()
        assert len(reader.pushed) == 1


async def test_a_push_that_was_half_spread_is_spread_to_the_end(place: Place, wire: Wire) -> None:
    readers = [FakeSubscriber(wire, f"reader-{number}.example") for number in range(3)]
    async with place.instance() as instance:
        for one in readers:
            await subscribed(instance, one)
        instance.clock.advance(seconds=2)
        await instance.publish("News")
        await instance.server.pushes._look()  # and the process ends
        assert await instance.store.subscriptions.find_expanding() is not None
    async with place.instance() as instance:
        await instance.settle()
        assert [len(one.pushed) for one in readers] == [1, 1, 1]
        assert await instance.store.subscriptions.find_expanding() is None


async def test_a_instance_that_is_no_hub_names_none_and_takes_nobody(place: Place, reader: FakeSubscriber) -> None:
    async with place.instance(feeds={"hub": False}) as instance:
        answer = await instance.get("/feed/", accept="*/*")
        assert "Link" not in answer.headers
        assert "websub" not in answer.text
        assert (await reader.ask(FEED)).status == 404


# what is advertised


def hubs_and_self(answer: Answer) -> tuple[list[str], list[str]]:
    links = [link.strip() for link in answer.headers["Link"].split(",")]
    return (
        [link.partition(">")[0].lstrip("<") for link in links if 'rel="hub"' in link],
        [link.partition(">")[0].lstrip("<") for link in links if 'rel="self"' in link],
    )


@pytest.mark.parametrize("suffix", FORMATS)
async def test_every_feed_names_hub_and_self_in_header_and_document_alike(
    instance: RunningInstance, suffix: str
) -> None:
    """websub.rocks, publisher."""
    post = await instance.publish("Hello", terms=(GARDEN,))
    for path in ("/", "/comments/", "/category/garden/", "/2026/11/", "/author/mara-lind/", post.path):
        answer = await instance.get(f"{path}{suffix}", accept="*/*")
        topic = f"{BASE}{path}{suffix}"
        assert answer.headers.getall("Link") == [f'<{HUB}>; rel="hub", <{topic}>; rel="self"']
        assert hubs_and_self(answer) == ([HUB], [topic])
        if suffix == "feed/json/":
            document = answer.json()
            assert (document["hubs"], document["feed_url"]) == ([{"type": "WebSub", "url": HUB}], topic)
        else:
            assert f'href="{HUB}" rel="hub"' in answer.text or f'rel="hub" href="{HUB}"' in answer.text
            assert answer.text.count('rel="self"') == 1
            assert f'href="{topic}"' in answer.text
    unchanged = await instance.get(f"/{suffix}", accept="*/*", If_None_Match="*")
    assert (unchanged.status, hubs_and_self(unchanged)[0]) == (304, [HUB])


async def test_what_does_not_go_on_names_no_hub(instance: RunningInstance) -> None:
    """Nobody is told of a search, of an archive, or of the second page of a feed."""
    for number in range(25):
        instance.clock.advance(seconds=1)
        await instance.publish(f"Number {number}")
    await instance.settle()
    for path in (
        "/search/number/feed/",
        "/feed/page/2/",
        "/feed/archive/1/",
        "/feed/from/2026-11-22/every-1-days/",
    ):
        answer = await instance.get(path, accept="*/*")
        assert answer.status == 200, path
        assert "Link" not in answer.headers, path
        assert 'rel="hub"' not in answer.text, path


# hubs of others


@dataclass
class FakeHub:
    """A hub of somebody else's, which is pinged."""

    forms: list[dict[str, list[str]]]
    statuses: list[tuple[int, dict[str, str]]]

    async def answer(self, request: Request) -> Response:
        self.forms.append(parse_qs((request.body or b"").decode()) | {"at": [request.url]})
        status, headers = self.statuses.pop(0) if self.statuses else (204, {})
        return Response(status=status, headers=headers, url=request.url)


@pytest.fixture
def hub(wire: Wire) -> FakeHub:
    hub = FakeHub([], [])
    wire.connect_server("hub.example", hub.answer)
    return hub


@pytest.fixture
async def pinging(place: Place) -> AsyncIterator[RunningInstance]:
    async with place.instance(feeds={"hubs": ["https://hub.example/"]}) as instance:
        yield instance


SITE = [f"{BASE}{path}{suffix}" for path in ("/", "/comments/") for suffix in FORMATS]


async def test_other_hubs_are_named_beside_ours_and_hear_of_the_sites_feeds(
    pinging: RunningInstance, hub: FakeHub
) -> None:
    answer = await pinging.get("/feed/", accept="*/*")
    assert hubs_and_self(answer) == ([HUB, "https://hub.example/"], [FEED])
    await pinging.settle()
    assert sorted(form["hub.url"][0] for form in hub.forms) == sorted(SITE)
    hub.forms.clear()
    await publish(pinging)
    assert sorted(form["hub.url"][0] for form in hub.forms) == sorted(SITE[:3])
    assert all(form["hub.mode"] == ["publish"] and form["hub.topic"] == form["hub.url"] for form in hub.forms)
    hub.forms.clear()
    await pinging.settle()
    assert hub.forms == []


async def test_another_hub_that_is_down_is_pinged_again(pinging: RunningInstance, wire: Wire, hub: FakeHub) -> None:
    await pinging.settle()
    hub.forms.clear()
    wire.cut("hub.example")
    await publish(pinging)
    wire.mend("hub.example")
    pinging.clock.advance(hours=13)
    await pinging.settle()
    assert sorted(form["hub.url"][0] for form in hub.forms) == sorted(SITE[:3])


async def test_another_hub_that_has_moved_is_followed(pinging: RunningInstance, hub: FakeHub) -> None:
    await pinging.settle()
    hub.forms.clear()
    hub.statuses = [(307, {"Location": "/new"})]
    await publish(pinging)
    assert [form["at"][0] for form in hub.forms].count("https://hub.example/new") == 1


async def test_deliveries_of_other_kinds_do_not_stop_what_the_blog_says(
    instance: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    """A stranger names callbacks on a follower's server, which answer as badly as can be."""
    ann = Peer(wire, clock, rsa_keys[1])
    await ann.follow()
    await instance.settle()
    inner = ann.answer

    async def answer(request: Request) -> Response:
        if "/callback" in request.url:
            return Response(status=503, headers={}, url=request.url)
        return await inner(request)

    wire.connect_server(ann.host, answer)
    attacker = FakeSubscriber(wire, "evil.example")
    for number in range(10):
        await attacker.ask(FEED, callback=f"https://{ann.host}/callback/{number}")
    await instance.settle()
    instance.clock.advance(seconds=40)
    await publish(instance)
    assert len(ann.of_type("Create")) == 1


async def test_numbers_tell_who_is_subscribed(instance: RunningInstance, reader: FakeSubscriber) -> None:
    await subscribed(instance, reader)
    assert "syndicate_subscriptions 1.0" in (await instance.get("/metrics")).text
    waiting = [
        found for found in await instance.store.delivery_lists.list_newest(10) if found.kind is DeliveryKind.INTENT
    ]
    assert [found.state.value for found in waiting] == ["delivered"]
