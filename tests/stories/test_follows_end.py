"""How a Follow of ours ends: by a Reject under whose id ever, by a Block, and not by the answer to our own Undo."""

from typing import Any

import pytest

from syndicate.model.blogroll import FollowState
from tests.blogs import entry_of, follow
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.stories.test_the_blogroll_has_accounts import read

BLOG = "https://blog.example/actor"


def under_their_id(peer: Peer, **changes: Any) -> dict[str, Any]:
    """A Reject of a Follow under the id that the other server gave it, as Misskey sends it."""
    inner = {"id": f"{peer.base}/follows/1/2", "type": "Follow", "actor": BLOG, "object": peer.actor}
    return peer.activity("Reject", inner | changes)


async def state(instance: RunningInstance, peer: Peer) -> FollowState:
    await instance.settle()
    return (await entry_of(instance, peer.actor)).follow


async def test_a_reject_under_their_id_ends_an_accepted_follow(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED
    assert (await entry_of(instance, ann.actor)).follow_reason


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "https://social.example/users/bert"},
        {"object": "https://social.example/users/bert"},
        {"type": "Like"},
        {"id": "https://elsewhere.example/follows/1"},
        {"id": "https://blog.example/activities/an-earlier-one"},
    ],
)
async def test_a_reject_of_something_else_ends_nothing(
    instance: RunningInstance, ann: Peer, changes: dict[str, Any]
) -> None:
    await read(instance, ann)
    await ann.send(under_their_id(ann, **changes))
    assert await state(instance, ann) is FollowState.ACCEPTED
    assert (await instance.verdicts())[-1] == ("Reject", "refused", "follow.not-asked")


async def test_a_reject_under_their_id_ends_no_follow_that_waits(instance: RunningInstance, ann: Peer) -> None:
    await follow(instance, ann.actor)
    await instance.settle()
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.PENDING


async def test_an_accept_counts_by_our_id_only(instance: RunningInstance, ann: Peer) -> None:
    await follow(instance, ann.actor)
    await instance.settle()
    await ann.send({**under_their_id(ann), "type": "Accept"})
    assert await state(instance, ann) is FollowState.PENDING


async def test_the_answer_to_our_undo_does_not_end_the_next_follow(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await instance.server.services.blogroll_editor.unfollow(ann.actor)
    await instance.settle()
    await read(instance, ann)
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.ACCEPTED
    assert (await instance.verdicts())[-1] == ("Reject", "ignored", "follow.undo-answered")
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED, "only the first one is the answer"


async def test_an_answer_that_comes_before_the_next_follow_is_the_only_one(
    instance: RunningInstance, ann: Peer
) -> None:
    await read(instance, ann)
    await instance.server.services.blogroll_editor.unfollow(ann.actor)
    await instance.settle()
    await ann.send(under_their_id(ann))
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Reject", "ignored", "follow.undo-answered")
    await read(instance, ann)
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED


async def test_an_answer_that_comes_before_the_next_accept_is_the_only_one(
    instance: RunningInstance, ann: Peer
) -> None:
    await read(instance, ann)
    await instance.server.services.blogroll_editor.unfollow(ann.actor)
    await follow(instance, ann.actor)
    await instance.settle()
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.PENDING
    await ann.send(ann.activity("Accept", ann.of_type("Follow")[-1]["id"]))
    assert await state(instance, ann) is FollowState.ACCEPTED
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED


async def test_a_follow_that_they_ended_needs_no_undo(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await ann.send(under_their_id(ann))
    await instance.settle()
    await instance.server.services.blogroll_editor.unfollow(ann.actor)
    await read(instance, ann)
    assert ann.of_type("Undo") == []
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED


async def test_an_undo_is_answered_within_an_hour(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await instance.server.services.blogroll_editor.unfollow(ann.actor)
    await instance.settle()
    await read(instance, ann)
    instance.clock.advance(hours=1, minutes=1)
    await ann.send(under_their_id(ann))
    assert await state(instance, ann) is FollowState.REJECTED


async def test_a_block_ends_our_follow(instance: RunningInstance, ann: Peer) -> None:
    await read(instance, ann)
    await ann.send(ann.activity("Block", BLOG))
    assert await state(instance, ann) is FollowState.REJECTED
    assert (await instance.verdicts())[-1] == ("Block", "done", "block.unfollowed")
    assert "blocked" in (await entry_of(instance, ann.actor)).follow_reason
