"""A reply to a reply lands where it belongs, also when what lies between was never sent to us."""

from syndicate.model.comment import CommentState
from tests.houses import RunningHouse
from tests.peer import Peer

BLOG = "https://blog.example/actor"


def mention() -> dict[str, object]:
    return {"tag": [{"type": "Mention", "href": BLOG, "name": "@notes@blog.example"}]}


async def test_a_missing_comment_between_a_reply_and_the_post_is_fetched(
    open_house: RunningHouse, ann: Peer, bob: Peer
) -> None:
    post = await open_house.publish("Hello")
    unsent = ann.note(post.uri, "<p>The first word.</p>")
    await bob.reply(unsent["id"], "<p>The second.</p>", **mention())
    await open_house.settle()
    first, second = sorted(await open_house.comments(post), key=lambda comment: comment.html)
    assert (first.uri, first.author.name, first.parent) == (unsent["id"], "Ann", None)
    assert (second.author.name, second.parent) == ("Bob", first.id)


async def test_a_conversation_that_does_not_concern_the_blog_is_not_looked_into(
    open_house: RunningHouse, ann: Peer, bob: Peer
) -> None:
    elsewhere = ann.note(f"{ann.base}/notes/another", "<p>To somebody.</p>")
    await bob.reply(elsewhere["id"], "<p>And to her.</p>")
    await open_house.settle()
    assert [request for request in ann.requests if "/notes/" in request.url] == []


async def test_a_ring_of_replies_comes_to_an_end(open_house: RunningHouse, ann: Peer, bob: Peer) -> None:
    one = ann.note(f"{bob.base}/notes/1", "<p>One.</p>")
    await bob.reply(one["id"], "<p>Two.</p>", id=f"{bob.base}/notes/1", **mention())
    await open_house.settle()
    assert len([request for request in (*ann.requests, *bob.requests) if "/notes/" in request.url]) <= 2
    assert (await open_house.verdicts())[-1] == ("Create", "ignored", "reply.elsewhere")


async def test_an_answer_to_a_comment_that_waits_waits_with_it(house: RunningHouse, ann: Peer, bob: Peer) -> None:
    post = await house.publish("Hello")
    note = await ann.reply(post.uri, "<p>May I?</p>")
    await house.settle()
    await bob.reply(note["id"], "<p>You may.</p>")
    await house.settle()
    states = {comment.author.name: comment.state for comment in await house.comments(post)}
    assert states == {"Ann": CommentState.PENDING, "Bob": CommentState.PENDING}
