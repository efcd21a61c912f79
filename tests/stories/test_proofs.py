"""Integrity proofs: what is sent can be believed wherever it is passed on, and what was passed on to us too."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import SignatureRejected
from syndicate.signatures import Ed25519Key, add_proof, load_multikey, multikey, verify_proof
from syndicate.signatures.keys import encode_base58
from syndicate.signatures.proof import _digest
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire


async def test_a_create_carries_a_proof_that_anybody_can_check(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.publish("Grüße", "Füße & <b>Öl</b> 🌱")
    await instance.settle()
    (create,) = ann.of_type("Create")
    (listed,) = (await instance.document("/actor"))["assertionMethod"]
    assert create["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert create["proof"]["verificationMethod"] == listed["id"] == "https://blog.example/actor#ed25519-key"
    assert create["proof"]["@context"] == create["@context"]
    key = load_multikey(listed["publicKeyMultibase"])
    assert isinstance(key, Ed25519Key)
    again = json.loads(json.dumps(create))
    verify_proof(again, key.public, now=instance.clock())
    again["object"]["content"] += "!"
    with pytest.raises(SignatureRejected):
        verify_proof(again, key.public, now=instance.clock())


@pytest.fixture
async def plain_instance(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    federation = {"integrity_proofs": False}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        yield instance


async def test_who_wants_no_proofs_has_none(plain_instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await plain_instance.publish()
    await plain_instance.settle()
    (create,) = ann.of_type("Create")
    assert "proof" not in create
    assert "proof" not in await plain_instance.document(create["id"])
    assert "proof" not in await plain_instance.document(post.uri)
    assert "assertionMethod" not in await plain_instance.document("/actor")


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
    return add_proof(activity, key=key, key_id=f"{peer.actor}#proofs", created=peer.clock())


async def test_a_forwarded_activity_is_accepted_with_a_proof_of_its_own_actor(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish()
    key = with_proof_key(ann)
    note = ann.note(post.uri, "<p>Passed on.</p>")
    del ann.documents[note["id"]]
    assert (await bob.send(proven(ann, key, ann.create(note)))).status == 202
    await open_instance.settle()
    assert [comment.author.uri for comment in await open_instance.comments(post)] == [ann.actor]
    assert ann.fetched(note["id"]) == 0


async def test_a_proof_that_does_not_hold_makes_the_origin_be_asked(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await open_instance.publish()
    key = with_proof_key(ann)
    note = ann.note(post.uri, "<p>Passed on.</p>")
    forged = proven(ann, key, ann.create(note))
    forged["object"] = {**note, "content": "<p>Forged.</p>"}
    assert (await bob.send(forged)).status == 202
    await open_instance.settle()
    assert [comment.html for comment in await open_instance.comments(post)] == ["<p>Passed on.</p>"]
    assert ann.fetched(note["id"]) == 1


async def test_somebody_elses_proof_vouches_for_nobody(
    open_instance: RunningInstance, ann: Peer, mallory: Peer
) -> None:
    post = await open_instance.publish()
    key = with_proof_key(mallory)
    note = {**ann.note(post.uri, "<p>Never said.</p>")}
    del ann.documents[note["id"]]
    forged = proven(mallory, key, ann.create(note))
    assert (await mallory.send(forged)).status == 202
    await open_instance.settle()
    assert await open_instance.comments(post) == []


async def test_on_what_comes_directly_the_signature_of_the_request_decides(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish()
    note = ann.note(post.uri, "<p>Directly.</p>")
    activity = ann.create(note) | {"proof": {"type": "DataIntegrityProof", "proofValue": "znonsense"}}
    assert (await ann.send(activity)).status == 202
    await open_instance.settle()
    assert len(await open_instance.comments(post)) == 1


@pytest.mark.parametrize("type", ["Follow", "Undo", "Move", "Flag", "Accept", "ReplyRequest", "QuoteRequest", "Block"])
async def test_what_was_said_once_is_not_said_again_by_another(
    instance: RunningInstance, ann: Peer, mallory: Peer, type: str
) -> None:
    key = with_proof_key(ann)
    follow = proven(ann, key, ann.activity("Follow", "https://blog.example/actor"))
    await ann.send(follow)
    await instance.settle()
    said = follow
    if type == "Follow":
        await ann.unfollow()
    else:
        object = follow if type == "Undo" else "https://blog.example/actor"
        said = proven(ann, key, ann.activity(type, object, target=mallory.actor, instrument=f"{ann.base}/notes/1"))
    await instance.settle()
    before = [follower.actor for follower in await instance.store.followers.list_page("blog", before=None, limit=10)]
    instance.clock.advance(minutes=1)
    assert (await mallory.send(said)).status == 202
    await instance.settle()
    assert [one.actor for one in await instance.store.followers.list_page("blog", before=None, limit=10)] == before
    if type != "Follow":
        assert (await instance.verdicts())[-1] == (type, "refused", "activity.forwarded")


@pytest.mark.parametrize(
    ("change", "believed"),
    [
        ({}, True),
        ({"created": "2026-11-10T00:00:00Z"}, True),
        ({"created": "2026-11-01T00:00:00Z"}, False),
        ({"created": "2026-11-23T00:00:00Z"}, False),
        ({"created": "yesterday"}, False),
        ({"created": None}, False),
        ({"created": ["2026-11-22T19:00:00Z"]}, False),
        ({"expires": "2026-11-22T18:00:00Z"}, False),
        ({"expires": "2026-11-30T18:00:00Z"}, True),
        ({"proofPurpose": "authentication"}, False),
        ({"proofPurpose": ["assertionMethod"]}, False),
        ({"@context": "https://www.w3.org/ns/activitystreams"}, True),
        ({"@context": ["https://evil.example/context"]}, False),
    ],
)
async def test_a_proof_is_valid_for_its_document_and_for_a_limited_time(
    instance: RunningInstance, change: dict[str, Any], believed: bool
) -> None:
    key = Ed25519PrivateKey.generate()
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"]
    }
    document |= {"id": "https://social.example/1", "type": "Like"}
    proof = add_proof(document, key=key, key_id="k", created=instance.clock())["proof"] | change
    del proof["proofValue"]
    signed = {**document, "proof": {**proof, "proofValue": f"z{encode_base58(key.sign(_digest(document, proof)))}"}}
    with contextlib.nullcontext() if believed else pytest.raises(SignatureRejected):
        verify_proof(signed, key.public_key(), now=instance.clock())
