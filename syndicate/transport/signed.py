"""Requests of ours with a signature: every GET to another server, and every delivery.

A `Signer` is an actor of ours with its private key. Signatures are made afresh for each try and each hop.
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
    """A private key of ours, and the id under which others find its public half."""

    id: str
    key: RSAPrivateKey


class Signer:
    """Signs as one actor of ours. `key` is asked for each time: keys can be changed."""

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
        """`headers` and those of the signature over them; `digest` saves computing it once more."""
        message = Message(method=method, url=url, headers=headers, body=body)
        signing = self._key()
        made = sign(message, dialect=dialect, key_id=signing.id, key=signing.key, now=self._clock(), digest=digest)
        return headers + tuple((name, value) for name, value in made if name.lower() != HOST_SET_BY_CLIENT)

    def sign_get(self, method: str, url: str) -> Headers:
        """For `Request.sign`."""
        return self.headers(method, url)


class SigningThreads:
    """RSA releases the interpreter's lock: two threads sign while the loop does other things."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sign")

    async def headers(
        self, signer: Signer, url: str, *, headers: Headers, body: bytes, dialect: Dialect, digest: str
    ) -> Headers:
        """The headers of a POST."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads,
            lambda: signer.headers("POST", url, headers=headers, body=body, dialect=dialect, digest=digest),
        )

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
