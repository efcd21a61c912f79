"""Integrity proofs: what is sent can be believed wherever it is passed on, and what was passed on to us too."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import SignatureRejected
from syndicate.signatures import Ed25519Key, check_proof, load_multikey, multikey, prove
from tests.clocks import FakeClock
from tests.houses import RunningHouse, running_house
from tests.peer import Peer
from tests.wire import Wire


async def test_a_create_carries_a_proof_that_anybody_can_check(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    await house.publish("Grüße", "Füße & <b>Öl</b> 🌱")
    await house.settle()
    (create,) = ann.of_type("Create")
    (listed,) = (await house.document("/actor"))["assertionMethod"]
    assert create["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert create["proof"]["verificationMethod"] == listed["id"] == "https://blog.example/actor#ed25519-key"
    assert create["proof"]["@context"] == create["@context"]
    key = load_multikey(listed["publicKeyMultibase"])
    assert isinstance(key, Ed25519Key)
    again = json.loads(json.dumps(create))
    check_proof(again, key.public)
    again["object"]["content"] += "!"
    with pytest.raises(SignatureRejected):
        check_proof(again, key.public)


@pytest.fixture
async def plain_house(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningHouse]:
    federation = {"integrity_proofs": False}
    async with running_house(
        tmp_path / "house", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as house:
        yield house


async def test_who_wants_no_proofs_has_none(plain_house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    post = await plain_house.publish()
    await plain_house.settle()
    (create,) = ann.of_type("Create")
    assert "proof" not in create
    assert "proof" not in await plain_house.document(create["id"])
    assert "proof" not in await plain_house.document(post.uri)
    assert "assertionMethod" not in await plain_house.document("/actor")


def with_proof_key(peer: Peer) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    method = {
        "id": f"{peer.actor}#proofs",
        "type": "Multikey",
        "controller": peer.actor,
        "publicKeyMultibase": multikey(key),
    }
    peer.documents[peer.actor] = peer.actor_document(assertionMethod=[method])
    return key


def proven(peer: Peer, key: Ed25519PrivateKey, activity: dict[str, Any]) -> dict[str, Any]:
    return prove(activity, key=key, key_id=f"{peer.actor}#proofs", created=peer.clock())


async def test_what_somebody_passes_on_is_believed_for_its_own_actors_proof(
    open_house: RunningHouse, ann: Peer, bob: Peer
) -> None:
    post = await open_house.publish()
    key = with_proof_key(ann)
    note = ann.note(post.uri, "<p>Passed on.</p>")
    del ann.documents[note["id"]]
    assert (await bob.send(proven(ann, key, ann.create(note)))).status == 202
    await open_house.settle()
    assert [comment.author.uri for comment in await open_house.comments(post)] == [ann.actor]
    assert ann.fetched(note["id"]) == 0


async def test_a_proof_that_does_not_hold_makes_the_origin_be_asked(
    open_house: RunningHouse, ann: Peer, bob: Peer
) -> None:
    post = await open_house.publish()
    key = with_proof_key(ann)
    note = ann.note(post.uri, "<p>Passed on.</p>")
    forged = proven(ann, key, ann.create(note))
    forged["object"] = {**note, "content": "<p>Forged.</p>"}
    assert (await bob.send(forged)).status == 202
    await open_house.settle()
    assert [comment.html for comment in await open_house.comments(post)] == ["<p>Passed on.</p>"]
    assert ann.fetched(note["id"]) == 1


async def test_somebody_elses_proof_vouches_for_nobody(open_house: RunningHouse, ann: Peer, mallory: Peer) -> None:
    post = await open_house.publish()
    key = with_proof_key(mallory)
    note = {**ann.note(post.uri, "<p>Never said.</p>")}
    del ann.documents[note["id"]]
    forged = proven(mallory, key, ann.create(note))
    assert (await mallory.send(forged)).status == 202
    await open_house.settle()
    assert await open_house.comments(post) == []


async def test_on_what_comes_directly_the_signature_of_the_request_decides(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish()
    note = ann.note(post.uri, "<p>Directly.</p>")
    activity = ann.create(note) | {"proof": {"type": "DataIntegrityProof", "proofValue": "znonsense"}}
    assert (await ann.send(activity)).status == 202
    await open_house.settle()
    assert len(await open_house.comments(post)) == 1
