"""What has moved since a document was made, whoever moved it.

Asked before every answer from memory: a look at the database's version costs microseconds, and only when that has
moved are the editions read that moved with it.
"""

import asyncio

from syndicate.clock import Clock, to_text
from syndicate.storage.editions import OVERLAP
from syndicate.storage.store import Store

Stamp = dict[str, int]


class EditionWatch:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._version = store.database.version()
        self._since = to_text(clock() - OVERLAP)
        self._editions: Stamp = {}
        self._reading: asyncio.Future[None] | None = None

    def has_moved(self) -> bool:
        """Whether anybody has committed since `refresh`."""
        return self._store.database.version() != self._version

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
            version, now = self._store.database.version(), self._clock()
            moved = await self._store.editions.moved_since(self._since)
            self._version, self._since, self._editions = version, to_text(now - OVERLAP), self._editions | moved
        finally:
            self._reading = None

    def snapshot(self) -> Stamp:
        """The editions known now; what is not in it has not moved since we began to look."""
        return self._editions

    def moved(self, stamp: Stamp) -> list[str]:
        """Which of these have moved since the stamp was taken."""
        editions = self._editions
        return [scope for scope, edition in stamp.items() if editions.get(scope, 0) != edition]
