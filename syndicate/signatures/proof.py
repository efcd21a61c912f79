"""Integrity proofs: signatures inside a document, which stay valid when somebody forwards it.

FEP-8b32 with the cryptosuite eddsa-jcs-2022 (W3C Data Integrity EdDSA §3.3): Ed25519 over the SHA-256 of the proof's
options and of the document, each canonical by RFC 8785. A document goes in; the same with `proof` comes out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from syndicate.clock import from_text, to_wire
from syndicate.errors import SignatureRejected
from syndicate.signatures.keys import decode_base58, encode_base58

Document = dict[str, Any]
CONTEXT = "https://w3id.org/security/data-integrity/v1"
SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
MAX_PROOF_AGE = timedelta(days=14)
"""Proofs do not expire by themselves; an older document that is forwarded again is fetched from its origin instead."""
LEEWAY = timedelta(hours=1)


def add_proof(document: Mapping[str, Any], *, key: Ed25519PrivateKey, key_id: str, created: datetime) -> Document:
    """Return the document with a proof by `key`, whose id `key_id` its actor lists as `assertionMethod`. The document
    must have no proof yet; the context of proofs is added to its `@context`."""
    document = {**document, "@context": _with_context(document["@context"])}
    options = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": key_id,
        "proofPurpose": PURPOSE,
        "created": to_wire(created),
    }
    return {**document, "proof": {**options, "proofValue": f"z{encode_base58(key.sign(_digest(document, options)))}"}}


def verify_proof(document: Mapping[str, Any], key: Ed25519PublicKey, *, now: datetime) -> None:
    """Verify that `key` made the proof of a document recently, over exactly this document and as an assertion.

    Raises SignatureRejected("signature.wrong") if not, ("signature.time") if it is too old, ("signature.syntax") if it
    is missing or cannot be parsed.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("cryptosuite") != SUITE or proof.get("type") != "DataIntegrityProof":
        raise SignatureRejected("signature.syntax", "no proof of a kind that we read")
    if proof.get("proofPurpose") != PURPOSE:
        raise SignatureRejected("signature.syntax", "a proof for another purpose")
    if "@context" in proof and not _begins_with(document.get("@context"), proof["@context"]):
        raise SignatureRejected("signature.syntax", "a proof in another context (§3.3.2)")
    _check_time(proof, now)
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z") or len(value) > 100:
        raise SignatureRejected("signature.syntax", "the proof's value cannot be read")
    bare = {name: item for name, item in document.items() if name != "proof"}
    options = {name: item for name, item in proof.items() if name != "proofValue"}
    try:
        key.verify(decode_base58(value[1:]), _digest(bare, options))
    except (InvalidSignature, ValueError) as error:
        raise SignatureRejected("signature.wrong", "the proof is not over this document") from error


def _check_time(proof: Mapping[str, Any], now: datetime) -> None:
    try:
        created = from_text(proof["created"])
        expires = from_text(proof["expires"]) if "expires" in proof else None
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SignatureRejected("signature.time", "no readable date") from error
    if not now - MAX_PROOF_AGE <= created <= now + LEEWAY or (expires is not None and expires < now):
        raise SignatureRejected("signature.time", "old, or from the future")


def _begins_with(context: Any, beginning: Any) -> bool:
    whole, first = (item if isinstance(item, list) else [item] for item in (context, beginning))
    return whole[: len(first)] == first


def _with_context(context: Any) -> list[Any]:
    contexts = context if isinstance(context, list) else [context]
    return contexts if CONTEXT in contexts else [*contexts, CONTEXT]


def _digest(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    return sha256(rfc8785.dumps(dict(options))).digest() + sha256(rfc8785.dumps(dict(document))).digest()
