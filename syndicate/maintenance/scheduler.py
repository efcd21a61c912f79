"""Publishes scheduled posts when their time comes."""

import asyncio
import contextlib

from syndicate.clock import Clock
from syndicate.publishing import Publisher
from syndicate.storage import Store

MIN_WAIT_SECONDS = 0.05
MAX_WAIT_SECONDS = 60.0
AFTER_COMMIT_SECONDS = 1.0


class Scheduler:
    """Looks for due posts when the next one is due, and after commits, since these may have scheduled another."""

    def __init__(self, store: Store, publisher: Publisher, clock: Clock) -> None:
        self._store, self._publisher, self._clock = store, publisher, clock

    async def run(self) -> None:
        """Work until cancelled. Raises StorageError."""
        committed = asyncio.Event()
        self._store.database.on_commit(committed.set)
        while True:
            committed.clear()
            now = self._clock()
            await self._publisher.release_due()
            due = await self._store.post_lists.next_scheduled(after=now)
            seconds = MAX_WAIT_SECONDS if due is None else (due - self._clock()).total_seconds()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(seconds, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)):
                    await committed.wait()
                    await asyncio.sleep(AFTER_COMMIT_SECONDS)
