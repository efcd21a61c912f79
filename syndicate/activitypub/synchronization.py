"""Followers synchronisation (FEP-8fcf): what an actor says of its followers on our server, and the digest of ours.

A header says which ids on a server the sender counts among its followers, as one number: whoever sees another one asks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

HEADER = "collection-synchronization"
LONGEST = 8192
_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"\\]*)"\s*(?:,|\Z)')
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The sender's `collection` of followers holds, of our server, those whose ids have this `digest`; `url` lists them."""

    collection: str
    url: str
    digest: str


def parse_offer(text: str) -> Offer | None:
    """The header's value; None where it cannot be read, or can be read in two ways."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text) <= LONGEST:
        match = _PARAMETER.match(text, position)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2]
        position = match.end()
    digest = found.get("digest", "").lower()
    if not found.get("collectionId") or not found.get("url") or not _DIGEST.fullmatch(digest):
        return None
    return Offer(collection=found["collectionId"], url=found["url"], digest=digest)


def digest_of(ids: Iterable[str]) -> str:
    """The XOR of the SHA-256 of each id, in hexadecimal; zeros for none."""
    total = 0
    for id in set(ids):
        total ^= int.from_bytes(sha256(id.encode()).digest())
    return f"{total:064x}"
