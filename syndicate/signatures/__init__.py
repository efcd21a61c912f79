"""HTTP message signatures, which authenticate the sender and the integrity of a request.

Two dialects, draft-cavage-http-signatures-12 and RFC 9421, behind two functions. A request comes in as a `Message`;
`parse_signature` returns a `Signature` that has passed all checks that need no key, and whose `verify` takes the key once it
has been found; `sign` returns the headers to add. There is no clock, socket or database here. Integrity proofs, which are
stored inside a document, are in `proof`.

Every refusal is a SignatureRejected whose `reason` is one of

    signature.missing     the request has no signature
    signature.syntax      it cannot be parsed, or is ambiguous
    signature.coverage    it does not cover a required part, or covers an absent one
    signature.time        it is too old, from the future, or has no readable date
    signature.digest      the body does not match the digest
    signature.algorithm   an unsupported algorithm, or one that does not fit the key
    signature.key         an unsupported kind or size of key
    signature.wrong       the signature does not verify with the key
"""

import re
from datetime import datetime
from typing import assert_never

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import cavage, rfc9421
from syndicate.signatures.digest import body_digest, verify_digests
from syndicate.signatures.keys import (
    Ed25519Key,
    VerifyingKey,
    generate_private_key,
    generate_proof_key,
    load_multikey,
    load_private_key,
    load_proof_key,
    load_public_key,
    multikey,
    private_pem,
    public_pem,
)
from syndicate.signatures.message import Message
from syndicate.signatures.proof import add_proof, verify_proof
from syndicate.signatures.signature import Dialect, Signature

__all__ = [
    "Dialect",
    "Ed25519Key",
    "Message",
    "Signature",
    "VerifyingKey",
    "add_proof",
    "body_digest",
    "claimed_key_id",
    "generate_private_key",
    "generate_proof_key",
    "load_multikey",
    "load_private_key",
    "load_proof_key",
    "load_public_key",
    "multikey",
    "parse_signature",
    "private_pem",
    "public_pem",
    "sign",
    "verify_proof",
]


_KEY_ID = re.compile(r'\bkeyid\s*=\s*"([^"\\\\]{1,2048})"', re.IGNORECASE)


def claimed_key_id(message: Message) -> str:
    """Return the key id that a request claims, unverified; empty if there is none."""
    fields = [*message.values("signature-input"), *message.values("signature")]
    return next((found[1] for value in fields if (found := _KEY_ID.search(value))), "")


def parse_signature(message: Message, *, now: datetime) -> Signature:
    """Parse the signature of a request and check all that needs no key: grammar, coverage, time and digests.

    `Signature-Input` makes it RFC 9421 (of several labels, the first that satisfies coverage counts), otherwise it is
    draft-cavage. Raises SignatureRejected.
    """
    if message.values("signature-input"):
        signature, digest = rfc9421.read(message, now=now), "content-digest"
    else:
        signature, digest = cavage.read(message, now=now), "digest"
    if digest in signature.covered:
        verify_digests(message, covered=digest)
    return signature


def sign(
    message: Message, *, dialect: Dialect, key_id: str, key: RSAPrivateKey, now: datetime, digest: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Return the headers to add to a request of ours, which has none of them yet: `Host`, `Date`, `Digest` or
    `Content-Digest` where there is a body, `Signature`, and `Signature-Input` in RFC 9421.

    `digest` is `body_digest(message.body)`: computed once, it serves all deliveries of one body. Its `Content-Type`
    is signed where it has one.
    """
    match dialect:
        case Dialect.CAVAGE:
            return cavage.sign(message, key_id=key_id, key=key, now=now, digest=digest)
        case Dialect.RFC9421:
            return rfc9421.sign(message, key_id=key_id, key=key, now=now, digest=digest)
        case _:
            assert_never(dialect)
