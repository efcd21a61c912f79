"""Limits the size of stored texts from other servers, per server and in total.

Summing up costs more with every row, so it is done only when enough new text has arrived.
"""

from collections import Counter

from syndicate.storage import Tables

MAX_BYTES_PER_HOST = 20 * 1024 * 1024
MAX_BYTES = 500 * 1024 * 1024
HOST_INTERVAL_BYTES = 256 * 1024
INTERVAL_BYTES = 4 * 1024 * 1024
"""The bytes that may arrive, from one server and in total, before they are summed up again. The limits have that
reserve."""
MAX_HOSTS_COUNTED = 10_000


class TextLimits:
    """Counts received bytes in this process."""

    def __init__(self) -> None:
        self._of_host: Counter[str] = Counter()
        self._of_all = 0

    async def enforce(self, tx: Tables, host: str, size: int) -> None:
        """Count `size` bytes from `host`, and delete the oldest texts above the limits."""
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
