"""Asks the feeds of the blogroll that are due: a few at once, and one on each server."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import structlog

from syndicate.blogroll.asking import Asked, ask
from syndicate.blogroll.finder import Finder
from syndicate.blogroll.following import Following
from syndicate.blogroll.reading import Reader
from syndicate.blogroll.schedule import Answer
from syndicate.clock import Clock
from syndicate.errors import AddressUnusable, StorageError
from syndicate.rhythm import Rhythm, job
from syndicate.storage import Store, Tables
from syndicate.storage.feed_polls import FeedPoll
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.message import Transport

log = structlog.get_logger()

AT_ONCE = 12
LEASE = timedelta(minutes=5)


async def _claim(now: datetime, tx: Tables) -> FeedPoll | None:
    return await tx.feed_polls.claim(now=now, until=now + LEASE)


class Poller:
    """Leases feeds that are due, asks them, and settles what they answer."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        reader: Reader,
        following: Following,
        finder: Finder,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._store, self._transport, self._reader = store, transport, reader
        self._following, self._finder, self._metrics, self._clock = following, finder, metrics, clock
        self._rhythm = Rhythm("poller", clock, self._next_due)
        self._under_way = 0

    def wake(self) -> None:
        """There may be something new."""
        self._rhythm.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._rhythm.keep(partial(self._take, tasks))

    async def work(self) -> bool:
        """Ask the feeds that are due now; False if none was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._take(tasks)

    async def _next_due(self) -> datetime | None:
        return await self._store.feed_polls.next_due(self._clock()) if self._under_way < AT_ONCE else None

    async def _take(self, tasks: asyncio.TaskGroup) -> bool:
        taken = False
        while self._under_way < AT_ONCE:
            now = self._clock()
            due = await self._store.feed_polls.next_due(now)
            if due is None or due > now:
                break
            poll = await self._store.transaction(partial(_claim, now))
            if poll is None:  # another machine was quicker
                break
            self._under_way += 1
            tasks.create_task(self._poll(poll), name=f"poll of {poll.host}")
            taken = True
        return taken

    async def _poll(self, poll: FeedPoll) -> None:
        try:
            with job("poll", entry=poll.entry):
                await self._try_to_poll(poll)
        finally:
            self._under_way -= 1
            self._rhythm.wake()

    async def _try_to_poll(self, poll: FeedPoll) -> None:
        try:
            asked = await (ask(self._transport, poll, self._clock()) if poll.url else self._look_up(poll))
            if asked is not None:
                await self._reader.settle(poll, asked)
                self._metrics.polls.labels(asked.answer.value).inc()
        except StorageError:
            raise
        except Exception:
            log.exception("poll failed", entry=poll.entry)
            await self._reader.settle(poll, Asked(answer=Answer.UNUSABLE, reason="It could not be read here."))

    async def _look_up(self, poll: FeedPoll) -> Asked | None:
        """An entry of which only the handle is known, from a list of follows: find out the rest."""
        entry = await self._store.blogroll.get(poll.entry)
        if entry is None:
            return None
        try:
            found = await self._finder.find(entry.handle)
        except AddressUnusable as error:
            return Asked(answer=Answer.UNAVAILABLE, reason=str(error))
        await self._following.complete(entry, found)
        return None
