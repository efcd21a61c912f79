"""Activities without an id, or without an actor: who signed says so, and what needs a name has no effect."""

from typing import Any

import pytest

from tests.instances import RunningInstance
from tests.peer import Peer


def nameless(activity: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in activity.items() if name != "id"}


@pytest.mark.parametrize("type", ["Add", "Remove", "View", "Follow", "Like", "Announce"])
async def test_what_has_no_id_is_taken_without_effect(instance: RunningInstance, ann: Peer, type: str) -> None:
    post = await instance.publish("Hello")
    target = "https://blog.example/actor" if type == "Follow" else post.uri
    response = await ann.send(nameless(ann.activity(type, target, target=f"{ann.actor}/featured")))
    assert response.status == 202
    await instance.settle()
    [(_, outcome, _)] = await instance.verdicts()
    assert outcome in ("ignored", "unsupported")
    assert ann.received == []
    current = await instance.store.posts.find(post.id)
    assert current is not None
    assert (current.counts.likes, current.counts.shares) == (0, 0)


async def test_a_changed_profile_without_an_id_is_fetched(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri)
    await open_instance.settle()
    for name in ("Ann B.", "Ann C."):
        ann.documents[ann.actor] = ann.actor_document(name=name)
        update = nameless(ann.activity("Update", ann.actor))
        assert (await ann.send(update)).status == 202
        await open_instance.settle()
        [comment] = await open_instance.comments(post)
        assert comment.author.name == name
        open_instance.clock.advance(seconds=1)


async def test_a_deletion_without_an_id_deletes(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    await ann.send(nameless(ann.activity("Delete", note["id"])))
    await open_instance.settle()
    assert await open_instance.comments(post) == []


async def test_without_an_actor_the_owner_of_the_key_is_the_actor(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri)
    await open_instance.settle()
    delete = {name: value for name, value in ann.activity("Delete", note["id"]).items() if name != "actor"}
    assert (await mallory.send(delete)).status == 401, "its id is of another origin"
    assert (await mallory.send(nameless(delete))).status == 202
    await open_instance.settle()
    assert (await open_instance.verdicts())[-1] == ("Delete", "refused", "delete.not-owner")
    assert (await ann.send(delete)).status == 202
    await open_instance.settle()
    assert await open_instance.comments(post) == []
