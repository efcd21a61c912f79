"""Profiles elsewhere show what is pinned; where they would be empty, the newest posts."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import Dialect
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import Peer

FEATURED = "https://blog.example/actor/featured"


async def newest(instance: RunningInstance) -> list[str]:
    """Publish six posts; the ids of the five newest, newest first."""
    posts = []
    for number in range(6):
        instance.clock.advance(seconds=1)
        posts.append(await instance.publish(f"Post {number}"))
    return [post.uri for post in reversed(posts)][:5]


async def featured_for(peer: Peer, dialect: Dialect = Dialect.CAVAGE) -> list[str]:
    items: list[str] = json.loads((await peer.read(FEATURED, dialect=dialect)).body)["orderedItems"]
    return items


@pytest.mark.parametrize("dialect", list(Dialect))
async def test_the_newest_stand_in_only_where_nobody_follows(
    instance: RunningInstance, ann: Peer, bob: Peer, dialect: Dialect
) -> None:
    expected = await newest(instance)
    assert await featured_for(ann, dialect) == expected
    await ann.follow()
    await instance.settle()
    assert await featured_for(ann, dialect) == []
    assert await featured_for(bob, dialect) == expected
    assert (await instance.document(FEATURED))["orderedItems"] == expected
    await ann.unfollow()
    await instance.settle()
    assert await featured_for(ann, dialect) == expected


async def test_the_host_decides_and_nothing_is_verified(instance: RunningInstance, ann: Peer) -> None:
    await newest(instance)
    await ann.follow()
    await instance.settle()
    claimed = f'keyId="{ann.base}/actor#main-key",signature="bm90aGluZw=="'
    answer = await instance.get("/actor/featured", accept=ACTIVITY, Signature=claimed)
    assert (answer.status, answer.json()["orderedItems"]) == (200, [])
    other = claimed.replace(ann.base, f"{ann.base}.evil.example")
    assert len((await instance.get("/actor/featured", accept=ACTIVITY, Signature=other)).json()["orderedItems"]) == 5


async def test_what_is_pinned_is_the_same_for_everybody(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await newest(instance)
    pinned = await instance.publish("Pinned", pinned=True)
    await ann.follow()
    await instance.settle()
    assert await featured_for(ann) == await featured_for(bob) == [pinned.uri]
    assert ann.of_type("Remove") == []


async def test_no_cache_keeps_it(instance: RunningInstance) -> None:
    answer = await instance.get("/actor/featured", accept=ACTIVITY)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {"Accept", "Signature"} <= set(answer.headers["Vary"].split(", "))


async def test_the_first_follower_of_a_server_unpins_the_stand_ins(
    instance: RunningInstance, ann: Peer, bob: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    expected = await newest(instance)
    await ann.follow()
    await instance.settle()
    removed = ann.of_type("Remove")
    assert [one["object"] for one in removed] == expected
    assert {(one["actor"], one["target"]) for one in removed} == {("https://blog.example/actor", FEATURED)}
    ann.received.clear()
    await ann.neighbour("carl", rsa_keys[4]).follow()
    await ann.follow()
    await instance.settle()
    assert ann.of_type("Remove") == []
    await bob.follow()
    await instance.settle()
    assert len(bob.of_type("Remove")) == 5
