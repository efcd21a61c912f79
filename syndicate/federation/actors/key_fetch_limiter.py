"""Limits how often each client may cause key fetches that fail.

Our requests to a server are limited, and a client could use them up by naming keys that do not exist, which would lock
out the real accounts of that server. So each client has few failed fetches; successful ones are not limited.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from syndicate.clock import Clock
from syndicate.errors import SignatureRejected, TooManyRequests
from syndicate.limits.token_bucket import TokenBucket

MAX_FAILURES = 5.0
RECOVERY_PER_SECOND = 1 / 60
MAX_CLIENTS = 10_000


class KeyFetchLimiter:
    """The remaining tries of each client in this process; negative if many failed concurrently."""

    def __init__(self, clock: Clock) -> None:
        self._tries = TokenBucket(
            burst=MAX_FAILURES,
            per_second=RECOVERY_PER_SECOND,
            max_keys=MAX_CLIENTS,
            now=lambda: clock().timestamp(),
        )

    @contextmanager
    def guard(self, client: str) -> Iterator[None]:
        """Guard a key fetch and verification for a client. A SignatureRejected inside costs a try.

        Raises TooManyRequests if there is none remaining.
        """
        if self._tries.left(client) < 1:
            raise TooManyRequests("key.in-vain")
        try:
            yield
        except SignatureRejected:
            self._tries.spend(client)
            raise
