"""Writes refused inbox requests in batches to the list that `syndicate activity --refused` shows."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import structlog

from syndicate.errors import StorageError
from syndicate.storage import Store, Tables
from syndicate.storage.inbox_queue import Refusal
from syndicate.workers.loop import isolated

log = structlog.get_logger()

WRITE_INTERVAL_SECONDS = 1.0


class RefusalLog:
    """Writes the refusals that the middleware appends to `refusals`."""

    def __init__(self, store: Store, refusals: "deque[Refusal]") -> None:
        self._store, self._refusals = store, refusals

    async def run(self) -> None:
        """Write once a second until cancelled. Raises StorageError."""
        while True:
            await asyncio.sleep(WRITE_INTERVAL_SECONDS)
            if self._refusals:
                await write_refusals(self._store, [self._refusals.popleft() for _ in range(len(self._refusals))])


async def write_refusals(store: Store, batch: Sequence[Refusal]) -> None:
    """Write a batch in one transaction. If that fails, write each refusal separately, so that one cannot lose the
    others.

    Raises StorageError.
    """

    async def body(tx: Tables, refusals: Sequence[Refusal]) -> None:
        for refusal in refusals:
            await tx.inbox_queue.save_refusal(refusal)
        await tx.inbox_queue.prune_refusals()

    try:
        await store.transaction(partial(body, refusals=batch))
    except StorageError:
        raise
    except Exception:
        log.exception("refusal batch failed", number=len(batch))
        for refusal in batch:
            with isolated("refusal", id=refusal.id):
                await store.transaction(partial(body, refusals=[refusal]))
