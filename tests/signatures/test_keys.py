"""Keys, from friends and strangers."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers

from syndicate.errors import KeyUnusable, SignatureRejected
from syndicate.signatures import (
    VerifyingKey,
    load_multikey,
    load_private_key,
    load_public_key,
    private_pem,
    public_pem,
)
from syndicate.signatures.keys import PEM_LIMIT, Ed25519Key, RsaKey

PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.PublicFormat.PKCS1
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _base58(octets: bytes) -> str:
    number, digits = int.from_bytes(octets, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return "z" + digits


def _base64url(octets: bytes) -> str:
    return "u" + urlsafe_b64encode(octets).decode().rstrip("=")


def _rsa(bits: int, exponent: int) -> str:
    """A PEM of an RSA key of that shape; nobody has its private half."""
    modulus = (1 << (bits - 1)) | ((1 << 200) - 1)
    return RSAPublicNumbers(exponent, modulus).public_key().public_bytes(PEM, SPKI).decode()


def _reason(pem: str) -> str:
    with pytest.raises(SignatureRejected) as refusal:
        load_public_key(pem)
    return refusal.value.reason


def test_a_key_of_ours_is_rsa_with_2048_bits_and_survives_the_disk(ann: RSAPrivateKey) -> None:
    loaded = load_private_key(private_pem(ann), trusted=True)

    assert loaded.key_size == 2048
    assert public_pem(loaded) == public_pem(ann)
    assert public_pem(ann).startswith("-----BEGIN PUBLIC KEY-----\n")


def test_a_key_from_elsewhere_is_proved_before_use(ann: RSAPrivateKey) -> None:
    assert public_pem(load_private_key(private_pem(ann), trusted=False)) == public_pem(ann)


def test_a_private_key_that_cannot_be_read_is_named_as_such(ann: RSAPrivateKey, edna: Ed25519PrivateKey) -> None:
    locked = ann.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw"))
    other = edna.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    for pem in ("", "garbage", private_pem(ann)[:300], public_pem(ann), locked.decode(), other.decode(), "\ud800"):
        with pytest.raises(KeyUnusable):
            load_private_key(pem, trusted=True)


def test_a_public_key_is_read_in_each_of_its_spellings(ann: RSAPrivateKey, ann_public: VerifyingKey) -> None:
    spki = public_pem(ann)
    pkcs1 = ann.public_key().public_bytes(PEM, PKCS1).decode()

    for pem in (spki, pkcs1, spki.replace("\n", "\r\n"), f"\n  {spki.strip()}"):
        assert load_public_key(pem) == ann_public


def test_an_ed25519_key_is_read(edna: Ed25519PrivateKey, edna_public: VerifyingKey) -> None:
    assert load_public_key(edna.public_key().public_bytes(PEM, SPKI).decode()) == edna_public


def test_rsa_keys_at_the_edges_of_what_we_take_are_taken() -> None:
    for pem in (_rsa(2048, 3), _rsa(4096, 65537), _rsa(2048, 2**32 - 1)):
        assert isinstance(load_public_key(pem), RsaKey)


@pytest.mark.parametrize(
    ("bits", "exponent"),
    [
        (512, 65537),
        (1024, 65537),
        (2047, 65537),
        (4097, 65537),
        (16384, 65537),
        (3072, (1 << 3000) + 1),
        (2048, 2**32 + 1),
    ],
)
def test_rsa_keys_of_other_shapes_are_refused(bits: int, exponent: int) -> None:
    assert _reason(_rsa(bits, exponent)) == "signature.key"


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "garbage",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nÄ\n-----END PUBLIC KEY-----",
        "\0",
        "\ud800",
        "A" * (PEM_LIMIT + 1),
        "-----BEGIN PUBLIC KEY-----\n" * 40_000,
    ],
)
def test_a_broken_or_huge_pem_is_refused(pem: str) -> None:
    assert _reason(pem) == "signature.key"


def test_keys_of_other_kinds_are_refused(ann: RSAPrivateKey) -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(PEM, SPKI).decode()

    assert _reason(curve) == "signature.key"
    assert _reason(private_pem(ann)) == "signature.key"


def test_a_multikey_is_read_in_both_bases(
    ann: RSAPrivateKey, ann_public: VerifyingKey, edna: Ed25519PrivateKey, edna_public: VerifyingKey
) -> None:
    raw = b"\xed\x01" + edna.public_key().public_bytes_raw()
    rsa = [b"\x85\x24" + ann.public_key().public_bytes(DER, format) for format in (PKCS1, SPKI)]

    assert _base58(raw).startswith("z6Mk")
    for spell in (_base58, _base64url):
        assert load_multikey(spell(raw)) == edna_public
        for octets in rsa:
            assert load_multikey(spell(octets)) == ann_public


def test_an_example_of_did_key_is_read() -> None:
    key = load_multikey("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp")

    assert key == Ed25519Key(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "u",
        "z0OIl",
        "z6Mk",
        "zé",
        "u====",
        "u+/+/",
        "uAAAAA",
        "é",
        "m7QEAAA",
        "f ed01",
        _base58(b"\xed\x01" + bytes(31)),
        _base58(b"\xed\x01" + bytes(33)),
        _base58(b"\x80\x24" + bytes(33)),
        _base58(b"\x85\x24garbage"),
        "z" + "1" * 700,
        "z" + "z" * 1_000_000,
    ],
)
def test_a_multikey_of_another_kind_or_none_is_refused(text: str) -> None:
    with pytest.raises(SignatureRejected) as refusal:
        load_multikey(text)

    assert refusal.value.reason == "signature.key"


def test_a_multikey_of_an_oversized_rsa_key_is_refused() -> None:
    key: RSAPublicKey = RSAPublicNumbers(65537, (1 << 4200) | 1).public_key()

    with pytest.raises(SignatureRejected):
        load_multikey(_base64url(b"\x85\x24" + key.public_bytes(DER, PKCS1)))


P = 2**255 - 19
ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, ORDER_EIGHT, P - ORDER_EIGHT])
def test_ed25519_keys_of_small_order_are_refused_in_every_spelling(y: int, sign: int) -> None:
    """Under such a key one signature holds for every eighth message, and nobody needs the private half for it."""
    octets = (y | sign << 255).to_bytes(32, "little")
    with pytest.raises(SignatureRejected, match=r"signature\.key"):
        load_multikey(_base58(b"\xed\x01" + octets))
    pem = Ed25519PublicKey.from_public_bytes(octets).public_bytes(PEM, SPKI).decode()
    assert _reason(pem) == "signature.key"
