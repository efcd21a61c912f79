"""Sends due deliveries to other servers: many concurrently, few to each server, none delayed by one that is down.

Every delivery is a row. A worker leases rows, sends them and records their outcome. If the worker dies, the lease
expires and another worker sends them again; receivers recognise an activity by its id. What is sent, how, and what an
answer means is decided by the sender of each kind of delivery.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from syndicate.clock import Clock
from syndicate.delivery import circuit
from syndicate.delivery.fanout import FanoutWorker
from syndicate.delivery.retry import Attempt, DeliveryOutcome, next_attempt, requested_pause
from syndicate.errors import StorageError
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState
from syndicate.storage.hosts import Host
from syndicate.workers.queue import QueueWorker, Row

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


class DeliveryWorker(QueueWorker[Delivery]):
    """Expands fan-outs into deliveries and sends those: one at a time to an inbox, to keep its order, and few to a
    server."""

    name = "delivery"
    table = "deliveries"

    def __init__(
        self,
        store: Store,
        senders: Mapping[DeliveryKind, Sender],
        clock: Clock,
        *,
        host_of: Callable[[str], str],
        jitter: random.Random | None = None,
    ) -> None:
        super().__init__(store.leased_rows, clock)
        self._store, self._senders = store, senders
        self._fanouts = FanoutWorker(store, clock, host_of=host_of)
        self._jitter = jitter or random.Random()  # noqa: S311 - jitter, no secret
        self._sending_to: Counter[str] = Counter()
        self._half_open: set[str] = set()
        self._active: set[_ActiveSlot] = set()

    def wake(self) -> None:
        super().wake()
        self._fanouts.wake()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._fanouts.run(), name="fan-out")
            await super().run()

    async def drain(self) -> None:
        """Send everything that is due now, and return (for tests)."""
        while await self._fanouts.work() or await self.work():
            pass

    # which deliveries are claimed, and when each begins

    def rows(self, delivery: Delivery) -> Sequence[Row]:
        return [(delivery.activity, delivery.inbox)]

    def line(self, delivery: Delivery) -> str:
        return delivery.inbox

    def about(self, delivery: Delivery) -> dict[str, str]:
        return {"activity": delivery.activity, "inbox": delivery.inbox}

    def free_slots(self) -> int:
        waiting = sum(map(len, self._lines.values()))
        return 0 if len(self._busy) >= MAX_OPEN else max(min(MAX_CLAIMED - waiting, CLAIM_LIMIT), 0)

    def may_start(self, delivery: Delivery) -> bool:
        limit = 1 if delivery.queue_key in self._half_open else MAX_CONCURRENT_PER_SERVER
        has_slot = len(self._active) < MAX_ACTIVE and len(self._busy) < MAX_OPEN
        return has_slot and self._sending_to[delivery.queue_key] < limit and super().may_start(delivery)

    def started(self, delivery: Delivery) -> None:
        self._sending_to[delivery.queue_key] += 1

    def ended(self, delivery: Delivery) -> None:
        self._sending_to[delivery.queue_key] -= 1
        if not self._sending_to[delivery.queue_key]:
            del self._sending_to[delivery.queue_key]

    def _waiting(self) -> Counter[str]:
        """Count the claimed deliveries that wait, by queue key. While there are any, no more of that key are claimed, so
        that others come up."""
        return Counter(delivery.queue_key for line in self._lines.values() for delivery in line)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.deliveries.next_due(now, list(self._waiting()))

    async def claim(self, now: datetime, until: datetime) -> Sequence[Delivery]:
        waiting = self._waiting()
        others, limit = list(waiting), self.free_slots()
        claimed = await self._store.transaction(
            lambda tx: tx.deliveries.claim(now=now, until=until, limit=limit, without=others)
        )
        kept: list[Delivery] = []
        surplus: list[Delivery] = []
        for delivery in claimed:
            waiting[delivery.queue_key] += 1
            (kept if waiting[delivery.queue_key] <= MAX_CLAIMED_PER_SERVER else surplus).append(delivery)
        if surplus:
            await self._store.transaction(lambda tx: self._release_claims(tx, surplus))
        return kept

    async def _release_claims(self, tx: Tables, surplus: list[Delivery]) -> None:
        for delivery in surplus:
            await tx.deliveries.postpone(delivery, delivery.due)

    # sending

    async def perform(self, delivery: Delivery) -> None:
        """Send a delivery, unless its server or an earlier one has to be waited for."""
        slot = _ActiveSlot(self._active, self.wake)
        try:
            await self._send_if_possible(delivery)
        finally:
            slot.release()

    async def _send_if_possible(self, delivery: Delivery) -> None:
        host = await self._store.hosts.find(delivery.queue_key)
        closed = circuit.closed_until(host, self._clock())
        if closed is not None and not await self._ignores_pause(delivery, host):
            await self._store.transaction(lambda tx: tx.deliveries.postpone(delivery, closed))
            return
        if host.failures and self._sending_to[delivery.queue_key] > 1:  # half-open: one trial, and this is not it
            self._half_open.add(delivery.queue_key)
            self.put_back(delivery)
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

    def __init__(self, active: set["_ActiveSlot"], wake: Callable[[], None]) -> None:
        self._active, self._wake = active, wake
        active.add(self)
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER_SECONDS, self.release)

    def release(self) -> None:
        if self in self._active:
            self._active.discard(self)
            self._timer.cancel()
            self._wake()
