"""Limits how often each client may cause key fetches that fail.

Our requests to a server are limited, and a client could use them up by naming keys that do not exist, which would lock
out the real accounts of that server. So each client has few failed fetches; successful ones are not limited.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from syndicate.clock import Clock
from syndicate.errors import SignatureRejected, TooManyRequests

MAX_FAILURES = 5.0
RECOVERY_PER_SECOND = 1 / 60
MAX_CLIENTS = 10_000


class KeyFetchLimiter:
    """The remaining tries of each client; negative if many failed concurrently."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._remaining: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    @contextmanager
    def guard(self, client: str) -> Iterator[None]:
        """Guard a key fetch and verification for a client. A SignatureRejected inside costs a try.

        Raises TooManyRequests if there is none remaining.
        """
        if self._tries(client) < 1:
            raise TooManyRequests("key.in-vain")
        try:
            yield
        except SignatureRejected:
            self._put(client, self._tries(client) - 1)
            raise

    def _tries(self, client: str) -> float:
        remaining, since = self._remaining.get(client, (MAX_FAILURES, self._clock()))
        return min(MAX_FAILURES, remaining + max((self._clock() - since).total_seconds(), 0.0) * RECOVERY_PER_SECOND)

    def _put(self, client: str, tries: float) -> None:
        self._remaining[client] = (tries, self._clock())
        self._remaining.move_to_end(client)
        if len(self._remaining) > MAX_CLIENTS:
            self._remaining.popitem(last=False)
