"""A parsed signature before its verification, and the checks of its parts that both dialects share."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syndicate.errors import SignatureRejected
from syndicate.signatures.keys import Algorithm, VerifyingKey, decode_base64
from syndicate.signatures.message import Message

KEY_ID_LIMIT = 2048
_KEY_ID = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][!-\[\]-~]*)?", re.IGNORECASE
)


class Dialect(StrEnum):
    """The two dialects of HTTP signatures in the fediverse."""

    CAVAGE = "cavage"
    """draft-cavage-http-signatures-12, which every server verifies."""
    RFC9421 = "rfc9421"
    """HTTP Message Signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature of a request that has passed all checks that need no key.

    `key_id` is an absolute http(s) address without userinfo. `covered` are the names of what was signed, in lower
    case. `until` is the last instant at which it is accepted, so a replay has to be remembered no longer;
    `fingerprint` is what to remember, the SHA-256 of the signature's bytes in hexadecimal. One of `bases` must have been
    signed.
    """

    dialect: Dialect
    key_id: str
    algorithm: Algorithm
    covered: tuple[str, ...]
    until: datetime
    value: bytes = field(repr=False)
    bases: tuple[bytes, ...] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.value).hexdigest()

    def verify(self, key: VerifyingKey) -> None:
        """Verify the signature with `key`. Raises SignatureRejected: `signature.algorithm` if the key does not fit the
        algorithm, `signature.wrong` if it did not make the signature."""
        if not key.accepts(self.algorithm):
            raise SignatureRejected("signature.algorithm", f"{self.algorithm} is not for this kind of key")
        if not any(key.verifies(self.value, base, self.algorithm) for base in self.bases):
            raise SignatureRejected("signature.wrong", "not made by this key over this request")


def sole_header(message: Message, name: str) -> str:
    """Return the only value of a header; a second one is refused, since readers could disagree about which counts.

    Raises SignatureRejected, `signature.missing` or `signature.syntax`.
    """
    values = message.values(name)
    if not values:
        raise SignatureRejected("signature.missing", f"no {name}")
    if len(values) > 1:
        raise SignatureRejected("signature.syntax", f"{name} given twice")
    return values[0]


def parse_key_id(text: str) -> str:
    """Return the key id. Raises SignatureRejected("signature.syntax") unless it is an absolute http(s) address of modest length:
    `javascript:`, `file:`, userinfo, spaces, backslashes and percent-encoded hosts among them."""
    if len(text) > KEY_ID_LIMIT or _KEY_ID.fullmatch(text) is None:
        raise SignatureRejected("signature.syntax", "the key id is no plain http address")
    return text


def parse_signature_value(text: str) -> bytes:
    """Return the bytes of a base64 signature. Raises SignatureRejected("signature.syntax")."""
    try:
        value = decode_base64(text)
    except ValueError as error:
        raise SignatureRejected("signature.syntax", "the signature is not base64") from error
    if not value:
        raise SignatureRejected("signature.syntax", "the signature is empty")
    return value


def to_base(lines: list[str]) -> bytes:
    """Return the octets of a signature base. A line feed inside a line would let one header imitate another and is refused
    as `signature.syntax`. Headers are UTF-8 with other octets as surrogate escapes."""
    base = "\n".join(lines)
    if base.count("\n") != len(lines) - 1:
        raise SignatureRejected("signature.syntax", "a line feed in what is signed")
    try:
        return base.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise SignatureRejected("signature.syntax", "what is signed has no octets") from error
