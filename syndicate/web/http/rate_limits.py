"""Rate limits for incoming requests. A request over the limit is refused with `Retry-After` before its body is read.

A flood from one address must not lock out other clients, and a flood from many addresses must not lock out readers.
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
    """Limits requests of one kind: concurrent requests in total and per client, and a token bucket per client.

    `name` is the first part of the reasons of its errors.
    """

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
        self._active: Counter[str] = Counter()
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def admit(self, address: str) -> Iterator[None]:
        """Count a request and hold a slot while it is handled. Raises TooManyRequests, TooBusy."""
        self.spend(address)
        with self.slot(address):
            yield

    def spend(self, address: str) -> None:
        """Take a token for a request. Raises TooManyRequests if the client has none left."""
        self.check(address)
        client = client_of(address)
        self._tokens[client] = (self._tokens_left(client) - 1, self._stopwatch())
        self._tokens.move_to_end(client)
        while len(self._tokens) > MAX_CLIENTS:
            self._tokens.popitem(last=False)

    def check(self, address: str) -> None:
        """Check the tokens without taking one. Raises TooManyRequests if the client has none left."""
        if self._tokens_left(client_of(address)) < 1:
            raise TooManyRequests(f"{self._name}.flood")

    def _tokens_left(self, client: str) -> float:
        tokens, since = self._tokens.get(client, (self._burst, self._stopwatch()))
        return min(self._burst, tokens + (self._stopwatch() - since) * self._per_second)

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Hold a slot while a request is handled. Raises TooBusy if all slots are taken."""
        client = client_of(address)
        if self._active.total() >= self._max_concurrent or self._active[client] >= self._max_concurrent_per_client:
            raise TooBusy(f"{self._name}.busy")
        self._active[client] += 1
        try:
            yield
        finally:
            self._active[client] -= 1
            if not self._active[client]:
                del self._active[client]
