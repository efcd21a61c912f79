"""Processes the inbox queue: several actors concurrently, the activities of each in order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import structlog

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.errors import Transient
from syndicate.federation.inbox.inbox import Inbox
from syndicate.model.activity import ReceivedActivity
from syndicate.storage import Store
from syndicate.workers.queue import QueueWorker, Row

log = structlog.get_logger()

MAX_CLAIMED = 192
CLAIM_LIMIT = 16
MAX_ACTORS = 96
MAX_CLAIMED_PER_HOST = 32
MAX_ACTORS_PER_HOST = 16
"""One slow server must not occupy all slots, however many accounts it has."""
PERFORM_TIMEOUT_SECONDS = 60.0


class InboxWorker(QueueWorker[ReceivedActivity]):
    """Processes received activities. A slow server delays only its own actors."""

    name = "inbox"
    table = "arrivals"

    def __init__(self, store: Store, inbox: Inbox, clock: Clock) -> None:
        self._store, self._inbox = store, inbox
        super().__init__(store.leased_rows, clock)

    def rows(self, received: ReceivedActivity) -> Sequence[Row]:
        return [(received.id,)]

    def line(self, received: ReceivedActivity) -> str:
        return received.activity.actor

    def about(self, received: ReceivedActivity) -> dict[str, str]:
        return {"activity": received.activity.id, "type": received.activity.type}

    def free_slots(self) -> int:
        waiting = sum(map(len, self._lines.values()))
        return CLAIM_LIMIT if len(self._actors()) < MAX_ACTORS and waiting < MAX_CLAIMED else 0

    def _actors(self) -> set[str]:
        return self._busy | self._lines.keys()

    def _full(self) -> list[str]:
        """Return the servers of which enough activities are leased; no more of them are claimed, so that others come
        up."""
        actors = Counter(host_of(actor) for actor in self._actors())
        waiting: Counter[str] = Counter()
        for actor, line in self._lines.items():
            waiting[host_of(actor)] += len(line)
        return [
            host
            for host, number in actors.items()
            if number >= MAX_ACTORS_PER_HOST or waiting[host] >= MAX_CLAIMED_PER_HOST
        ]

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.inbox_queue.next_due(now, self._full())

    async def claim(self, now: datetime, until: datetime) -> Sequence[ReceivedActivity]:
        full = self._full()
        return await self._store.transaction(
            lambda tx: tx.inbox_queue.claim(now=now, until=until, limit=self.free_slots(), without=full)
        )

    async def perform(self, received: ReceivedActivity) -> None:
        try:
            async with asyncio.timeout(PERFORM_TIMEOUT_SECONDS):
                await self._inbox.perform(received)
        except (Transient, TimeoutError) as error:
            log.info("activity postponed", **self.about(received), problem=str(error))
            await self._inbox.postpone(received, error)

    async def fail(self, received: ReceivedActivity, error: Exception) -> None:
        log.error("activity failed", **self.about(received), exc_info=error)
        await self._inbox.postpone(received, error)
