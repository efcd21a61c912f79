"""Token buckets: how often something may be done."""

from collections import OrderedDict
from collections.abc import Callable


class TokenBucket:
    """A bucket for each key, such as a client or a server: full at first, and refilled at a constant rate.

    It counts in this process only: with several processes, each allows as much. `now` returns seconds. Beyond
    `max_keys` the buckets that were used least recently are forgotten.
    """

    def __init__(self, *, burst: float, per_second: float, max_keys: int, now: Callable[[], float]) -> None:
        self._burst, self._per_second, self._max_keys, self._now = burst, per_second, max_keys, now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, key: str) -> float:
        """Return how many tokens a key has left; negative if more were spent than there were."""
        now = self._now()
        tokens, since = self._buckets.get(key, (self._burst, now))
        return min(self._burst, tokens + max(now - since, 0.0) * self._per_second)

    def seconds_until_next(self, key: str) -> float:
        """Return how long it takes until a key has a token."""
        return max(1 - self.left(key), 0.0) / self._per_second

    def take(self, key: str) -> bool:
        """Spend a token, if there is one; return whether there was."""
        has_one = self.left(key) >= 1
        self.spend(key, int(has_one))
        return has_one

    def spend(self, key: str, tokens: float = 1) -> None:
        """Spend tokens, whether there are as many or not."""
        self._buckets[key] = (self.left(key) - tokens, self._now())
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
