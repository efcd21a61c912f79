"""Detects which versions have moved since a document was rendered, by this process or another.

It is consulted before every response from the cache: reading the database's own version takes microseconds, and only
when that has moved are the versions read that moved with it.
"""

import asyncio
import time
from datetime import datetime, timedelta

from syndicate.clock import Clock, to_text
from syndicate.storage.site_settings import SETTINGS, SiteSettings
from syndicate.storage.store import Store
from syndicate.storage.versions import OVERLAP

VersionSnapshot = dict[str, int]

CHECK_INTERVAL_SECONDS = 0.001


class VersionWatch:
    def __init__(self, store: Store, clock: Clock, settings: SiteSettings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._version = store.database.version()
        self._since = to_text(clock() - OVERLAP)
        self._versions: VersionSnapshot = {}
        self._reading: asyncio.Future[None] | None = None
        self._read_at = time.monotonic()
        self._unchanged_at = 0.0
        store.database.on_commit(self._check_again)

    def has_moved(self) -> bool:
        """Return whether anything was committed since `refresh`. Under load the database is asked once a millisecond: no
        command ends sooner after its commit, and commits of this process are noticed at once."""
        now = time.monotonic()
        if now - self._unchanged_at < CHECK_INTERVAL_SECONDS:
            return False
        if self._store.database.version() != self._version:
            return True
        self._unchanged_at = now
        return False

    def _check_again(self) -> None:
        self._unchanged_at = 0.0

    async def refresh(self) -> None:
        """Read which versions have moved. Of concurrent callers one reads, and the others wait for it."""
        if self._reading is not None:
            await asyncio.shield(self._reading)
            if not self.has_moved():
                return
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        """The database version is updated last, so that no caller takes old versions for new ones; and so is what holds
        by changed settings."""
        try:
            version, now, read = self._store.database.version(), self._clock(), time.monotonic()
            moved = await self._store.versions.moved_since(min(self._since, self._if_set_back(now, read)))
            if moved.get(SETTINGS, 0) > self._settings.version:
                await self._settings.load()
            self._version, self._since, self._versions = version, to_text(now - OVERLAP), self._versions | moved
            self._read_at = read
        finally:
            self._reading = None

    def _if_set_back(self, now: datetime, read: float) -> str:
        """Return the time of the last read by the current clock, which may have been set back since."""
        return to_text(now - timedelta(seconds=read - self._read_at) - OVERLAP)

    def snapshot(self) -> VersionSnapshot:
        """Return the versions known now; what is missing has not moved since this process started."""
        return self._versions

    def moved(self, snapshot: VersionSnapshot) -> list[str]:
        """Return which dependencies have moved since the snapshot was taken."""
        versions = self._versions
        return [name for name, version in snapshot.items() if versions.get(name, 0) != version]
