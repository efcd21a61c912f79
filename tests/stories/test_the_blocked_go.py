"""Whoever is blocked goes: as a follower, and with what she said. Taken back, it waits for the author."""

import pytest

from syndicate.model.comment import CommentState
from syndicate.storage.blocks import Block
from tests.houses import RunningHouse
from tests.peer import Peer


@pytest.mark.parametrize("whole_server", [True, False])
async def test_blocking_shows_somebody_out_and_unblocking_lets_her_be_judged_anew(
    open_house: RunningHouse, ann: Peer, mallory: Peer, whole_server: bool
) -> None:
    pattern = "evil.example" if whole_server else mallory.actor
    await mallory.follow()
    await ann.follow()
    post = await open_house.publish("Tea")
    await mallory.reply(post.uri, "<p>Rude.</p>")
    await ann.reply(post.uri)
    await mallory.like(post.uri)
    await open_house.settle()
    blocking = open_house.house.study.blocking
    await blocking.block(Block(pattern=pattern, reason="", created=open_house.clock()))
    await open_house.settle()
    assert [reject["object"]["actor"] for reject in mallory.of_type("Reject")] == [mallory.actor]
    assert not ann.of_type("Reject")
    assert await open_house.store.followers.total("blog") == 1
    assert "Rude." not in await open_house.outputs(post)
    assert (await open_house.document(post.uri))["likes"]["totalItems"] == 0
    assert await blocking.unblock(pattern)
    assert not await blocking.unblock(pattern)
    waiting = await open_house.comments(post, CommentState.PENDING)
    assert [comment.author.uri for comment in waiting] == [mallory.actor]


async def test_a_server_with_a_similar_name_stays(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Tea")
    await ann.reply(post.uri)
    await open_house.settle()
    for pattern in ("l.example", "ocial.example", "example.social"):
        await open_house.house.study.blocking.block(Block(pattern=pattern, reason="", created=open_house.clock()))
    assert len(await open_house.comments(post, CommentState.APPROVED)) == 1
