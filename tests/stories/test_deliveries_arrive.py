"""What we say arrives: in the dialect that a server takes, as late as it must, and no longer where nobody is."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.delivery.circuit import FAILURE_LIMIT
from syndicate.model.actor import PublicKey
from syndicate.signatures import Dialect, Message, load_public_key, parse_signature
from syndicate.storage.deliveries import DeliveryState
from syndicate.storage.hosts import Host
from syndicate.transport.message import Request, Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.waiting import in_time
from tests.wire import Wire

Open = Callable[..., AbstractAsyncContextManager[RunningInstance]]


@pytest.fixture
def opened(tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Open:
    """Opens the same blog as often as is needed, each time as another process."""
    return lambda: running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0])


def posts(peer: Peer) -> list[Request]:
    """Everything that was brought to it, taken or not."""
    return [request for request in peer.requests if request.method == "POST"]


def dialect_of(request: Request) -> Dialect:
    names = {name.lower() for name, _ in request.headers}
    return Dialect.RFC9421 if "signature-input" in names else Dialect.CAVAGE


class Strict:
    """In front of a server: it verifies, as far as it understands, and answers `status` to what it does not."""

    def __init__(self, peer: Peer, instance: RunningInstance, *, takes: tuple[Dialect, ...], status: int = 401) -> None:
        self.peer, self.instance, self.takes, self.status = peer, instance, takes, status
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
        key = (await self.instance.document("/actor"))["publicKey"]
        public = PublicKey(id=key["id"], owner=key["owner"], pem=key["publicKeyPem"])
        signature = parse_signature(message, now=self.peer.clock())
        assert signature.key_id == public.id
        signature.verify(load_public_key(public.pem))
        return await self.peer.answer(request)


async def test_both_dialects_are_verified_over_the_very_bytes(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    Strict(ann, instance, takes=(Dialect.CAVAGE,))
    Strict(bob, instance, takes=(Dialect.RFC9421,))
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()
    await instance.publish("Tea", source="Leaves, and ünïcödé 🍵.")
    await instance.settle()
    assert [len(peer.of_type("Create")) for peer in (ann, bob)] == [1, 1]


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("takes", Dialect)
async def test_what_a_server_takes_is_found_at_the_second_knock_and_remembered(
    instance: RunningInstance, ann: Peer, takes: Dialect, status: int
) -> None:
    Strict(ann, instance, takes=(takes,), status=status)
    await ann.follow()
    await instance.settle()
    first = [dialect_of(request) for request in posts(ann)]
    assert first == ([Dialect.CAVAGE] if takes is Dialect.CAVAGE else [Dialect.CAVAGE, Dialect.RFC9421])
    assert (await instance.store.hosts.find(ann.host)).dialect == takes
    ann.requests.clear()
    await instance.publish("Tea")
    await instance.settle()
    assert [dialect_of(request) for request in posts(ann)] == [takes]


async def test_a_server_that_changes_its_mind_is_followed(instance: RunningInstance, ann: Peer) -> None:
    strict = Strict(ann, instance, takes=(Dialect.RFC9421,))
    await ann.follow()
    await instance.settle()
    strict.takes = (Dialect.CAVAGE,)
    ann.requests.clear()
    for number in range(2):
        await instance.publish(f"Tea {number}")
        await instance.settle()
    assert [dialect_of(request) for request in posts(ann)] == [Dialect.RFC9421, Dialect.CAVAGE, Dialect.CAVAGE]


async def test_a_server_that_takes_neither_is_tried_later_and_not_in_a_circle(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    strict = Strict(ann, instance, takes=())
    ann.requests.clear()
    post = await instance.publish("Tea")
    await instance.settle()
    assert len(posts(ann)) == 2
    [delivery] = await instance.store.delivery_lists.list_by_post(post.id)
    assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.WAITING, 401, 1)
    strict.takes = (Dialect.CAVAGE,)
    instance.clock.advance(minutes=5)
    await instance.settle()
    assert len(ann.of_type("Create")) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_kept_over_a_restart(opened: Open, ann: Peer, clock: FakeClock, status: int) -> None:
    async with opened() as instance:
        await ann.follow()
        await instance.settle()
        ann.inbox_status, ann.inbox_headers = status, {"Retry-After": "7200"}
        await instance.publish("Tea")
        await instance.publish("Buns")
        await instance.settle()
    tried = len(posts(ann))
    ann.inbox_status, ann.inbox_headers = 202, {}
    clock.advance(minutes=119)
    async with opened() as instance:
        await instance.settle()
        assert len(posts(ann)) == tried, "not before it said"
        clock.advance(minutes=2)
        await instance.settle()
    assert len(ann.of_type("Create")) == 2


async def test_who_is_gone_follows_no_longer(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()
    for peer in (ann, bob):
        peer.inbox_status = 410
    ann.statuses[ann.actor] = 410
    instance.clock.advance(days=2)
    await instance.publish("Tea")
    await instance.settle()
    followers = await instance.store.followers.list_page("blog", before=None, limit=10)
    assert [follower.actor for follower in followers] == [bob.actor], "her inbox is gone, and she is not"
    assert await instance.store.followers.count("blog") == 1
    for peer in (ann, bob):
        peer.requests.clear()
    await instance.publish("Buns")
    await instance.settle()
    assert posts(ann) == []


async def test_a_server_whose_inbox_is_lost_for_a_day_loses_no_followers(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    ann.inbox_status = 404
    ann.statuses[ann.actor] = 503
    await instance.publish("Tea")
    await instance.settle()
    assert await instance.store.followers.count("blog") == 1


async def test_a_follower_without_a_shared_inbox_gets_deliveries_in_its_own(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    """GoToSocial has none."""
    zoe = ann.neighbour("zoe", rsa_keys[4])
    for peer in (ann, zoe):
        peer.documents[peer.actor] = peer.actor_document(endpoints={})
        await peer.follow()
    await instance.settle()
    ann.requests.clear()
    await instance.publish("Tea")
    await instance.settle()
    assert sorted(request.url for request in posts(ann)) == [ann.inbox, zoe.inbox]


@pytest.fixture
async def away(instance: RunningInstance, wire: Wire, ann: Peer, bob: Peer) -> Peer:
    """Of two followers' servers, the one that does not answer now."""
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()
    wire.cut(ann.host)
    return ann


async def come_back(instance: RunningInstance, peer: Peer) -> list[tuple[str, str]]:
    """The server answers again; (type, text) of what it gets about posts and answers."""
    peer.wire.mend(peer.host)
    instance.clock.advance(hours=1)
    await instance.settle()
    return [
        (activity["type"], activity["object"].get("content", "").strip())
        for activity in peer.received
        if activity["type"] in ("Create", "Update", "Delete")
    ]


async def test_what_was_edited_before_a_server_got_it_is_created_there_as_it_is_now(
    instance: RunningInstance, away: Peer, bob: Peer
) -> None:
    """Misskey takes no Update of what it does not know; the first try may have arrived, so an Update follows."""
    for text in ("First.", "Second.", "Third."):
        post = await instance.publish("Tea", source=text)
        await instance.settle()
        instance.clock.advance(seconds=20)
    assert await come_back(instance, away) == [("Create", "<p>Third.</p>"), ("Update", "<p>Third.</p>")]
    [created] = away.of_type("Create")
    assert created["id"] == bob.of_type("Create")[0]["id"]
    states = [
        delivery.state
        for delivery in await instance.store.delivery_lists.list_by_post(post.id)
        if delivery.host == away.host
    ]
    assert sorted(states) == [DeliveryState.DELIVERED, DeliveryState.DELIVERED, DeliveryState.SUPERSEDED]


async def test_an_update_waits_until_the_create_has_arrived(instance: RunningInstance, away: Peer) -> None:
    post = await instance.publish("Tea", source="First.")
    await instance.settle()
    await instance.store.transaction(
        lambda tx: tx.hosts.save(Host(host=away.host), now=instance.clock())
    )  # paused no longer
    away.wire.mend(away.host)
    await instance.publish("Tea", source="Second.")
    await instance.settle()
    assert not away.of_type("Update"), "the Create is due later"
    assert await come_back(instance, away) == [("Create", "<p>Second.</p>"), ("Update", "<p>Second.</p>")]
    assert post.uri == away.of_type("Create")[0]["object"]["id"]


async def test_what_was_deleted_before_a_server_got_it_is_only_deleted_there(
    instance: RunningInstance, away: Peer
) -> None:
    await instance.publish("Tea", source="First.")
    await instance.settle()
    await instance.publish("Tea", source="Second.")
    await instance.settle()
    await instance.delete("tea")
    assert await come_back(instance, away) == [("Delete", "")]


async def test_an_answer_that_was_edited_before_a_server_got_it_is_created_there_as_it_is_now(
    instance: RunningInstance, away: Peer
) -> None:
    post = await instance.publish("Buns")
    answers = instance.server.services.author_replies
    answer = await answers.reply("buns", "First.")
    await instance.settle()
    await answers.edit(answer.id, "Second.")
    await instance.settle()
    about = [text for type, text in await come_back(instance, away) if text != post.html.strip()]
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

    async with opened() as instance:
        await ann.follow()
        await instance.settle()
        await instance.publish("Tea")
        ann.wire.connect_server(ann.host, takes_it_and_says_nothing)
        worker = asyncio.create_task(instance.server.deliveries.run())
        async with in_time():
            await arrived.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    ann.wire.connect_server(ann.host, ann.answer)
    clock.advance(minutes=11)  # what the dead process had leased is free
    async with opened() as instance:
        await instance.settle()
        await instance.settle()
    first, second = ann.of_type("Create")
    assert first == second


async def test_a_delivery_has_a_media_type_a_digest_and_a_signature(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    [request] = posts(ann)
    names: dict[str, Any] = {name.lower(): value for name, value in request.headers}
    assert names["content-type"] == "application/activity+json"
    assert "digest" in names["signature"]


# servers that are away for a moment


async def pause_of(instance: RunningInstance, peer: Peer) -> Host:
    return await instance.store.hosts.find(peer.host)


async def fail_until_given_up(instance: RunningInstance, peer: Peer) -> None:
    """Each delivery at its time, until its server is paused for long."""
    peer.inbox_status = 502
    while (await pause_of(instance, peer)).failures < FAILURE_LIMIT:
        await instance.publish(f"Tea {len(peer.requests)}")
        await instance.settle()
        instance.clock.now = (await pause_of(instance, peer)).paused_until or instance.clock()


async def test_what_fails_while_a_server_restarts_counts_once(instance: RunningInstance, ann: Peer) -> None:
    """Six posts within its 15 seconds of 502, and then it answers again."""
    await ann.follow()
    await instance.settle()
    ann.inbox_status = 502
    for number in range(6):
        await instance.publish(f"Tea {number}")
        await instance.settle()
        instance.clock.advance(seconds=2)
    assert (await pause_of(instance, ann)).failures == 1
    ann.inbox_status = 202
    instance.clock.advance(minutes=1)
    await instance.settle()
    assert len(ann.of_type("Create")) == 6
    assert (await pause_of(instance, ann)).failures == 0


async def test_a_server_that_sends_us_something_is_paused_no_longer(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    await fail_until_given_up(instance, ann)
    ann.inbox_status = 202
    instance.clock.advance(seconds=-30)
    waiting = await instance.publish("Buns")
    await instance.settle()
    assert not ann.of_type("Create")
    await ann.reply(waiting.uri)
    await instance.settle()
    assert (await pause_of(instance, ann)).failures == 0
    assert waiting.uri in [activity["object"]["id"] for activity in ann.of_type("Create")]


async def test_a_signature_that_does_not_hold_is_no_sign_of_life(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await ann.follow()
    await instance.settle()
    await fail_until_given_up(instance, ann)
    before = await pause_of(instance, ann)
    refused = await ann.send(ann.activity("Like", "https://blog.example/posts/1"), key=rsa_keys[5])
    assert refused.status == 401
    assert await pause_of(instance, ann) == before


async def test_what_a_server_asked_for_holds_though_it_sends_us_something(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    ann.inbox_status, ann.inbox_headers = 503, {"Retry-After": "7200"}
    post = await instance.publish("Tea")
    await instance.settle()
    ann.inbox_status, ann.inbox_headers = 202, {}
    await ann.like(post.uri)
    instance.clock.advance(minutes=119)
    await instance.settle()
    assert not ann.of_type("Create")
    instance.clock.advance(minutes=2)
    await instance.settle()
    assert len(ann.of_type("Create")) == 1


async def test_an_accept_is_tried_at_once_though_its_server_is_paused(instance: RunningInstance, ann: Peer) -> None:
    """Its Follow may have come in by another way than from the server of its inbox."""
    gone = datetime(2027, 1, 1, tzinfo=UTC)
    await ann.follow()
    await instance.server.inbox_worker.work()
    paused = Host(host=ann.host, failures=FAILURE_LIMIT, paused_until=gone, failing_since=instance.clock())
    await instance.store.transaction(lambda tx: tx.hosts.save(paused, now=instance.clock()))
    await instance.settle()
    assert len(ann.of_type("Accept")) == 1
