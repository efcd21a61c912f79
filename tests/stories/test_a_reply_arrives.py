"""Somebody elsewhere answers a post."""

from syndicate.model.comment import CommentState
from tests.houses import RunningHouse
from tests.peer import Peer


async def test_a_reply_from_a_stranger_waits_for_approval(house: RunningHouse, ann: Peer) -> None:
    post = await house.publish("Hello")
    await ann.reply(post.uri, "<p>Nice <script>x</script></p>")
    await house.settle()
    [comment] = await house.comments(post)
    assert (comment.state, comment.html) == (CommentState.PENDING, "<p>Nice </p>")
    assert "Nice" not in (await house.get(post.path)).text


async def test_a_reply_shows_at_once_where_nothing_is_moderated(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Hello")
    await ann.reply(post.uri, "<p>Well said.</p>")
    await open_house.settle()
    assert "Well said." in (await open_house.get(post.path)).text


async def test_a_reply_delivered_twice_is_kept_once(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Hello")
    create = ann.create(ann.note(post.uri, "<p>Once.</p>"))
    for path in ("/inbox", "/actor/inbox", "/inbox"):
        assert (await ann.send(create, path=path)).status == 202
    await open_house.settle()
    assert len(await open_house.comments(post)) == 1


async def test_a_reply_signed_by_another_actor_is_refused(open_house: RunningHouse, ann: Peer, mallory: Peer) -> None:
    post = await open_house.publish("Hello")
    forged = ann.create(ann.note(post.uri, "<p>I never said that.</p>"))
    response = await mallory.send(forged)
    assert response.status == 401
    assert ann.requests == []
    await open_house.settle()
    assert await open_house.comments(post) == []
