"""Sends due deliveries to other servers: many concurrently, few to each server, none delayed by one that is down.

Every delivery is a row. A worker leases rows, sends them and records their outcome. If the worker dies, the lease
expires and another worker sends them again; receivers recognise an activity by its id. What is sent, how, and what an
answer means is decided by the sender of each kind of delivery.
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
from syndicate.delivery.retry import Attempt, DeliveryOutcome, next_attempt, requested_pause
from syndicate.errors import StorageError
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState, Fanout
from syndicate.storage.hosts import Host
from syndicate.storage.leases import LEASE_DURATION
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

MAX_ACTIVE = 64
"""Deliveries that use the processor or have just begun to wait."""
MAX_OPEN = 512
"""All deliveries in progress, including those that only wait for an answer."""
SLOW_AFTER_SECONDS = 0.25
"""After this time a delivery counts as waiting for an answer, and another may start."""
MAX_CLAIMED = 256
CLAIM_LIMIT = 64
MAX_CLAIMED_PER_SERVER = 8
MAX_CONCURRENT_PER_SERVER = 2
EXPANSION_LIMIT = 500
RECHECK_INTERVAL = timedelta(seconds=10)
INTERNAL_ERROR = "something went wrong here; the log says what"


Effect = Callable[[Tables], Awaitable[None]]
"""Writes inside a transaction, which may run it more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """An attempt, and what it means for the delivery.

    `dialect` is the signature dialect that the server accepts (or accepted last). `effect` is written together with the
    outcome; `afterwards` is called when that is on disk.
    """

    attempt: Attempt
    outcome: DeliveryOutcome
    dialect: str = ""
    effect: Effect | None = None
    afterwards: Callable[[], Awaitable[None]] | None = None


class Sender(Protocol):
    """Sends one kind of delivery and interprets the answers."""

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:
        """Send a delivery. Never raises for what another server does."""
        ...


class DeliveryWorker:
    """Expands fan-outs into deliveries and sends those."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[DeliveryKind, Sender],
        clock: Clock,
        *,
        host_of: Callable[[str], str],
        jitter: random.Random | None = None,
    ) -> None:
        self._store, self._senders, self._clock = store, senders, clock
        self._host_of = host_of
        self._jitter = jitter or random.Random()  # noqa: S311 - jitter, no secret
        self._loop = WorkerLoop("delivery", clock, self._next_due)
        self._claimed: dict[str, deque[Delivery]] = {}
        self._sending_to: Counter[str] = Counter()
        self._busy_inboxes: set[str] = set()
        self._half_open: set[str] = set()
        self._active = 0
        self._open = 0

    def wake(self) -> None:
        """Look for new work now."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.run(partial(self._work, tasks))

    async def drain(self) -> None:
        """Send everything that is due now, and return (for tests)."""
        while await self._expand() or await self._claim() or self._open:
            async with asyncio.TaskGroup() as tasks:
                self._start(tasks)

    async def _work(self, tasks: asyncio.TaskGroup) -> bool:
        expanded = await self._expand()
        claimed = await self._claim()
        self._start(tasks)
        return expanded or claimed

    async def _next_due(self) -> datetime | None:
        """Without capacity there is nothing to wait for: a delivery that ends wakes the worker."""
        return (
            await self._store.deliveries.next_due(self._clock(), self._claimed_keys()) if self._capacity() > 0 else None
        )

    def _capacity(self) -> int:
        return 0 if self._open >= MAX_OPEN else MAX_CLAIMED - sum(map(len, self._claimed.values()))

    def _claimed_keys(self) -> list[str]:
        """Return the queue keys of which deliveries are leased already; no more of them are claimed, so that others
        come up."""
        return list(self._claimed)

    # fan-out

    async def _expand(self) -> bool:
        """Expand one batch of the oldest fan-out into deliveries; False if there is none."""
        now = self._clock()
        if not await self._store.deliveries.has_fanout(now):
            return False
        fanout = await self._store.transaction(
            lambda tx: tx.deliveries.claim_fanout(now=now, until=now + LEASE_DURATION)
        )
        if fanout is None:
            return False
        await self._store.transaction(lambda tx: self._expand_batch(tx, fanout))
        return True

    async def _expand_batch(self, tx: Tables, fanout: Fanout) -> None:
        activity = await tx.outbox.get(fanout.activity)
        if activity is None:
            await tx.deliveries.complete_fanout(fanout)
            return
        now = self._clock()
        inboxes = await tx.followers.list_inboxes(fanout.audience, after=fanout.reached, limit=EXPANSION_LIMIT)
        others = (
            await tx.deliveries.list_participant_inboxes(fanout.post_uri)
            if fanout.post_uri and not fanout.reached
            else []
        )
        for inbox in dict.fromkeys([*others, *inboxes]):
            await tx.deliveries.enqueue(
                Delivery(
                    activity=activity.id,
                    inbox=inbox,
                    host=self._host_of(inbox),
                    object=activity.object,
                    post=activity.post,
                    due=now,
                    changed=now,
                )
            )
        if len(inboxes) < EXPANSION_LIMIT:
            await tx.deliveries.complete_fanout(fanout)
        else:
            await tx.deliveries.advance_fanout(fanout, inboxes[-1])

    # sending

    async def _claim(self) -> bool:
        """Lease more deliveries if there is capacity; False if nothing is due."""
        capacity, claimed_keys, now = min(self._capacity(), CLAIM_LIMIT), self._claimed_keys(), self._clock()
        if capacity <= 0:
            return False
        due = await self._store.deliveries.next_due(now, claimed_keys)
        if due is None or due > now:
            return False
        claimed = await self._store.transaction(
            lambda tx: tx.deliveries.claim(now=now, until=now + LEASE_DURATION, limit=capacity, without=claimed_keys)
        )
        surplus = []
        for delivery in claimed:
            queue = self._claimed.setdefault(delivery.queue_key, deque())
            if len(queue) < MAX_CLAIMED_PER_SERVER:
                queue.append(delivery)
                self._store.leased_rows.add("deliveries", delivery.activity, delivery.inbox)
            else:
                surplus.append(delivery)
        if surplus:
            await self._store.transaction(lambda tx: self._release_claims(tx, surplus))
        return bool(claimed)

    async def _release_claims(self, tx: Tables, surplus: list[Delivery]) -> None:
        for delivery in surplus:
            await tx.deliveries.postpone(delivery, delivery.due)

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        """Start as many deliveries as allowed: one per inbox, to keep its order, and few per server."""
        for key in list(self._claimed):
            queue = self._claimed[key]
            for _ in range(len(queue)):
                if self._active >= MAX_ACTIVE or self._open >= MAX_OPEN:
                    return
                delivery = queue.popleft()
                if delivery.inbox in self._busy_inboxes or self._sending_to[key] >= self._limit(key):
                    queue.append(delivery)
                    continue
                self._busy_inboxes.add(delivery.inbox)
                self._sending_to[key] += 1
                self._open += 1
                tasks.create_task(self._send(delivery, tasks), name=f"delivery to {key}")
            if not queue:
                del self._claimed[key]

    def _limit(self, key: str) -> int:
        return 1 if key in self._half_open else MAX_CONCURRENT_PER_SERVER

    async def _send(self, delivery: Delivery, tasks: asyncio.TaskGroup) -> None:
        slot = _ActiveSlot(self)
        try:
            with isolated("delivery", activity=delivery.activity, inbox=delivery.inbox):
                await self._send_if_possible(delivery)
        finally:
            self._store.leased_rows.remove("deliveries", delivery.activity, delivery.inbox)
            slot.release()
            self._open -= 1
            self._busy_inboxes.discard(delivery.inbox)
            self._sending_to[delivery.queue_key] -= 1
            if not self._sending_to[delivery.queue_key]:
                del self._sending_to[delivery.queue_key]
        self._start(tasks)
        self._loop.wake()

    async def _send_if_possible(self, delivery: Delivery) -> None:
        host = await self._store.hosts.find(delivery.queue_key)
        closed = circuit.closed_until(host, self._clock())
        if closed is not None and not await self._ignores_pause(delivery, host):
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, closed))
            return
        if host.failures and self._sending_to[delivery.queue_key] > 1:  # half-open: one trial, and this is not it
            self._half_open.add(delivery.queue_key)
            self._store.leased_rows.add("deliveries", delivery.activity, delivery.inbox)
            self._claimed.setdefault(delivery.queue_key, deque()).appendleft(delivery)
            return
        outlook = await self._store.deliveries.find_context(delivery)
        if outlook is None:
            return
        if outlook.earlier_due is not None:  # if both are due now, the earlier one is claimed, too
            comes_first = outlook.earlier_due > delivery.due
            due = outlook.earlier_due if comes_first else self._clock() + RECHECK_INTERVAL
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, due))
            return
        delivery = replace(delivery, version=outlook.version)
        result = await self._attempt(delivery, host.dialect)
        if result.attempt.held:
            due = self._clock() + RECHECK_INTERVAL
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, due))
            return
        await self._settle(delivery, result)

    async def _ignores_pause(self, delivery: Delivery, host: Host) -> bool:
        """Whether a delivery is sent although its server is paused: the first attempt at an Accept, since the server
        has just sent the Follow."""
        if delivery.attempts or circuit.asked_us_to_wait(host, self._clock()):
            return False
        return await self._store.deliveries.is_accept(delivery.activity)

    async def _attempt(self, delivery: Delivery, dialect: str) -> SendResult:
        """Let the sender of its kind send a delivery. An unexpected error counts as a failed attempt and is retried."""
        try:
            return await self._senders[delivery.kind].send(delivery, dialect)
        except StorageError:
            raise
        except Exception:
            log.exception("delivery failed", activity=delivery.activity, inbox=delivery.inbox)
            return SendResult(
                attempt=Attempt(status=None, answer=INTERNAL_ERROR), outcome=DeliveryOutcome.AGAIN, dialect=dialect
            )

    async def _settle(self, delivery: Delivery, result: SendResult) -> None:
        attempt, outcome, now = result.attempt, result.outcome, self._clock()
        attempts = delivery.attempts + 1
        retry_at = next_attempt(attempts, attempt, now, self._jitter) if outcome is DeliveryOutcome.AGAIN else None
        if outcome is DeliveryOutcome.DELIVERED:
            state = DeliveryState.DELIVERED
        else:
            state = DeliveryState.WAITING if retry_at else DeliveryState.FAILED
        settled = replace(
            delivery,
            state=state,
            attempts=attempts,
            due=retry_at or delivery.due,
            status=attempt.status,
            answer=attempt.answer[:500],
            changed=now,
        )

        async def write(tx: Tables) -> None:
            await tx.deliveries.complete(settled)
            if result.effect is not None:
                await result.effect(tx)
            host = await tx.hosts.find(delivery.queue_key)
            if outcome is DeliveryOutcome.AGAIN:
                after = host if attempt.status == 429 else circuit.after_failure(host, now)
                if (wait := requested_pause(attempt)) is not None:
                    after = circuit.after_retry_after(after, now + wait)
                await tx.hosts.save(after, now=now)
                if (closed := circuit.closed_until(after, now)) is not None:
                    await tx.deliveries.pause_queue(delivery.queue_key, closed)
            elif host.failures or host.dialect != result.dialect:
                await tx.hosts.save(circuit.after_success(host, result.dialect), now=now)

        await self._store.transaction(write)
        if outcome is DeliveryOutcome.AGAIN:
            self._half_open.add(delivery.queue_key)
        else:
            self._half_open.discard(delivery.queue_key)
        report = log.warning if state is DeliveryState.FAILED else log.info if attempts == 1 else log.debug
        report(
            "delivery settled",
            kind=delivery.kind.value,
            host=delivery.host,
            state=state.value,
            status=attempt.status,
            attempts=attempts,
        )
        if result.afterwards is not None:
            await result.afterwards()


class _ActiveSlot:
    """One of the `MAX_ACTIVE` slots, released as soon as the delivery only waits for an answer."""

    def __init__(self, worker: DeliveryWorker) -> None:
        self._worker = worker
        self._released = False
        worker._active += 1
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER_SECONDS, self.release)

    def release(self) -> None:
        if self._released:
            return
        self._released = True
        self._timer.cancel()
        self._worker._active -= 1
        self._worker.wake()
