"""Servers that give one id to several activities: an activity counts by what it is about."""

from typing import Any

import pytest

from syndicate.model.blogroll import FollowState
from tests.blogs import follow
from tests.instances import RunningInstance
from tests.peer import AS2, PUBLIC, Peer
from tests.stories.test_reactions import counts


def by_meaning(peer: Peer, type: str, object: str) -> dict[str, Any]:
    """A Like or Announce whose id is made of what it is about."""
    return {
        "@context": AS2,
        "id": f"{peer.base}/{type.lower()}/5316357966ce5b18",
        "type": type,
        "actor": peer.actor,
        "object": object,
        "to": PUBLIC,
    }


@pytest.mark.parametrize("type", ["Like", "Announce", "EmojiReact"])
async def test_a_reaction_under_the_same_id_counts_again_after_its_undo(
    instance: RunningInstance, ann: Peer, type: str
) -> None:
    post = await instance.publish("Hello")
    reaction = by_meaning(ann, type, post.uri)
    for _ in range(3):
        await ann.send(reaction)
        assert sum(await counts(instance, post)) == 1
        instance.clock.advance(seconds=1)
        await ann.undo({**reaction})
        assert sum(await counts(instance, post)) == 0
        instance.clock.advance(seconds=1)


async def test_a_repeated_reaction_counts_once(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    like = by_meaning(ann, "Like", post.uri)
    for _ in range(3):
        await ann.send(like)
        await instance.settle()
        instance.clock.advance(seconds=1)
    assert await counts(instance, post) == (1, 0)


async def test_one_id_for_two_things_is_two_reactions(instance: RunningInstance, ann: Peer) -> None:
    posts = [await instance.publish("First"), await instance.publish("Second")]
    for post in posts:
        await ann.send(by_meaning(ann, "Like", post.uri))
    assert [await counts(instance, post) for post in posts] == [(1, 0), (1, 0)]
    await ann.undo(by_meaning(ann, "Like", posts[0].uri))
    assert [await counts(instance, post) for post in posts] == [(0, 0), (1, 0)]


async def test_two_boosts_by_one_person_of_which_one_is_taken_back_still_count_as_one(
    instance: RunningInstance, ann: Peer
) -> None:
    post = await instance.publish("Hello")
    first = await ann.boost(post.uri)
    second = await ann.boost(post.uri)
    assert await counts(instance, post) == (0, 1)
    await ann.undo(first)
    assert await counts(instance, post) == (0, 1)
    assert (await instance.document(f"{post.uri}/shares"))["totalItems"] == 1
    await ann.undo(second)
    assert await counts(instance, post) == (0, 0)


async def test_an_accept_that_repeats_its_id_answers_the_present_follow(instance: RunningInstance, ann: Peer) -> None:
    """Hollo gives every Accept to one follower the same id."""
    for _ in range(2):
        await follow(instance, ann.actor)
        await instance.settle()
        await ann.send(
            {
                "@context": AS2,
                "id": f"{ann.actor}#accepts/https://blog.example/actor",
                "type": "Accept",
                "actor": ann.actor,
                "object": ann.of_type("Follow")[-1],
            },
            path="/actor/inbox",
        )
        await instance.settle()
        entry = await instance.store.blogroll.find_by_actor(ann.actor)
        assert entry is not None
        assert entry.follow is FollowState.ACCEPTED
        await instance.server.services.blogroll_editor.unfollow(ann.actor)
        await instance.settle()
        instance.clock.advance(seconds=1)
