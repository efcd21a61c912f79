"""Networks turn things round, send them twice, and fail half-way: in the end all is as if they had not."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.workers.queue import LEASE_DURATION
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import AS2, PUBLIC, Peer
from tests.wire import Wire

BLOG = "https://blog.example/actor"


async def state_of(instance: RunningInstance) -> dict[str, Any]:
    """What the blog would tell anybody, without what depends on the hour."""
    posts = await instance.store.post_lists.list_federated(before=None, limit=100)
    state: dict[str, Any] = {"followers": await instance.store.followers.count("blog")}
    rows = await instance.store.followers.list_page("blog", before=None, limit=100)
    assert state["followers"] == len(rows)
    for post in posts:
        comments = await instance.store.shown_comments.list_shown(post.id, limit=100, skip=0)
        assert post.counts.comments == len(comments)
        state[post.slug] = (post.counts, sorted((comment.uri, comment.html) for comment in comments))
    return state


async def test_a_delete_before_its_create_wins(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Gone before it came.</p>")
    await ann.delete(note)
    await open_instance.settle()
    await ann.send(ann.create(note))
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert await open_instance.verdicts() == [
        ("Delete", "ignored", "delete.unknown"),
        ("Create", "ignored", "object.gone"),
    ]


async def test_nobody_forbids_in_advance_what_another_will_say(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note, like = ann.note(post.uri, "<p>I will say it.</p>"), ann.activity("Like", post.uri)
    follow = ann.activity("Follow", BLOG)
    for object in (note["id"], {"id": note["id"], "type": "Tombstone"}, like["id"], follow["id"]):
        await mallory.send(mallory.activity("Delete", object, to=[PUBLIC]))
        await mallory.send(mallory.activity("Undo", object))
    for inner in (like, follow, {**like, "actor": mallory.actor}, {**follow, "actor": mallory.actor}):
        await mallory.send(mallory.activity("Undo", inner))
    await open_instance.settle()
    for activity in (ann.create(note), like, follow):
        await ann.send(activity)
    await open_instance.settle()
    [comment] = await open_instance.comments(post)
    assert comment.html == "<p>I will say it.</p>"
    state = await state_of(open_instance)
    assert (state["followers"], state["hello"][0].likes) == (1, 1)


@pytest.mark.parametrize("type", ["Create", "Update", "Delete", "Follow", "Like", "Undo", "Announce"])
async def test_nobody_uses_up_the_id_of_what_another_will_say(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, clock: FakeClock, type: str
) -> None:
    """An id of an activity counts once, so whoever may claim it first silences its owner. Mastodon's ids of Deletes
    can be foretold: the object's id with `#delete` behind it. Under the pretence of forwarding, anyone may bring
    anybody's activity (Fedify GHSA-4qhx-hhwf-8685)."""
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Original.</p>")
    like, follow = await ann.like(post.uri), ann.activity("Follow", BLOG)
    if type == "Undo":
        await ann.send(follow)
    await open_instance.settle()
    clock.advance(minutes=1)
    edited = {**note, "content": "<p>Edited.</p>", "updated": clock().isoformat()}
    second = ann.note(post.uri, "<p>Second.</p>")
    objects: dict[str, Any] = {
        "Create": second,
        "Update": edited,
        "Delete": {"id": note["id"], "type": "Tombstone"},
        "Follow": BLOG,
        "Like": post.uri,
        "Undo": follow,
        "Announce": post.uri,
    }
    genuine = ann.activity(type, objects[type], to=[PUBLIC])
    genuine["id"] = f"{note['id']}#{type.lower()}"
    if type == "Like":
        await ann.undo(like)
        await open_instance.settle()
    for forged in (
        genuine,
        {**genuine, "signature": {"type": "RsaSignature2017"}},
        {**genuine, "proof": {"type": "DataIntegrityProof"}, "object": "https://social.example/nothing"},
        {**genuine, "type": "View", "signature": {}},
    ):
        await mallory.send(forged)
        await open_instance.settle()
    if type == "Update":
        ann.documents[note["id"]] = {"@context": AS2, **edited}
    assert (await ann.send(genuine)).status == 202
    await open_instance.settle()
    texts = sorted(comment.html for comment in await open_instance.comments(post))
    state = await state_of(open_instance)
    expected: dict[str, Any] = {
        "Create": texts == ["<p>Original.</p>", "<p>Second.</p>"],
        "Update": texts == ["<p>Edited.</p>"],
        "Delete": texts == [],
        "Follow": state["followers"] == 1,
        "Like": state["hello"][0].likes == 1,
        "Undo": state["followers"] == 0,
        "Announce": state["hello"][0].shares == 1,
    }
    assert expected[type], (texts, state, await open_instance.verdicts())


async def test_an_undo_before_its_follow_or_like_wins(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    follow, like, boost = (
        ann.activity("Follow", BLOG),
        ann.activity("Like", post.uri),
        ann.activity("Announce", post.uri, to=[PUBLIC]),
    )
    for activity in (follow, like, boost):
        await ann.undo(activity)
    await open_instance.settle()
    for activity in (follow, like, boost):
        await ann.send(activity)
    await open_instance.settle()
    state = await state_of(open_instance)
    assert state["followers"] == 0
    assert (state["hello"][0].likes, state["hello"][0].shares) == (0, 0)
    assert ann.of_type("Accept") == []
    await ann.follow()
    await ann.like(post.uri)
    await open_instance.settle()
    state = await state_of(open_instance)
    assert (state["followers"], state["hello"][0].likes) == (1, 1)


async def test_who_gives_every_follow_the_same_id_can_come_and_go_and_come_again(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    """Misskey's ids of Follows and of their Undos are made of the two accounts; each is sent until it is answered."""
    follow = {**ann.activity("Follow", BLOG), "id": f"{ann.base}/follows/1/2"}
    undo = {**ann.activity("Undo", follow), "id": f"{ann.base}/follows/1/2/undo"}
    for said, followers in ((follow, 1), (undo, 0), (undo, 0), (follow, 1), (follow, 1), (undo, 0), (follow, 1)):
        clock.advance(seconds=5)
        assert (await ann.send(said)).status == 202
        await open_instance.settle()
        assert await open_instance.store.followers.count("blog") == followers


async def test_an_update_before_its_create_is_what_stays(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, "<p>Frist.</p>")
    clock.advance(minutes=1)
    await ann.edit(note, "<p>First.</p>")
    await open_instance.settle()
    await ann.send(ann.create(note))
    await open_instance.settle()
    assert [comment.html for comment in await open_instance.comments(post)] == ["<p>First.</p>"]


async def test_one_create_a_hundred_times_at_once_is_one_comment(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    create = ann.create(ann.note(post.uri, "<p>Once.</p>"))
    paths = itertools.cycle(("/inbox", "/actor/inbox"))
    responses = await asyncio.gather(*(ann.send(create, path=next(paths)) for _ in range(100)))
    assert {response.status for response in responses} == {202}
    await open_instance.settle()
    assert len(await open_instance.comments(post)) == 1
    assert await open_instance.verdicts() == [("Create", "done", "comment.open")]


def everything(ann: Peer, bob: Peer, posts: list[str], clock: FakeClock) -> list[tuple[Peer, dict[str, Any]]]:
    """What two people do in an hour, with everything that they take back; in the right order."""
    said: list[tuple[Peer, dict[str, Any]]] = []
    for peer in (ann, bob):
        follow = peer.activity("Follow", BLOG)
        said.append((peer, follow))
        notes = []
        for number, post in enumerate(posts):
            note = peer.note(post, f"<p>{peer.name} {number}</p>")
            notes.append(note)
            said += [
                (peer, peer.create(note)),
                (peer, peer.activity("Like", post)),
                (peer, peer.activity("Announce", post, to=[PUBLIC])),
            ]
        clock.advance(minutes=5)
        edited = {**notes[0], "content": f"<p>{peer.name} edited</p>", "updated": clock().isoformat()}
        said.append((peer, peer.activity("Update", edited, to=[PUBLIC])))
        said.append((peer, peer.activity("Delete", {"id": notes[1]["id"], "type": "Tombstone"}, to=[PUBLIC])))
        for done in [
            activity for actor, activity in said if actor is peer and activity["type"] in ("Like", "Announce")
        ][:2]:
            said.append((peer, peer.activity("Undo", done)))
        if peer is bob:
            said.append((peer, peer.activity("Undo", follow)))
    return said


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_any_number_of_copies_end_in_the_same_state(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock, seed: int
) -> None:
    posts = [(await open_instance.publish(title)).uri for title in ("One", "Two")]
    said = everything(ann, bob, posts, clock)
    chance = random.Random(seed)
    order = said + chance.sample(said, len(said) // 3) if seed else said
    if seed:
        chance.shuffle(order)
    for peer, activity in order:
        assert (await peer.send(activity)).status == 202
        if chance.random() < 0.3:
            await open_instance.settle()
    await open_instance.settle()
    state = await state_of(open_instance)
    assert state["followers"] == 1
    texts = {slug: sorted(html for _, html in state[slug][1]) for slug in ("one", "two")}
    assert texts == {"one": ["<p>ann edited</p>", "<p>bob edited</p>"], "two": []}
    assert (state["one"][0].likes, state["one"][0].shares) == (0, 0)
    assert (state["two"][0].likes, state["two"][0].shares) == (2, 2)


# an end in the middle


Opened = Callable[[], Any]


@pytest.fixture
def open_again(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> Opened:
    """Start the same server once more, on what the last one left behind."""
    comments = {"moderation": "off"}
    return lambda: running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0], comments=comments)


async def say_everything(instance: RunningInstance, ann: Peer) -> str:
    post = await instance.publish("Hello")
    await instance.settle()
    await ann.follow()
    await ann.reply(post.uri, "<p>Kept.</p>")
    await ann.like(post.uri)
    await ann.boost(post.uri)
    return post.uri


async def is_all_there(instance: RunningInstance, ann: Peer) -> None:
    await instance.settle()
    state = await state_of(instance)
    counts, comments = state["hello"]
    assert (state["followers"], counts.likes, counts.shares) == (1, 1, 1)
    assert [html for _, html in comments] == ["<p>Kept.</p>"]
    assert len(ann.of_type("Accept")) == 1


async def test_what_was_acknowledged_is_done_by_the_next_process(open_again: Opened, ann: Peer) -> None:
    async with open_again() as instance:
        await say_everything(instance, ann)
        assert {outcome for _, outcome, _ in await instance.verdicts()} == {"waiting"}
    async with open_again() as instance:
        await is_all_there(instance, ann)
    async with open_again() as instance:
        await is_all_there(instance, ann)


@pytest.mark.parametrize("released", [True, False], ids=["leases released at the start", "leases run out"])
async def test_what_a_process_had_begun_is_done_by_the_next(
    open_again: Opened, ann: Peer, clock: FakeClock, released: bool
) -> None:
    async with open_again() as instance:
        await say_everything(instance, ann)
        now = clock()
        claimed = await instance.store.transaction(
            lambda tx: tx.inbox_queue.claim(now=now, until=now + timedelta(minutes=5), limit=10)
        )
        assert len(claimed) == 4
    async with open_again() as instance:
        if released:
            await instance.store.transaction(lambda tx: tx.leases.release_rows())
        else:
            await instance.settle()
            assert {outcome for _, outcome, _ in await instance.verdicts()} == {"waiting"}
            clock.advance(minutes=6)
        await is_all_there(instance, ann)


async def test_what_another_process_has_begun_does_not_hold_up_the_rest(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    now = clock()
    await open_instance.store.transaction(
        lambda tx: tx.inbox_queue.claim(now=now, until=now + timedelta(minutes=5), limit=10)
    )
    clock.advance(seconds=1)
    await bob.follow()
    await open_instance.settle()
    assert await open_instance.store.followers.find("blog", bob.actor) is not None


async def test_an_effect_without_its_verdict_is_repeated_without_harm(open_again: Opened, ann: Peer) -> None:
    """Should a row of the inbox ever be worked on twice, nothing is counted twice."""
    async with open_again() as instance:
        await say_everything(instance, ann)
        arrivals = await instance.store.inbox_queue.list_newest(10)
        for _ in range(3):
            for arrival in reversed(arrivals):
                await instance.server.inbox.perform(arrival)
        state = await state_of(instance)
        counts, comments = state["hello"]
        assert (state["followers"], counts.likes, counts.shares, len(comments)) == (1, 1, 1, 1)


async def test_a_worker_that_is_stopped_in_the_middle_loses_nothing(
    open_again: Opened, ann: Peer, wire: Wire, clock: FakeClock
) -> None:
    reached = asyncio.Event()
    answer = ann.answer

    async def never(request: Any) -> Any:
        if request.url.endswith("/slow"):
            reached.set()
            await asyncio.Event().wait()
        return await answer(request)

    wire.connect_server(ann.host, never)
    async with open_again() as instance:
        post = await instance.publish("Hello")
        note = ann.note(post.uri, "<p>In the middle.</p>")
        slow = {**note, "id": f"{ann.base}/notes/slow"}
        ann.documents[slow["id"]] = {"@context": AS2, **slow}
        await ann.send(ann.activity("Create", slow["id"], to=[PUBLIC]))
        working = asyncio.create_task(instance.server.inbox_worker.work())
        await reached.wait()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    wire.connect_server(ann.host, answer)
    clock.now += 2 * LEASE_DURATION
    async with open_again() as instance:
        await instance.settle()
        [comment] = await instance.comments(post)
        assert comment.html == "<p>In the middle.</p>"


async def test_the_record_survives_as_it_was_sent(open_again: Opened, ann: Peer) -> None:
    async with open_again() as instance:
        post = await instance.publish("Hello")
        create = ann.create(ann.note(post.uri, "<p>Grüße 🎉 \\u2028 \u0007</p>"))
        await ann.send(create)
    async with open_again() as instance:
        [arrival] = await instance.store.inbox_queue.list_newest(1)
        assert arrival.activity.raw == json.loads(json.dumps(create))
