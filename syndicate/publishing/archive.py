"""What feeds need kept in order behind the scenes: their archive bound into volumes, and comments told by the hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock, from_text, to_text
from syndicate.storage import Store, Tables
from syndicate.storage.posts import Key, Numbered
from syndicate.workers.loop import WorkerLoop

log = structlog.get_logger()

REST = timedelta(seconds=5)
"""How long nothing may have been published before what has fallen out of the feed is bound: an import goes on for a
while, and would leave a row of thin volumes."""
TOLD_EVERY = timedelta(hours=1)
TOLD = "comments.told"
"""A fact: when feeds were last told how many comments there are."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Bind up to the post with this number, at this time."""

    last: int
    at: datetime


def next_binding(unbound: Sequence[Numbered], oldest_in_feed: Key | None, length: int) -> Binding | None:
    """Which posts make the next volume; None while the feed itself has all of them.

    `unbound` are at most `length` posts, by number; `oldest_in_feed` is the place of the last one of a full feed. A volume
    holds as many posts as the feed. It is thinner where posts came in that are older than what the feed shows.
    """
    if not unbound:
        return None
    if len(unbound) >= length:
        return Binding(unbound[length - 1].number, unbound[length - 1].released)
    left_out = [post for post in unbound if oldest_in_feed is not None and post.key < oldest_in_feed]
    if not left_out:
        return None
    return Binding(left_out[-1].number, max(post.released for post in unbound) + REST)


class ArchiveBuilder:
    """`length` is how many posts a feed has."""

    def __init__(self, store: Store, clock: Clock, *, length: int) -> None:
        self._store, self._clock, self._length = store, clock, length
        self._loop = WorkerLoop("bookkeeping", clock, self._next_due)

    def wake(self) -> None:
        """There may be something new."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.keep(self.work)

    async def work(self) -> bool:
        """Do what is due; False if nothing was."""
        bound = await self._bind()
        return await self._tell() or bound

    async def _next_due(self) -> datetime | None:
        binding = await self._binding()
        dues = [await self._telling(self._store), None if binding is None else binding.at]
        return min((due for due in dues if due is not None), default=None)

    async def _binding(self) -> Binding | None:
        unbound = await self._store.posts.list_unarchived(self._length)
        if not unbound:
            return None
        return next_binding(unbound, await self._store.posts.key_at(self._length - 1), self._length)

    async def _bind(self) -> bool:
        binding = await self._binding()
        if binding is None or binding.at > self._clock():
            return False

        async def body(tx: Tables) -> None:
            await tx.posts.advisory_lock()
            await tx.posts.add_archive_document(binding.last)
            await tx.versions.move("volumes")

        await self._store.transaction(body)
        log.info("volume of the feed's archive bound", last=binding.last)
        return True

    async def _telling(self, tables: Tables) -> datetime | None:
        """When feeds may next be told of comments; None while there is nothing to tell."""
        if not await tables.posts.has_uncounted_comments():
            return None
        told = await tables.key_values.find(TOLD)
        return from_text(told) + TOLD_EVERY if told else self._clock()

    async def _tell(self) -> bool:
        now = self._clock()

        async def is_due(tables: Tables) -> bool:
            due = await self._telling(tables)
            return due is not None and due <= now

        async def body(tx: Tables) -> bool:
            await tx.advisory_lock(TOLD)
            if not await is_due(tx):  # another process has told it
                return False
            await tx.posts.publish_comment_counts()
            await tx.key_values.save(TOLD, to_text(now))
            await tx.versions.move("counts")
            return True

        return await is_due(self._store) and await self._store.transaction(body)
