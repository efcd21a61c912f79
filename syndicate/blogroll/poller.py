"""Polls the feeds of the blogroll that are due: several at once, but one per server."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from syndicate.blogroll.feed_reader import FeedReader
from syndicate.blogroll.feed_request import FeedResponse, fetch_feed
from syndicate.blogroll.finder import FeedFinder
from syndicate.blogroll.following import BlogrollEditor
from syndicate.blogroll.schedule import PollOutcome
from syndicate.clock import Clock
from syndicate.errors import AddressUnusable
from syndicate.storage import Store
from syndicate.storage.feed_polls import FeedPoll
from syndicate.telemetry.metrics import Metrics
from syndicate.transport.message import Transport
from syndicate.workers.queue import Row, SingleRowWorker

log = structlog.get_logger()


class Poller(SingleRowWorker[FeedPoll]):
    """Polls feeds that are due, and stores the results."""

    name = "poller"
    table = "feed_polls"
    max_concurrent = 12

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
        self._following, self._finder, self._metrics = following, finder, metrics
        super().__init__(store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.feed_polls.next_due(now)

    async def claim_one(self, now: datetime, until: datetime) -> FeedPoll | None:
        return await self._store.transaction(lambda tx: tx.feed_polls.claim(now=now, until=until))

    def rows(self, poll: FeedPoll) -> Sequence[Row]:
        return [(poll.entry,)]

    def about(self, poll: FeedPoll) -> dict[str, str]:
        return {"entry": poll.entry}

    async def perform(self, poll: FeedPoll) -> None:
        response = await (fetch_feed(self._transport, poll, self._clock()) if poll.url else self._look_up(poll))
        if response is not None:
            await self._reader.settle(poll, response)
            self._metrics.polls.labels(response.answer.value).inc()

    async def fail(self, poll: FeedPoll, error: Exception) -> None:
        log.error("poll failed", entry=poll.entry, exc_info=error)
        await self._reader.settle(poll, FeedResponse(answer=PollOutcome.UNUSABLE, reason="It could not be read here."))

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
