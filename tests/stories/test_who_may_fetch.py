"""Authorized fetch: the blog's documents for servers that sign and are not blocked; its pages for everybody."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import Dialect, Message, sign
from syndicate.storage.blocks import Block
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, Answer, RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire


@pytest.fixture
async def careful_instance(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    federation = {"authorized_fetch": True}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        yield instance


async def signed_get(instance: RunningInstance, peer: Peer, address: str, dialect: Dialect = Dialect.CAVAGE) -> Answer:
    url = address if address.startswith("https:") else f"https://blog.example{address}"
    message = Message(method="GET", url=url, headers=(), body=b"")
    made = sign(message, dialect=dialect, key_id=peer.key_id, key=peer.key, now=peer.clock())
    headers = {name.replace("-", "_"): value for name, value in made if name.lower() != "host"}
    return await instance.get(url, accept=ACTIVITY, **headers)


async def test_documents_are_for_those_who_sign(careful_instance: RunningInstance, ann: Peer) -> None:
    post = await careful_instance.publish()
    for address in ("/actor", "/actor/outbox", "/actor/followers", "/actor/featured", post.uri, f"{post.uri}/replies"):
        assert (await careful_instance.get(address, accept=ACTIVITY)).status == 401, address
        for dialect in Dialect:
            answer = await signed_get(careful_instance, ann, address, dialect)
            assert answer.status == 200, (address, answer.text)
            assert answer.headers["Cache-Control"] == "private, no-store"
        assert (await careful_instance.get(address, accept=ACTIVITY)).status == 401, "whoever came before"
    assert (await careful_instance.get(post.path, accept=ACTIVITY)).status == 401
    assert (await signed_get(careful_instance, ann, post.path)).json()["id"] == post.uri


async def test_pages_feeds_and_discovery_are_for_everybody(careful_instance: RunningInstance) -> None:
    post = await careful_instance.publish()
    for address in (post.path, "/", "/feed/", "/.well-known/webfinger?resource=acct:notes@blog.example"):
        assert (await careful_instance.get(address)).status == 200


async def test_the_server_itself_is_an_actor_that_anybody_may_read(
    careful_instance: RunningInstance, ann: Peer
) -> None:
    links = (await careful_instance.get("/.well-known/nodeinfo")).json()["links"]
    address = next(link["href"] for link in links if link["rel"].endswith("#Application"))
    actor = await careful_instance.document(address)
    assert actor["type"] == "Application"
    assert actor["id"] == address != "https://blog.example/actor"
    found = await careful_instance.get("/.well-known/webfinger?resource=acct:blog.example@blog.example")
    assert found.json()["links"][0]["href"] == address
    home = (await careful_instance.get("/.well-known/webfinger?resource=https://blog.example/")).json()
    assert home["subject"] == "acct:notes@blog.example"
    assert address in [link["href"] for link in home["links"] if link["rel"].endswith("#Service")]
    await ann.follow()
    fetched = [request for request in ann.requests if request.method == "GET"]
    assert fetched
    assert all(f'keyId="{address}#main-key"' in dict(request.headers)["Signature"] for request in fetched)


async def test_nobody_follows_the_server(careful_instance: RunningInstance, ann: Peer) -> None:
    links = (await careful_instance.get("/.well-known/nodeinfo")).json()["links"]
    address = next(link["href"] for link in links if link["rel"].endswith("#Application"))
    await ann.send(ann.activity("Follow", address))
    await careful_instance.settle()
    assert await careful_instance.verdicts() == [("Follow", "ignored", "follow.not-ours")]


async def test_who_is_blocked_may_not_read(careful_instance: RunningInstance, mallory: Peer) -> None:
    post = await careful_instance.publish()
    assert (await signed_get(careful_instance, mallory, post.uri)).status == 200
    blocked = Block(pattern="evil.example", reason="", created=careful_instance.clock())
    await careful_instance.store.transaction(lambda tx: tx.blocks.save(blocked))
    assert (await signed_get(careful_instance, mallory, post.uri)).status == 403


async def test_a_tombstone_is_a_document_too(careful_instance: RunningInstance, ann: Peer) -> None:
    post = await careful_instance.publish("Away")
    await careful_instance.delete("away")
    assert (await careful_instance.get(post.uri, accept=ACTIVITY)).status == 401
    gone = await signed_get(careful_instance, ann, post.uri)
    assert (gone.status, json.loads(gone.body)["type"]) == (410, "Tombstone")


async def test_a_reader_whose_key_cannot_be_had_now_is_asked_to_come_again(
    careful_instance: RunningInstance, ann: Peer
) -> None:
    post = await careful_instance.publish()
    ann.statuses[ann.actor] = 503
    answer = await signed_get(careful_instance, ann, post.uri)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
