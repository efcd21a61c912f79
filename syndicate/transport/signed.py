"""Signs our requests: every GET to another server, and every delivery.

A `Signer` signs as one local actor. Each attempt and each hop gets a new signature.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.clock import Clock
from syndicate.signatures import Dialect, Message, sign

Headers = tuple[tuple[str, str], ...]
HOST_SET_BY_CLIENT = "host"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours, and the id of its public key."""

    id: str
    key: RSAPrivateKey


class Signer:
    """Signs as one local actor. `key` is called each time, since keys can be rotated."""

    def __init__(self, key: Callable[[], SigningKey], clock: Clock) -> None:
        self._key, self._clock = key, clock

    def headers(
        self,
        method: str,
        url: str,
        *,
        headers: Headers = (),
        body: bytes = b"",
        dialect: Dialect = Dialect.CAVAGE,
        digest: str | None = None,
    ) -> Headers:
        """Return `headers` with those of the signature; `digest` saves computing it again."""
        message = Message(method=method, url=url, headers=headers, body=body)
        signing = self._key()
        made = sign(message, dialect=dialect, key_id=signing.id, key=signing.key, now=self._clock(), digest=digest)
        return headers + tuple((name, value) for name, value in made if name.lower() != HOST_SET_BY_CLIENT)

    def sign_get(self, method: str, url: str) -> Headers:
        """Return the headers that sign a GET, for `Request.sign`."""
        return self.headers(method, url)


class SigningThreads:
    """Signs in two threads beside the event loop; RSA releases the interpreter lock."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sign")

    async def headers(
        self, signer: Signer, url: str, *, headers: Headers, body: bytes, dialect: Dialect, digest: str
    ) -> Headers:
        """Return the headers of a signed POST."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads,
            lambda: signer.headers("POST", url, headers=headers, body=body, dialect=dialect, digest=digest),
        )

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
