"""Digests, which bind the body to the signed headers.

There are two headers for the same hash: `Digest` (RFC 3230), which draft-cavage signatures cover, and `Content-Digest`
(RFC 9530), which RFC 9421 signatures cover.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

from syndicate.errors import SignatureRejected
from syndicate.signatures.message import Message

_HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def body_digest(body: bytes) -> str:
    """Return the SHA-256 of a body in base64, for all deliveries of it in either dialect."""
    return b64encode(hashlib.sha256(body).digest()).decode()


def digest_header(body: bytes, *, digest: str | None = None) -> str:
    """Return the value of `Digest` (RFC 3230). `digest` is `body_digest(body)`, if already known."""
    return f"SHA-256={digest or body_digest(body)}"


def content_digest_header(body: bytes, *, digest: str | None = None) -> str:
    """Return the value of `Content-Digest` (RFC 9530 §2). `digest` is `body_digest(body)`, if already known."""
    return f"sha-256=:{digest or body_digest(body)}:"


def verify_digests(message: Message, *, covered: str = "digest") -> None:
    """Verify the digests of a request against its body.

    `covered` is the header that the signature covers, `digest` or `content-digest`: it must hold a SHA-256 or
    SHA-512. Every one of these in either header must match, so that no two readers can see different bodies.
    Raises SignatureRejected("signature.digest").
    """
    found = False
    actual: dict[str, str] = {}
    for header, algorithm, claimed in _claims(message):
        if algorithm not in actual:
            actual[algorithm] = b64encode(_HASHES[algorithm](message.body).digest()).decode()
        if claimed != actual[algorithm]:
            raise SignatureRejected("signature.digest", f"{algorithm} is not that of the body")
        found = found or header == covered
    if not found:
        raise SignatureRejected("signature.digest", f"no SHA-256 or SHA-512 in {covered}")


def _claims(message: Message) -> Iterator[tuple[str, str, str]]:
    """Yield header, algorithm and base64 of every supported digest. Base64 contains neither commas nor colons."""
    for header in ("digest", "content-digest"):
        for value in message.values(header):
            for member in value.split(","):
                name, _, claimed = member.partition("=")
                algorithm = name.strip().lower()
                if algorithm not in _HASHES:
                    continue
                claimed = claimed.strip()
                if header == "content-digest":
                    claimed = _inside_colons(claimed)
                yield header, algorithm, claimed


def _inside_colons(text: str) -> str:
    """Return the base64 of a byte sequence (RFC 8941 §3.3.5), or an empty string, which matches no digest."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == ":" else ""
