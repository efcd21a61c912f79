"""Whoever has no key keeps nobody out who has one."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.transport.message import Response
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import AS2, Peer
from tests.wire import Wire

HONEST, SHADY = "192.0.2.1", "198.51.100.7"


@pytest.fixture
async def instance_behind_a_proxy(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    server = {"trusted_proxies": ["127.0.0.1"]}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], server=server
    ) as instance:
        yield instance


async def send(peer: Peer, activity: dict[str, Any], address: str, **how: Any) -> Response:
    """Send from an address, as the proxy says."""
    request = peer.signed(json.dumps(activity).encode(), **how)
    return await peer.wire.fetch(replace(request, headers=(*request.headers, ("X-Forwarded-For", address))))


def forged(ann: Peer, number: int) -> dict[str, Any]:
    return {
        "@context": AS2,
        "id": f"{ann.base}/forged/{number}",
        "type": "Follow",
        "actor": f"{ann.base}/users/x{number}",
        "object": "https://blog.example/actor",
    }


@pytest.mark.parametrize("named", ["nobody", "somebody", "a fragment"])
async def test_forged_signatures_do_not_use_up_what_a_server_is_asked(
    instance_behind_a_proxy: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey], named: str
) -> None:
    statuses = []
    for number in range(30):
        activity = forged(ann, number)
        key_id = f"{activity['actor']}#main-key"
        if named == "somebody":  # whose key is another
            neighbour = ann.neighbour(f"x{number}", rsa_keys[2])
            ann.documents[neighbour.actor] = neighbour.actor_document()
        if named == "a fragment":
            key_id = f"{ann.actor}#k{number}"
        statuses.append((await send(ann, activity, SHADY, key=rsa_keys[4], key_id=key_id)).status)
    assert set(statuses[:5]) == {401}
    assert set(statuses[5:]) == {429}
    follow = ann.activity("Follow", "https://blog.example/actor")
    assert (await send(ann, follow, HONEST)).status == 202


async def test_keys_that_are_known_and_fit_are_taken_from_everywhere(
    instance_behind_a_proxy: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await send(ann, ann.activity("Follow", "https://blog.example/actor"), HONEST)
    for number in range(10):
        await send(ann, forged(ann, number), SHADY, key=rsa_keys[4], key_id=f"{ann.base}/users/x{number}#k")
    assert (await send(ann, ann.activity("Like", "https://blog.example/"), SHADY)).status == 202


async def test_a_client_that_was_refused_may_try_again_later(
    instance_behind_a_proxy: RunningInstance, ann: Peer, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    for number in range(10):
        late = await send(ann, forged(ann, number), SHADY, key=rsa_keys[4], key_id=f"{ann.base}/users/x{number}#k")
    assert int(late.headers["Retry-After"]) > 0
    clock.advance(minutes=2)
    assert (await send(ann, ann.activity("Follow", "https://blog.example/actor"), SHADY)).status == 202


async def test_many_honest_accounts_of_one_server_are_all_taken(
    instance_behind_a_proxy: RunningInstance, ann: Peer, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    for number in range(30):
        neighbour = ann.neighbour(f"n{number}", rsa_keys[2])
        ann.documents[neighbour.actor] = neighbour.actor_document()
        clock.advance(seconds=1)
        follow = neighbour.activity("Follow", "https://blog.example/actor")
        assert (await send(neighbour, follow, HONEST)).status == 202
