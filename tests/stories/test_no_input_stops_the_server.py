"""Whatever a stranger sends, and wherever it fails: it costs that one row, and the server goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicate.errors import RemoteUnavailable, StorageError
from syndicate.federation.inbox.inbox import Inbox
from syndicate.federation.inbox.worker import InboxWorker
from syndicate.model.activity import ReceivedActivity, Verdict
from syndicate.model.post import PostState
from syndicate.storage.deliveries import DeliveryState
from syndicate.storage.media import MediaState
from syndicate.storage.mentions import MentionState
from syndicate.transport.message import Request, Response
from syndicate.web.http.keys import REFUSALS
from syndicate.web.http.refusal_log import write_refusals
from syndicate.websub.publisher import PushTargets, PushWorker
from syndicate.websub.topics import TopicDocument, Topics
from tests.blogs import PNG
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.stories.test_requests_and_errors import HOST, say, statuses
from tests.subscriber import FakeSubscriber
from tests.waiting import in_time
from tests.wire import Wire

ODD_SENDERS = [b"\xff\xfe", b"\xed\xa0\x80", b"\x80", b"\x01\x7f", "\u202e\ufffe".encode(), b"\xf0\x9f\x92"]


@pytest.mark.parametrize("octets", ODD_SENDERS)
async def test_a_refusal_is_listed_whatever_octets_the_sender_is_named(
    instance: RunningInstance, octets: bytes
) -> None:
    signature = b'Signature: keyId="https://evil.example/' + octets + b'",signature="x"\r\n'
    head = b"POST /inbox HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Type: application/activity+json\r\n"
    answer = await say(instance, head + b"Content-Length: 2\r\n" + signature + b"\r\n{}")
    refusals = instance.server.app[REFUSALS]
    await write_refusals(instance.store, list(refusals))
    kept = await instance.store.inbox_queue.list_refusals(10)
    if statuses(answer) == [401]:  # and not refused as no HTTP before anybody looked at it
        assert [refusal.sender.isprintable() for refusal in kept] == [True]
        assert kept[0].sender.startswith("https://evil.example/")
    else:
        assert statuses(answer) == [400]


async def test_a_refusal_that_cannot_be_written_costs_nobody_but_itself(instance: RunningInstance) -> None:
    await instance.get("/inbox", method="POST", Content_Type="text/plain")
    [refusal] = instance.server.app[REFUSALS]
    batch = [replace(refusal, id=f"{refusal.id}-{at}") for at in range(3)]
    batch[1] = replace(batch[1], detail="\ud800")
    await write_refusals(instance.store, batch)
    assert [kept.id for kept in await instance.store.inbox_queue.list_refusals(10)] == [batch[2].id, batch[0].id]


@pytest.mark.parametrize("words", [b"\x00no", b"\xff\xfe", b"\x1b[31m", "\ud800".encode("utf-8", "surrogatepass")])
async def test_what_an_inbox_answers_is_kept_as_text(instance: RunningInstance, ann: Peer, words: bytes) -> None:
    await ann.follow()
    await instance.settle()

    async def answer(request: Request) -> Response:
        if request.method == "POST":
            return Response(status=500, headers={}, body=words, url=request.url)
        return await ann.answer(request)

    ann.wire.connect_server(ann.host, answer)
    post = await instance.publish("Tea")
    await instance.server.deliveries.drain()
    [delivery] = [
        one for one in await instance.store.delivery_lists.list_by_post(post.id) if one.state is DeliveryState.WAITING
    ]
    assert (delivery.status, delivery.attempts) == (500, 1)
    assert delivery.answer.replace("\ufffd", "?").isprintable()


async def test_a_server_that_trips_us_up_takes_no_delivery_of_others_with_it(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()

    async def trip(request: Request) -> Response:
        raise LookupError("nobody thought of this")

    ann.wire.connect_server(ann.host, trip)
    post = await instance.publish("Tea")
    await instance.server.deliveries.drain()
    assert len(bob.of_type("Create")) == 1
    [delivery] = [one for one in await instance.store.delivery_lists.list_by_post(post.id) if one.host == ann.host]
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 1), "and is not tried for ever"


async def test_a_picture_that_trips_us_up_takes_no_other_with_it(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")

    async def trip(request: Request) -> Response:
        if request.url.endswith(".png"):
            raise LookupError("nobody thought of this")
        return await ann.answer(request)

    ann.wire.connect_server(ann.host, trip)
    for peer in (ann, bob):
        icon = {"type": "Image", "url": f"{peer.base}/face.png"}
        peer.documents[peer.actor] = peer.actor_document(icon=icon)
        await peer.reply(post.uri)
    await open_instance.settle()
    assert bob.fetched(f"{bob.base}/face.png") == 1


async def test_a_server_that_trips_us_up_whatever_it_is_asked_ends_nothing(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    for peer in (ann, bob):
        await peer.follow()
    await instance.settle()

    async def trip(request: Request) -> Response:
        raise LookupError("nobody thought of this")

    ann.wire.connect_server(ann.host, trip)
    ann.wire.connect_server("new.example", trip)
    post = await instance.publish("Tea", "With @ann@social.example and @cat@new.example.")
    await instance.settle()
    instance.clock.advance(days=8)  # servers are asked again what they run
    await instance.settle()
    assert [create["object"]["id"] for create in bob.of_type("Create")] == [post.uri]


class _Inbox(Inbox):
    """Neither performs anything nor can note that it has not."""

    def __init__(self, trouble: Exception, more: Exception) -> None:
        self.trouble, self.more, self.performed = trouble, more, asyncio.Event()

    async def perform(self, arrival: ReceivedActivity) -> Verdict:
        self.performed.set()
        raise self.trouble

    async def postpone(self, arrival: ReceivedActivity, error: Exception) -> None:
        raise self.more


@pytest.mark.parametrize("trouble", [RemoteUnavailable("away"), StorageError("disk full"), LookupError("a bug")])
@pytest.mark.parametrize("more", [StorageError("disk full"), LookupError("another bug")])
async def test_trouble_with_noting_trouble_ends_no_worker(
    instance: RunningInstance, ann: Peer, trouble: Exception, more: Exception
) -> None:
    await ann.follow()
    inbox = _Inbox(trouble, more)
    worker = asyncio.create_task(InboxWorker(instance.store, inbox, instance.clock).run())
    async with in_time():
        await inbox.performed.wait()
    await instance.store.transaction(lambda tx: tx.key_values.save("later", "1"))
    assert not worker.done()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


async def spoil(instance: RunningInstance, statement: str, **parameters: Any) -> None:
    """Leave behind in the database what nobody thought of."""
    await instance.store.database.transaction(lambda query: query.run(statement, **parameters))


async def test_a_scheduled_post_that_trips_us_up_keeps_no_other_from_its_time(instance: RunningInstance) -> None:
    when = instance.clock() + timedelta(days=3)
    spoiled = await instance.publish("Seeds", date=when)
    await instance.publish("Tea", date=when + timedelta(minutes=1))
    await spoil(instance, "UPDATE posts SET hashtags = '{' WHERE id = :id", id=spoiled.id)
    instance.clock.advance(days=4)
    assert await instance.server.services.publisher.release_due() == 1
    post = await instance.store.posts.find_by_slug("tea")
    assert post is not None
    assert post.state is PostState.PUBLISHED
    assert await instance.store.post_lists.next_scheduled(after=instance.clock()) is None, (
        "and is not tried without a pause"
    )


async def test_a_post_that_cannot_be_typeset_anew_keeps_no_other_from_it(instance: RunningInstance) -> None:
    spoiled, post = await instance.publish("Seeds"), await instance.publish("Tea", "Green tea.")
    await spoil(instance, "UPDATE posts SET renderer = 0, html = 'old'")
    await spoil(instance, "UPDATE posts SET hashtags = '{' WHERE id = :id", id=spoiled.id)
    await instance.server.rerendering.run()
    anew = await instance.store.posts.find(post.id)
    assert anew is not None
    assert "Green tea." in anew.html


class _SpoiledTopic(Topics):
    """One feed trips us up; the others are as they are."""

    def __init__(self, spoiled: str, topics: Topics) -> None:
        self.spoiled, self.topics = spoiled, topics

    async def has(self, topic: str) -> bool:
        return await self.topics.has(topic)

    async def version(self, topic: str) -> str | None:
        if topic == self.spoiled:
            raise LookupError("nobody thought of this")
        return await self.topics.version(topic)

    async def document(self, topic: str) -> TopicDocument | None:
        return await self.topics.document(topic)


async def test_a_feed_that_trips_us_up_keeps_no_other_from_its_subscribers(
    instance: RunningInstance, wire: Wire
) -> None:
    feeds = ["https://blog.example/feed/", "https://blog.example/feed/atom/"]
    readers = [FakeSubscriber(wire, f"reader{at}.example") for at in range(2)]
    for feed, reader in zip(feeds, readers, strict=True):
        await reader.ask(feed)
    await instance.settle()
    instance.clock.advance(seconds=2)
    await instance.publish("Tea")
    topics = _SpoiledTopic(feeds[0], instance.server.topics)
    assert await PushWorker(instance.store, topics, instance.clock, PushTargets()).work()
    await instance.server.deliveries.drain()
    assert [len(reader.pushed) for reader in readers] == [0, 1]


async def work_for_days(instance: RunningInstance, work: Callable[[], Awaitable[bool]], days: int) -> None:
    """Let a worker try whenever something is due."""
    for _ in range(days * 4):
        while await work():
            pass
        instance.clock.advance(hours=6)


async def test_a_name_that_trips_us_up_each_time_is_given_up(instance: RunningInstance, ann: Peer) -> None:
    ann.is_found_by_name()
    post = await instance.publish("Tea", "With @ann@social.example.")
    await spoil(instance, "UPDATE posts SET hashtags = '{' WHERE id = :id", id=post.id)
    await work_for_days(instance, instance.server.mentions.work, days=2)
    [named] = await instance.store.mentions.list_by_post(post.id)
    assert named.state is MentionState.SETTLED
    assert ann.fetched(ann.actor) <= 4


async def test_a_picture_that_cannot_be_shown_is_given_up(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    picture = f"{ann.base}/face.png"
    ann.documents[ann.actor] = ann.actor_document(icon={"type": "Image", "url": picture})
    asked = []

    async def show(request: Request) -> Response:
        if request.url != picture:
            return await ann.answer(request)
        asked.append(request.url)
        return Response(status=200, headers={"Content-Type": "image/png"}, body=PNG, url=picture)

    ann.wire.connect_server(ann.host, show)
    await ann.reply(post.uri)
    while await open_instance.server.inbox_worker.work():
        pass
    await spoil(open_instance, "UPDATE comments SET published = 'never'")
    await work_for_days(open_instance, open_instance.server.pictures.work, days=4)
    kept = await open_instance.store.media.find_by_source(picture)
    assert kept is not None
    assert kept.state is MediaState.FAILED
    assert len(asked) == 6


async def test_a_list_of_followers_that_trips_us_up_each_time_is_given_up(instance: RunningInstance, ann: Peer) -> None:
    asked = []

    async def trip(request: Request) -> Response:
        asked.append(request.url)
        raise LookupError("nobody thought of this")

    ann.wire.connect_server(ann.host, trip)
    now, url = instance.clock(), f"{ann.actor}/followers_synchronization"
    await instance.store.transaction(
        lambda tx: tx.synchronizations.enqueue(ann.actor, url=url, digest="00", now=now, not_since=now)
    )
    await work_for_days(instance, instance.server.synchronization.work, days=2)
    assert await instance.store.synchronizations.next_due(instance.clock()) is None
    assert asked == [url] * 4
