"""Somebody elsewhere answers a post."""

import pytest

from syndicate.model.comment import CommentState
from tests.instances import RunningInstance
from tests.peer import Peer


async def test_a_reply_from_an_unknown_author_waits_for_approval(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.reply(post.uri, "<p>Nice <script>x</script></p>")
    await instance.settle()
    [comment] = await instance.comments(post)
    assert (comment.state, comment.html) == (CommentState.PENDING, "<p>Nice </p>")
    assert "Nice" not in (await instance.get(post.path)).text


async def test_a_reply_shows_at_once_where_nothing_is_moderated(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>Well said.</p>")
    await open_instance.settle()
    assert "Well said." in (await open_instance.get(post.path)).text


async def test_a_reply_delivered_twice_is_kept_once(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    create = ann.create(ann.note(post.uri, "<p>Once.</p>"))
    for path in ("/inbox", "/actor/inbox", "/inbox"):
        assert (await ann.send(create, path=path)).status == 202
    await open_instance.settle()
    assert len(await open_instance.comments(post)) == 1


async def test_a_reply_signed_by_another_actor_is_refused(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Hello")
    forged = ann.create(ann.note(post.uri, "<p>I never said that.</p>"))
    response = await mallory.send(forged)
    assert response.status == 401
    assert ann.requests == []
    await open_instance.settle()
    assert await open_instance.comments(post) == []


SPELLINGS = (
    "{}",
    "{}/",
    "{}?utm_source=social&utm_medium=x",
    "{}/?utm_source=social",
    "{}#comments",
    "{}/?replytocom=3#respond",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_our_own_addresses_are_known_however_they_are_spelled(
    open_instance: RunningInstance, ann: Peer, spelling: str
) -> None:
    """The path decides, of a post's page, of its id, and of an answer's id."""
    post = await open_instance.publish("Tea")
    own = await open_instance.server.services.author_replies.reply("tea", "Milk first.")
    permalink = f"https://blog.example{post.path}".rstrip("/")
    for address in (permalink, permalink.replace("https:", "http:"), post.uri, own.uri):
        await ann.reply(spelling.format(address), f"<p>To {address}.</p>")
        await ann.like(spelling.format(address))
        await open_instance.settle()
    known = {"comment.open", "like.counted", "like.repeated"}
    assert {reason for _, _, reason in await open_instance.verdicts()} == known
    comments = {comment.html: comment.parent for comment in await open_instance.comments(post) if comment.id != own.id}
    assert [bool(parent) for parent in comments.values()].count(True) == 1
    assert comments[next(html for html in comments if own.uri in html)] == own.id


async def test_an_address_with_parameters_of_its_own_is_no_other_post(
    open_instance: RunningInstance, ann: Peer
) -> None:
    await open_instance.publish("Tea")
    for address in ("https://blog.example/?p=99", "https://blog.example/?utm_source=x", "https://blog.example/tea?x"):
        await ann.reply(address)
        await open_instance.settle()
    assert {outcome for _, outcome, _ in await open_instance.verdicts()} == {"ignored"}
