"""How much of what other servers said is kept: so much of one server, and so much in all.

To add up what there is costs more with every row, so it is done whenever some more has come.
"""

from collections import Counter

from syndicate.storage import Tables

MAX_BYTES_PER_HOST = 20 * 1024 * 1024
MAX_BYTES = 500 * 1024 * 1024
HOST_INTERVAL_BYTES = 256 * 1024
INTERVAL_BYTES = 4 * 1024 * 1024
"""What may come, from one server and in all, before it is added up again: the limits are kept with that much to
spare."""
MAX_HOSTS_COUNTED = 10_000


class TextLimits:
    """Counts what comes in, in this process."""

    def __init__(self) -> None:
        self._of_host: Counter[str] = Counter()
        self._of_all = 0

    async def enforce(self, tx: Tables, host: str, size: int) -> None:
        """`size` bytes have come from `host`; erase the oldest texts where that makes too many."""
        self._of_host[host] += size
        self._of_all += size
        if self._of_host[host] >= HOST_INTERVAL_BYTES:
            del self._of_host[host]
            await tx.inbox_queue.limit_documents(MAX_BYTES_PER_HOST - HOST_INTERVAL_BYTES, host=host)
        if len(self._of_host) > MAX_HOSTS_COUNTED:
            self._of_host.clear()
        if self._of_all >= INTERVAL_BYTES:
            self._of_all = 0
            await tx.inbox_queue.limit_documents(MAX_BYTES - INTERVAL_BYTES)
