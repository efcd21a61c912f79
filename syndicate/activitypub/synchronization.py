"""Followers synchronization (FEP-8fcf): the header of the sender, and the digest to compare it with.

The header has a digest of the ids on our server that the sender counts among its followers. If it differs from ours,
we fetch the list.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

HEADER = "collection-synchronization"
MAX_HEADER_LENGTH = 8192
_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"\\]*)"\s*(?:,|\Z)')
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SynchronizationOffer:
    """`digest` is that of the ids of our server in the sender's `collection` of followers; `url` lists them."""

    collection: str
    url: str
    digest: str


def parse_offer(text: str) -> SynchronizationOffer | None:
    """Parse the header; None if it is malformed or ambiguous."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text) <= MAX_HEADER_LENGTH:
        match = _PARAMETER.match(text, position)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2]
        position = match.end()
    digest = found.get("digest", "").lower()
    if not found.get("collectionId") or not found.get("url") or not _DIGEST.fullmatch(digest):
        return None
    return SynchronizationOffer(collection=found["collectionId"], url=found["url"], digest=digest)


def digest_of(ids: Iterable[str]) -> str:
    """Return the XOR of the SHA-256 of each id, in hexadecimal; zeros for no ids."""
    total = 0
    for id in set(ids):
        total ^= int.from_bytes(sha256(id.encode()).digest())
    return f"{total:064x}"
