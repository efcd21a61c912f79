"""Carries what is due to other servers: many at once, few to each, none delayed by a dead one.

Everything is a row. A worker leases rows, carries them, and writes down what became of them; if it dies, the lease
runs out and another carries them again (receivers know an activity by its id). What is carried, how, and what an
answer means is the business of a courier, of which each kind of delivery has one.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from syndicate.clock import Clock
from syndicate.delivery import circuit
from syndicate.delivery.retry import Attempt, DeliveryOutcome, next_try, pause
from syndicate.errors import StorageError
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState, Fanout
from syndicate.storage.hosts import Host
from syndicate.storage.leases import LEASE
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

ACTIVE = 64
"""Deliveries that keep us busy."""
OPEN = 512
"""Deliveries under way in all, those included that only wait for an answer."""
SLOW_AFTER = 0.25
"""Seconds after which a delivery only waits, and gives its place to another."""
CLAIMED = 256
CLAIMED_AT_ONCE = 64
HELD_PER_HOST = 8
AT_ONCE_PER_HOST = 2
SLICE = 500
HELD_FOR = timedelta(seconds=10)
OUR_FAULT = "something went wrong here; the log says what"


Effect = Callable[[Tables], Awaitable[None]]
"""Writes inside a transaction, which may run it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What a courier met with, and what that means for the delivery.

    `dialect` is the signature that the server took (or took last). `effect` is written together with the outcome;
    `afterwards` is called when that is on disk.
    """

    attempt: Attempt
    outcome: DeliveryOutcome
    dialect: str = ""
    effect: Effect | None = None
    afterwards: Callable[[], Awaitable[None]] | None = None


class Sender(Protocol):
    """Knows how to carry one kind of thing, and what an answer means."""

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:
        """Bring it; never raises for what another server does."""
        ...


class DeliveryWorker:
    """Spreads fan-outs into deliveries, and carries those."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[DeliveryKind, Sender],
        clock: Clock,
        *,
        host_of: Callable[[str], str],
        chance: random.Random | None = None,
    ) -> None:
        self._store, self._senders, self._clock = store, senders, clock
        self._host_of = host_of
        self._chance = chance or random.Random()  # noqa: S311 - jitter, no secret
        self._loop = WorkerLoop("delivery", clock, self._next_due)
        self._held: dict[str, deque[Delivery]] = {}
        self._to_server: Counter[str] = Counter()
        self._to_inbox: set[str] = set()
        self._doubtful: set[str] = set()
        self._active = 0
        self._open = 0

    def wake(self) -> None:
        """There may be something new."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.keep(partial(self._work, tasks))

    async def drain(self) -> None:
        """Carry all that is due now, and return (for tests)."""
        while await self._spread() or await self._claim() or self._open:
            async with asyncio.TaskGroup() as tasks:
                self._start(tasks)

    async def _work(self, tasks: asyncio.TaskGroup) -> bool:
        spread = await self._spread()
        claimed = await self._claim()
        self._start(tasks)
        return spread or claimed

    async def _next_due(self) -> datetime | None:
        """Full hands wait for whoever comes back, and wakes us."""
        return await self._store.deliveries.next_due(self._clock(), self._full()) if self._room() > 0 else None

    def _room(self) -> int:
        return 0 if self._open >= OPEN else CLAIMED - sum(map(len, self._held.values()))

    def _full(self) -> list[str]:
        """Servers for which some are at hand: the rest waits, and does not keep others waiting."""
        return list(self._held)

    # fan-out

    async def _spread(self) -> bool:
        """Turn one slice of the oldest fan-out into deliveries; False if there is none."""
        now = self._clock()
        if not await self._store.deliveries.has_fanout(now):
            return False
        fanout = await self._store.transaction(lambda tx: tx.deliveries.claim_fanout(now=now, until=now + LEASE))
        if fanout is None:
            return False
        await self._store.transaction(lambda tx: self._spread_slice(tx, fanout))
        return True

    async def _spread_slice(self, tx: Tables, fanout: Fanout) -> None:
        said = await tx.outbox.get(fanout.activity)
        if said is None:
            await tx.deliveries.complete_fanout(fanout)
            return
        now = self._clock()
        inboxes = await tx.followers.list_inboxes(fanout.audience, after=fanout.reached, limit=SLICE)
        others = (
            await tx.deliveries.list_participant_inboxes(fanout.post_uri)
            if fanout.post_uri and not fanout.reached
            else []
        )
        for inbox in dict.fromkeys([*others, *inboxes]):
            await tx.deliveries.enqueue(
                Delivery(
                    activity=said.id,
                    inbox=inbox,
                    host=self._host_of(inbox),
                    object=said.object,
                    post=said.post,
                    due=now,
                    changed=now,
                )
            )
        if len(inboxes) < SLICE:
            await tx.deliveries.complete_fanout(fanout)
        else:
            await tx.deliveries.advance_fanout(fanout, inboxes[-1])

    # carrying

    async def _claim(self) -> bool:
        """Lease more, if there is room; False if nothing is due."""
        room, full, now = min(self._room(), CLAIMED_AT_ONCE), self._full(), self._clock()
        if room <= 0:
            return False
        due = await self._store.deliveries.next_due(now, full)
        if due is None or due > now:
            return False
        claimed = await self._store.transaction(
            lambda tx: tx.deliveries.claim(now=now, until=now + LEASE, limit=room, without=full)
        )
        surplus = []
        for delivery in claimed:
            held = self._held.setdefault(delivery.lane, deque())
            if len(held) < HELD_PER_HOST:
                held.append(delivery)
                self._store.held.add("deliveries", delivery.activity, delivery.inbox)
            else:
                surplus.append(delivery)
        if surplus:
            await self._store.transaction(lambda tx: self._give_back(tx, surplus))
        return bool(claimed)

    async def _give_back(self, tx: Tables, surplus: list[Delivery]) -> None:
        for delivery in surplus:
            await tx.deliveries.postpone(delivery, delivery.due)

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        """Send on their way as many as may go: one per inbox, so that its order is kept, and few per server."""
        for lane in list(self._held):
            held = self._held[lane]
            for _ in range(len(held)):
                if self._active >= ACTIVE or self._open >= OPEN:
                    return
                delivery = held.popleft()
                if delivery.inbox in self._to_inbox or self._to_server[lane] >= self._limit(lane):
                    held.append(delivery)
                    continue
                self._to_inbox.add(delivery.inbox)
                self._to_server[lane] += 1
                self._open += 1
                tasks.create_task(self._carry(delivery, tasks), name=f"delivery to {lane}")
            if not held:
                del self._held[lane]

    def _limit(self, lane: str) -> int:
        return 1 if lane in self._doubtful else AT_ONCE_PER_HOST

    async def _carry(self, delivery: Delivery, tasks: asyncio.TaskGroup) -> None:
        place = _Place(self)
        try:
            with isolated("delivery", activity=delivery.activity, inbox=delivery.inbox):
                await self._carry_one(delivery)
        finally:
            self._store.held.remove("deliveries", delivery.activity, delivery.inbox)
            place.leave()
            self._open -= 1
            self._to_inbox.discard(delivery.inbox)
            self._to_server[delivery.lane] -= 1
            if not self._to_server[delivery.lane]:
                del self._to_server[delivery.lane]
        self._start(tasks)
        self._loop.wake()

    async def _carry_one(self, delivery: Delivery) -> None:
        host = await self._store.hosts.find(delivery.lane)
        closed = circuit.closed_until(host, self._clock())
        if closed is not None and not await self._goes_anyway(delivery, host):
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, closed))
            return
        if host.failures and self._to_server[delivery.lane] > 1:  # in doubt: one at a time, and we are not the first
            self._doubtful.add(delivery.lane)
            self._store.held.add("deliveries", delivery.activity, delivery.inbox)
            self._held.setdefault(delivery.lane, deque()).appendleft(delivery)
            return
        outlook = await self._store.deliveries.find_outlook(delivery)
        if outlook is None:
            return
        if outlook.earlier_due is not None:  # claimed after it, if they are due at one time
            comes_first = outlook.earlier_due > delivery.due
            due = outlook.earlier_due if comes_first else self._clock() + HELD_FOR
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, due))
            return
        delivery = replace(delivery, version=outlook.version)
        carried = await self._carried(delivery, host.dialect)
        if carried.attempt.held:
            due = self._clock() + HELD_FOR
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, due))
            return
        await self._settle(delivery, carried)

    async def _goes_anyway(self, delivery: Delivery, host: Host) -> bool:
        """Whether a delivery is tried although its server is paused: the first try of an Accept, since whoever asked to
        follow was there a moment ago."""
        if delivery.attempts or circuit.has_asked(host, self._clock()):
            return False
        return await self._store.deliveries.is_accept(delivery.activity)

    async def _carried(self, delivery: Delivery, dialect: str) -> SendResult:
        """By its courier. What trips him up is tried again like anything else, and not for ever."""
        try:
            return await self._senders[delivery.kind].send(delivery, dialect)
        except StorageError:
            raise
        except Exception:
            log.exception("delivery failed", activity=delivery.activity, inbox=delivery.inbox)
            return SendResult(
                attempt=Attempt(status=None, answer=OUR_FAULT), outcome=DeliveryOutcome.AGAIN, dialect=dialect
            )

    async def _settle(self, delivery: Delivery, carried: SendResult) -> None:
        met, fate, now = carried.attempt, carried.outcome, self._clock()
        attempts = delivery.attempts + 1
        again = next_try(attempts, met, now, self._chance) if fate is DeliveryOutcome.AGAIN else None
        if fate is DeliveryOutcome.DELIVERED:
            state = DeliveryState.DELIVERED
        else:
            state = DeliveryState.WAITING if again else DeliveryState.FAILED
        settled = replace(
            delivery,
            state=state,
            attempts=attempts,
            due=again or delivery.due,
            status=met.status,
            answer=met.answer[:500],
            changed=now,
        )

        async def body(tx: Tables) -> None:
            await tx.deliveries.complete(settled)
            if carried.effect is not None:
                await carried.effect(tx)
            host = await tx.hosts.find(delivery.lane)
            if fate is DeliveryOutcome.AGAIN:
                after = host if met.status == 429 else circuit.after_failure(host, now)
                if (wait := pause(met)) is not None:
                    after = circuit.asked_to_wait(after, now + wait)
                await tx.hosts.save(after, now=now)
                if (closed := circuit.closed_until(after, now)) is not None:
                    await tx.deliveries.pause_queue(delivery.lane, closed)
            elif host.failures or host.dialect != carried.dialect:
                await tx.hosts.save(circuit.after_success(host, carried.dialect), now=now)

        await self._store.transaction(body)
        if fate is DeliveryOutcome.AGAIN:
            self._doubtful.add(delivery.lane)
        else:
            self._doubtful.discard(delivery.lane)
        report = log.warning if state is DeliveryState.FAILED else log.info if attempts == 1 else log.debug
        report(
            "delivery settled",
            kind=delivery.kind.value,
            host=delivery.host,
            state=state.value,
            status=met.status,
            attempts=attempts,
        )
        if carried.afterwards is not None:
            await carried.afterwards()


class _Place:
    """One of the `ACTIVE` places; given up when the delivery only waits for an answer."""

    def __init__(self, worker: DeliveryWorker) -> None:
        self._worker = worker
        self._left = False
        worker._active += 1
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER, self.leave)

    def leave(self) -> None:
        if self._left:
            return
        self._left = True
        self._timer.cancel()
        self._worker._active -= 1
        self._worker.wake()
