"""draft-cavage-http-signatures-12, as Mastodon and compatible servers use it.

A request comes in and a `Signature` to verify goes out; or a request and a key come in and the headers to add go out.
Where the draft leaves a choice, this follows Mastodon.
"""

import re
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import SignatureRejected
from syndicate.signatures.digest import digest_header
from syndicate.signatures.keys import Algorithm, make_signature
from syndicate.signatures.message import Message
from syndicate.signatures.signature import (
    Dialect,
    Signature,
    parse_key_id,
    parse_signature_value,
    sole_header,
    to_base,
)
from syndicate.signatures.window import check_window, parse_http_date, parse_seconds, render_http_date

EXPIRES_LEEWAY = 60 * 60
"""Seconds that `(expires)` may lie behind our clock: Mastodon's tolerance."""

_PARAMETER = re.compile(r'[ \t]*([A-Za-z][A-Za-z0-9_-]*)[ \t]*=[ \t]*(?:"([^"\\]*)"|([A-Za-z0-9._-]+))[ \t]*(,|\Z)')
_NAMES = frozenset({"keyId", "algorithm", "headers", "signature", "created", "expires"})
_FOLDED_NAMES = frozenset(name.lower() for name in _NAMES)
_ALGORITHMS = {
    # The algorithm follows from the key. GoToSocial and Lemmy send it for RSASSA-PKCS1-v1_5 with SHA-256.
    "hs2019": Algorithm.OF_KEY,
    "rsa-sha256": Algorithm.RSA_SHA256,
    "rsa-sha512": Algorithm.RSA_SHA512,
    "ed25519": Algorithm.ED25519,
}
_REQUIRED = frozenset({"(request-target)", "host"})
_REQUIRED_WITH_BODY = _REQUIRED | {"digest"}


def read(message: Message, *, now: datetime) -> Signature:
    """Parse a signature and check everything that needs no key, except the digest. Raises SignatureRejected."""
    parameters = _parse_parameters(sole_header(message, "signature").removeprefix("Signature "))
    key_id = parse_key_id(_require(parameters, "keyId"))
    value = parse_signature_value(_require(parameters, "signature"))
    label = parameters.get("algorithm", "hs2019").lower()
    if label not in _ALGORITHMS:
        raise SignatureRejected("signature.algorithm", "none that we know")
    covered = _parse_covered(parameters)
    _check_coverage(message, covered, label)
    until = _check_time(message, parameters, covered, now)
    # Mastodon since 4.3 signs the query, others (Misskey, Pleroma, Fedify, Friendica) never do.
    targets = (message.path + message.query, message.path) if message.query else (message.path,)
    return Signature(
        dialect=Dialect.CAVAGE,
        key_id=key_id,
        algorithm=_ALGORITHMS[label],
        covered=covered,
        until=until,
        value=value,
        bases=tuple(_base(message, covered, parameters, target) for target in targets),
    )


def sign(
    message: Message, *, key_id: str, key: RSAPrivateKey, now: datetime, digest: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Return the headers to add: `Host`, `Date`, `Digest` for a body, `Signature`. `digest` is `body_digest(body)`."""
    added = [("Host", message.authority), ("Date", render_http_date(now))]
    covered = ["(request-target)", "host", "date"]
    if message.has_body:
        added.append(("Digest", digest_header(message.body, digest=digest)))
        covered.append("digest")
        if message.values("content-type"):
            covered.append("content-type")
    complete = replace(message, headers=message.headers + tuple(added))
    base = _base(complete, tuple(covered), {}, message.path + message.query)
    value = make_signature(key, base)
    signature = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",signature="{value}"'
    return (*added, ("Signature", signature))


def _parse_parameters(text: str) -> dict[str, str]:
    """Parse `name="value",…` (§2.1). Parsers disagree about duplicate names and about names in another case, so both
    are refused. Unknown names are ignored."""
    parameters: dict[str, str] = {}
    position, more = 0, ","
    while more:
        match = _PARAMETER.match(text, position)
        if match is None:
            raise SignatureRejected("signature.syntax", "not a list of parameters")
        name, quoted, bare, more = match.groups()
        if name in parameters:
            raise SignatureRejected("signature.syntax", "a parameter given twice")
        if name not in _NAMES and name.lower() in _FOLDED_NAMES:
            raise SignatureRejected("signature.syntax", "a parameter in another case")
        parameters[name] = bare if quoted is None else quoted
        position = match.end()
    return parameters


def _parse_covered(parameters: dict[str, str]) -> tuple[str, ...]:
    """Return the names in `headers`. Its default (§2.1.6) covers too little to be useful and is not supported."""
    covered = tuple(parameters.get("headers", "").lower().split())
    if len(set(covered)) != len(covered):
        raise SignatureRejected("signature.syntax", "a header covered twice")
    return covered


def _require(parameters: dict[str, str], name: str) -> str:
    if name not in parameters:
        raise SignatureRejected("signature.syntax", f"no {name}")
    return parameters[name]


def _check_coverage(message: Message, covered: tuple[str, ...], label: str) -> None:
    required = _REQUIRED_WITH_BODY if message.has_body else _REQUIRED
    if not required.issubset(covered):
        raise SignatureRejected("signature.coverage", f"covers less than {', '.join(sorted(required))}")
    if "date" not in covered and "(created)" not in covered:
        raise SignatureRejected("signature.coverage", "covers no time")
    if not message.is_for(message.header("host") or ""):
        raise SignatureRejected("signature.coverage", "made for another host")
    if label.startswith("rsa-") and ("(created)" in covered or "(expires)" in covered):
        raise SignatureRejected("signature.algorithm", f"{label} has no (created) and (expires) (§2.3)")


def _check_time(message: Message, parameters: dict[str, str], covered: tuple[str, ...], now: datetime) -> datetime:
    """Only covered parameters count: an attacker can add an `expires` to a recorded signature."""
    if "(created)" in covered:
        begin = parse_seconds(_require(parameters, "created"))
    else:
        begin = parse_http_date(message.header("date") or "")
    expires = parse_seconds(_require(parameters, "expires")) if "(expires)" in covered else None
    return check_window(now, begin=begin, expires=expires, leeway=EXPIRES_LEEWAY)


def _base(message: Message, covered: tuple[str, ...], parameters: dict[str, str], target: str) -> bytes:
    """Return the signing string (§2.3), in the order of the sender."""
    lines = []
    for name in covered:
        match name:
            case "(request-target)":
                value: str | None = f"{message.method.lower()} {target}"
            case "(created)" | "(expires)":
                value = _require(parameters, name[1:-1])
            case _:
                value = message.header(name)
        if value is None:
            raise SignatureRejected("signature.coverage", "covers a header that is not there")
        lines.append(f"{name}: {value}")
    return to_base(lines)
