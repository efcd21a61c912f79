"""The private keys of local actors on disk: readable only by the owner, and written before they are used.

`<id>.pem` is the RSA key that signs requests, `<id>.ed25519.pem` the one of integrity proofs. During a rotation the
next keys are `<id>.next.pem` and `<id>.next.ed25519.pem`. Afterwards the old RSA key is kept as
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
        """Whether there are any keys."""
        return any(self._directory.glob("*.pem"))

    def make(self, id: str) -> RSAPrivateKey:
        """Return the key of a new actor: an existing file (if the database was lost), or a new key."""
        return self._load_or_create(self._file(id))

    def make_proof_key(self, id: str) -> Ed25519PrivateKey:
        return self._load_or_create_proof_key(id, "ed25519.")

    def key(self, id: str, public: str) -> RSAPrivateKey:
        """Return the key of a known actor whose public half is `public`. If the database has completed a rotation, the
        files follow: the next key replaces the key, and the old one is kept. Several processes may do so
        concurrently."""
        file, next_file = self._file(id), self._file(id, "next.")
        key = _read(file)
        if public_pem(key) == public:
            return key
        if not next_file.exists() or public_pem(_read(next_file)) != public:
            raise KeyUnusable(f"{file}: is not the key that the database knows; please put the right file back")
        self._keep_earlier(id, key)
        _replace(next_file, file)
        return _read(file)

    def proof_key(self, id: str, public: str) -> Ed25519PrivateKey:
        """Return the Ed25519 key of a known actor whose public half is the Multikey `public`; rotated on disk like
        `key`."""
        file, next_file = self._file(id, "ed25519."), self._file(id, "next.ed25519.")
        key = load_proof_key(_text(file))
        if multikey(key) == public:
            return key
        if not next_file.exists() or multikey(load_proof_key(_text(next_file))) != public:
            raise KeyUnusable(f"{file}: is not the key that the database knows; please put the right file back")
        _replace(next_file, file)
        return load_proof_key(_text(file))

    def make_next(self, id: str) -> tuple[RSAPrivateKey, Ed25519PrivateKey]:
        """Create the next keys."""
        return self._load_or_create(self._file(id, "next.")), self._load_or_create_proof_key(id, "next.ed25519.")

    def earlier(self, id: str, public: str) -> RSAPrivateKey | None:
        """Return an earlier key of the actor, if its file still exists."""
        file = self._file(id, f"earlier-{_fingerprint(public)}.")
        return _read(file) if file.exists() else None

    def keep_previous(self, id: str) -> str:
        """Rename `<id>.previous.pem` of an earlier version to its present name; return its public half, empty if there
        is none."""
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

    def _load_or_create(self, file: Path) -> RSAPrivateKey:
        if not file.exists():
            key = generate_private_key()
            if _write(file, private_pem(key)):
                return key
        return _read(file)

    def _load_or_create_proof_key(self, id: str, part: str) -> Ed25519PrivateKey:
        file = self._file(id, part)
        if not file.exists():
            key = generate_proof_key()
            if _write(file, private_pem(key)):
                return key
        return load_proof_key(_text(file))


def _fingerprint(public: str) -> str:
    return sha256(public.encode()).hexdigest()[:16]


def _replace(next_file: Path, file: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another process has done it
        next_file.replace(file)


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
    """Write a new key; return False if another process has just created the file."""
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
