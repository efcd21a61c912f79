"""A reply to a reply lands where it belongs, also when what lies between was never sent to us."""

from syndicate.federation.actors.throttled_transport import MAX_ANCESTOR_REQUESTS_PER_DAY
from syndicate.federation.inbox.ancestors import MAX_ANCESTORS
from syndicate.model.comment import CommentState
from syndicate.storage.blocks import Block
from tests.instances import RunningInstance
from tests.peer import Peer

BLOG = "https://blog.example/actor"


def mention() -> dict[str, object]:
    return {"tag": [{"type": "Mention", "href": BLOG, "name": "@notes@blog.example"}]}


async def test_a_missing_comment_between_a_reply_and_the_post_is_fetched(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Hello")
    unsent = ann.note(post.uri, "<p>The first word.</p>")
    await bob.reply(unsent["id"], "<p>The second.</p>", **mention())
    await open_instance.settle()
    first, second = sorted(await open_instance.comments(post), key=lambda comment: comment.html)
    assert (first.uri, first.author.name, first.parent) == (unsent["id"], "Ann", None)
    assert (second.author.name, second.parent) == ("Bob", first.id)


async def test_a_reply_that_does_not_name_the_blog_is_followed_up_to_its_post(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish("Hello")
    first = ann.note(post.uri, "<p>The first word.</p>")
    second = ann.note(first["id"], "<p>The second.</p>")
    await bob.reply(second["id"], "<p>The third.</p>")
    await open_instance.settle()
    comments = {comment.html: comment for comment in await open_instance.comments(post)}
    assert comments["<p>The second.</p>"].parent == comments["<p>The first word.</p>"].id
    assert comments["<p>The third.</p>"].parent == comments["<p>The second.</p>"].id


async def test_a_conversation_that_does_not_concern_the_blog_is_looked_into_once(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    root = ann.note("", "<p>To all.</p>")
    elsewhere = ann.note(root["id"], "<p>To somebody.</p>")
    for words in ("<p>And to her.</p>", "<p>And again.</p>"):
        await bob.reply(elsewhere["id"], words)
        await open_instance.settle()
        assert (await open_instance.verdicts())[-1] == ("Create", "ignored", "reply.elsewhere")
    assert [ann.fetched(note["id"]) for note in (root, elsewhere)] == [1, 1]
    open_instance.clock.advance(days=3)
    await bob.reply(elsewhere["id"], "<p>Still?</p>")
    await open_instance.settle()
    assert ann.fetched(elsewhere["id"]) == 2


async def test_strangers_cannot_make_the_blog_climb_without_end(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    """Ten steps for one reply, and a hundred requests to one server on a day."""
    above = ""
    for _ in range(30):
        above = ann.note(above, "<p>Higher.</p>")["id"]
    await bob.reply(above)
    await open_instance.settle()
    assert len([request for request in ann.requests if "/notes/" in request.url]) == MAX_ANCESTORS

    open_instance.clock.advance(minutes=1)
    for _ in range(120):
        await bob.reply(ann.note("", "<p>Apart.</p>")["id"])
        await open_instance.settle()
        open_instance.clock.advance(seconds=2)
    assert len([request for request in ann.requests if "/notes/" in request.url]) == MAX_ANCESTOR_REQUESTS_PER_DAY
    open_instance.clock.advance(days=1)
    await bob.reply(ann.note("", "<p>The next day.</p>")["id"])
    await open_instance.settle()
    assert len([request for request in ann.requests if "/notes/" in request.url]) == MAX_ANCESTOR_REQUESTS_PER_DAY + 1


async def test_of_a_blocked_server_nothing_is_asked_for(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Hello")
    unsent = ann.note(post.uri, "<p>The first word.</p>")
    block = Block(pattern="social.example", reason="", created=open_instance.clock())
    await open_instance.server.services.blocking.block(block)
    await bob.reply(unsent["id"], "<p>The second.</p>", **mention())
    await open_instance.settle()
    assert ann.requests == []
    assert await open_instance.comments(post) == []


async def test_a_ring_of_replies_comes_to_an_end(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    one = ann.note(f"{bob.base}/notes/1", "<p>One.</p>")
    await bob.reply(one["id"], "<p>Two.</p>", id=f"{bob.base}/notes/1", **mention())
    await open_instance.settle()
    assert len([request for request in (*ann.requests, *bob.requests) if "/notes/" in request.url]) <= 2
    assert (await open_instance.verdicts())[-1] == ("Create", "held", "mention.kept")


async def test_an_answer_to_a_comment_that_waits_waits_with_it(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>May I?</p>")
    await instance.settle()
    await bob.reply(note["id"], "<p>You may.</p>")
    await instance.settle()
    states = {comment.author.name: comment.state for comment in await instance.comments(post)}
    assert states == {"Ann": CommentState.PENDING, "Bob": CommentState.PENDING}
