"""Keys for the whole run: making one takes longer than all tests of a file."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.signatures import VerifyingKey, generate_private_key, load_public_key, public_pem
from syndicate.signatures.keys import Ed25519Key


@pytest.fixture(scope="session")
def ann() -> RSAPrivateKey:
    """The private key of ann, who signs honestly."""
    return generate_private_key()


@pytest.fixture(scope="session")
def ann_public(ann: RSAPrivateKey) -> VerifyingKey:
    return load_public_key(public_pem(ann))


@pytest.fixture(scope="session")
def mallory() -> RSAPrivateKey:
    return generate_private_key()


@pytest.fixture(scope="session")
def edna() -> Ed25519PrivateKey:
    """The private key of edna, whose server uses Ed25519."""
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def edna_public(edna: Ed25519PrivateKey) -> VerifyingKey:
    return Ed25519Key(edna.public_key())
