"""Two houses in one process follow each other and converse: nothing leaks, and each understands what the other says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.finder import Finder
from syndicate.blogroll.following import Following
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage.deliveries import Delivery, DeliveryState
from tests.clocks import FakeClock
from tests.instances import RunningHouse, running_house
from tests.wire import Wire


@pytest.fixture
async def houses(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[tuple[RunningHouse, RunningHouse]]:
    async with (
        running_house(
            tmp_path / "north", str(tmp_path / "north.db"), wire, clock, rsa_keys[0], host="north.example"
        ) as north,
        running_house(
            tmp_path / "south", str(tmp_path / "south.db"), wire, clock, rsa_keys[1], host="south.example"
        ) as south,
    ):
        yield north, south


async def follow(one: RunningHouse, address: str) -> BlogrollEntry:
    house = one.house
    following = Following(house.study.store, house.study.announcer, one.clock)
    return await following.follow(address, Finder(house.transport, house.actors, one.clock, schemes=("https",)))


async def settle(*houses: RunningHouse) -> None:
    """Let both work until neither has anything to do: what one does reaches the other."""
    for _ in range(3):
        for house in houses:
            await house.settle()


async def test_they_follow_each_other_and_hear_of_posts(houses: tuple[RunningHouse, RunningHouse]) -> None:
    north, south = houses
    for one, address in ((north, "@notes@south.example"), (south, "https://north.example/")):
        entry = await follow(one, address)
        assert entry.follow is FollowState.PENDING
        assert entry.feed_url.endswith("/feed/")
    await settle(north, south)
    for one, other in ((north, south), (south, north)):
        [entry] = await one.store.blogroll.all()
        assert (entry.follow, entry.actor) == (FollowState.ACCEPTED, f"https://{other.host}/actor")
        assert await one.store.followers.total("blog") == 1
        following = await one.document("/actor/following?page=true")
        assert following["orderedItems"] == [f"https://{other.host}/actor"]

    post = await north.publish("From the north")
    await settle(north, south)
    [delivery] = await north.store.deliveries.of_post(post.id)
    assert (delivery.host, delivery.state.value, delivery.status) == ("south.example", "delivered", 202)
    assert ("Create", "done", "timeline.kept") in await south.verdicts()
    assert "From the north" in (await south.get("/blogroll/river/")).text


async def test_an_unfollow_is_heard(houses: tuple[RunningHouse, RunningHouse]) -> None:
    north, south = houses
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.total("blog") == 1
    await Following(north.store, north.house.study.announcer, north.clock).unfollow("@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.total("blog") == 0
    assert await north.store.blogroll.all() == []


async def said(house: RunningHouse, type: str) -> list[Delivery]:
    """What a house has to deliver, or had, of one type."""
    return [
        delivery
        for delivery in await house.store.deliveries.newest(100)
        if (activity := await house.store.outbox.get(delivery.activity)) is not None and activity.type == type
    ]


async def test_who_is_followed_again_by_whatever_name_is_asked_once(
    houses: tuple[RunningHouse, RunningHouse],
) -> None:
    north, south = houses
    for address in (
        "@notes@south.example",
        "notes@south.example",
        "https://south.example/",
        "https://south.example/actor",
    ):
        assert (await follow(north, address)).follow is FollowState.PENDING
    assert len(await north.store.blogroll.all()) == 1
    assert len(await said(north, "Follow")) == 1
    await settle(north, south)
    assert (await follow(north, "https://south.example/feed/")).follow is FollowState.ACCEPTED
    assert len(await said(north, "Follow")) == 1


async def test_what_was_not_sent_yet_is_taken_back_by_not_sending_it(houses: tuple[RunningHouse, RunningHouse]) -> None:
    north, south = houses
    await follow(north, "@notes@south.example")
    await Following(north.store, north.house.study.announcer, north.clock).unfollow("@notes@south.example")
    assert await north.store.deliveries.waiting(north.clock()) == 0
    await settle(north, south)
    assert await south.verdicts() == []
    assert [delivery.state for delivery in await said(north, "Follow")] == [DeliveryState.SUPERSEDED]
    assert await said(north, "Undo") == []
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.total("blog") == 1


async def test_a_follow_that_was_given_up_can_be_asked_again(houses: tuple[RunningHouse, RunningHouse]) -> None:
    north, south = houses
    await follow(north, "@notes@south.example")
    [delivery] = await said(north, "Follow")
    await north.store.transaction(lambda tx: tx.deliveries.settle(replace(delivery, state=DeliveryState.FAILED)))
    await follow(north, "@notes@south.example")
    await settle(north, south)
    assert await south.store.followers.total("blog") == 1


async def test_what_one_house_knows_the_other_does_not(houses: tuple[RunningHouse, RunningHouse]) -> None:
    north, south = houses
    post = await north.publish("Only here", slug="only-here")
    assert (await north.get(post.path)).status == 200
    assert (await south.get(post.path)).status == 404
    assert "Only here" not in (await south.get("/feed/")).text
    assert (await north.document("/actor"))["publicKey"] != (await south.document("/actor"))["publicKey"]
