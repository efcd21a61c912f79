"""Goes round the comments that are due to be looked at: a few at once, one on each server."""

import asyncio
from datetime import datetime, timedelta

import structlog

from syndicate.clock import Clock
from syndicate.comments.refetch_schedule import next_refetch
from syndicate.errors import RemoteUnavailable, StorageError
from syndicate.federation.actors.throttled_transport import MOST_A_DAY, PATIENCE
from syndicate.federation.sync.reply_crawler import CrawlResult, ReplyCrawler
from syndicate.storage import Store
from syndicate.storage.leases import LEASE_DURATION
from syndicate.storage.refetch_queue import Refetch
from syndicate.telemetry.metrics import Metrics
from syndicate.workers.loop import QueueWorker, isolated

log = structlog.get_logger()

AT_ONCE = 4
LONGEST = 20 * 60.0
AFTER_TROUBLE = timedelta(hours=1)


class BackfillWorker(QueueWorker[Refetch]):
    """Leases visits, and pays them."""

    def __init__(self, store: Store, visitor: ReplyCrawler, metrics: Metrics, clock: Clock) -> None:
        self._store, self._visitor, self._metrics, self._clock = store, visitor, metrics, clock
        super().__init__(
            "backfill",
            clock,
            max_concurrent=AT_ONCE,
            next_due=store.refetch_queue.next_due,
            claim=self._lease,
            perform=self._pay,
        )

    async def _lease(self, now: datetime) -> Refetch | None:
        return await self._store.transaction(lambda tx: tx.refetch_queue.claim(now=now, until=now + LEASE_DURATION))

    async def _pay(self, visit: Refetch) -> None:
        with self._store.hold_leases("visits", (visit.comment,)), isolated("visit", comment=visit.comment):
            await self._try_to_look(visit)

    async def _try_to_look(self, visit: Refetch) -> None:
        try:
            await self._look(visit)
        except StorageError:
            raise
        except Exception:
            log.exception("visit failed", comment=visit.comment)
            await self._settle(visit, CrawlResult(outcome="failed"), not_before=self._clock() + AFTER_TROUBLE)

    async def _look(self, visit: Refetch) -> None:
        comment = await self._store.comments.find(visit.comment)
        if comment is None:
            return
        now = self._clock()
        free = await self._store.refetch_queue.next_request_at(visit.host, now=now, most=MOST_A_DAY)
        if free is not None and free - now > PATIENCE:  # it is not to be asked now: the visit has not taken place
            await self._store.transaction(
                lambda tx: tx.refetch_queue.complete(visit.comment, warm=visit.warm, due=free)
            )
            return
        not_before = None
        try:
            async with asyncio.timeout(LONGEST):
                seen = await self._visitor.visit(comment)
        except (RemoteUnavailable, TimeoutError) as error:
            seen = CrawlResult(outcome="unavailable")
            wait = error.wait if isinstance(error, RemoteUnavailable) else None
            not_before = self._clock() + timedelta(seconds=wait or 0)
        await self._settle(visit, seen, not_before=not_before)

    async def _settle(self, visit: Refetch, seen: CrawlResult, *, not_before: datetime | None = None) -> None:
        """A find warms the conversation up. A server that is down cools it down as well, and is given up in the end."""
        now = self._clock()
        warm = now if seen.found else visit.warm
        due = next_refetch(now, warm=warm)
        if due is not None and not_before is not None:
            due = max(due, not_before)
        await self._store.transaction(lambda tx: tx.refetch_queue.complete(visit.comment, warm=warm, due=due))
        self._metrics.visits.labels(seen.outcome).inc()
        self._metrics.found.inc(seen.found)
        log.info("comment visited", comment=visit.comment, host=visit.host, outcome=seen.outcome, found=seen.found)
