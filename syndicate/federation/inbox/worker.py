"""Works off the inbox's record: what is due is performed, several at once, each actor's in order."""

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

CLAIMED = 192
CLAIMED_AT_ONCE = 16
ACTORS = 96
HELD_PER_HOST = 32
ACTORS_PER_HOST = 16
"""At once: one slow server must not take all places, however many accounts it has."""
LONGEST = 60.0


class InboxWorker:
    """Leases arrivals and performs them."""

    def __init__(self, store: Store, inbox: Inbox, clock: Clock) -> None:
        self._store, self._inbox, self._clock = store, inbox, clock
        self._loop = WorkerLoop("inbox", clock, self._next_due)
        self._waiting: dict[str, deque[ReceivedActivity]] = {}
        """By actor whose arrivals are under way: each actor's are performed in order."""

    def wake(self) -> None:
        """There may be something new."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.run(partial(self._take, tasks))

    async def work(self) -> bool:
        """Perform all that is due now; False if nothing was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._take(tasks)

    async def _next_due(self) -> datetime | None:
        return await self._store.inbox_queue.next_due(self._clock(), self._full()) if self._has_room() else None

    def _has_room(self) -> bool:
        return len(self._waiting) < ACTORS and sum(map(len, self._waiting.values())) < CLAIMED

    def _full(self) -> list[str]:
        """Servers of which we have enough at hand: the rest waits, and does not keep others waiting."""
        return [
            host
            for host, actors in self._by_host().items()
            if len(actors) >= ACTORS_PER_HOST or sum(len(self._waiting[actor]) for actor in actors) >= HELD_PER_HOST
        ]

    def _by_host(self) -> dict[str, list[str]]:
        hosts: dict[str, list[str]] = {}
        for actor in self._waiting:
            hosts.setdefault(host_of(actor), []).append(actor)
        return hosts

    async def _take(self, tasks: asyncio.TaskGroup) -> bool:
        """Lease what is due, and set it going; False if nothing is. A slow server holds up its own actors alone."""
        now = self._clock()
        if not self._has_room():
            return False
        full = self._full()
        due = await self._store.inbox_queue.next_due(now, full)
        if due is None or due > now:
            return False
        arrivals = await self._store.transaction(
            lambda tx: tx.inbox_queue.claim(now=now, until=now + LEASE_DURATION, limit=CLAIMED_AT_ONCE, without=full)
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
                async with asyncio.timeout(LONGEST):
                    await self._inbox.perform(arrival)
            except (Transient, TimeoutError) as error:
                log.info("activity postponed", **about, problem=str(error))
                await self._inbox.postpone(arrival, error)
            except StorageError:
                raise
            except Exception as error:
                log.exception("activity failed", **about)
                await self._inbox.postpone(arrival, error)
