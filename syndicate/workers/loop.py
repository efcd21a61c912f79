"""How a worker works: while something is due, then it rests until it is woken or the next thing is due.

A database that cannot be used for a while (locked, or a full disk) makes a worker wait, not the process end:
readers are still served, and the work is still there afterwards. A job (what is done for one row) that goes wrong in
a way that nobody foresaw is lost by itself: what a stranger sent ends no process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

import structlog

from syndicate.clock import Clock
from syndicate.errors import DatabaseDamaged, StorageError

log = structlog.get_logger()

MAX_REST_SECONDS = 15.0
MIN_REST_SECONDS = 0.05
STORAGE_RETRY_SECONDS = 5.0

Task = TypeVar("Task")


def log_storage_error(event: str, error: Exception, **about: str) -> None:
    """Say what is waited for. Damage is not waited for, and the database has said it already, once."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, DatabaseDamaged):
        log.warning(event, **about, problem=str(error))


class WorkerLoop:
    """One worker's. `next_due` says when something is due next, or None."""

    def __init__(self, name: str, clock: Clock, next_due: Callable[[], Awaitable[datetime | None]]) -> None:
        self._name, self._clock, self._next_due = name, clock, next_due
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._woken.set()

    async def keep(self, work: Callable[[], Awaitable[bool]]) -> None:
        """Call `work` until cancelled; it returns whether there was anything to do."""
        while True:
            self._woken.clear()
            try:
                if not await work():
                    await self._rest()
            except* StorageError as errors:  # of several that worked at once, too
                log_storage_error("worker waits for the database", errors, worker=self._name)
                await asyncio.sleep(STORAGE_RETRY_SECONDS)

    async def _rest(self) -> None:
        due = await self._next_due()
        seconds = MAX_REST_SECONDS if due is None else (due - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(max(seconds, MIN_REST_SECONDS), MAX_REST_SECONDS)):
                await self._woken.wait()
        except TimeoutError:
            pass


class QueueWorker(Generic[Task]):
    """A worker that leases one row at a time and works on `max_concurrent` of them together.

    `next_due` says from now on when a row is due, `claim` leases the first that is due (None when another machine was
    quicker), `perform` is the job.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        max_concurrent: int,
        next_due: Callable[[datetime], Awaitable[datetime | None]],
        claim: Callable[[datetime], Awaitable[Task | None]],
        perform: Callable[[Task], Awaitable[None]],
    ) -> None:
        self._name, self._clock, self._at_once = name, clock, max_concurrent
        self._due, self._claim, self._perform = next_due, claim, perform
        self._loop = WorkerLoop(name, clock, self._next_due)
        self._under_way = 0

    def wake(self) -> None:
        """There may be something new."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.keep(partial(self._take, tasks))

    async def work(self) -> bool:
        """Do what is due now; False if nothing was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._take(tasks)

    async def _next_due(self) -> datetime | None:
        return await self._due(self._clock()) if self._under_way < self._at_once else None

    async def _take(self, tasks: asyncio.TaskGroup) -> bool:
        taken = False
        while self._under_way < self._at_once:
            now = self._clock()
            due = await self._due(now)
            if due is None or due > now:
                break
            task = await self._claim(now)
            if task is None:
                break
            self._under_way += 1
            tasks.create_task(self._do(task), name=self._name)
            taken = True
        return taken

    async def _do(self, task: Task) -> None:
        try:
            await self._perform(task)
        finally:
            self._under_way -= 1
            self._loop.wake()


async def restart_on_storage_error(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Keep a task that never ends by itself going while the database cannot be used."""
    while True:
        try:
            await work()
            return
        except* StorageError as errors:
            log_storage_error("worker waits for the database", errors, worker=name)
            await asyncio.sleep(STORAGE_RETRY_SECONDS)


@contextmanager
def isolated(name: str, **about: str) -> Iterator[None]:
    """The edge of a job: whatever goes wrong within, its own mending included, is told with what the job was about, and
    costs no other job anything. The lease of its row runs out, and it is taken again."""
    try:
        yield
    except StorageError as error:
        log_storage_error("job waits for the database", error, job=name, **about)
    except Exception:
        log.exception("job failed", job=name, **about)
