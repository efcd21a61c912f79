"""Background work for feeds: create the archive documents (RFC 5005 §4) and publish new comment counts once an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock, from_text, to_text
from syndicate.storage import Store, Tables
from syndicate.storage.post_archive import Numbered
from syndicate.storage.post_rows import Key
from syndicate.workers.loop import WorkerLoop

log = structlog.get_logger()

SETTLE_INTERVAL = timedelta(seconds=5)
"""Delay after the newest post before posts that have left the feed are archived. An import takes a while and would
otherwise create many small archive documents.
"""
COUNTS_INTERVAL = timedelta(hours=1)
COUNTS_PUBLISHED_KEY = "comments.told"
"""Key in `key_values`: when the comment counts in feeds were last updated."""


@dataclass(frozen=True, slots=True)
class ArchiveBoundary:
    """The next archive document ends with post number `last` and may be created at the time `at`."""

    last: int
    at: datetime


def next_archive_boundary(
    unbound: Sequence[Numbered], oldest_in_feed: Key | None, length: int
) -> ArchiveBoundary | None:
    """Return the end of the next archive document, or None while all of the posts are still in the feed.

    `unbound` holds at most `length` posts, ordered by number; `oldest_in_feed` is the sort key of the last entry of a
    full feed. An archive document has as many posts as the feed, or fewer if posts came in that are older than the
    entries of the feed.
    """
    if not unbound:
        return None
    if len(unbound) >= length:
        return ArchiveBoundary(unbound[length - 1].number, unbound[length - 1].released)
    left_out = [post for post in unbound if oldest_in_feed is not None and post.key < oldest_in_feed]
    if not left_out:
        return None
    return ArchiveBoundary(left_out[-1].number, max(post.released for post in unbound) + SETTLE_INTERVAL)


class ArchiveBuilder:
    """Creates archive documents of `length` posts, as many as a feed has."""

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
        has_created = await self._create_document()
        return await self._publish_counts() or has_created

    async def _next_due(self) -> datetime | None:
        boundary = await self._next_boundary()
        dues = [await self._counts_due(self._store), None if boundary is None else boundary.at]
        return min((due for due in dues if due is not None), default=None)

    async def _next_boundary(self) -> ArchiveBoundary | None:
        unbound = await self._store.post_archive.list_unarchived(self._length)
        if not unbound:
            return None
        return next_archive_boundary(unbound, await self._store.post_archive.key_at(self._length - 1), self._length)

    async def _create_document(self) -> bool:
        boundary = await self._next_boundary()
        if boundary is None or boundary.at > self._clock():
            return False

        async def body(tx: Tables) -> None:
            await tx.post_writes.advisory_lock()
            await tx.post_archive.add(boundary.last)
            await tx.versions.move("volumes")

        await self._store.transaction(body)
        log.info("archive document created", last=boundary.last)
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
