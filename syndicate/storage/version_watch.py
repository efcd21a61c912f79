"""What has moved since a document was made, whoever moved it.

Asked before every answer from memory: a look at the database's version costs microseconds, and only when that has
moved are the editions read that moved with it.
"""

import asyncio
import time
from datetime import datetime, timedelta

from syndicate.clock import Clock, to_text
from syndicate.storage.store import Store
from syndicate.storage.versions import OVERLAP

VersionSnapshot = dict[str, int]

STILL_FOR = 0.001


class VersionWatch:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._version = store.database.version()
        self._since = to_text(clock() - OVERLAP)
        self._editions: VersionSnapshot = {}
        self._reading: asyncio.Future[None] | None = None
        self._read_at = time.monotonic()
        self._still_at = 0.0
        store.database.on_commit(self._look_again)

    def has_moved(self) -> bool:
        """Whether anybody has committed since `refresh`. Under load the database is asked once a millisecond: no
        command ends sooner after its commit, and our own commits say so at once."""
        now = time.monotonic()
        if now - self._still_at < STILL_FOR:
            return False
        if self._store.database.version() != self._version:
            return True
        self._still_at = now
        return False

    def _look_again(self) -> None:
        self._still_at = 0.0

    async def refresh(self) -> None:
        """Learn what has moved. Many may ask at once: one reads, the others wait for it."""
        if self._reading is not None:
            await asyncio.shield(self._reading)
            if not self.has_moved():
                return
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        """Until this is done the version is the old one: nobody may take old editions for new."""
        try:
            version, now, read = self._store.database.version(), self._clock(), time.monotonic()
            moved = await self._store.versions.moved_since(min(self._since, self._if_set_back(now, read)))
            self._version, self._since, self._editions = version, to_text(now - OVERLAP), self._editions | moved
            self._read_at = read
        finally:
            self._reading = None

    def _if_set_back(self, now: datetime, read: float) -> str:
        """When we last looked, by the clock as it stands: it may have been set back since."""
        return to_text(now - timedelta(seconds=read - self._read_at) - OVERLAP)

    def snapshot(self) -> VersionSnapshot:
        """The editions known now; what is not in it has not moved since we began to look."""
        return self._editions

    def moved(self, stamp: VersionSnapshot) -> list[str]:
        """Which of these have moved since the stamp was taken."""
        editions = self._editions
        return [scope for scope, edition in stamp.items() if editions.get(scope, 0) != edition]
