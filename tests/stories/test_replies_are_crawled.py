"""Public answers that were never sent to us are found where the comments were written, and what is gone there goes here."""

from typing import Any

import pytest

from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.storage.blocks import Block
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import AS2, PUBLIC, Peer


def answer(peer: Peer, to: str, text: str) -> dict[str, Any]:
    """Something that is said on `peer`'s server and sent to nobody."""
    return peer.note(to, f"<p>{text}</p>")


def lists(peer: Peer, note: dict[str, Any], *items: Any, member: str = "replies", **page: Any) -> None:
    """Let a note name the collection of its answers, the first page embedded as Mastodon does."""
    id = f"{note['id']}/{member}"
    first = {"type": "CollectionPage", "partOf": id, "items": list(items), **page}
    peer.documents[note["id"]] |= {member: {"id": id, "type": "Collection", "first": first}}


async def shown(instance: RunningInstance, post: Post) -> set[str]:
    return {comment.uri for comment in await instance.comments(post, CommentState.APPROVED)}


async def go_round(instance: RunningInstance, **later: float) -> None:
    instance.clock.advance(**(later or {"minutes": 6}))
    while await instance.server.backfill.work():
        pass


async def test_an_answer_on_the_comments_own_server_is_found(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    comment = await ann.reply(post.uri)
    unsent = answer(ann, comment["id"], "Among ourselves.")
    elsewhere = answer(bob, comment["id"], "From elsewhere.")
    lists(ann, comment, unsent["id"], elsewhere["id"])
    await open_instance.settle()
    assert await shown(open_instance, post) == {comment["id"]}
    await go_round(open_instance)
    assert await shown(open_instance, post) == {comment["id"], unsent["id"], elsewhere["id"]}
    parents = {found.uri: found.parent for found in await open_instance.comments(post)}
    assert parents[unsent["id"]] == parents[elsewhere["id"]] is not None
    assert bob.fetched(elsewhere["id"]) == 1, "each is asked for at its own origin"


async def test_what_is_found_is_moderated_as_if_it_had_been_sent(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Tea")
    comment = await ann.reply(post.uri)
    await instance.settle()
    await instance.decide(comment["id"], "approve")
    unsent = answer(bob, comment["id"], "You do not know me.")
    lists(ann, comment, unsent["id"])
    await go_round(instance)
    waiting = await instance.comments(post, CommentState.PENDING)
    assert [found.uri for found in waiting] == [unsent["id"]]


@pytest.mark.parametrize("member", ["replies", "context", "conversation"])
async def test_collections_are_read_page_by_page(open_instance: RunningInstance, ann: Peer, member: str) -> None:
    post = await open_instance.publish("Tea")
    comment = await ann.reply(post.uri)
    await open_instance.settle()
    said = [answer(ann, comment["id"], f"Number {number}.") for number in range(3)]
    base = f"{comment['id']}/{member}"
    ann.documents[comment["id"]] |= {member: base}
    for number, note in enumerate(said):
        page: dict[str, Any] = {"@context": AS2, "type": "OrderedCollectionPage", "orderedItems": [note["id"]]}
        ahead = {"next": f"{base}?page={number + 1}"} if number < 2 else {"next": base}  # the last leads in a circle
        ann.documents[f"{base}?page={number}"] = page | ahead
    ann.documents[base] = {"@context": AS2, "id": base, "type": "OrderedCollection", "first": f"{base}?page=0"}
    await go_round(open_instance)
    assert await shown(open_instance, post) == {comment["id"], *(note["id"] for note in said)}


async def test_lies_lead_nowhere(open_instance: RunningInstance, ann: Peer, mallory: Peer) -> None:
    post = await open_instance.publish("Tea")
    comment = await mallory.reply(post.uri)
    await open_instance.settle()
    stolen = answer(ann, "https://social.example/notes/another", "About something else.")
    forged = {"id": answer(ann, comment["id"], "Never.")["id"], "type": "Note", "content": "<p>Forged</p>"}
    del ann.documents[forged["id"]]
    lists(mallory, comment, stolen["id"], forged, post.uri, "javascript:alert(1)", 7, None, next=f"{ann.base}/pages")
    await go_round(open_instance)
    assert await shown(open_instance, post) == {comment["id"]}
    assert ann.fetched(f"{ann.base}/pages") == 0, "a collection goes on at home or not at all"


async def test_who_writes_noblog_is_not_shown(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Tea")
    tagged = await ann.reply(post.uri, '<p>Not there, please. <a href="https://a.example">#<span>NoBlog</span></a></p>')
    bob.documents[bob.actor] = bob.actor_document(summary="<p>Gardener. #noblog</p>")
    quiet = await bob.reply(post.uri, "<p>Just for you.</p>")
    await open_instance.settle()
    assert await shown(open_instance, post) == set()
    reasons = [reason for _, _, reason in await open_instance.verdicts()]
    assert reasons == ["object.no-blog", "actor.no-blog"]
    assert {tagged["id"], quiet["id"]}.isdisjoint((await open_instance.outputs(post)).split('"'))


async def test_an_edit_that_adds_noblog_takes_the_comment_away(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    clock.advance(minutes=1)
    await ann.edit(note, "<p>On second thoughts. #noblog</p>")
    await open_instance.settle()
    assert await shown(open_instance, post) == set()


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_where_it_was_written_is_gone_here(
    open_instance: RunningInstance, ann: Peer, status: int
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    ann.statuses[note["id"]] = status
    await go_round(open_instance)
    assert await shown(open_instance, post) == set()


async def test_a_server_that_is_down_changes_nothing(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    ann.statuses[note["id"]] = 503
    await go_round(open_instance)
    assert await shown(open_instance, post) == {note["id"]}


async def test_an_edit_that_was_never_sent_is_seen(open_instance: RunningInstance, ann: Peer, clock: FakeClock) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    clock.advance(minutes=1)
    ann.documents[note["id"]] |= {"content": "<p>Corrected.</p>", "updated": clock().isoformat()}
    await go_round(open_instance)
    assert [comment.html for comment in await open_instance.comments(post)] == ["<p>Corrected.</p>"]


async def test_rounds_become_rarer_and_end(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    before = ann.fetched(note["id"])
    for _ in range(24 * 60 // 10):
        await go_round(open_instance, minutes=10)
    in_a_day = ann.fetched(note["id"]) - before
    assert 2 <= in_a_day <= 8
    for _ in range(60):
        await go_round(open_instance, days=1)
    in_two_months = ann.fetched(note["id"]) - before
    assert in_two_months <= in_a_day + 6
    await go_round(open_instance, days=400)
    assert ann.fetched(note["id"]) - before == in_two_months
    assert post.uri


async def test_a_server_is_asked_once_a_second_and_two_hundred_times_a_day(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Tea")
    notes = [await ann.reply(post.uri, f"<p>Number {number}.</p>") for number in range(30)]
    for note in notes:
        unsent = [answer(ann, note["id"], f"To {note['id']}: {number}")["id"] for number in range(10)]
        lists(ann, note, *unsent)
    await open_instance.settle()
    before, began = len(ann.requests), open_instance.clock()
    await go_round(open_instance)
    asked = len(ann.requests) - before
    assert asked <= 201
    assert (open_instance.clock() - began).total_seconds() >= asked - 2


@pytest.mark.parametrize("status", [403, 429])
async def test_who_does_not_want_to_be_asked_is_left_alone(
    open_instance: RunningInstance, ann: Peer, status: int
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    other = await ann.reply(post.uri, "<p>And this.</p>")
    await open_instance.settle()
    ann.statuses |= {note["id"]: status, other["id"]: status}
    before = len(ann.requests)
    for _ in range(5):
        await go_round(open_instance, hours=4)
    assert len(ann.requests) - before <= 2
    assert await shown(open_instance, post) == {note["id"], other["id"]}


async def test_the_blocked_are_not_asked(open_instance: RunningInstance, ann: Peer, mallory: Peer) -> None:
    post = await open_instance.publish("Tea")
    comment = await ann.reply(post.uri)
    await open_instance.settle()
    bad = answer(mallory, comment["id"], "Buy!")
    lists(ann, comment, bad["id"])
    blocked = Block(pattern="evil.example", reason="", created=open_instance.clock())
    await open_instance.store.transaction(lambda tx: tx.blocks.save(blocked))
    await go_round(open_instance)
    assert mallory.requests == []
    assert await shown(open_instance, post) == {comment["id"]}


async def test_a_tombstone_in_place_of_a_note_is_its_end(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    tombstone = {"id": note["id"], "type": "Tombstone", "attributedTo": ann.actor, "to": [PUBLIC]}
    await ann.send(ann.activity("Update", tombstone, to=[PUBLIC]))
    await open_instance.settle()
    assert await shown(open_instance, post) == set()


async def test_nothing_but_markup_is_no_comment(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri, "<p><script>alert(1)</script></p>")
    await open_instance.settle()
    assert await open_instance.comments(post) == []
    assert (await open_instance.verdicts())[-1][2] == "object.empty"


async def test_a_rejected_comment_counts_although_its_author_deletes_it(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await instance.publish("Tea")
    first = await ann.reply(post.uri, "<p>Hello.</p>")
    await instance.settle()
    await instance.decide(first["id"], "approve")
    clock.advance(minutes=1)
    second = await ann.reply(post.uri, "<p>Buy!</p>")
    await instance.settle()
    await instance.decide(second["id"], "spam")
    await ann.delete(second)
    await instance.settle()
    clock.advance(minutes=1)
    await ann.reply(post.uri, "<p>Me again.</p>")
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Create", "held", "comment.rejected-before")
