"""Secrets that only a browser or program of the author holds: random tokens, of which the database stores hashes."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
CODE_BYTES = 15
CODES = 8
CODE_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 characters that cannot be taken for one another."""


def new_token() -> str:
    """Return 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """Return what is stored of a token. It needs no salt: nobody can guess 120 random bits or more."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_token(session_token: str) -> str:
    """Return the token that every form of a session carries."""
    return hmac.new(session_token.encode(), b"csrf", hashlib.sha256).hexdigest()


def new_codes() -> list[str]:
    """Return eight recovery codes of 120 bits, in groups of four characters."""
    return [_code(secrets.randbits(CODE_BYTES * 8)) for _ in range(CODES)]


def _code(bits: int) -> str:
    characters = [CODE_ALPHABET[bits >> shift & 31] for shift in range(0, CODE_BYTES * 8, 5)]
    return "-".join("".join(characters[at : at + 4]) for at in range(0, len(characters), 4))


def code_hash(typed: str) -> str:
    """Return the hash of a recovery code as somebody types it: with or without hyphens, in any case."""
    return hash_of("".join(character for character in typed.lower() if character.isalnum()))
