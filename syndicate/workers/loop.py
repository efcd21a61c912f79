"""The worker loop: it works while something is due, then waits until it is woken or the next item is due.

While the database cannot be used (locked, or a full disk) a worker waits and the process goes on: readers are still
served, and the work is done afterwards. An unexpected error in a job (the work for one row) affects that job alone:
no remote input ends the process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from syndicate.clock import Clock
from syndicate.errors import DatabaseDamaged, StorageError

log = structlog.get_logger()

MAX_WAIT_SECONDS = 15.0
MIN_WAIT_SECONDS = 0.05
STORAGE_RETRY_SECONDS = 5.0


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
