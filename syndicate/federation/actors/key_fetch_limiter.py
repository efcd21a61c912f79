"""How often each client may make us ask other servers for keys in vain.

What we ask of a server has limits, which a stranger without any key could use up by naming keys that it does not have,
and so keep its real accounts out. Whoever asks in vain has few tries; who is who she says may ask as often as she
likes.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from syndicate.clock import Clock
from syndicate.errors import SignatureRejected, TooManyRequests

TRIES = 5.0
PER_SECOND = 1 / 60
CLIENTS = 10_000


class KeyFetchLimiter:
    """The tries that each client has left; fewer than none when many failed at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    @contextmanager
    def asking(self, client: str) -> Iterator[None]:
        """Ask for a key, and verify with it, for a client. A SignatureRejected within costs a try.

        Raises TooManyRequests when there is none left.
        """
        if self._tries(client) < 1:
            raise TooManyRequests("key.in-vain")
        try:
            yield
        except SignatureRejected:
            self._put(client, self._tries(client) - 1)
            raise

    def _tries(self, client: str) -> float:
        left, since = self._left.get(client, (TRIES, self._clock()))
        return min(TRIES, left + max((self._clock() - since).total_seconds(), 0.0) * PER_SECOND)

    def _put(self, client: str, tries: float) -> None:
        self._left[client] = (tries, self._clock())
        self._left.move_to_end(client)
        if len(self._left) > CLIENTS:
            self._left.popitem(last=False)
