"""How much is taken in at once: beyond that, a sender is asked to come back, before anything is read.

A flood from one address must not keep others out, and a flood from everywhere must not keep readers out.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from syndicate.clock import Stopwatch
from syndicate.errors import TooBusy, TooManyRequests
from syndicate.web.http.clients import client_of

MAX_CONCURRENT = 400
MAX_CONCURRENT_PER_CLIENT = 100
DEFAULT_PER_SECOND = 60.0
DEFAULT_BURST = 600.0
MAX_CLIENTS = 10_000


class RateLimiter:
    """Bounds requests of one kind, `of` which reasons speak: so many at once in all and for each client, and a bucket of
    tokens for each."""

    def __init__(
        self,
        *,
        max_concurrent: int = MAX_CONCURRENT,
        max_concurrent_per_client: int | None = None,
        per_second: float = DEFAULT_PER_SECOND,
        burst: float = DEFAULT_BURST,
        name: str,
        stopwatch: Stopwatch = time.monotonic,
    ) -> None:
        self._max_concurrent, self._per_second, self._burst = max_concurrent, per_second, burst
        self._max_concurrent_per_client = max_concurrent_per_client or max_concurrent
        self._name, self._stopwatch = name, stopwatch
        self._inside: Counter[str] = Counter()
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def admit(self, address: str) -> Iterator[None]:
        """Let one request in. Raises TooManyRequests, TooBusy."""
        self.spend(address)
        with self.slot(address):
            yield

    def spend(self, address: str) -> None:
        """Count a request. Raises TooManyRequests when there were too many of late."""
        self.check(address)
        client = client_of(address)
        self._tokens[client] = (self._left(client) - 1, self._stopwatch())
        self._tokens.move_to_end(client)
        while len(self._tokens) > MAX_CLIENTS:
            self._tokens.popitem(last=False)

    def check(self, address: str) -> None:
        """Raises TooManyRequests when there were too many of late."""
        if self._left(client_of(address)) < 1:
            raise TooManyRequests(f"{self._name}.flood")

    def _left(self, client: str) -> float:
        tokens, since = self._tokens.get(client, (self._burst, self._stopwatch()))
        return min(self._burst, tokens + (self._stopwatch() - since) * self._per_second)

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Work on a request. Raises TooBusy when there are too many at once."""
        client = client_of(address)
        if self._inside.total() >= self._max_concurrent or self._inside[client] >= self._max_concurrent_per_client:
            raise TooBusy(f"{self._name}.busy")
        self._inside[client] += 1
        try:
            yield
        finally:
            self._inside[client] -= 1
            if not self._inside[client]:
                del self._inside[client]
