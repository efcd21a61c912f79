"""Passwords: what may be one, and its hash (Argon2id with the defaults of argon2-cffi, RFC 9106)."""

import asyncio
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syndicate.translation import _

MIN_LENGTH = 12
MAX_LENGTH = 256
MIN_SCORE = 3
"""Of zxcvbn: 3 is "safely unguessable", 4 the best."""
MAX_SCORED_LENGTH = 72
"""zxcvbn takes long for long passwords; what is hard to guess within these characters is so as a whole."""


class Passwords:
    """Hashes passwords in a thread, one at a time: each takes 64 MiB."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher, self._lock = hasher or PasswordHasher(), asyncio.Lock()

    async def hash(self, password: str) -> str:
        async with self._lock:
            return await asyncio.to_thread(self._hasher.hash, _normalized(password))

    async def verify(self, password_hash: str, password: str) -> bool:
        if len(password) > MAX_LENGTH:
            return False
        async with self._lock:
            return await asyncio.to_thread(self._verify, password_hash, _normalized(password))

    def _verify(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def problem_of(self, password: str, hints: Sequence[str]) -> str:
        """Return why this cannot be the password, or an empty string. `hints` are words that a guesser tries first."""
        if len(password) < MIN_LENGTH:
            return _(
                "Please take at least {min_length} characters. A few words in a row are easy to remember.",
                min_length=MIN_LENGTH,
            )
        if len(password) > MAX_LENGTH:
            return _("Please take at most {max_length} characters.", max_length=MAX_LENGTH)
        if await asyncio.to_thread(_score, password, hints) < MIN_SCORE:
            return _(
                "This password is easy to guess. Please take another one, such as four words that do not belong "
                "together."
            )
        return ""


def _score(password: str, hints: Sequence[str]) -> int:
    from zxcvbn import zxcvbn  # its word lists take a while to load

    found = zxcvbn(password[:MAX_SCORED_LENGTH], user_inputs=[*hints])
    return int(found["score"])


def _normalized(password: str) -> bytes:
    """Return a password as bytes: keyboards differ in how they compose a letter with an accent."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
