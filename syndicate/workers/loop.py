"""The worker loop: it works while something is due, then waits until it is woken or the next item is due.

While the database cannot be used (locked, or a full disk) a worker waits and the process goes on: readers are still
served, and the work is done afterwards. An unexpected error in a job (the work for one row) affects that job alone:
no remote input ends the process.
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

MAX_WAIT_SECONDS = 15.0
MIN_WAIT_SECONDS = 0.05
STORAGE_RETRY_SECONDS = 5.0

Task = TypeVar("Task")


def log_storage_error(event: str, error: Exception, **about: str) -> None:
    """Log a warning about a storage error, except for damage, which the database logs once itself."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, DatabaseDamaged):
        log.warning(event, **about, problem=str(error))


class WorkerLoop:
    """The loop of one worker. `next_due` returns when something is due next, or None."""

    def __init__(self, name: str, clock: Clock, next_due: Callable[[], Awaitable[datetime | None]]) -> None:
        self._name, self._clock, self._next_due = name, clock, next_due
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Check for work now."""
        self._woken.set()

    async def run(self, work: Callable[[], Awaitable[bool]]) -> None:
        """Call `work` until cancelled; `work` returns whether there was anything to do."""
        while True:
            self._woken.clear()
            try:
                if not await work():
                    await self._wait()
            except* StorageError as errors:  # also several from concurrent jobs
                log_storage_error("worker waits for the database", errors, worker=self._name)
                await asyncio.sleep(STORAGE_RETRY_SECONDS)

    async def _wait(self) -> None:
        due = await self._next_due()
        seconds = MAX_WAIT_SECONDS if due is None else (due - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(max(seconds, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)):
                await self._woken.wait()
        except TimeoutError:
            pass


class QueueWorker(Generic[Task]):
    """A worker that leases one row at a time and works on up to `max_concurrent` at once.

    `next_due` returns when the next row is due, `claim` leases the first due row (None if another process has claimed
    it), and `perform` is the job.
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
        self._name, self._clock, self._max_concurrent = name, clock, max_concurrent
        self._due, self._claim, self._perform = next_due, claim, perform
        self._loop = WorkerLoop(name, clock, self._next_due)
        self._running = 0

    def wake(self) -> None:
        """Check for work now."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            await self._loop.run(partial(self._start_due, tasks))

    async def work(self) -> bool:
        """Process what is due now; return False if nothing was (for tests)."""
        async with asyncio.TaskGroup() as tasks:
            return await self._start_due(tasks)

    async def _next_due(self) -> datetime | None:
        return await self._due(self._clock()) if self._running < self._max_concurrent else None

    async def _start_due(self, tasks: asyncio.TaskGroup) -> bool:
        taken = False
        while self._running < self._max_concurrent:
            now = self._clock()
            due = await self._due(now)
            if due is None or due > now:
                break
            task = await self._claim(now)
            if task is None:
                break
            self._running += 1
            tasks.create_task(self._do(task), name=self._name)
            taken = True
        return taken

    async def _do(self, task: Task) -> None:
        try:
            await self._perform(task)
        finally:
            self._running -= 1
            self._loop.wake()


async def restart_on_storage_error(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run a task, and restart it after a pause when it fails with a StorageError."""
    while True:
        try:
            await work()
            return
        except* StorageError as errors:
            log_storage_error("worker waits for the database", errors, worker=name)
            await asyncio.sleep(STORAGE_RETRY_SECONDS)


@contextmanager
def isolated(name: str, **about: str) -> Iterator[None]:
    """Log any exception of a job, with `about` as fields, instead of raising it, so that other jobs go on. The lease of
    its row expires, and the job is retried."""
    try:
        yield
    except StorageError as error:
        log_storage_error("job waits for the database", error, job=name, **about)
    except Exception:
        log.exception("job failed", job=name, **about)
