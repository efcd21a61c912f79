"""Runs the work that is in no queue and that only one process at a time may do: scheduled posts, the posts folder, keys
and moves, retention, the archive, the blogroll account.

The process that holds the lease does all of it. When it ends, it releases the lease; when it is killed, or loses
the database, another process takes over within `LEASE_DURATION` and `RENEW_INTERVAL`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog

from syndicate.clock import Clock
from syndicate.errors import StorageError
from syndicate.model.ids import new_id
from syndicate.storage import Store
from syndicate.workers.queue import LEASE_DURATION, RENEW_INTERVAL

log = structlog.get_logger()

Jobs = Mapping[str, Callable[[], Coroutine[Any, Any, None]]]
RELEASE_TIMEOUT_SECONDS = 2.0


class _LeaseLost(Exception):
    """Another process has claimed the lease, since this one did not renew it in time."""


class SingleProcessJobs:
    """Runs the work in this process while it holds the lease."""

    def __init__(self, store: Store, clock: Clock, jobs: Jobs) -> None:
        self._store, self._clock, self._jobs = store, clock, jobs
        self._holder = new_id(clock())

    async def run(self) -> None:
        """Run the jobs while this process holds the lease, and wait for the lease otherwise, until cancelled.

        Raises StorageError, alone or in a group, if the lease cannot be renewed: the jobs have ended then.
        """
        while True:
            if await self.hold():
                await self._work()
            await asyncio.sleep(RENEW_INTERVAL.total_seconds())

    async def hold(self) -> bool:
        """Claim or renew the lease; return False while another process has it."""
        now = self._clock()
        return await self._store.transaction(
            lambda tx: tx.leases.claim_maintenance(self._holder, now=now, until=now + LEASE_DURATION)
        )

    async def release(self) -> None:
        """Let another process take over at once."""
        await self._store.transaction(lambda tx: tx.leases.release_maintenance(self._holder))

    async def _work(self) -> None:
        log.debug("maintenance lease acquired", holder=self._holder)
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, work in self._jobs.items():
                    tasks.create_task(work(), name=name)
                tasks.create_task(self._keep(), name="maintenance lease")
        except* _LeaseLost:
            log.warning("maintenance lease lost", holder=self._holder)
        finally:
            with contextlib.suppress(StorageError, TimeoutError):
                async with asyncio.timeout(RELEASE_TIMEOUT_SECONDS):
                    await self.release()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(RENEW_INTERVAL.total_seconds())
            if not await self.hold():
                raise _LeaseLost
