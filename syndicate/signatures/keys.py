"""Private keys for signing and public keys for verification.

PEM or Multikey text comes in, from our own disk or from remote documents; keys of a supported kind and size come out.
Other remote keys are refused cheaply: verifying with an RSA key of 16,384 bits costs a hundred times as much as with
one of 2,048.
"""

from base64 import b64encode
from binascii import a2b_base64
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from syndicate.errors import KeyUnusable, SignatureRejected

PEM_LIMIT: Final = 16 * 1024
_MULTIKEY_LIMIT: Final = 800  # an RSA key of 4,096 bits takes 754
_BITS: Final = range(2048, 4096 + 1)
_EXPONENTS: Final = range(3, 2**32, 2)
_ED25519_PREFIX: Final = b"\xed\x01"
_RSA_PREFIX: Final = b"\x85\x24"  # the varint of 0x1205
_ED25519_PRIME: Final = 2**255 - 19
_ORDER_EIGHT: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y: Final = frozenset({0, 1, _ED25519_PRIME - 1, _ORDER_EIGHT, _ED25519_PRIME - _ORDER_EIGHT})
"""The y coordinates of the points whose order divides eight (RFC 8032 §5.1)."""
_BASE58_DIGITS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58: Final = {digit: value for value, digit in enumerate(_BASE58_DIGITS)}
_BASE64URL: Final = str.maketrans("-_+/=", "+/!!!")


class Algorithm(StrEnum):
    """The algorithm that a signature names."""

    OF_KEY = "of-key"
    """Determined by the key: RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519."""
    RSA_SHA256 = "rsa-sha256"
    RSA_SHA512 = "rsa-sha512"
    ED25519 = "ed25519"


_PADDING = PKCS1v15()
_SHA256 = SHA256()
_RSA_HASHES = {
    Algorithm.OF_KEY: _SHA256,
    Algorithm.RSA_SHA256: _SHA256,
    Algorithm.RSA_SHA512: SHA512(),
}


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA key of 2048 to 4096 bits; signatures are RSASSA-PKCS1-v1_5, as everywhere in the fediverse."""

    public: RSAPublicKey

    def accepts(self, algorithm: Algorithm) -> bool:
        return algorithm in _RSA_HASHES

    def verifies(self, signature: bytes, base: bytes, algorithm: Algorithm) -> bool:
        try:
            self.public.verify(signature, base, _PADDING, _RSA_HASHES[algorithm])
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Ed25519Key:
    """An Ed25519 key (RFC 8032)."""

    public: Ed25519PublicKey

    def accepts(self, algorithm: Algorithm) -> bool:
        return algorithm is Algorithm.OF_KEY or algorithm is Algorithm.ED25519

    def verifies(self, signature: bytes, base: bytes, algorithm: Algorithm) -> bool:  # noqa: ARG002 - it has but one
        try:
            self.public.verify(signature, base)
        except InvalidSignature:
            return False
        return True


VerifyingKey = RsaKey | Ed25519Key
"""A remote key. Two are equal when they are the same key, however it was encoded."""


def generate_private_key() -> RSAPrivateKey:
    """Generate a private key: RSA with 2048 bits, the one kind that every server of the fediverse verifies.

    This takes some 50 ms of computing.
    """
    return generate_rsa_key(public_exponent=65537, key_size=2048)


def generate_proof_key() -> Ed25519PrivateKey:
    """Generate a private key for integrity proofs."""
    return Ed25519PrivateKey.generate()


def multikey(key: Ed25519PrivateKey) -> str:
    """Return the public key as `publicKeyMultibase` (FEP-521a): base58btc."""
    return f"z{encode_base58(_ED25519_PREFIX + key.public_key().public_bytes_raw())}"


def private_pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    """Return the key as PKCS#8, not encrypted."""
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode()


def public_pem(key: RSAPrivateKey) -> str:
    """Return the public key as SubjectPublicKeyInfo (`BEGIN PUBLIC KEY`), the only form that PeerTube accepts."""
    encoded = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def make_signature(key: RSAPrivateKey, base: bytes) -> str:
    """Return the signature of `base` in base64: RSASSA-PKCS1-v1_5 with SHA-256 in both dialects. It takes some 270 µs,
    during which other threads run."""
    return b64encode(key.sign(base, _PADDING, _SHA256)).decode()


def load_private_key(pem: str, *, trusted: bool) -> RSAPrivateKey:
    """Load a private key of ours. `trusted` skips the primality check, which takes 40 ms, for keys that we generated.
    Raises KeyUnusable."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=trusted)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"The private key cannot be read: {error}") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size not in _BITS:
        raise KeyUnusable("The private key is not an RSA key of 2048 to 4096 bits.")
    return key


def load_proof_key(pem: str) -> Ed25519PrivateKey:
    """Load a private key for integrity proofs. Raises KeyUnusable."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"The private key cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable("The private key is not an Ed25519 key.")
    return key


def load_public_key(pem: str) -> VerifyingKey:
    """Load the key of a `publicKeyPem`: SubjectPublicKeyInfo, or PKCS#1 (`BEGIN RSA PUBLIC KEY`) as some servers write.

    Raises SignatureRejected("signature.key") for everything but RSA of 2048 to 4096 bits with an odd exponent of
    at least 3 and below 2³², and Ed25519.
    """
    if len(pem) > PEM_LIMIT:
        raise SignatureRejected("signature.key", "larger than any key")
    try:
        return _checked(serialization.load_pem_public_key(pem.strip().encode("ascii")))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureRejected("signature.key", "unreadable PEM") from error


def load_multikey(text: str) -> VerifyingKey:
    """Load the key of a `publicKeyMultibase` (FEP-521a): base58btc (`z`) or base64url (`u`), Ed25519 or RSA.

    Raises SignatureRejected("signature.key") under the conditions of `load_public_key`.
    """
    octets = _multibase(text)
    try:
        if octets.startswith(_ED25519_PREFIX):
            return _checked(Ed25519PublicKey.from_public_bytes(octets[2:]))
        if octets.startswith(_RSA_PREFIX):
            return _checked(serialization.load_der_public_key(octets[2:]))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SignatureRejected("signature.key", "unreadable Multikey") from error
    raise SignatureRejected("signature.key", "a Multikey of another kind")


def decode_base64(text: str) -> bytes:
    """Decode canonical base64 only (RFC 4648 §3.5), so that a signature has no second encoding for a replay.

    Raises ValueError.
    """
    octets = a2b_base64(text, strict_mode=True)
    if b64encode(octets).decode() != text:
        raise ValueError("not the canonical base64")
    return octets


def _checked(key: object) -> VerifyingKey:
    if isinstance(key, Ed25519PublicKey):
        if _has_small_order(key):
            raise SignatureRejected("signature.key", "an Ed25519 key of small order")
        return Ed25519Key(key)
    if not isinstance(key, RSAPublicKey):
        raise SignatureRejected("signature.key", "neither RSA nor Ed25519")
    if key.key_size not in _BITS or key.public_numbers().e not in _EXPONENTS:
        raise SignatureRejected("signature.key", "an RSA key of unusual size or exponent")
    return RsaKey(key)


def _has_small_order(key: Ed25519PublicKey) -> bool:
    """Whether valid signatures for many messages can be made without the private key. The highest
    bit is the sign of x; a y of the prime or more stands for its remainder."""
    y = int.from_bytes(key.public_bytes_raw(), "little") & (2**255 - 1)
    return y % _ED25519_PRIME in _SMALL_ORDER_Y


def _multibase(text: str) -> bytes:
    if len(text) > _MULTIKEY_LIMIT:
        raise SignatureRejected("signature.key", "larger than any key")
    base, digits = text[:1], text[1:]
    try:
        if base == "z":
            return decode_base58(digits)
        if base == "u":
            return decode_base64(digits.translate(_BASE64URL) + "=" * (-len(digits) % 4))
    except ValueError as error:
        raise SignatureRejected("signature.key", "unreadable multibase") from error
    raise SignatureRejected("signature.key", "neither base58btc nor base64url")


def decode_base58(digits: str) -> bytes:
    """Decode base58 with Bitcoin's alphabet. Raises ValueError."""
    number = 0
    for digit in digits:
        if digit not in _BASE58:
            raise ValueError("not a digit of base58btc")
        number = number * 58 + _BASE58[digit]
    zeros = len(digits) - len(digits.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_base58(octets: bytes) -> str:
    """Encode base58 with Bitcoin's alphabet."""
    number = int.from_bytes(octets, "big")
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = _BASE58_DIGITS[rest] + digits
    return "1" * (len(octets) - len(octets.lstrip(b"\0"))) + digits
