"""Mastodon 4.6 asks whether it may put the blog into somebody's collection: nobody may, and the answer says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.instances import RunningInstance
from tests.peer import Peer

DOCUMENT = Path(__file__).parents[1] / "documents" / "mastodon" / "featurerequest-47.json"


def as_mastodon_sends_it(peer: Peer, **more: Any) -> dict[str, Any]:
    """Without `actor` and `to`."""
    document = json.loads(DOCUMENT.read_text())
    return {**document, "id": f"{peer.actor}/feature_requests/1", "object": f"https://{peer.instance}/actor", **more}


@pytest.mark.parametrize("said", [(), ("actor",), ("actor", "to")], ids=["bare", "by", "by and to"])
async def test_a_request_to_be_put_into_a_collection_is_rejected(
    instance: RunningInstance, ann: Peer, said: tuple[str, ...]
) -> None:
    members = {"actor": ann.actor, "to": ["https://blog.example/actor"]}
    request = as_mastodon_sends_it(ann, **{name: members[name] for name in said})
    assert (await ann.send(request)).status == 202
    await instance.settle()
    [reject] = ann.of_type("Reject")
    assert (reject["actor"], reject["to"]) == ("https://blog.example/actor", [ann.actor])
    assert (reject["object"]["id"], reject["object"]["type"]) == (request["id"], "FeatureRequest")
    assert reject["object"]["instrument"] == request["instrument"]
    assert await instance.verdicts() == [("FeatureRequest", "refused", "feature.not-allowed")]


async def test_the_answer_goes_to_the_inbox_of_the_owner_of_the_key(instance: RunningInstance, ann: Peer) -> None:
    await ann.send(as_mastodon_sends_it(ann))
    await instance.settle()
    assert [request.url for request in ann.requests if request.method == "POST"] == [ann.inbox]


async def test_a_request_about_somebody_else_is_passed_over(instance: RunningInstance, ann: Peer) -> None:
    await ann.send(as_mastodon_sends_it(ann, object="https://other.example/actor"))
    await instance.settle()
    assert ann.received == []
    assert await instance.verdicts() == [("FeatureRequest", "ignored", "feature.not-ours")]


async def test_nobody_asks_in_the_name_of_somebody_else(instance: RunningInstance, ann: Peer) -> None:
    other = as_mastodon_sends_it(ann, actor="https://other.example/users/bob")
    assert (await ann.send(other)).status == 401
