"""Work that is in no queue, and that one process at a time does for the blog: what was scheduled, the posts folder, keys
and moves, cleaning, the archive, the blogroll's account.

The process that holds the lease does all of it. When it ends the lease is given back; when it is killed, or cut off
from the database, another process takes over within `LEASE_DURATION` and `RENEW_INTERVAL`.
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
from syndicate.storage.leases import LEASE_DURATION, RENEW_INTERVAL

log = structlog.get_logger()

Works = Mapping[str, Callable[[], Coroutine[Any, Any, None]]]
RELEASE_TIMEOUT_SECONDS = 2.0


class _LeaseLost(Exception):
    """Another process has taken the lease, since this one did not renew it in time."""


class Chores:
    """One process's share in that work: all of it, or nothing."""

    def __init__(self, store: Store, clock: Clock, works: Works) -> None:
        self._store, self._clock, self._works = store, clock, works
        self._holder = new_id(clock())

    async def run(self) -> None:
        """Do the work while this process holds the lease, and wait for the lease otherwise, until cancelled.

        Raises StorageError, alone or in a group, when the lease cannot be renewed: the work has ended then.
        """
        while True:
            if await self.hold():
                await self._work()
            await asyncio.sleep(RENEW_INTERVAL.total_seconds())

    async def hold(self) -> bool:
        """Take or renew the lease; False while another process has it."""
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
                for name, work in self._works.items():
                    tasks.create_task(work(), name=name)
                tasks.create_task(self._keep(), name="lease of the chores")
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
