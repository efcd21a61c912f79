"""The blog subscribes to feeds of others at their hubs, and believes only what they sign."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.finder import FeedFinder
from syndicate.errors import StorageError
from syndicate.storage import Tables
from syndicate.storage.websub_following import HubFollowing, SubscriptionIntent
from syndicate.transport.message import Request, Response
from syndicate.web import keys
from syndicate.websub.signature import sign
from syndicate.websub.subscriber import Subscriber
from tests.blogs import titles
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire

FEED = "https://garden.example/feed.xml"
TOPIC = "https://garden.example/feed"
HUB = "https://hub.example/"
DAY_SECONDS = 24 * 60 * 60


@dataclass
class FakeHub:
    """Somebody else's hub. `statuses` are its next answers; without any it answers 202."""

    wire: Wire
    host: str = "hub.example"
    forms: list[dict[str, str]] = field(default_factory=list)
    at: list[str] = field(default_factory=list)
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire.connect_server(self.host, self.answer)

    async def answer(self, request: Request) -> Response:
        assert request.method == "POST"
        self.at.append(request.url)
        self.forms.append({name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()})
        status, headers = self.statuses.pop(0) if self.statuses else (202, {})
        return Response(status=status, headers=headers, url=request.url)

    async def verify(self, form: dict[str, str] | None = None, /, **changes: str | None) -> Response:
        """Make sure of a request, the last one if none is given; `changes` are what it gets wrong, None leaves out."""
        form = form or self.forms[-1]
        query: dict[str, str | None] = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "a challenge",
            "hub.lease_seconds": str(10 * DAY_SECONDS),
        }
        query |= {f"hub.{name}": value for name, value in changes.items()}
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return await self.wire.fetch(Request(url=f"{form['hub.callback']}?{asked}"))

    async def push(self, body: bytes = b"<feed/>", *, secret: str = "", signature: str | None = None) -> Response:
        """Send something to the last callback, signed with our secret if not otherwise."""
        key = secret or next(form["hub.secret"] for form in reversed(self.forms) if "hub.secret" in form)
        made = signature if signature is not None else f"sha256={hmac.new(key.encode(), body, 'sha256').hexdigest()}"
        headers = (("Content-Type", "application/atom+xml"), *((("X-Hub-Signature", made),) if made else ()))
        return await self.wire.fetch(
            Request(method="POST", url=self.forms[-1]["hub.callback"], headers=headers, body=body)
        )


@pytest.fixture
def hub(wire: Wire) -> FakeHub:
    return FakeHub(wire)


async def heard(instance: RunningInstance) -> datetime | None:
    """When something came that was believed."""
    [following] = await instance.store.websub_following.list_all()
    return following.heard


async def offer(instance: RunningInstance, *, topic: str = TOPIC, hub: str = HUB) -> None:
    """The poller has found a hub in a feed; the server does what follows from it."""
    await instance.store.transaction(
        lambda tx: instance.server.services.subscriber.offered(tx, feed=FEED, topic=topic, hub=hub)
    )
    await instance.settle()


async def withdraw(instance: RunningInstance) -> None:
    await instance.store.transaction(lambda tx: instance.server.services.subscriber.withdrawn(tx, feed=FEED))
    await instance.settle()


async def is_live(instance: RunningInstance) -> bool:
    return any(
        following.is_live(instance.clock()) for following in await instance.store.websub_following.list_by_feed(FEED)
    )


async def followed(instance: RunningInstance, hub: FakeHub) -> None:
    await offer(instance)
    assert (await hub.verify()).status == 200


# subscribing


async def test_a_feed_that_names_a_hub_is_subscribed_to(instance: RunningInstance, hub: FakeHub) -> None:
    """websub.rocks, subscriber 100 to 103; see also tests/blogroll/test_asking.py."""
    await offer(instance)
    [form] = hub.forms
    assert set(form) == {"hub.mode", "hub.topic", "hub.callback", "hub.secret", "hub.lease_seconds"}
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", TOPIC)
    assert form["hub.callback"].startswith("https://blog.example/websub/")
    assert 40 <= len(form["hub.secret"]) < 200
    assert not await is_live(instance)
    answer = await hub.verify()
    assert (answer.status, answer.body) == (200, b"a challenge")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert await is_live(instance)


async def test_being_offered_the_same_again_asks_for_nothing(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    for _ in range(3):
        await offer(instance)
    assert len(hub.forms) == 1


async def test_each_feed_has_a_callback_and_a_secret_of_its_own(instance: RunningInstance, hub: FakeHub) -> None:
    for number in range(3):
        feed = f"https://garden.example/{number}"
        await instance.store.transaction(
            lambda tx, feed=feed: instance.server.services.subscriber.offered(tx, feed=feed, topic=feed, hub=HUB)  # type: ignore[misc]
        )
    await instance.settle()
    assert len({form["hub.callback"] for form in hub.forms}) == 3
    assert len({form["hub.secret"] for form in hub.forms}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": "https://garden.example/other"},
        {"topic": None},
        {"mode": "unsubscribe"},
        {"mode": "other"},
        {"mode": None},
        {"challenge": None},
        {"challenge": ""},
    ],
)
async def test_what_we_did_not_ask_for_is_not_confirmed(
    instance: RunningInstance, hub: FakeHub, wrong: dict[str, str | None]
) -> None:
    """websub.rocks, subscriber 205."""
    await offer(instance)
    assert (await hub.verify(**wrong)).status == 404
    assert not await is_live(instance)


async def test_an_unknown_callback_answers_404(instance: RunningInstance, hub: FakeHub) -> None:
    await offer(instance)
    form = hub.forms[0] | {"hub.callback": "https://blog.example/websub/guessed"}
    assert (await hub.verify(form)).status == 404
    answer = await instance.get("/websub/guessed", method="POST")
    assert answer.status == 410


async def test_long_after_we_asked_nothing_is_confirmed(instance: RunningInstance, hub: FakeHub) -> None:
    """Else whoever learns of the callback could subscribe it with a secret of her own."""
    await followed(instance, hub)
    instance.clock.advance(days=2)
    assert (await hub.verify()).status == 404
    assert await is_live(instance)


@pytest.mark.parametrize("status", [307, 308])
async def test_a_hub_that_has_moved_is_followed(
    instance: RunningInstance, wire: Wire, hub: FakeHub, status: int
) -> None:
    """websub.rocks, subscriber 203 and 204."""
    elsewhere = FakeHub(wire, "new.example")
    hub.statuses = [(status, {"Location": "https://new.example/hub"})]
    await offer(instance)
    assert elsewhere.at == ["https://new.example/hub"]
    assert elsewhere.forms == hub.forms
    assert (await elsewhere.verify()).status == 200


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_other_redirects_of_a_hub_are_failures(
    instance: RunningInstance, wire: Wire, hub: FakeHub, status: int
) -> None:
    elsewhere = FakeHub(wire, "new.example")
    hub.statuses = [(status, {"Location": "https://new.example/hub"})]
    await offer(instance)
    assert elsewhere.forms == []


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_a_hub_that_fails_is_asked_again(instance: RunningInstance, hub: FakeHub, status: int) -> None:
    hub.statuses = [(status, {})]
    await offer(instance)
    assert len(hub.forms) == 1
    await offer(instance)  # polled meanwhile
    assert len(hub.forms) == 1
    instance.clock.advance(minutes=1)
    await instance.settle()
    assert len(hub.forms) == 2
    assert (await hub.verify()).status == 200


async def test_a_hub_that_never_makes_sure_is_asked_again_the_next_day(instance: RunningInstance, hub: FakeHub) -> None:
    await offer(instance)
    instance.clock.advance(hours=23)
    await instance.settle()
    assert len(hub.forms) == 1
    instance.clock.advance(hours=2)
    await instance.settle()
    assert len(hub.forms) == 2
    assert hub.forms[0] == hub.forms[1]


async def test_a_hub_may_make_sure_before_it_answers(instance: RunningInstance, wire: Wire, hub: FakeHub) -> None:
    statuses = []

    async def answer(request: Request) -> Response:
        response = await hub.answer(request)
        statuses.append((await hub.verify(lease_seconds=str(2 * DAY_SECONDS))).status)
        return response

    wire.connect_server(hub.host, answer)
    await offer(instance)
    assert statuses == [200]
    instance.clock.advance(hours=30)
    await instance.settle()
    assert len(hub.forms) == 1  # the renewal is due when the lease nears its end, and not a day after
    instance.clock.advance(hours=10)
    await instance.settle()
    assert len(hub.forms) == 2


@pytest.mark.parametrize(
    ("lease", "days"),
    [(str(10 * DAY_SECONDS), 10), (None, 10), ("soon", 10), ("0", 0), (str(5000 * DAY_SECONDS), 90), ("9" * 40, 90)],
)
async def test_a_subscription_is_renewed_before_it_ends(
    instance: RunningInstance, hub: FakeHub, lease: str | None, days: int
) -> None:
    await offer(instance)
    assert (await hub.verify(lease_seconds=lease)).status == 200
    [following] = await instance.store.websub_following.list_all()
    assert following.lease_until is not None
    lasts = following.lease_until - instance.clock()
    assert lasts == (timedelta(days=days) if days else timedelta(minutes=5))
    instance.clock.now = following.lease_until - lasts * 0.25
    await instance.settle()
    assert len(hub.forms) == 1
    instance.clock.now = following.lease_until - lasts * 0.1
    assert await is_live(instance)
    await instance.settle()
    assert len(hub.forms) == 2
    assert (await hub.verify()).status == 200
    instance.clock.now = following.lease_until + timedelta(seconds=1)
    assert await is_live(instance)


async def test_a_lease_that_ends_is_no_subscription_and_the_next_poll_asks_again(
    instance: RunningInstance, hub: FakeHub
) -> None:
    await followed(instance, hub)
    hub.statuses = [(500, {})] * 30
    for _ in range(26):
        instance.clock.advance(days=1)
        await instance.settle()
    assert not await is_live(instance)
    hub.statuses = []
    before = len(hub.forms)
    instance.clock.advance(days=14)
    await offer(instance)
    assert len(hub.forms) == before + 1


async def test_a_hub_that_says_no_is_asked_another_day(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    assert (await hub.verify(mode="denied", topic="https://garden.example/other", challenge=None)).status == 404
    assert await is_live(instance)
    assert (await hub.verify(mode="denied", challenge=None)).status == 200
    assert not await is_live(instance)
    await offer(instance)
    assert len(hub.forms) == 1
    instance.clock.advance(days=1, minutes=1)
    await instance.settle()
    assert len(hub.forms) == 2


# changes, and the end


@pytest.mark.parametrize("change", [{"topic": "https://garden.example/new"}, {"hub": "https://new.example/"}])
async def test_another_hub_or_topic_is_subscribed_to_and_the_old_one_left(
    instance: RunningInstance, wire: Wire, hub: FakeHub, change: dict[str, str]
) -> None:
    new = FakeHub(wire, "new.example") if "hub" in change else hub
    await followed(instance, hub)
    await offer(instance, **change)
    forms = hub.forms[1:] + (new.forms if new is not hub else [])
    assert sorted((form["hub.mode"], form["hub.topic"]) for form in forms) == [
        ("subscribe", change.get("topic", TOPIC)),
        ("unsubscribe", TOPIC),
    ]
    for form in forms:
        assert (await hub.verify(form)).status == 200
    [following] = await instance.store.websub_following.list_all()
    assert (following.topic, following.hub) == (change.get("topic", TOPIC), change.get("hub", HUB))
    assert await is_live(instance)


async def test_a_feed_that_is_no_longer_read_is_unsubscribed_from(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    await withdraw(instance)
    form = hub.forms[-1]
    assert (form["hub.mode"], form["hub.topic"]) == ("unsubscribe", TOPIC)
    assert form["hub.callback"] == hub.forms[0]["hub.callback"]
    assert not await is_live(instance)
    assert (await hub.push()).status == 410
    assert await heard(instance) is None
    assert (await hub.verify(mode="subscribe")).status == 404
    assert (await hub.verify()).status == 200
    assert await instance.store.websub_following.list_all() == []
    instance.clock.advance(days=30)
    await instance.settle()
    assert len(hub.forms) == 2


async def test_who_comes_back_is_subscribed_again(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    await withdraw(instance)
    await offer(instance)
    assert [form["hub.mode"] for form in hub.forms] == ["subscribe", "unsubscribe", "subscribe"]
    assert (await hub.verify(hub.forms[1])).status == 404  # too late
    assert (await hub.verify()).status == 200
    assert await is_live(instance)


async def test_a_subscription_that_never_reached_a_hub_needs_no_unsubscription(
    instance: RunningInstance, hub: FakeHub
) -> None:
    subscriber = instance.server.services.subscriber

    async def body(tx: Tables) -> None:
        await subscriber.offered(tx, feed=FEED, topic=TOPIC, hub=HUB)
        await subscriber.withdrawn(tx, feed=FEED)

    await instance.store.transaction(body)
    await instance.settle()
    assert hub.forms == []
    assert await instance.store.websub_following.list_all() == []


async def test_an_end_that_a_hub_never_confirms_is_forgotten_with_the_lease(
    instance: RunningInstance, hub: FakeHub
) -> None:
    await followed(instance, hub)
    await withdraw(instance)
    await instance.server.retention.apply()
    [following] = await instance.store.websub_following.list_all()
    assert following.wish is SubscriptionIntent.UNSUBSCRIBE
    instance.clock.advance(days=11)
    await instance.server.retention.apply()
    assert await instance.store.websub_following.list_all() == []


# what is sent to us


async def test_a_push_with_a_valid_signature_is_accepted(instance: RunningInstance, hub: FakeHub) -> None:
    """websub.rocks, subscriber 300."""
    await followed(instance, hub)
    assert await heard(instance) is None
    answer = await hub.push(b"<feed>new</feed>")
    assert (answer.status, answer.body) == (204, b"")
    assert await heard(instance) == instance.clock()


async def test_only_verified_documents_are_passed_to_handlers(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    handed_on: list[tuple[str, bytes, str]] = []

    async def received(feed: str, body: bytes, media_type: str) -> None:
        handed_on.append((feed, body, media_type))

    subscriber = Subscriber(instance.store, instance.server.app[keys.URLS], instance.clock, received=received)
    [following] = await instance.store.websub_following.list_all()
    body = b"<feed>new</feed>"
    await subscriber.receive(following.id, body, "text/xml", sign(body, "another secret"))
    await subscriber.receive(following.id, body, "text/xml", "")
    await subscriber.receive("guessed", body, "text/xml", sign(body, following.secret))
    assert handed_on == []
    await subscriber.receive(following.id, body, "text/xml", sign(body, following.secret))
    assert handed_on == [(FEED, body, "text/xml")]


async def test_what_could_not_be_handed_on_is_not_acknowledged(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)

    async def received(feed: str, body: bytes, media_type: str) -> None:
        raise StorageError("the disk is full")

    subscriber = Subscriber(instance.store, instance.server.app[keys.URLS], instance.clock, received=received)
    [following] = await instance.store.websub_following.list_all()
    with pytest.raises(StorageError):
        await subscriber.receive(following.id, b"", "text/xml", sign(b"", following.secret))
    assert await heard(instance) is None


@pytest.mark.parametrize("method", ["sha384", "sha512"])
async def test_signatures_with_stronger_algorithms_are_accepted(
    instance: RunningInstance, hub: FakeHub, method: str
) -> None:
    await followed(instance, hub)
    made = hmac.new(hub.forms[0]["hub.secret"].encode(), b"<feed/>", method).hexdigest()
    assert (await hub.push(signature=f"{method}={made}")).status == 204
    assert await heard(instance) == instance.clock()


async def test_a_wrong_signature_is_answered_like_a_right_one_and_ignored(
    instance: RunningInstance, hub: FakeHub
) -> None:
    """websub.rocks, subscriber 301."""
    await followed(instance, hub)
    weak = hmac.new(hub.forms[0]["hub.secret"].encode(), b"<feed/>", "md5").hexdigest()
    for wrong in ("sha256=" + "0" * 64, f"md5={weak}", "sha256", "nonsense"):
        assert (await hub.push(signature=wrong)).status == 204
    assert (await hub.push(secret="another")).status == 204
    assert await heard(instance) is None


async def test_a_missing_signature_is_answered_like_a_right_one_and_ignored(
    instance: RunningInstance, hub: FakeHub
) -> None:
    """websub.rocks, subscriber 302."""
    await followed(instance, hub)
    assert (await hub.push(signature="")).status == 204
    assert await heard(instance) is None


async def test_what_is_too_large_or_packed_is_refused(instance: RunningInstance, hub: FakeHub) -> None:
    await followed(instance, hub)
    assert (await hub.push(b"x" * (8 * 1024 * 1024 + 1))).status == 413
    path = hub.forms[0]["hub.callback"].removeprefix("https://blog.example")
    assert (await instance.get(path, method="POST", Content_Encoding="gzip")).status == 415
    assert await heard(instance) is None
    assert (await hub.push(b"x" * (8 * 1024 * 1024))).status == 204
    assert await heard(instance) == instance.clock()


# everything together


async def test_two_instances_push_to_each_other(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    """What one publishes, the other is sent: discovery, subscription, verification, signature, and the end."""
    async with (
        running_instance(
            tmp_path / "north", str(tmp_path / "north.db"), wire, clock, rsa_keys[0], host="north.example"
        ) as north,
        running_instance(
            tmp_path / "south", str(tmp_path / "south.db"), wire, clock, rsa_keys[1], host="south.example"
        ) as south,
    ):
        await south.publish("Before")
        finder = FeedFinder(north.server.transport, north.server.actors, clock, schemes=("https",))
        entry = await north.server.services.blogroll_editor.follow("https://south.example/feed/atom/", finder)
        for _ in range(2):
            for instance in (north, south):
                await instance.settle()
        assert await south.store.subscriptions.count() == 1
        assert not await north.server.services.subscriber.is_live(north.store, feed=entry.feed_url), "nothing came yet"
        clock.advance(seconds=2)
        await south.publish("From the south")
        await south.settle()
        await north.settle()
        assert await heard(north) == clock()
        assert await north.server.services.subscriber.is_live(north.store, feed=entry.feed_url)
        assert await titles(north) == ["From the south", "Before"]
        await north.server.services.blogroll_editor.unfollow(entry.feed_url)
        for _ in range(2):
            for instance in (north, south):
                await instance.settle()
        assert await south.store.subscriptions.count() == 0
        assert await north.store.websub_following.list_all() == []


def test_a_subscription_is_live_only_within_its_lease(clock: FakeClock) -> None:
    blank = HubFollowing(id="1", feed=FEED, topic=TOPIC, hub=HUB, secret="s")
    assert not blank.is_live(clock())
