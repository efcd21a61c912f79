"""The part of HTTP Message Signatures (RFC 9421) that the fediverse uses.

A request comes in and a `Signature` to verify goes out; or a request and a key come in and the headers to add go out.
Components with parameters (`;sf`, `;key`, `@query-param`) are refused: no server of the fediverse
signs them, and each adds an ambiguity.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import SignatureRejected
from syndicate.signatures.digest import content_digest_header
from syndicate.signatures.keys import Algorithm, make_signature
from syndicate.signatures.message import Message
from syndicate.signatures.signature import Dialect, Signature, parse_key_id, sole_header, to_base
from syndicate.signatures.structured import (
    InnerList,
    parse_byte_sequences,
    parse_inner_lists,
    to_integer,
    to_string,
)
from syndicate.signatures.window import check_window, render_http_date

MAX_LABELS: Final = 3
"""A proxy or two may add signatures of their own; more are useless and cost time."""

_ALGORITHMS = {"rsa-v1_5-sha256": Algorithm.RSA_SHA256, "ed25519": Algorithm.ED25519}


def read(message: Message, *, now: datetime) -> Signature:
    """Parse a signature and check everything that needs no key, except the digest.

    The first label that passes all checks counts; if none does, the error is that of the first. Raises SignatureRejected.
    """
    inputs = parse_inner_lists(sole_header(message, "signature-input"), limit=MAX_LABELS)
    values = parse_byte_sequences(sole_header(message, "signature"))
    if inputs.keys() != values.keys():
        raise SignatureRejected("signature.syntax", "a label without its signature, or a signature without its label")
    refusals: list[SignatureRejected] = []
    for label, description in inputs.items():
        try:
            return _read_label(message, description, values[label], now)
        except SignatureRejected as refusal:
            refusals.append(refusal)
    raise refusals[0]


def sign(
    message: Message, *, key_id: str, key: RSAPrivateKey, now: datetime, digest: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Return the headers to add: `Host`, `Date`, `Content-Digest` for a body, `Signature-Input`, `Signature`. `digest` is
    `body_digest(body)`."""
    added = [("Host", message.authority), ("Date", render_http_date(now))]
    covered = ["@method", "@target-uri"]
    if message.has_body:
        added.append(("Content-Digest", content_digest_header(message.body, digest=digest)))
        covered.append("content-digest")
        if message.values("content-type"):
            covered.append("content-type")
    description = InnerList(
        items=tuple(f'"{name}"' for name in covered),
        parameters={"created": str(int(now.timestamp())), "keyid": f'"{key_id}"'},
    )
    complete = replace(message, headers=message.headers + tuple(added))
    value = make_signature(key, signature_base(complete, description))
    return (*added, ("Signature-Input", f"sig1={description}"), ("Signature", f"sig1=:{value}:"))


def signature_base(message: Message, description: InnerList) -> bytes:
    """Return the signature base (§2.5). Raises SignatureRejected for an absent component."""
    lines = [f"{item}: {_component(message, item)}" for item in description.items]
    lines.append(f'"@signature-params": {description}')
    return to_base(lines)


def _read_label(message: Message, description: InnerList, value: bytes, now: datetime) -> Signature:
    parameters = description.parameters
    if not value:
        raise SignatureRejected("signature.syntax", "an empty signature")
    if len(set(description.items)) != len(description.items):
        raise SignatureRejected("signature.syntax", "a component covered twice")
    if "keyid" not in parameters:
        raise SignatureRejected("signature.syntax", "no keyid")
    key_id = parse_key_id(to_string(parameters["keyid"]))
    algorithm = _parse_algorithm(parameters)
    _check_coverage(message, description)
    until = check_window(
        now,
        begin=to_integer(parameters["created"]),
        expires=to_integer(parameters["expires"]) if "expires" in parameters else None,
    )
    return Signature(
        dialect=Dialect.RFC9421,
        key_id=key_id,
        algorithm=algorithm,
        covered=tuple(item[1:-1] for item in description.items),
        until=until,
        value=value,
        bases=(signature_base(message, description),),
    )


def _parse_algorithm(parameters: dict[str, str]) -> Algorithm:
    if "alg" not in parameters:
        return Algorithm.OF_KEY
    label = to_string(parameters["alg"])
    if label not in _ALGORITHMS:
        raise SignatureRejected("signature.algorithm", "none that we know")
    return _ALGORITHMS[label]


def _check_coverage(message: Message, description: InnerList) -> None:
    covered = description.items
    if '"@method"' not in covered or not _covers_target(message, covered):
        raise SignatureRejected("signature.coverage", "covers less than @method and @target-uri")
    if message.has_body and '"content-digest"' not in covered:
        raise SignatureRejected("signature.coverage", "covers no content-digest")
    if "created" not in description.parameters:
        raise SignatureRejected("signature.coverage", "covers no time")


def _covers_target(message: Message, covered: tuple[str, ...]) -> bool:
    if '"@target-uri"' in covered:
        return True
    if '"@authority"' not in covered:
        return False
    if '"@request-target"' in covered:
        return True
    return '"@path"' in covered and (not message.query or '"@query"' in covered)


def _component(message: Message, item: str) -> str:
    """Return the value of a component (§2.1, §2.2), derived from our own address, never from the host that the request
    names."""
    value: str | None
    match item:
        case '"@method"':
            value = message.method
        case '"@target-uri"':
            value = message.url
        case '"@authority"':
            value = message.authority
        case '"@scheme"':
            value = message.scheme
        case '"@path"':
            value = message.path
        case '"@query"':
            value = message.query or "?"
        case '"@request-target"':
            value = message.path + message.query
        case _:
            value = message.header(item[1:-1])
    if value is None:
        raise SignatureRejected("signature.coverage", "covers a component that is not there or that we do not read")
    return value
