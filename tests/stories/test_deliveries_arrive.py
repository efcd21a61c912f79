"""What we say arrives: in the dialect that a server takes, as late as it must, and no longer where nobody is."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.delivery.circuit import FAILURES
from syndicate.model.actor import PublicKey
from syndicate.signatures import Dialect, Message, load_public_key, read_signature
from syndicate.storage.deliveries import DeliveryState
from syndicate.storage.hosts import Host
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningHouse, running_house
from tests.peer import Peer
from tests.waiting import in_time
from tests.wire import Wire

Open = Callable[..., AbstractAsyncContextManager[RunningHouse]]


@pytest.fixture
def opened(tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Open:
    """Opens the same house as often as is needed, each time as another process."""
    return lambda: running_house(tmp_path / "house", database_address, wire, clock, rsa_keys[0])


def posts(peer: Peer) -> list[Request]:
    """Everything that was brought to it, taken or not."""
    return [request for request in peer.requests if request.method == "POST"]


def dialect_of(request: Request) -> Dialect:
    names = {name.lower() for name, _ in request.headers}
    return Dialect.RFC9421 if "signature-input" in names else Dialect.CAVAGE


class Strict:
    """In front of a server: it verifies, as far as it understands, and answers `status` to what it does not."""

    def __init__(self, peer: Peer, house: RunningHouse, *, takes: tuple[Dialect, ...], status: int = 401) -> None:
        self.peer, self.house, self.takes, self.status = peer, house, takes, status
        peer.wire.connect_server(peer.host, self.answer)

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return await self.peer.answer(request)
        if dialect_of(request) not in self.takes:
            self.peer.requests.append(request)
            return Response(status=self.status, headers={}, url=request.url)
        headers = (*request.headers, ("Host", self.peer.host))
        seen = {name.lower(): (name, value) for name, value in headers}
        message = Message(method="POST", url=request.url, headers=tuple(seen.values()), body=request.body or b"")
        key = (await self.house.document("/actor"))["publicKey"]
        public = PublicKey(id=key["id"], owner=key["owner"], pem=key["publicKeyPem"])
        signature = read_signature(message, now=self.peer.clock())
        assert signature.key_id == public.id
        signature.verify(load_public_key(public.pem))
        return await self.peer.answer(request)


async def test_both_dialects_are_verified_over_the_very_bytes(house: RunningHouse, ann: Peer, bob: Peer) -> None:
    Strict(ann, house, takes=(Dialect.CAVAGE,))
    Strict(bob, house, takes=(Dialect.RFC9421,))
    for peer in (ann, bob):
        await peer.follow()
    await house.settle()
    await house.publish("Tea", source="Leaves, and ünïcödé 🍵.")
    await house.settle()
    assert [len(peer.of_type("Create")) for peer in (ann, bob)] == [1, 1]


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("takes", Dialect)
async def test_what_a_server_takes_is_found_at_the_second_knock_and_remembered(
    house: RunningHouse, ann: Peer, takes: Dialect, status: int
) -> None:
    Strict(ann, house, takes=(takes,), status=status)
    await ann.follow()
    await house.settle()
    first = [dialect_of(request) for request in posts(ann)]
    assert first == ([Dialect.CAVAGE] if takes is Dialect.CAVAGE else [Dialect.CAVAGE, Dialect.RFC9421])
    assert (await house.store.hosts.find(ann.host)).dialect == takes
    ann.requests.clear()
    await house.publish("Tea")
    await house.settle()
    assert [dialect_of(request) for request in posts(ann)] == [takes]


async def test_a_server_that_changes_its_mind_is_followed(house: RunningHouse, ann: Peer) -> None:
    strict = Strict(ann, house, takes=(Dialect.RFC9421,))
    await ann.follow()
    await house.settle()
    strict.takes = (Dialect.CAVAGE,)
    ann.requests.clear()
    for number in range(2):
        await house.publish(f"Tea {number}")
        await house.settle()
    assert [dialect_of(request) for request in posts(ann)] == [Dialect.RFC9421, Dialect.CAVAGE, Dialect.CAVAGE]


async def test_a_server_that_takes_neither_is_tried_later_and_not_in_a_circle(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.settle()
    strict = Strict(ann, house, takes=())
    ann.requests.clear()
    post = await house.publish("Tea")
    await house.settle()
    assert len(posts(ann)) == 2
    [delivery] = await house.store.deliveries.of_post(post.id)
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.WAITING, 401, 1)
    strict.takes = (Dialect.CAVAGE,)
    house.clock.advance(minutes=5)
    await house.settle()
    assert len(ann.of_type("Create")) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_kept_over_a_restart(opened: Open, ann: Peer, clock: FakeClock, status: int) -> None:
    async with opened() as house:
        await ann.follow()
        await house.settle()
        ann.inbox_status, ann.inbox_headers = status, {"Retry-After": "7200"}
        await house.publish("Tea")
        await house.publish("Buns")
        await house.settle()
    tried = len(posts(ann))
    ann.inbox_status, ann.inbox_headers = 202, {}
    clock.advance(minutes=119)
    async with opened() as house:
        await house.settle()
        assert len(posts(ann)) == tried, "not before it said"
        clock.advance(minutes=2)
        await house.settle()
    assert len(ann.of_type("Create")) == 2


async def test_who_is_gone_follows_no_longer(house: RunningHouse, ann: Peer, bob: Peer) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await house.settle()
    for peer in (ann, bob):
        peer.inbox_status = 410
    ann.statuses[ann.actor] = 410
    house.clock.advance(days=2)
    await house.publish("Tea")
    await house.settle()
    followers = await house.store.followers.page("blog", before=None, limit=10)
    assert [follower.actor for follower in followers] == [bob.actor], "her inbox is gone, and she is not"
    assert await house.store.followers.total("blog") == 1
    for peer in (ann, bob):
        peer.requests.clear()
    await house.publish("Buns")
    await house.settle()
    assert posts(ann) == []


async def test_a_server_whose_inbox_is_lost_for_a_day_loses_no_followers(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.settle()
    ann.inbox_status = 404
    ann.statuses[ann.actor] = 503
    await house.publish("Tea")
    await house.settle()
    assert await house.store.followers.total("blog") == 1


async def test_a_follower_without_a_shared_inbox_has_her_own(
    house: RunningHouse, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    """GoToSocial has none."""
    zoe = ann.neighbour("zoe", rsa_keys[4])
    for peer in (ann, zoe):
        peer.documents[peer.actor] = peer.actor_document(endpoints={})
        await peer.follow()
    await house.settle()
    ann.requests.clear()
    await house.publish("Tea")
    await house.settle()
    assert sorted(request.url for request in posts(ann)) == [ann.inbox, zoe.inbox]


@pytest.fixture
async def away(house: RunningHouse, wire: Wire, ann: Peer, bob: Peer) -> Peer:
    """Of two followers' servers, the one that does not answer now."""
    for peer in (ann, bob):
        await peer.follow()
    await house.settle()
    wire.cut(ann.host)
    return ann


async def come_back(house: RunningHouse, peer: Peer) -> list[tuple[str, str]]:
    """The server answers again; (type, text) of what it gets about posts and answers."""
    peer.wire.mend(peer.host)
    house.clock.advance(hours=1)
    await house.settle()
    return [
        (activity["type"], activity["object"].get("content", "").strip())
        for activity in peer.received
        if activity["type"] in ("Create", "Update", "Delete")
    ]


async def test_what_was_edited_before_a_server_got_it_is_created_there_as_it_is_now(
    house: RunningHouse, away: Peer, bob: Peer
) -> None:
    """Misskey takes no Update of what it does not know; the first try may have arrived, so an Update follows."""
    for text in ("First.", "Second.", "Third."):
        post = await house.publish("Tea", source=text)
        await house.settle()
        house.clock.advance(seconds=20)
    assert await come_back(house, away) == [("Create", "<p>Third.</p>"), ("Update", "<p>Third.</p>")]
    [created] = away.of_type("Create")
    assert created["id"] == bob.of_type("Create")[0]["id"]
    states = [
        delivery.state for delivery in await house.store.deliveries.of_post(post.id) if delivery.host == away.host
    ]
    assert sorted(states) == [DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.SUPERSEDED]


async def test_an_update_waits_until_the_create_has_arrived(house: RunningHouse, away: Peer) -> None:
    post = await house.publish("Tea", source="First.")
    await house.settle()
    await house.store.transaction(lambda tx: tx.hosts.put(Host(host=away.host), now=house.clock()))  # paused no longer
    away.wire.mend(away.host)
    await house.publish("Tea", source="Second.")
    await house.settle()
    assert not away.of_type("Update"), "the Create is due later"
    assert await come_back(house, away) == [("Create", "<p>Second.</p>"), ("Update", "<p>Second.</p>")]
    assert post.uri == away.of_type("Create")[0]["object"]["id"]


async def test_what_was_deleted_before_a_server_got_it_is_only_deleted_there(house: RunningHouse, away: Peer) -> None:
    await house.publish("Tea", source="First.")
    await house.settle()
    await house.publish("Tea", source="Second.")
    await house.settle()
    await house.house.study.publisher.delete("tea")
    assert await come_back(house, away) == [("Delete", "")]


async def test_an_answer_that_was_edited_before_a_server_got_it_is_created_there_as_it_is_now(
    house: RunningHouse, away: Peer
) -> None:
    post = await house.publish("Buns")
    answers = house.house.study.answers
    answer = await answers.answer("buns", "First.")
    await house.settle()
    await answers.edit(answer.id, "Second.")
    await house.settle()
    about = [text for type, text in await come_back(house, away) if text != post.html.strip()]
    assert about == ["<p>Second.</p>", "<p>Second.</p>"]


async def test_a_delivery_cut_off_by_the_end_of_the_process_is_made_again_under_the_same_id(
    opened: Open, ann: Peer, clock: FakeClock
) -> None:
    """It arrived, and we died before we could write that down: it comes twice, and they know it by its id."""
    arrived = asyncio.Event()

    async def takes_it_and_says_nothing(request: Request) -> Response:
        await ann.answer(request)
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError("never")

    async with opened() as house:
        await ann.follow()
        await house.settle()
        await house.publish("Tea")
        ann.wire.connect_server(ann.host, takes_it_and_says_nothing)
        worker = asyncio.create_task(house.house.deliveries.run())
        async with in_time():
            await arrived.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    ann.wire.connect_server(ann.host, ann.answer)
    clock.advance(minutes=11)  # what the dead process had leased is free
    async with opened() as house:
        await house.settle()
        await house.settle()
    first, second = ann.of_type("Create")
    assert first == second


async def test_a_server_is_told_who_we_are(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.settle()
    [request] = posts(ann)
    names: dict[str, Any] = {name.lower(): value for name, value in request.headers}
    assert names["content-type"] == "application/activity+json"
    assert "digest" in names["signature"]


# servers that are away for a moment


async def pause_of(house: RunningHouse, peer: Peer) -> Host:
    return await house.store.hosts.find(peer.host)


async def fail_until_given_up(house: RunningHouse, peer: Peer) -> None:
    """Each delivery at its time, until its server is paused for long."""
    peer.inbox_status = 502
    while (await pause_of(house, peer)).failures < FAILURES:
        await house.publish(f"Tea {len(peer.requests)}")
        await house.settle()
        house.clock.now = (await pause_of(house, peer)).paused_until or house.clock()


async def test_what_fails_while_a_server_restarts_counts_once(house: RunningHouse, ann: Peer) -> None:
    """Six posts within its 15 seconds of 502, and then it answers again."""
    await ann.follow()
    await house.settle()
    ann.inbox_status = 502
    for number in range(6):
        await house.publish(f"Tea {number}")
        await house.settle()
        house.clock.advance(seconds=2)
    assert (await pause_of(house, ann)).failures == 1
    ann.inbox_status = 202
    house.clock.advance(minutes=1)
    await house.settle()
    assert len(ann.of_type("Create")) == 6
    assert (await pause_of(house, ann)).failures == 0


async def test_a_server_that_sends_us_something_is_paused_no_longer(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.settle()
    await fail_until_given_up(house, ann)
    ann.inbox_status = 202
    house.clock.advance(seconds=-30)
    waiting = await house.publish("Buns")
    await house.settle()
    assert not ann.of_type("Create")
    await ann.reply(waiting.uri)
    await house.settle()
    assert (await pause_of(house, ann)).failures == 0
    assert waiting.uri in [activity["object"]["id"] for activity in ann.of_type("Create")]


async def test_a_signature_that_does_not_hold_is_no_sign_of_life(
    house: RunningHouse, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await ann.follow()
    await house.settle()
    await fail_until_given_up(house, ann)
    before = await pause_of(house, ann)
    refused = await ann.send(ann.activity("Like", "https://blog.example/posts/1"), key=rsa_keys[5])
    assert refused.status == 401
    assert await pause_of(house, ann) == before


async def test_what_a_server_asked_for_holds_though_it_sends_us_something(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.settle()
    ann.inbox_status, ann.inbox_headers = 503, {"Retry-After": "7200"}
    post = await house.publish("Tea")
    await house.settle()
    ann.inbox_status, ann.inbox_headers = 202, {}
    await ann.like(post.uri)
    house.clock.advance(minutes=119)
    await house.settle()
    assert not ann.of_type("Create")
    house.clock.advance(minutes=2)
    await house.settle()
    assert len(ann.of_type("Create")) == 1


async def test_an_accept_is_tried_at_once_though_its_server_is_paused(house: RunningHouse, ann: Peer) -> None:
    """Its Follow may have come in by another way than from the server of its inbox."""
    gone = datetime(2027, 1, 1, tzinfo=UTC)
    await ann.follow()
    await house.house.inbox_worker.work()
    paused = Host(host=ann.host, failures=FAILURES, paused_until=gone, failing_since=house.clock())
    await house.store.transaction(lambda tx: tx.hosts.put(paused, now=house.clock()))
    await house.settle()
    assert len(ann.of_type("Accept")) == 1
