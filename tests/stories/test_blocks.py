"""A block: followers go, follows end, and what was said is set aside. Unblocking brings that back as it was."""

import pytest

from syndicate.model.blogroll import FollowState
from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.storage.blocks import Block
from tests.blogs import entry_of
from tests.instances import RunningHouse
from tests.peer import Peer
from tests.stories.test_the_blogroll_has_accounts import read


async def block(house: RunningHouse, pattern: str) -> None:
    await house.house.study.blocking.block(Block(pattern=pattern, reason="", created=house.clock()))
    await house.settle()


async def unblock(house: RunningHouse, pattern: str) -> bool:
    return await house.house.study.blocking.unblock(pattern)


async def totals(house: RunningHouse, post: Post) -> tuple[int, int, int]:
    """Comments, likes and shares."""
    current = await house.store.posts.find(post.id)
    assert current is not None
    return current.counts.comments, current.counts.likes, current.counts.shares


@pytest.mark.parametrize("whole_server", [True, False])
async def test_what_was_set_aside_by_a_block_comes_back_as_it_was(
    open_house: RunningHouse, ann: Peer, mallory: Peer, whole_server: bool
) -> None:
    house, pattern = open_house, "evil.example" if whole_server else mallory.actor
    await mallory.follow()
    await ann.follow()
    post = await house.publish("Tea")
    states = {}
    for decision, state in (("approve", "approved"), ("reject", "rejected"), ("spam", "spam"), ("", "approved")):
        note = await mallory.reply(post.uri, f"<p>Rude: {decision}.</p>")
        await house.settle()
        if decision:
            await house.decide(note["id"], decision)
        states[note["id"]] = state
    await ann.reply(post.uri)
    await mallory.like(post.uri)
    await mallory.boost(post.uri)
    await mallory.boost(post.uri)
    await house.settle()
    before = await totals(house, post)
    assert before == (3, 1, 1)

    await block(house, pattern)
    assert [reject["object"]["actor"] for reject in mallory.of_type("Reject")] == [mallory.actor]
    assert not ann.of_type("Reject")
    assert await house.store.followers.total("blog") == 1
    assert "Rude" not in await house.outputs(post)
    assert await totals(house, post) == (1, 0, 0)
    assert (await house.document(f"{post.uri}/likes"))["totalItems"] == 0

    assert await unblock(house, pattern)
    assert not await unblock(house, pattern)
    comments = [comment for comment in await house.comments(post) if comment.author.uri == mallory.actor]
    assert {comment.uri: comment.state.value for comment in comments} == states
    assert await totals(house, post) == before
    assert await house.store.followers.total("blog") == 1, "who followed may follow again"


async def test_what_another_block_covers_stays_set_aside(open_house: RunningHouse, mallory: Peer) -> None:
    post = await open_house.publish("Tea")
    await mallory.reply(post.uri)
    await open_house.settle()
    for pattern in (mallory.actor, "evil.example"):
        await block(open_house, pattern)
    assert await unblock(open_house, mallory.actor)
    assert await open_house.comments(post, CommentState.APPROVED) == []
    assert await unblock(open_house, "evil.example")
    assert len(await open_house.comments(post, CommentState.APPROVED)) == 1


@pytest.mark.parametrize("whole_server", [True, False])
async def test_an_account_that_is_blocked_is_followed_no_longer(
    house: RunningHouse, ann: Peer, whole_server: bool
) -> None:
    await read(house, ann)
    pattern = "social.example" if whole_server else ann.actor
    await block(house, pattern)
    entry = await entry_of(house, ann.actor)
    assert entry.follow is FollowState.NONE
    assert f"you blocked {pattern}" in entry.follow_reason
    [follow], [undo] = ann.of_type("Follow"), ann.of_type("Undo")
    assert undo["object"]["id"] == follow["id"]
    await unblock(house, pattern)
    entry = await entry_of(house, ann.actor)
    assert entry.follow is FollowState.NONE
    assert "`syndicate follow @ann@social.example`" in entry.follow_reason
    await read(house, ann)
    assert (await entry_of(house, ann.actor)).follow_reason == ""


async def test_a_blocked_persons_follow_is_answered_by_a_reject(house: RunningHouse, mallory: Peer) -> None:
    await block(house, mallory.actor)
    assert (await mallory.follow()).status == 202
    await house.settle()
    assert await house.verdicts() == [("Follow", "refused", "sender.blocked")]
    assert [reject["object"]["actor"] for reject in mallory.of_type("Reject")] == [mallory.actor]
    assert await house.store.followers.total("blog") == 0
    await block(house, "evil.example")
    assert (await mallory.follow()).status == 403


async def test_a_server_with_a_similar_name_stays(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Tea")
    await ann.reply(post.uri)
    await open_house.settle()
    for pattern in ("l.example", "ocial.example", "example.social"):
        await open_house.house.study.blocking.block(Block(pattern=pattern, reason="", created=open_house.clock()))
    assert len(await open_house.comments(post, CommentState.APPROVED)) == 1
