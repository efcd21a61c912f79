"""HTTP message signatures: who sent this request, and that it arrives as it was sent.

Two dialects, draft-cavage-http-signatures-12 and RFC 9421, behind two functions. A request comes in as a `Message`;
`parse_signature` gives a `Signature` for which all holds that needs no key, and whose `verify` takes the key when it
has been found; `sign` gives the headers to add. There is no clock, socket or database in here. Integrity proofs, which stay inside of a document, are beside them.

Every refusal is a SignatureRejected whose `reason` is one of

    signature.missing     there is none
    signature.syntax      it cannot be read, or can be read in two ways
    signature.coverage    it leaves out what must be signed, or covers what is not there
    signature.time        it is too old, from the future, or has no readable date
    signature.digest      the body is not the one that was signed
    signature.algorithm   made in a way that we do not take, or that the key contradicts
    signature.key         the key is of a kind or size that we do not take
    signature.wrong       the key did not make it over this request
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
    """The key that a request claims to be signed with, whatever the signature is worth; empty where it claims none."""
    fields = [*message.values("signature-input"), *message.values("signature")]
    return next((found[1] for value in fields if (found := _KEY_ID.search(value))), "")


def parse_signature(message: Message, *, now: datetime) -> Signature:
    """Read the signature of a request and check all that needs no key: grammar, coverage, time and digests.

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
    """The headers to add to a request of ours, which has none of them yet: `Host`, `Date`, `Digest` or
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
