"""The author takes part in the conversation under her posts."""

import pytest

from syndicate.errors import CommentNotFound, InputError
from syndicate.model.comment import Comment
from syndicate.model.post import Visibility
from syndicate.storage.blocks import Block
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import PUBLIC, Peer
from tests.wire import Wire


async def answer(instance: RunningInstance, to: str, text: str = "Thank *you*.") -> Comment:
    return await instance.server.services.author_replies.reply(to, text)


async def test_an_answer_is_shown_under_the_comment_and_delivered_to_its_author(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    await open_instance.settle()
    (create,) = ann.of_type("Create")
    told = create["object"]
    assert told["id"] == said.uri == f"https://blog.example/comments/{said.id}"
    assert (told["type"], told["inReplyTo"]) == ("Note", note["id"])
    assert told["content"] == "<p>Thank <em>you</em>.</p>"
    assert told["tag"] == [{"type": "Mention", "name": "@ann@social.example", "href": ann.actor}]
    assert ann.actor in told["cc"]
    assert ann.actor in create["cc"]
    assert told["to"] == create["to"] == [PUBLIC]
    assert told["context"] == f"{post.uri}/context"
    page = (await open_instance.get(post.path)).text
    assert page.index("Well said.") < page.index("Thank <em>you</em>.")
    assert "author of this blog" in page
    assert (await open_instance.document(said.uri))["id"] == said.uri
    led = await open_instance.get(said.uri)
    assert (led.status, led.headers["Location"]) == (303, f"{post.path}#{said.anchor}")


async def test_followers_hear_of_it_too(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await bob.follow()
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    await open_instance.settle()
    assert [create["object"]["id"] for create in bob.of_type("Create")] == [post.uri, said.uri]


async def test_what_is_answered_to_it_comes_back_under_it(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    back = await ann.reply(said.uri, "<p>You are welcome.</p>")
    await open_instance.settle()
    comments = {comment.uri: comment for comment in await open_instance.comments(post)}
    assert comments[back["id"]].parent == said.id
    replies = (await open_instance.document(said.uri))["replies"]
    assert (replies["totalItems"], replies["first"]["items"]) == (1, [back["id"]])
    assert (await open_instance.document(f"{said.uri}/replies"))["first"]["items"] == [back["id"]]


async def test_the_author_can_speak_first(open_instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await open_instance.publish("Tea")
    said = await answer(open_instance, "tea", "I forgot the milk.")
    await open_instance.settle()
    told = ann.of_type("Create")[-1]["object"]
    assert (told["id"], told["inReplyTo"], told["tag"]) == (said.uri, post.uri, [])


async def test_an_edit_and_a_deletion_are_published(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    answers = open_instance.server.services.author_replies
    first = await answers.edit(said.id, "Thanks.")
    second = await answers.edit(said.id, "Thanks a lot.")
    assert said.updated < first.updated < second.updated
    await open_instance.settle()
    assert "Thanks a lot." in ann.of_type("Update")[-1]["object"]["content"]
    clock.advance(seconds=2)
    assert "Thanks a lot." in (await open_instance.get(post.path)).text
    await answers.delete(said.id)
    await open_instance.settle()
    assert ann.of_type("Delete")[-1]["object"]["id"] == said.uri
    gone = await open_instance.get(said.uri, accept=ACTIVITY)
    assert (gone.status, gone.json()["type"]) == (410, "Tombstone")
    assert "Thanks" not in await open_instance.outputs(post)
    with pytest.raises(CommentNotFound):
        await answers.edit(said.id, "Still here?")


async def test_when_the_post_goes_its_answers_go(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    await open_instance.settle()
    await open_instance.delete("tea")
    await open_instance.settle()
    assert {delete["object"]["id"] for delete in ann.of_type("Delete")} == {post.uri, said.uri}
    assert (await open_instance.get(said.uri, accept=ACTIVITY)).status == 410


async def test_under_a_local_post_an_answer_stays_here(open_instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await open_instance.publish("Tea", visibility=Visibility.LOCAL)
    said = await answer(open_instance, "tea")
    await open_instance.settle()
    assert not ann.of_type("Create")
    assert (await open_instance.get(said.uri, accept=ACTIVITY)).status == 404
    assert "Thank <em>you</em>" in (await open_instance.get(post.path)).text


async def test_nobody_else_changes_what_the_author_said(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"])
    forged = {"id": said.uri, "type": "Note", "attributedTo": mallory.actor, "content": "<p>Spam</p>", "to": [PUBLIC]}
    await mallory.send(mallory.activity("Update", {**forged, "inReplyTo": post.uri, "updated": "2026-12-01T00:00:00Z"}))
    await mallory.send(mallory.activity("Delete", said.uri))
    await open_instance.settle()
    assert [outcome for _, outcome, _ in (await open_instance.verdicts())[1:]] == ["refused", "refused"]
    assert "Thank <em>you</em>" in (await open_instance.get(post.path)).text
    with pytest.raises(InputError, match="comments delete"):
        await open_instance.decide(said.id, "spam")


async def test_only_what_is_shown_can_be_answered(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Tea")
    note = await ann.reply(post.uri)
    await instance.settle()
    with pytest.raises(InputError, match="approve it first"):
        await answer(instance, note["id"])
    with pytest.raises(CommentNotFound, match="no-such"):
        await answer(instance, "no-such")
    await instance.decide(note["id"], "approve")
    with pytest.raises(InputError, match="needs a text"):
        await answer(instance, note["id"], "  ")


async def test_the_whole_conversation_is_one_collection(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Tea")
    first = await ann.reply(post.uri)
    await open_instance.settle()
    open_instance.clock.advance(seconds=5)
    said = await answer(open_instance, first["id"])
    open_instance.clock.advance(seconds=5)
    hidden = await bob.reply(post.uri, "<p>Buy now.</p>")
    last = await bob.reply(said.uri, "<p>And I?</p>")
    await open_instance.settle()
    await open_instance.decide(hidden["id"], "spam")
    document = await open_instance.document(post.uri)
    assert document["context"] == document["conversation"] == f"{post.uri}/context"
    context = await open_instance.document(document["context"])
    assert (context["type"], context["attributedTo"]) == ("OrderedCollection", "https://blog.example/actor")
    assert context["totalItems"] == 4
    assert context["first"]["orderedItems"] == [post.uri, first["id"], said.uri, last["id"]]
    assert "next" not in context["first"]


async def test_a_long_conversation_is_paged_by_key(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    for number in range(45):
        open_instance.clock.advance(seconds=60)
        await ann.reply(post.uri, f"<p>Number {number}.</p>")
        await open_instance.settle()
    page = (await open_instance.document(f"{post.uri}/context"))["first"]
    found = [page]
    while "next" in page:
        page = await open_instance.document(page["next"])
        found.append(page)
    items = [item for page in found for item in page["orderedItems"]]
    assert len(found) == 3
    assert len(items) == len(set(items)) == 46


# whom an answer is addressed to


def told_to(peer: Peer) -> list[str]:
    """Whom the newest answer mentions; the same are in `cc`."""
    create = peer.of_type("Create")[-1]
    mentioned = [tag["href"] for tag in create["object"]["tag"] if tag["type"] == "Mention"]
    assert [actor for actor in create["cc"] if not actor.endswith("/followers")] == mentioned
    return mentioned


def mention(actor: str, name: str) -> dict[str, str]:
    return {"type": "Mention", "href": actor, "name": name}


async def test_an_answer_also_goes_to_the_accounts_that_the_comment_mentioned(
    open_instance: RunningInstance, ann: Peer, bob: Peer, mallory: Peer
) -> None:
    """Not to us, and to nobody who is blocked."""
    post = await open_instance.publish("Tea")
    await bob.reply(post.uri)
    people = [
        mention("https://blog.example/actor", "@notes@blog.example"),
        mention(bob.actor, "@bob"),
        mention(mallory.actor, "@mallory@evil.example"),
    ]
    note = await ann.reply(post.uri, tag=people)
    await open_instance.settle()
    blocked = Block(pattern="evil.example", reason="", created=open_instance.clock())
    await open_instance.store.transaction(lambda tx: tx.blocks.save(blocked))
    said = await answer(open_instance, note["id"])
    await open_instance.settle()
    assert told_to(ann) == [ann.actor, bob.actor]
    assert told_to(bob) == [ann.actor, bob.actor]
    names = [tag["name"] for tag in (await open_instance.document(said.uri))["tag"]]
    assert names == ["@ann@social.example", "@bob@elsewhere.example"]


async def test_ten_are_addressed_at_most(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    people = [mention(f"https://m{number}.example/users/zoe", f"@zoe@m{number}.example") for number in range(20)]
    note = await ann.reply(post.uri, tag=people)
    await open_instance.settle()
    await open_instance.decide(note["id"], "approve")
    await answer(open_instance, note["id"])
    await open_instance.settle()
    assert told_to(ann) == [ann.actor, *(person["href"] for person in people[:9])]


async def test_an_answer_can_be_for_the_answered_only_and_stays_so(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri, tag=[mention(bob.actor, "@bob@elsewhere.example")])
    await open_instance.settle()
    said = await open_instance.server.services.author_replies.reply(note["id"], "Thanks.", only=True)
    await open_instance.settle()
    assert told_to(ann) == [ann.actor]
    await open_instance.server.services.author_replies.edit(said.id, "Thanks a lot.")
    await open_instance.settle()
    assert [tag["href"] for tag in ann.of_type("Update")[-1]["object"]["tag"]] == [ann.actor]


async def test_names_typed_in_an_answer_become_links_and_are_addressed(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    await bob.reply(post.uri)
    note = await ann.reply(post.uri)
    await open_instance.settle()
    said = await answer(open_instance, note["id"], "As @bob@elsewhere.example said, and @nobody@nowhere.example.")
    await open_instance.settle()
    open_instance.clock.advance(seconds=61)  # nowhere.example does not answer
    await open_instance.settle()
    assert told_to(bob) == [ann.actor, bob.actor]
    assert f'href="{bob.base}/@bob"' in said.html
    assert "and @nobody@nowhere.example." in said.html


async def test_a_name_typed_in_an_answer_is_looked_up_before_it_goes_out(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    bob.is_found_by_name()
    said = await answer(open_instance, note["id"], "Ask @bob@elsewhere.example.")
    await open_instance.server.deliveries.drain()
    assert ann.of_type("Create") == []
    await open_instance.settle()
    assert told_to(ann) == told_to(bob) == [ann.actor, bob.actor]
    [create] = bob.of_type("Create")
    assert f'href="{bob.base}/@bob"' in create["object"]["content"]
    assert f'href="{bob.base}/@bob"' in (await open_instance.get(post.path)).text
    assert (await open_instance.document(said.uri))["content"] == create["object"]["content"]
    await open_instance.server.services.author_replies.delete(said.id)
    await open_instance.settle()
    assert len(bob.of_type("Delete")) == 1


async def test_a_name_that_nobody_answers_for_holds_an_answer_back_for_a_minute_at_most(
    open_instance: RunningInstance, wire: Wire, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    wire.cut(bob.host)
    await answer(open_instance, note["id"], "Ask @bob@elsewhere.example.")
    await open_instance.settle()
    assert ann.of_type("Create") == []
    open_instance.clock.advance(seconds=61)
    await open_instance.settle()
    assert told_to(ann) == [ann.actor]


async def test_mentioned_accounts_that_were_never_fetched_get_the_answer(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri, tag=[mention(bob.actor, "@bob@elsewhere.example")])
    await open_instance.settle()
    assert await open_instance.store.remote_actors.find(bob.actor) is None
    await answer(open_instance, note["id"])
    await open_instance.settle()
    assert told_to(bob) == [ann.actor, bob.actor]
    assert len(ann.of_type("Create")) == 1


async def test_nobody_who_is_blocked_is_looked_up(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Tea")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    blocked = Block(pattern=bob.host, reason="", created=open_instance.clock())
    await open_instance.store.transaction(lambda tx: tx.blocks.save(blocked))
    bob.is_found_by_name()
    await answer(open_instance, note["id"], "Ask @bob@elsewhere.example.")
    await open_instance.settle()
    assert told_to(ann) == [ann.actor]
    assert bob.requests == []
