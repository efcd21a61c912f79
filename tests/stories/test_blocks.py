"""A block: followers go, follows end, and what was said is set aside. Unblocking brings that back as it was."""

import pytest

from syndicate.model.blogroll import FollowState
from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.storage.blocks import Block
from tests.blogs import entry_of
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.stories.test_the_blogroll_has_accounts import read


async def block(instance: RunningInstance, pattern: str) -> None:
    await instance.server.services.blocking.block(Block(pattern=pattern, reason="", created=instance.clock()))
    await instance.settle()


async def unblock(instance: RunningInstance, pattern: str) -> bool:
    return await instance.server.services.blocking.unblock(pattern)


async def totals(instance: RunningInstance, post: Post) -> tuple[int, int, int]:
    """Comments, likes and shares."""
    current = await instance.store.posts.find(post.id)
    assert current is not None
    return current.counts.comments, current.counts.likes, current.counts.shares


@pytest.mark.parametrize("whole_server", [True, False])
async def test_what_was_set_aside_by_a_block_comes_back_as_it_was(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, whole_server: bool
) -> None:
    instance, pattern = open_instance, "evil.example" if whole_server else mallory.actor
    await mallory.follow()
    await ann.follow()
    post = await instance.publish("Tea")
    states = {}
    for decision, state in (("approve", "approved"), ("reject", "rejected"), ("spam", "spam"), ("", "approved")):
        note = await mallory.reply(post.uri, f"<p>Rude: {decision}.</p>")
        await instance.settle()
        if decision:
            await instance.decide(note["id"], decision)
        states[note["id"]] = state
    await ann.reply(post.uri)
    await mallory.like(post.uri)
    await mallory.boost(post.uri)
    await mallory.boost(post.uri)
    await instance.settle()
    before = await totals(instance, post)
    assert before == (3, 1, 1)

    await block(instance, pattern)
    assert [reject["object"]["actor"] for reject in mallory.of_type("Reject")] == [mallory.actor]
    assert not ann.of_type("Reject")
    assert await instance.store.followers.count("blog") == 1
    assert "Rude" not in await instance.outputs(post)
    assert await totals(instance, post) == (1, 0, 0)
    assert (await instance.document(f"{post.uri}/likes"))["totalItems"] == 0

    assert await unblock(instance, pattern)
    assert not await unblock(instance, pattern)
    comments = [comment for comment in await instance.comments(post) if comment.author.uri == mallory.actor]
    assert {comment.uri: comment.state.value for comment in comments} == states
    assert await totals(instance, post) == before
    assert await instance.store.followers.count("blog") == 1, "who followed may follow again"


async def test_what_another_block_covers_stays_set_aside(open_instance: RunningInstance, mallory: Peer) -> None:
    post = await open_instance.publish("Tea")
    await mallory.reply(post.uri)
    await open_instance.settle()
    for pattern in (mallory.actor, "evil.example"):
        await block(open_instance, pattern)
    assert await unblock(open_instance, mallory.actor)
    assert await open_instance.comments(post, CommentState.APPROVED) == []
    assert await unblock(open_instance, "evil.example")
    assert len(await open_instance.comments(post, CommentState.APPROVED)) == 1


@pytest.mark.parametrize("whole_server", [True, False])
async def test_an_account_that_is_blocked_is_followed_no_longer(
    instance: RunningInstance, ann: Peer, whole_server: bool
) -> None:
    await read(instance, ann)
    pattern = "social.example" if whole_server else ann.actor
    await block(instance, pattern)
    entry = await entry_of(instance, ann.actor)
    assert entry.follow is FollowState.NONE
    assert f"you blocked {pattern}" in entry.follow_reason
    [follow], [undo] = ann.of_type("Follow"), ann.of_type("Undo")
    assert undo["object"]["id"] == follow["id"]
    await unblock(instance, pattern)
    entry = await entry_of(instance, ann.actor)
    assert entry.follow is FollowState.NONE
    assert "when you follow @ann@social.example anew" in entry.follow_reason
    await read(instance, ann)
    assert (await entry_of(instance, ann.actor)).follow_reason == ""


async def test_a_blocked_persons_follow_is_answered_by_a_reject(instance: RunningInstance, mallory: Peer) -> None:
    await block(instance, mallory.actor)
    assert (await mallory.follow()).status == 202
    await instance.settle()
    assert await instance.verdicts() == [("Follow", "refused", "sender.blocked")]
    assert [reject["object"]["actor"] for reject in mallory.of_type("Reject")] == [mallory.actor]
    assert await instance.store.followers.count("blog") == 0
    await block(instance, "evil.example")
    assert (await mallory.follow()).status == 403


async def test_a_server_with_a_similar_name_stays(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri)
    await open_instance.settle()
    for pattern in ("l.example", "ocial.example", "example.social"):
        await open_instance.server.services.blocking.block(
            Block(pattern=pattern, reason="", created=open_instance.clock())
        )
    assert len(await open_instance.comments(post, CommentState.APPROVED)) == 1
