"""The blog leaves the fediverse for good: everybody is told, nothing else is sent or taken, and the site stays."""

import pytest

from syndicate.errors import InputError
from syndicate.federation.outbox.account_deletion import AccountDeletion
from syndicate.model.blogroll import FollowState
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import Peer
from tests.stories.test_documents_as_sent import is_followed

WEBFINGER = "/.well-known/webfinger?resource=acct:notes@blog.example"


def deletion(instance: RunningInstance) -> AccountDeletion:
    services = instance.server.services
    return AccountDeletion(services.store, services.local_actors, services.urls, instance.clock)


async def test_every_server_gets_the_delete_and_nothing_else_is_sent_or_accepted(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    instance, post = open_instance, await open_instance.publish("Hello")
    await ann.follow()
    await bob.reply(post.uri, "<p>Kind words.</p>")
    await is_followed(instance, ann.actor, FollowState.ACCEPTED)
    await instance.settle()
    ann.received.clear()
    bob.received.clear()
    assert await deletion(instance).delete() == 2
    await instance.publish("Too late")
    await instance.settle()
    for peer in (ann, bob):
        [delete] = peer.received
        assert (delete["type"], delete["actor"], delete["object"]) == ("Delete", *["https://blog.example/actor"] * 2)
    for path in ("/actor", post.uri.removeprefix("https://blog.example"), post.path, "/actor/outbox"):
        gone = await instance.get(path, accept=ACTIVITY)
        assert (gone.status, gone.json()["type"]) == (410, "Tombstone"), path
    assert (await instance.get(WEBFINGER)).status == 410
    assert (await ann.follow()).status == 410
    page = (await instance.get(post.path)).text
    assert "Kind words." in page
    assert "Reply from your account" not in page
    assert (await instance.get("/feed/", accept="*/*")).status == 200
    assert await instance.store.followers.count("blog") == 0
    entry = await instance.store.blogroll.find_by_actor(ann.actor)
    assert entry is not None
    assert (entry.follow, entry.follow_reason) == (FollowState.NONE, "The blog's account was deleted.")
    with pytest.raises(InputError, match="was deleted on"):
        await deletion(instance).delete()


async def test_keys_that_are_being_changed_come_first(instance: RunningInstance) -> None:
    await instance.store.transaction(lambda tx: tx.local_actors.request_rotation("blog"))
    await instance.server.services.local_actors.renew()
    with pytest.raises(InputError, match="in ten minutes"):
        await deletion(instance).delete()
    assert (await instance.get("/actor", accept=ACTIVITY)).status == 200
