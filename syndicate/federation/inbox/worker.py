"""Processes the inbox queue: several actors concurrently, the activities of each in order."""

import asyncio
from collections import deque
from datetime import datetime
from functools import partial

import structlog

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.errors import StorageError, Transient
from syndicate.federation.inbox.inbox import Inbox
from syndicate.model.activity import ReceivedActivity
from syndicate.storage import Store
from syndicate.storage.leases import LEASE_DURATION
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

MAX_CLAIMED = 192
CLAIM_LIMIT = 16
MAX_ACTORS = 96
MAX_CLAIMED_PER_HOST = 32
MAX_ACTORS_PER_HOST = 16
"""One slow server must not occupy all slots, however many accounts it has."""
PERFORM_TIMEOUT_SECONDS = 60.0


class InboxWorker:
    """Leases received activities and processes them."""

    def __init__(self, store: Store, inbox: Inbox, clock: Clock) -> None:
        self._store, self._inbox, self._clock = store, inbox, clock
        self._loop = WorkerLoop("inbox", clock, self._next_due)
        self._waiting: dict[str, deque[ReceivedActivity]] = {}
        """Leased activities by actor; those of one actor are processed in order."""

    def wake(self) -> None:
        """Look for new work now."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.run(partial(self._take, tasks))

    async def work(self) -> bool:
        """Process everything that is due now; return False if nothing was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._take(tasks)

    async def _next_due(self) -> datetime | None:
        return await self._store.inbox_queue.next_due(self._clock(), self._full()) if self._has_capacity() else None

    def _has_capacity(self) -> bool:
        return len(self._waiting) < MAX_ACTORS and sum(map(len, self._waiting.values())) < MAX_CLAIMED

    def _full(self) -> list[str]:
        """Return the servers of which enough activities are leased; no more of them are claimed, so that others come
        up."""
        return [
            host
            for host, actors in self._by_host().items()
            if len(actors) >= MAX_ACTORS_PER_HOST
            or sum(len(self._waiting[actor]) for actor in actors) >= MAX_CLAIMED_PER_HOST
        ]

    def _by_host(self) -> dict[str, list[str]]:
        hosts: dict[str, list[str]] = {}
        for actor in self._waiting:
            hosts.setdefault(host_of(actor), []).append(actor)
        return hosts

    async def _take(self, tasks: asyncio.TaskGroup) -> bool:
        """Lease due activities and start them; return False if nothing is due. A slow server delays only its own
        actors."""
        now = self._clock()
        if not self._has_capacity():
            return False
        full = self._full()
        due = await self._store.inbox_queue.next_due(now, full)
        if due is None or due > now:
            return False
        arrivals = await self._store.transaction(
            lambda tx: tx.inbox_queue.claim(now=now, until=now + LEASE_DURATION, limit=CLAIM_LIMIT, without=full)
        )
        for arrival in arrivals:
            actor = arrival.activity.actor
            self._store.leased_rows.add("arrivals", arrival.id)
            if actor in self._waiting:
                self._waiting[actor].append(arrival)
                continue
            self._waiting[actor] = deque([arrival])
            tasks.create_task(self._perform_in_order(actor), name=f"inbox of {actor}")
        return bool(arrivals)

    async def _perform_in_order(self, actor: str) -> None:
        try:
            while self._waiting[actor]:
                arrival = self._waiting[actor].popleft()
                try:
                    await self._perform(arrival)
                finally:
                    self._store.leased_rows.remove("arrivals", arrival.id)
        finally:
            del self._waiting[actor]
        self._loop.wake()

    async def _perform(self, arrival: ReceivedActivity) -> None:
        about = {"activity": arrival.activity.id, "type": arrival.activity.type}
        with isolated("inbox", **about):
            try:
                async with asyncio.timeout(PERFORM_TIMEOUT_SECONDS):
                    await self._inbox.perform(arrival)
            except (Transient, TimeoutError) as error:
                log.info("activity postponed", **about, problem=str(error))
                await self._inbox.postpone(arrival, error)
            except StorageError:
                raise
            except Exception as error:
                log.exception("activity failed", **about)
                await self._inbox.postpone(arrival, error)
