"""Polls the feeds of the blogroll that are due: several at once, but one per server."""

from datetime import datetime

import structlog

from syndicate.blogroll.feed_reader import FeedReader
from syndicate.blogroll.feed_request import FeedResponse, fetch_feed
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import BlogrollEditor
from syndicate.blogroll.schedule import PollOutcome
from syndicate.clock import Clock
from syndicate.errors import AddressUnusable, StorageError
from syndicate.storage import Store
from syndicate.storage.feed_polls import FeedPoll
from syndicate.storage.leases import LEASE_DURATION
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.message import Transport
from syndicate.workers.loop import QueueWorker, isolated

log = structlog.get_logger()

MAX_CONCURRENT = 12


class Poller(QueueWorker[FeedPoll]):
    """Leases due feeds, polls them, and stores the results."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        reader: FeedReader,
        following: BlogrollEditor,
        finder: FeedFinder,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._store, self._transport, self._reader = store, transport, reader
        self._following, self._finder, self._metrics, self._clock = following, finder, metrics, clock
        super().__init__(
            "poller",
            clock,
            max_concurrent=MAX_CONCURRENT,
            next_due=store.feed_polls.next_due,
            claim=self._lease,
            perform=self._poll,
        )

    async def _lease(self, now: datetime) -> FeedPoll | None:
        return await self._store.transaction(lambda tx: tx.feed_polls.claim(now=now, until=now + LEASE_DURATION))

    async def _poll(self, poll: FeedPoll) -> None:
        with self._store.hold_leases("feed_polls", (poll.entry,)), isolated("poll", entry=poll.entry):
            await self._try_to_poll(poll)

    async def _try_to_poll(self, poll: FeedPoll) -> None:
        try:
            asked = await (fetch_feed(self._transport, poll, self._clock()) if poll.url else self._look_up(poll))
            if asked is not None:
                await self._reader.settle(poll, asked)
                self._metrics.polls.labels(asked.answer.value).inc()
        except StorageError:
            raise
        except Exception:
            log.exception("poll failed", entry=poll.entry)
            await self._reader.settle(
                poll, FeedResponse(answer=PollOutcome.UNUSABLE, reason="It could not be read here.")
            )

    async def _look_up(self, poll: FeedPoll) -> FeedResponse | None:
        """Complete an entry of which only the handle is known, from an imported list of follows."""
        entry = await self._store.blogroll.get(poll.entry)
        if entry is None:
            return None
        try:
            found = await self._finder.find(entry.handle)
        except AddressUnusable as error:
            return FeedResponse(answer=PollOutcome.UNAVAILABLE, reason=str(error))
        await self._following.complete(entry, found)
        return None
