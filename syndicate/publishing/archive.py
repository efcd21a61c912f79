"""Background work for feeds: close the archive documents (RFC 5005 §4) and publish new comment counts once an hour."""

from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock, from_text, to_text
from syndicate.storage import Store, Tables
from syndicate.workers.loop import WorkerLoop

log = structlog.get_logger()

COUNTS_INTERVAL = timedelta(hours=1)
COUNTS_PUBLISHED_KEY = "comments.told"
"""Key in `key_values`: when the comment counts in feeds were last updated."""
MAX_CLOSED_AT_ONCE = 50


class ArchiveBuilder:
    """Closes archive documents of `length` posts, as many as a feed has."""

    def __init__(self, store: Store, clock: Clock, *, length: int) -> None:
        self._store, self._clock, self._length = store, clock, length
        self._loop = WorkerLoop("archive", clock, self._next_due)

    def wake(self) -> None:
        """Check for work now."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run(self.work)

    async def work(self) -> bool:
        """Do what is due. Return False if nothing was."""
        has_closed = await self._close_documents()
        return await self._publish_counts() or has_closed

    async def _next_due(self) -> datetime | None:
        return self._clock() if await self._ends(self._store, self._length) else await self._counts_due(self._store)

    async def _ends(self, tables: Tables, limit: int) -> list[int]:
        """Return the last numbers of the documents that can be closed, from up to `limit` posts."""
        return (await tables.post_archive.list_unarchived(limit))[self._length - 1 :: self._length]

    async def _close_documents(self) -> bool:
        if not await self._ends(self._store, self._length):
            return False

        async def body(tx: Tables) -> list[int]:
            await tx.post_writes.advisory_lock()
            ends = await self._ends(tx, self._length * MAX_CLOSED_AT_ONCE)
            for last in ends:
                await tx.post_archive.add(last)
            await tx.versions.move("volumes")
            return ends

        for last in await self._store.transaction(body):
            log.info("archive document created", last=last)
        return True

    async def _counts_due(self, tables: Tables) -> datetime | None:
        """Return when comment counts may next be published, or None if none has changed."""
        if not await tables.post_archive.has_uncounted_comments():
            return None
        published = await tables.key_values.find(COUNTS_PUBLISHED_KEY)
        return from_text(published) + COUNTS_INTERVAL if published else self._clock()

    async def _publish_counts(self) -> bool:
        now = self._clock()

        async def is_due(tables: Tables) -> bool:
            due = await self._counts_due(tables)
            return due is not None and due <= now

        async def body(tx: Tables) -> bool:
            await tx.advisory_lock(COUNTS_PUBLISHED_KEY)
            if not await is_due(tx):  # another process has published them
                return False
            await tx.post_archive.publish_comment_counts()
            await tx.key_values.save(COUNTS_PUBLISHED_KEY, to_text(now))
            await tx.versions.move("counts")
            return True

        return await is_due(self._store) and await self._store.transaction(body)
