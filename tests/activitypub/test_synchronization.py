"""What a header about followers says, and the digest of a list of ids."""

import pytest

from syndicate.activitypub.synchronization import SynchronizationOffer, digest_of, parse_offer

DIGEST = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"


def test_a_header_is_read() -> None:
    text = f'collectionId="https://m.example/users/ann/followers", url="https://m.example/sync", digest="{DIGEST}"'
    offer = SynchronizationOffer(
        collection="https://m.example/users/ann/followers", url="https://m.example/sync", digest=DIGEST
    )
    assert parse_offer(text) == offer
    assert parse_offer(text.replace(", ", ",")) == offer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "collectionId",
        f'collectionId="a",digest="{DIGEST}"',
        f'url="b",digest="{DIGEST}"',
        f'collectionId="a",collectionId="c",url="b",digest="{DIGEST}"',
        'collectionId="a",url="b",digest="12"',
        f'collectionId="a" url="b" digest="{DIGEST}"',
        f'collectionId="a",url="{"b" * 9000}",digest="{DIGEST}"',
    ],
)
def test_what_cannot_be_read_or_can_be_read_in_two_ways_is_none(text: str) -> None:
    assert parse_offer(text) is None


def test_the_digest_is_that_of_the_specification() -> None:
    """FEP-8fcf gives this for two followers."""
    ids = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"]
    assert digest_of(ids) == digest_of(reversed(ids)) == DIGEST
    assert digest_of([*ids, ids[0]]) == DIGEST
    assert digest_of([]) == "0" * 64
