"""fediverse-pasture's six senders: three that WebFinger knows and three that it does not, of each kind one that signs
nothing, one that signs, and one who also lets nobody read it unsigned. All write `Digest: sha-256=` in lower case."""

import json

import pytest

from tests.peers.asking import ask
from tests.peers.blog import Blog
from tests.waiting import eventually

REFUSED, TAKEN = {"get_actor": True, "post_inbox": False}, {"get_actor": True, "post_inbox": True}


@pytest.fixture(scope="module")
def met(blog: Blog, pasture_senders: str) -> dict[str, object]:
    """What each of them met with."""
    answer = ask(f"{pasture_senders}/?actor_uri={blog.handle}", accept="application/json")
    assert answer.status == 200, answer.text
    result: dict[str, object] = answer.json()["result"]
    return result


def test_only_signed_requests_are_accepted(met: dict[str, object]) -> None:
    assert met == {
        "webfinger": True,
        "alice": REFUSED,
        "bob": TAKEN,
        "claire": TAKEN,
        "dean": REFUSED,
        "emily": TAKEN,
        "frank": TAKEN,
    }, json.dumps(met)


def test_a_refusal_is_on_record_with_its_reason(blog: Blog, met: dict[str, object]) -> None:
    def reasons() -> list[tuple[int, str]]:
        return [(row["status"], row["reason"]) for row in blog.listed("activity", "--refused")]

    refused = eventually(
        reasons, until=lambda seen: len(seen) >= 2, what="two refusals, which are written now and then"
    )
    assert refused == [(401, "signature.missing")] * 2
