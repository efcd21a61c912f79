"""Publishes scheduled posts when their time comes, and announces posts that cannot be taken back any more."""

import asyncio
import contextlib
from datetime import datetime

from syndicate.clock import Clock
from syndicate.publishing import Publisher
from syndicate.storage import Store

MIN_WAIT_SECONDS = 0.05
MAX_WAIT_SECONDS = 60.0
AFTER_COMMIT_SECONDS = 1.0


class Scheduler:
    """Looks for due posts when the next one is due, and after commits, since these may have added another."""

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
            await self._publisher.announce_due()
            due = await self._next_due(now)
            seconds = MAX_WAIT_SECONDS if due is None else (due - self._clock()).total_seconds()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(seconds, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)):
                    await committed.wait()
                    await asyncio.sleep(AFTER_COMMIT_SECONDS)

    async def _next_due(self, now: datetime) -> datetime | None:
        scheduled = await self._store.post_lists.next_scheduled(after=now)
        announced = await self._store.announcements.next_due(after=now)
        return min((due for due in (scheduled, announced) if due is not None), default=None)
