"""Workers that process the rows of a queue.

A queue is a table. A worker claims rows that are due by leasing them, performs the job of each, and the job settles its
row. If the process dies, the leases expire, and another process performs the jobs again.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from syndicate.clock import Clock
from syndicate.errors import StorageError
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

LEASE_DURATION = timedelta(seconds=30)
RENEW_INTERVAL = timedelta(seconds=10)

Task = TypeVar("Task")
Row = tuple[str, ...]
"""The key of a row."""


class LeasedRows(Protocol):
    """The rows whose leases are renewed."""

    def add(self, table: str, *key: str) -> None: ...

    def remove(self, table: str, *key: str) -> None: ...


class QueueWorker(ABC, Generic[Task]):
    """Works on up to `max_concurrent` rows of a queue at once, for as long as any is due.

    A subclass declares what there is to do: `next_due`, `claim`, `perform` and, for errors that nobody foresaw, `fail`.
    The leases of `rows` are renewed from the claim to the end of the job. An error affects that job alone. Tasks of one
    `line` are performed one after another, in the order in which they were claimed.
    """

    name: ClassVar[str]
    table: ClassVar[str]
    max_concurrent: ClassVar[int] = 1

    def __init__(self, leases: LeasedRows, clock: Clock) -> None:
        self._leases, self._clock = leases, clock
        self._loop = WorkerLoop(self.name, clock, self._next_due)
        self._lines: dict[str, deque[Task]] = {}
        """Tasks that were claimed and have not begun."""
        self._busy: set[str] = set()
        """Lines of which a task is being performed."""
        self._leased = 0
        self._due: datetime | None = None
        """When the next row was due at the last look."""

    # the declaration

    @abstractmethod
    async def next_due(self, now: datetime) -> datetime | None:
        """Return when the next row is due that can be claimed."""

    @abstractmethod
    async def claim(self, now: datetime, until: datetime) -> Sequence[Task]:
        """Lease rows that are due, at most as many as there are free slots; none if another process has claimed them."""

    @abstractmethod
    async def perform(self, task: Task) -> None:
        """Do the job, and settle the row."""

    @abstractmethod
    def rows(self, task: Task) -> Sequence[Row]:
        """Return the keys of the rows of a task."""

    async def fail(self, task: Task, error: Exception) -> None:
        """Settle a row whose job ended with an unexpected error. By default it is due again when its lease ends."""
        log.error("job failed", job=self.name, **self.about(task), exc_info=error)

    def about(self, task: Task) -> dict[str, str]:
        """Return the log fields of a task."""
        return {"row": self.line(task)}

    def line(self, task: Task) -> str:
        """Return the line of a task: by default every task has its own."""
        return " ".join(part for row in self.rows(task) for part in row)

    def free_slots(self) -> int:
        """Return how many more rows may be claimed."""
        return self.max_concurrent - self._leased

    def may_start(self, task: Task) -> bool:
        """Whether a task at the head of its line may begin now."""
        return self.line(task) not in self._busy

    def started(self, task: Task) -> None:
        """Called when a task begins."""

    def ended(self, task: Task) -> None:
        """Called when a task has ended."""

    # running

    def wake(self) -> None:
        """Check for work now."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.run(partial(self._work, tasks))

    async def work(self) -> bool:
        """Process what is due now; return False if nothing was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._work(tasks)

    async def _next_due(self) -> datetime | None:
        """Return what the last look found: a commit since then has woken the worker. Without room there is nothing to
        wait for: a task that ends wakes it."""
        return self._due if self.free_slots() > 0 else None

    async def _work(self, tasks: asyncio.TaskGroup) -> bool:
        self._start(tasks)
        has_claimed = False
        while self.free_slots() > 0:
            now = self._clock()
            self._due = await self.next_due(now)
            if self._due is None or self._due > now:
                break
            claimed = await self.claim(now, now + LEASE_DURATION)
            if not claimed:
                break
            has_claimed = True
            for task in claimed:
                self._lease(task)
                self._lines.setdefault(self.line(task), deque()).append(task)
            self._start(tasks)
        return has_claimed

    def _start(self, tasks: asyncio.TaskGroup) -> None:
        for line, waiting in list(self._lines.items()):
            task = waiting[0]
            if not self.may_start(task):
                continue
            waiting.popleft()
            if not waiting:
                del self._lines[line]
            self._busy.add(line)
            self.started(task)
            tasks.create_task(self._do(task, line, tasks), name=f"{self.name} {line}")

    async def _do(self, task: Task, line: str, tasks: asyncio.TaskGroup) -> None:
        try:
            with isolated(self.name, **self.about(task)):
                await self._perform(task)
        finally:
            self._busy.discard(line)
            self._release(task)
            self.ended(task)
        self._start(tasks)
        self._loop.wake()

    async def _perform(self, task: Task) -> None:
        try:
            await self.perform(task)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a job; `fail` logs it
            await self.fail(task, error)

    def put_back(self, task: Task) -> None:
        """Put the task that is being performed back at the head of its line, with its lease."""
        self._lease(task)
        self._lines.setdefault(self.line(task), deque()).appendleft(task)

    def _lease(self, task: Task) -> None:
        for row in self.rows(task):
            self._leases.add(self.table, *row)
            self._leased += 1

    def _release(self, task: Task) -> None:
        for row in self.rows(task):
            self._leases.remove(self.table, *row)
            self._leased -= 1


class SingleRowWorker(QueueWorker[Task]):
    """A worker that claims one row at a time, so that several processes share a queue evenly."""

    @abstractmethod
    async def claim_one(self, now: datetime, until: datetime) -> Task | None:
        """Lease a row that is due; None if there is none, or another process has claimed it."""

    async def claim(self, now: datetime, until: datetime) -> Sequence[Task]:
        task = await self.claim_one(now, until)
        return [] if task is None else [task]
