"""Rate limits for incoming requests. A request over the limit is refused with `Retry-After` before its body is read.

A flood from one address must not lock out other clients, and a flood from many addresses must not lock out readers.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from syndicate.clock import Stopwatch
from syndicate.errors import TooBusy, TooManyRequests
from syndicate.limits.in_flight import InFlight, NoSlot
from syndicate.limits.token_bucket import TokenBucket
from syndicate.web.http.clients import client_of

MAX_CONCURRENT = 400
MAX_CONCURRENT_PER_CLIENT = 100
DEFAULT_PER_SECOND = 60.0
DEFAULT_BURST = 600.0
MAX_CLIENTS = 10_000


class RateLimiter:
    """Limits requests of one kind: concurrent requests in total and per client, and a token bucket per client. Each
    process counts for itself.

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
        self._name = name
        self._in_flight = InFlight(limit=max_concurrent, limit_per_key=max_concurrent_per_client or max_concurrent)
        self._tokens = TokenBucket(burst=burst, per_second=per_second, max_keys=MAX_CLIENTS, now=stopwatch)

    @contextmanager
    def admit(self, address: str) -> Iterator[None]:
        """Count a request and hold a slot while it is handled. Raises TooManyRequests, TooBusy."""
        self.spend(address)
        with self.slot(address):
            yield

    def spend(self, address: str) -> None:
        """Take a token for a request. Raises TooManyRequests if the client has none left."""
        if not self._tokens.take(client_of(address)):
            raise TooManyRequests(f"{self._name}.flood")

    def check(self, address: str) -> None:
        """Check the tokens without taking one. Raises TooManyRequests if the client has none left."""
        if self._tokens.left(client_of(address)) < 1:
            raise TooManyRequests(f"{self._name}.flood")

    @contextmanager
    def slot(self, address: str) -> Iterator[None]:
        """Hold a slot while a request is handled. Raises TooBusy if all slots are taken."""
        with ExitStack() as held:
            try:
                held.enter_context(self._in_flight.slot(client_of(address)))
            except NoSlot as error:
                raise TooBusy(f"{self._name}.busy") from error
            yield
