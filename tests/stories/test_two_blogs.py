"""Two servers in one process follow each other and converse: nothing leaks, and each understands what the other says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import BlogrollEditor
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage.deliveries import Delivery, DeliveryState
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire


@pytest.fixture
async def instances(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[tuple[RunningInstance, RunningInstance]]:
    async with (
        running_instance(
            tmp_path / "north", str(tmp_path / "north.db"), wire, clock, rsa_keys[0], host="north.example"
        ) as north,
        running_instance(
            tmp_path / "south", str(tmp_path / "south.db"), wire, clock, rsa_keys[1], host="south.example"
        ) as south,
    ):
        yield north, south


async def follow(one: RunningInstance, address: str) -> BlogrollEntry:
    instance = one.server
    following = BlogrollEditor(instance.services.store, instance.services.outbox, one.clock)
    return await following.follow(
        address, FeedFinder(instance.transport, instance.actors, one.clock, schemes=("https",))
    )


async def settle(*instances: RunningInstance) -> None:
    """Let both work until neither has anything to do: what one does reaches the other."""
    for _ in range(3):
        for instance in instances:
            await instance.settle()


async def test_they_follow_each_other_and_hear_of_posts(instances: tuple[RunningInstance, RunningInstance]) -> None:
    north, south = instances
    for one, address in ((north, "@notes@south.example"), (south, "https://north.example/")):
        entry = await follow(one, address)
        assert entry.follow is FollowState.PENDING
        assert entry.feed_url.endswith("/feed/")
    await settle(north, south)
    for one, other in ((north, south), (south, north)):
        [entry] = await one.store.blogroll.list_all()
        assert (entry.follow, entry.actor) == (FollowState.ACCEPTED, f"https://{other.host}/actor")
        assert await one.store.followers.count("blog") == 1
        following = await one.document("/actor/following?page=true")
        assert following["orderedItems"] == [f"https://{other.host}/actor"]

    post = await north.publish("From the north")
    await settle(north, south)
    [delivery] = await north.store.delivery_lists.list_by_post(post.id)
    assert (delivery.host, delivery.state.value, delivery.status) == ("south.example", "delivered", 202)
    assert ("Create", "done", "timeline.kept") in await south.verdicts()
    assert "From the north" in (await south.get("/blogroll/river/")).text


async def test_an_unfollow_removes_the_follower(instances: tuple[RunningInstance, RunningInstance]) -> None:
    north, south = instances
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.count("blog") == 1
    await BlogrollEditor(north.store, north.server.services.outbox, north.clock).unfollow("@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.count("blog") == 0
    assert await north.store.blogroll.list_all() == []


async def said(instance: RunningInstance, type: str) -> list[Delivery]:
    """The deliveries of one type that a server has or had."""
    return [
        delivery
        for delivery in await instance.store.delivery_lists.list_newest(100)
        if (activity := await instance.store.outbox.get(delivery.activity)) is not None and activity.type == type
    ]


async def test_who_is_followed_again_by_whatever_name_is_asked_once(
    instances: tuple[RunningInstance, RunningInstance],
) -> None:
    north, south = instances
    for address in (
        "@notes@south.example",
        "notes@south.example",
        "https://south.example/",
        "https://south.example/actor",
    ):
        assert (await follow(north, address)).follow is FollowState.PENDING
    assert len(await north.store.blogroll.list_all()) == 1
    assert len(await said(north, "Follow")) == 1
    await settle(north, south)
    assert (await follow(north, "https://south.example/feed/")).follow is FollowState.ACCEPTED
    assert len(await said(north, "Follow")) == 1


async def test_what_was_not_sent_yet_is_taken_back_by_not_sending_it(
    instances: tuple[RunningInstance, RunningInstance],
) -> None:
    north, south = instances
    await follow(north, "@notes@south.example")
    await BlogrollEditor(north.store, north.server.services.outbox, north.clock).unfollow("@notes@south.example")
    assert await north.store.delivery_lists.count_waiting(north.clock()) == 0
    await settle(north, south)
    assert await south.verdicts() == []
    assert [delivery.state for delivery in await said(north, "Follow")] == [DeliveryState.SUPERSEDED]
    assert await said(north, "Undo") == []
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.count("blog") == 1


async def test_a_follow_that_was_given_up_can_be_asked_again(
    instances: tuple[RunningInstance, RunningInstance],
) -> None:
    north, south = instances
    await follow(north, "@notes@south.example")
    [delivery] = await said(north, "Follow")
    await north.store.transaction(lambda tx: tx.deliveries.complete(replace(delivery, state=DeliveryState.FAILED)))
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.count("blog") == 1


async def test_what_one_instance_knows_the_other_does_not(instances: tuple[RunningInstance, RunningInstance]) -> None:
    north, south = instances
    post = await north.publish("Only here", slug="only-here")
    assert (await north.get(post.path)).status == 200
    assert (await south.get(post.path)).status == 404
    assert "Only here" not in (await south.get("/feed/")).text
    assert (await north.document("/actor"))["publicKey"] != (await south.document("/actor"))["publicKey"]
