"""Refetches comments that are due: a few concurrently, one per server."""

import asyncio
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock
from syndicate.comments.refetch_schedule import next_refetch
from syndicate.errors import RemoteUnavailable, StorageError
from syndicate.federation.actors.throttled_transport import MAX_REQUESTS_PER_DAY, MAX_WAIT
from syndicate.federation.sync.reply_crawler import CrawlResult, ReplyCrawler
from syndicate.storage import Store
from syndicate.storage.leases import LEASE_DURATION
from syndicate.storage.refetch_queue import Refetch
from syndicate.telemetry.metrics import Metrics
from syndicate.workers.loop import QueueWorker, isolated

log = structlog.get_logger()

MAX_CONCURRENT = 4
VISIT_TIMEOUT_SECONDS = 20 * 60.0
ERROR_RETRY_INTERVAL = timedelta(hours=1)


class BackfillWorker(QueueWorker[Refetch]):
    """Leases rows of the refetch queue and processes them."""

    def __init__(self, store: Store, crawler: ReplyCrawler, metrics: Metrics, clock: Clock) -> None:
        self._store, self._crawler, self._metrics, self._clock = store, crawler, metrics, clock
        super().__init__(
            "backfill",
            clock,
            max_concurrent=MAX_CONCURRENT,
            next_due=store.refetch_queue.next_due,
            claim=self._lease,
            perform=self._perform,
        )

    async def _lease(self, now: datetime) -> Refetch | None:
        return await self._store.transaction(lambda tx: tx.refetch_queue.claim(now=now, until=now + LEASE_DURATION))

    async def _perform(self, refetch: Refetch) -> None:
        with self._store.hold_leases("visits", (refetch.comment,)), isolated("refetch", comment=refetch.comment):
            await self._visit_safely(refetch)

    async def _visit_safely(self, refetch: Refetch) -> None:
        try:
            await self._visit(refetch)
        except StorageError:
            raise
        except Exception:
            log.exception("comment refetch failed", comment=refetch.comment)
            await self._settle(refetch, CrawlResult(outcome="failed"), not_before=self._clock() + ERROR_RETRY_INTERVAL)

    async def _visit(self, refetch: Refetch) -> None:
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
            async with asyncio.timeout(VISIT_TIMEOUT_SECONDS):
                result = await self._crawler.visit(comment)
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
