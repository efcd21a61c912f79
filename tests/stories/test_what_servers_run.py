"""What followers' servers run is asked once, an hour after the first of them follows."""

from typing import Any

import pytest

from tests.instances import RunningInstance
from tests.peer import Peer
from tests.wire import Wire


def runs(peer: Peer, software: Any, *, href: str = "") -> str:
    """It says so by NodeInfo; returns where it is asked."""
    asked = f"{peer.base}/.well-known/nodeinfo"
    href = href or f"{peer.base}/nodeinfo/2.0"
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    peer.documents[asked] = {"links": [{"rel": rel, "href": href}]}
    peer.documents[href] = {"version": "2.0", "software": {"name": software, "version": "1"}}
    return asked


async def test_a_followers_server_is_asked_once(instance: RunningInstance, ann: Peer) -> None:
    asked = runs(ann, "GoToSocial")
    await ann.follow()
    await instance.settle()
    assert ann.fetched(asked) == 0
    for _ in range(3):
        instance.clock.advance(days=1)
        await ann.follow()
        await instance.settle()
    assert ann.fetched(asked) == 1
    assert (await instance.store.hosts.find("social.example")).software == "gotosocial"


@pytest.mark.parametrize("software", [None, 7, "", "a b", "x" * 100, {"name": "mastodon"}])
async def test_what_is_no_name_is_not_kept(instance: RunningInstance, ann: Peer, software: Any) -> None:
    runs(ann, software)
    await ann.follow()
    instance.clock.advance(hours=2)
    await instance.settle()
    instance.clock.advance(hours=2)
    await instance.settle()
    assert (await instance.store.hosts.find("social.example")).software == "unknown"


async def test_a_server_answers_for_itself_alone(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    runs(ann, "mastodon", href=f"{bob.base}/nodeinfo/2.0")
    await ann.follow()
    await instance.settle()
    instance.clock.advance(hours=2)
    await instance.settle()
    assert bob.requests == []
    assert (await instance.store.hosts.find("social.example")).software == "unknown"


async def test_a_server_that_is_down_is_asked_again_after_a_week(
    instance: RunningInstance, wire: Wire, ann: Peer
) -> None:
    asked = runs(ann, "mastodon")
    await ann.follow()
    await instance.settle()
    wire.cut("social.example")
    instance.clock.advance(hours=2)
    await instance.settle()
    wire.mend("social.example")
    instance.clock.advance(days=6)
    await instance.settle()
    assert ann.fetched(asked) == 0
    instance.clock.advance(days=2)
    await instance.settle()
    assert (await instance.store.hosts.find("social.example")).software == "mastodon"
