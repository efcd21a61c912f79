"""Refetches comments that are due: a few concurrently, one per server."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock
from syndicate.comments.refetch_schedule import next_refetch
from syndicate.errors import RemoteUnavailable
from syndicate.federation.actors.throttled_transport import MAX_REQUESTS_PER_DAY, MAX_WAIT
from syndicate.federation.sync.reply_crawler import CrawlResult, ReplyCrawler
from syndicate.storage import Store
from syndicate.storage.refetch_queue import Refetch
from syndicate.telemetry.metrics import Metrics
from syndicate.workers.queue import Row, SingleRowWorker

log = structlog.get_logger()

REFETCH_TIMEOUT_SECONDS = 20 * 60.0
ERROR_RETRY_INTERVAL = timedelta(hours=1)


class BackfillWorker(SingleRowWorker[Refetch]):
    """Processes the refetch queue."""

    name = "backfill"
    table = "visits"
    max_concurrent = 4

    def __init__(self, store: Store, crawler: ReplyCrawler, metrics: Metrics, clock: Clock) -> None:
        self._store, self._crawler, self._metrics = store, crawler, metrics
        super().__init__(store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.refetch_queue.next_due(now)

    async def claim_one(self, now: datetime, until: datetime) -> Refetch | None:
        return await self._store.transaction(lambda tx: tx.refetch_queue.claim(now=now, until=until))

    def rows(self, refetch: Refetch) -> Sequence[Row]:
        return [(refetch.comment,)]

    def about(self, refetch: Refetch) -> dict[str, str]:
        return {"comment": refetch.comment}

    async def fail(self, refetch: Refetch, error: Exception) -> None:
        log.error("comment refetch failed", comment=refetch.comment, exc_info=error)
        await self._settle(refetch, CrawlResult(outcome="failed"), not_before=self._clock() + ERROR_RETRY_INTERVAL)

    async def perform(self, refetch: Refetch) -> None:
        comment = await self._store.comments.find(refetch.comment)
        if comment is None:
            return
        now = self._clock()
        free = await self._store.refetch_queue.next_request_at(refetch.host, now=now, most=MAX_REQUESTS_PER_DAY)
        if free is not None and free - now > MAX_WAIT:  # the server must not be asked now: postpone
            await self._store.transaction(
                lambda tx: tx.refetch_queue.complete(refetch.comment, warm=refetch.warm, due=free)
            )
            return
        not_before = None
        try:
            async with asyncio.timeout(REFETCH_TIMEOUT_SECONDS):
                result = await self._crawler.crawl(comment)
        except (RemoteUnavailable, TimeoutError) as error:
            result = CrawlResult(outcome="unavailable")
            wait = error.wait if isinstance(error, RemoteUnavailable) else None
            not_before = self._clock() + timedelta(seconds=wait or 0)
        await self._settle(refetch, result, not_before=not_before)

    async def _settle(self, refetch: Refetch, result: CrawlResult, *, not_before: datetime | None = None) -> None:
        """Schedule the next refetch: soon after a new reply, later or never without one, also if the server is down."""
        now = self._clock()
        warm = now if result.found else refetch.warm
        due = next_refetch(now, warm=warm)
        if due is not None and not_before is not None:
            due = max(due, not_before)
        await self._store.transaction(lambda tx: tx.refetch_queue.complete(refetch.comment, warm=warm, due=due))
        self._metrics.visits.labels(result.outcome).inc()
        self._metrics.found.inc(result.found)
        log.info(
            "comment refetched", comment=refetch.comment, host=refetch.host, outcome=result.outcome, found=result.found
        )
