"""How a worker works: while something is due, then it rests until it is woken or the next thing is due.

A database that cannot be used for a while (locked, or a full disk) makes a worker wait, not the process end:
readers are still served, and the work is still there afterwards. A job (what is done for one row) that goes wrong in
a way that nobody foresaw is lost by itself: what a stranger sent ends no process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from syndicate.clock import Clock
from syndicate.errors import StorageError

log = structlog.get_logger()

LONGEST_REST = 15.0
SHORTEST_REST = 0.05
AFTER_TROUBLE = 5.0


class Rhythm:
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
                log.warning("worker waits for the database", worker=self._name, problem=str(errors.exceptions[0]))
                await asyncio.sleep(AFTER_TROUBLE)

    async def _rest(self) -> None:
        due = await self._next_due()
        seconds = LONGEST_REST if due is None else (due - self._clock()).total_seconds()
        try:
            async with asyncio.timeout(min(max(seconds, SHORTEST_REST), LONGEST_REST)):
                await self._woken.wait()
        except TimeoutError:
            pass


async def endure(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Keep a task that never ends by itself going while the database cannot be used."""
    while True:
        try:
            await work()
            return
        except* StorageError as errors:
            log.warning("worker waits for the database", worker=name, problem=str(errors.exceptions[0]))
            await asyncio.sleep(AFTER_TROUBLE)


@contextmanager
def job(name: str, **about: str) -> Iterator[None]:
    """The edge of a job: whatever goes wrong within, its own mending included, is told with what the job was about, and
    costs no other job anything. The lease of its row runs out, and it is taken again."""
    try:
        yield
    except StorageError as error:
        log.warning("job waits for the database", job=name, **about, problem=str(error))
    except Exception:
        log.exception("job failed", job=name, **about)
