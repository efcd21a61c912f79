"""How much is taken in at once: beyond that, a sender is asked to come back, before anything is read.

A flood from one address must not keep others out, and a flood from everywhere must not keep readers out.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from syndicate.errors import TooBusy, TooManyRequests

AT_ONCE = 200
PER_SECOND = 60.0
BURST = 600.0
ADDRESSES = 10_000


class Admission:
    """Bounds requests of one kind: so many at once in all, and a bucket of tokens for each address. By itself it is
    the inboxes' one."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        per_second: float = PER_SECOND,
        burst: float = BURST,
    ) -> None:
        self._at_once, self._per_second, self._burst = at_once, per_second, burst
        self._inside = 0
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def of(self, address: str) -> Iterator[None]:
        """Let one request in. Raises TooManyRequests, TooBusy."""
        self._spend(address)
        if self._inside >= self._at_once:
            raise TooBusy("inbox.busy")
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _spend(self, address: str) -> None:
        now = time.monotonic()
        tokens, since = self._tokens.pop(address, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        self._tokens[address] = (max(tokens - 1, 0), now)
        while len(self._tokens) > ADDRESSES:
            self._tokens.popitem(last=False)
        if tokens < 1:
            raise TooManyRequests("inbox.flood")
