"""Workers lease rows, keep their leases while they work on them, and let no row stand in the way of another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from syndicate.errors import StorageError
from syndicate.workers.queue import LEASE_DURATION, QueueWorker, Row
from tests.clocks import FakeClock
from tests.waiting import tasks_rest


@dataclass
class Table:
    """Names of rows that are due, in order; a name begins with its line."""

    due: list[str] = field(default_factory=list)
    leased: Counter[Row] = field(default_factory=Counter)
    performed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: dict[str, Exception] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)

    def add(self, table: str, *key: str) -> None:
        self.leased[table, *key] += 1

    def remove(self, table: str, *key: str) -> None:
        self.leased[table, *key] -= 1

    def in_hand(self) -> list[str]:
        return sorted(name for (_, name), number in self.leased.items() if number)


class Worker(QueueWorker[str]):
    name = "worker"
    table = "rows"
    max_concurrent = 3

    def __init__(self, table: Table, clock: FakeClock) -> None:
        super().__init__(table, clock)
        self.rows_due, self.again = table, {"again"}

    async def next_due(self, now: datetime) -> datetime | None:
        return now if self.rows_due.due else None

    async def claim(self, now: datetime, until: datetime) -> Sequence[str]:
        assert until == now + LEASE_DURATION
        limit = self.free_slots()
        claimed, self.rows_due.due = self.rows_due.due[:limit], self.rows_due.due[limit:]
        return claimed

    def rows(self, task: str) -> Sequence[Row]:
        return [(task,)]

    def line(self, task: str) -> str:
        return task[0]

    async def perform(self, task: str) -> None:
        if task in self.again:
            self.again.discard(task)
            self.put_back(task)
            return
        if task in self.rows_due.held:
            await self.rows_due.held[task].wait()
        if task in self.rows_due.errors:
            raise self.rows_due.errors[task]
        self.rows_due.performed.append(task)

    async def fail(self, task: str, error: Exception) -> None:
        self.rows_due.failed.append(task)


@asynccontextmanager
async def running(table: Table, clock: FakeClock) -> AsyncIterator[Worker]:
    worker = Worker(table, clock)
    task = asyncio.create_task(worker.run())
    try:
        await tasks_rest()
        yield worker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_rows_of_one_line_keep_their_order_and_others_pass_them(clock: FakeClock) -> None:
    table = Table(due=["a1", "a2", "b1"], held={"a1": asyncio.Event()})
    async with running(table, clock):
        assert table.performed == ["b1"]
        assert table.in_hand() == ["a1", "a2"], "what waits in its line is leased, too"
        table.held["a1"].set()
        await tasks_rest()
        assert table.performed == ["b1", "a1", "a2"]
        assert table.in_hand() == []


async def test_no_more_is_claimed_than_there_is_room_for(clock: FakeClock) -> None:
    table = Table(due=["a1", "b1", "c1", "d1", "e1"], held={name: asyncio.Event() for name in ("a1", "b1", "c1")})
    async with running(table, clock) as worker:
        assert table.due == ["d1", "e1"]
        assert worker.free_slots() == 0
        table.held["b1"].set()
        await tasks_rest()
        assert table.performed == ["b1", "d1", "e1"], "a job that ends wakes the worker"


@pytest.mark.parametrize("error", [LookupError("a bug"), StorageError("disk full")], ids=repr)
async def test_a_row_that_fails_affects_itself_alone(clock: FakeClock, error: Exception) -> None:
    table = Table(due=["a1", "a2", "b1"], errors={"a1": error})
    worker = Worker(table, clock)
    assert await worker.work()
    assert table.performed == ["b1", "a2"]
    assert table.failed == (["a1"] if isinstance(error, LookupError) else []), "a row cannot be settled without storage"
    assert table.in_hand() == []
    assert not await worker.work()


async def test_what_is_put_back_comes_before_the_rest_of_its_line(clock: FakeClock) -> None:
    table = Table(due=["again", "a2"])
    assert await Worker(table, clock).work()
    assert table.performed == ["again", "a2"]
    assert table.in_hand() == []


async def test_what_is_not_due_yet_is_left_alone(clock: FakeClock) -> None:
    class Later(Worker):
        async def next_due(self, now: datetime) -> datetime | None:
            return now + timedelta(seconds=1)

    table = Table(due=["a1"])
    assert not await Later(table, clock).work()
    assert table.due == ["a1"]


async def test_a_worker_that_is_woken_for_nothing_looks_once(clock: FakeClock) -> None:
    looks: list[datetime] = []

    class Counting(Worker):
        async def next_due(self, now: datetime) -> datetime | None:
            looks.append(now)
            return await super().next_due(now)

    worker = Counting(Table(), clock)
    task = asyncio.create_task(worker.run())
    await tasks_rest()
    worker.wake()
    await tasks_rest()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(looks) == 2, "one at the start, and one more"
