"""The private keys of our actors, on disk: readable by us alone, and there before they are used.

`<id>.pem` is the RSA key that signs requests, `<id>.ed25519.pem` the one of integrity proofs. While they are being
changed those to come are `<id>.next.pem` and `<id>.next.ed25519.pem`. Afterwards the old RSA key is kept as
`<id>.earlier-<fingerprint>.pem`, to sign the Update of the actor for servers that know no later key.
"""

import contextlib
import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import KeyUnusable
from syndicate.signatures import (
    generate_private_key,
    generate_proof_key,
    load_private_key,
    load_proof_key,
    multikey,
    private_pem,
    public_pem,
)


class Keyring:
    """The keys in one directory. Every method raises KeyUnusable for a file that cannot be read or written."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def has_any(self) -> bool:
        """Whether keys lie there."""
        return any(self._directory.glob("*.pem"))

    def make(self, id: str) -> RSAPrivateKey:
        """The key of a new actor: the one that lies there already (the database was lost), or a new one."""
        return self._found_or_made(self._file(id))

    def make_proof_key(self, id: str) -> Ed25519PrivateKey:
        return self._proof_key_found_or_made(id, "ed25519.")

    def key(self, id: str, public: str) -> RSAPrivateKey:
        """The key of a known actor, whose public half is `public`. A change of key that the database knows of is made
        here on disk: the key to come is the key, and the old one is kept. Several processes may do so at once."""
        file, coming = self._file(id), self._file(id, "next.")
        key = _read(file)
        if public_pem(key) == public:
            return key
        if not coming.exists() or public_pem(_read(coming)) != public:
            raise KeyUnusable(f"{file}: is not the key that the database knows; please put the right file back")
        self._keep_earlier(id, key)
        _take_place(coming, file)
        return _read(file)

    def proof_key(self, id: str, public: str) -> Ed25519PrivateKey:
        """The Ed25519 key of a known actor, whose public half is the Multikey `public`; changed on disk like `key`."""
        file, coming = self._file(id, "ed25519."), self._file(id, "next.ed25519.")
        key = load_proof_key(_text(file))
        if multikey(key) == public:
            return key
        if not coming.exists() or multikey(load_proof_key(_text(coming))) != public:
            raise KeyUnusable(f"{file}: is not the key that the database knows; please put the right file back")
        _take_place(coming, file)
        return load_proof_key(_text(file))

    def make_next(self, id: str) -> tuple[RSAPrivateKey, Ed25519PrivateKey]:
        """The keys to come."""
        return self._found_or_made(self._file(id, "next.")), self._proof_key_found_or_made(id, "next.ed25519.")

    def earlier(self, id: str, public: str) -> RSAPrivateKey | None:
        """A key that the actor had, if its file is still there."""
        file = self._file(id, f"earlier-{_fingerprint(public)}.")
        return _read(file) if file.exists() else None

    def keep_previous(self, id: str) -> str:
        """What an earlier version kept as `<id>.previous.pem` gets the name that it has now; returns its public half,
        empty where there is none."""
        file = self._file(id, "previous.")
        if not file.exists():
            return ""
        key = _read(file)
        self._keep_earlier(id, key)
        return public_pem(key)

    def _keep_earlier(self, id: str, key: RSAPrivateKey) -> None:
        _write(self._file(id, f"earlier-{_fingerprint(public_pem(key))}."), private_pem(key))

    def _file(self, id: str, part: str = "") -> Path:
        return self._directory / f"{id}.{part}pem"

    def _found_or_made(self, file: Path) -> RSAPrivateKey:
        if not file.exists():
            key = generate_private_key()
            if _write(file, private_pem(key)):
                return key
        return _read(file)

    def _proof_key_found_or_made(self, id: str, part: str) -> Ed25519PrivateKey:
        file = self._file(id, part)
        if not file.exists():
            key = generate_proof_key()
            if _write(file, private_pem(key)):
                return key
        return load_proof_key(_text(file))


def _fingerprint(public: str) -> str:
    return sha256(public.encode()).hexdigest()[:16]


def _take_place(coming: Path, file: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another process has done it
        coming.replace(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise KeyUnusable(f"{file}: is missing; the blog's key has to be restored from a backup") from error
    except (OSError, ValueError) as error:
        raise KeyUnusable(f"{file}: cannot be read: {error}") from error


def _read(file: Path) -> RSAPrivateKey:
    try:
        return load_private_key(_text(file), trusted=True)
    except KeyUnusable as error:
        raise KeyUnusable(str(error) if str(file) in str(error) else f"{file}: {error}") from error


def _write(file: Path, pem: str) -> bool:
    """Write a new key; False when another process made the file in this moment."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with contextlib.closing(os.fdopen(descriptor, "w", encoding="ascii")) as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        return False
    except OSError as error:
        raise KeyUnusable(f"{file}: cannot be written: {error}") from error
    return True
