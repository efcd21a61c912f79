"""Deletes what uploads and downloads of processes that were killed have left on the disk."""

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from syndicate.clock import Clock
from syndicate.importers.upload.place import folder_of
from syndicate.storage import Store
from syndicate.workers.loop import isolated

log = structlog.get_logger()

INTERVAL = timedelta(hours=1)
TRANSFER_RETENTION = timedelta(days=1)
"""Longer than any transfer takes. A file that is being received grows, and is younger."""


class TransferCleanup:
    """Looks after the directory of this machine's transfers."""

    def __init__(self, store: Store, transfers: Path, clock: Clock) -> None:
        self._store, self._transfers, self._clock = store, transfers, clock

    async def run(self) -> None:
        """Look every hour until cancelled."""
        while True:
            with isolated("transfers"):
                await self.apply()
            await asyncio.sleep(INTERVAL.total_seconds())

    async def apply(self) -> None:
        """Delete what is old, but no file that waits to be imported. Raises StorageError, OSError."""
        kept = {folder_of(self._transfers, id) for id in await self._store.imports.list_open()}
        await asyncio.to_thread(_delete_left, self._transfers, kept, self._clock() - TRANSFER_RETENTION)


def _delete_left(transfers: Path, kept: set[Path], before: datetime) -> None:
    for left in transfers.glob("*"):
        if left in kept or left.lstat().st_mtime >= before.timestamp():
            continue
        log.info("left transfer deleted", name=left.name)
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
