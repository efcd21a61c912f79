"""How much may be under way at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class NoSlot(Exception):
    """All slots are taken."""


class InFlight:
    """Slots for work under way, in total and per key, such as a client or a server, so that one key cannot take all.

    It counts in this process only.
    """

    def __init__(self, *, limit: int, limit_per_key: int) -> None:
        self._limit, self._limit_per_key = limit, limit_per_key
        self._active: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []

    @contextmanager
    def slot(self, key: str) -> Iterator[None]:
        """Hold a slot. Raises NoSlot."""
        if not self._has_room(key):
            raise NoSlot
        self._active[key] += 1
        try:
            yield
        finally:
            self._release(key)

    @asynccontextmanager
    async def wait_for_slot(self, key: str, *, seconds: float) -> AsyncIterator[None]:
        """Wait for a slot, in the order of arrival, and hold it. Raises NoSlot after `seconds`."""
        if self._has_room(key):
            self._active[key] += 1
        else:
            await self._wait(key, seconds)
        try:
            yield
        finally:
            self._release(key)

    def _has_room(self, key: str) -> bool:
        return self._active.total() < self._limit and self._active[key] < self._limit_per_key

    async def _wait(self, key: str, seconds: float) -> None:
        granted = asyncio.get_running_loop().create_future()
        self._waiting.append((key, granted))
        try:
            async with asyncio.timeout(seconds):
                await granted
        except BaseException as error:
            if granted.done() and not granted.cancelled():  # in the moment in which the wait ended
                self._release(key)
            else:
                self._waiting.remove((key, granted))
            if isinstance(error, TimeoutError):
                raise NoSlot from None
            raise

    def _release(self, key: str) -> None:
        self._active[key] -= 1
        if not self._active[key]:
            del self._active[key]
        for waiting in list(self._waiting):
            other, granted = waiting
            if not granted.done() and self._has_room(other):
                self._waiting.remove(waiting)
                self._active[other] += 1
                granted.set_result(None)
