"""Works off the inbox's record: what is due is performed, several at once, each actor's in order."""

import asyncio
from collections import defaultdict
from datetime import timedelta

import structlog

from syndicate.clock import Clock
from syndicate.errors import Transient
from syndicate.federation.inbox import Inbox
from syndicate.model.activity import Arrival
from syndicate.storage import Store

log = structlog.get_logger()

CLAIMED = 64
AT_ONCE = 8
LEASE = timedelta(minutes=5)
LONGEST = 60.0
IDLE = 15.0


class InboxWorker:
    """Leases arrivals and performs them."""

    def __init__(self, store: Store, inbox: Inbox, clock: Clock) -> None:
        self._store, self._inbox, self._clock = store, inbox, clock
        self._due = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._due.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._due.clear()
            if not await self.work():
                await self._rest()

    async def work(self) -> bool:
        """Perform what is due now; False if nothing was."""
        now = self._clock()
        due = await self._store.arrivals.next_due()
        if due is None or due > now:
            return False
        arrivals = await self._store.transaction(
            lambda tx: tx.arrivals.claim(now=now, until=now + LEASE, limit=CLAIMED)
        )
        by_actor: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            by_actor[arrival.activity.actor].append(arrival)
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for actor, group in by_actor.items():
                tasks.create_task(self._perform_in_order(group, places), name=f"inbox of {actor}")
        return bool(arrivals)

    async def _perform_in_order(self, arrivals: list[Arrival], places: asyncio.Semaphore) -> None:
        async with places:
            for arrival in arrivals:
                await self._perform(arrival)

    async def _perform(self, arrival: Arrival) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await self._inbox.perform(arrival)
        except (Transient, TimeoutError) as error:
            log.info("activity postponed", activity=arrival.activity.id, type=arrival.activity.type, problem=str(error))
            await self._inbox.postpone(arrival, error)
        except Exception as error:
            log.exception("activity failed", activity=arrival.activity.id, type=arrival.activity.type)
            await self._inbox.postpone(arrival, error)

    async def _rest(self) -> None:
        due = await self._store.arrivals.next_due()
        seconds = IDLE if due is None else min(max((due - self._clock()).total_seconds(), 0.05), IDLE)
        try:
            async with asyncio.timeout(seconds):
                await self._due.wait()
        except TimeoutError:
            pass
