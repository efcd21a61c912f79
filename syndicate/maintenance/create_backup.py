"""Makes a backup of a blog while its server goes on: for the command, and for the download at the desk."""

import asyncio
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

from syndicate.clock import Clock, to_text
from syndicate.config import Config
from syndicate.maintenance import backup as backups
from syndicate.maintenance.backup import Backup
from syndicate.maintenance.deletion_log import DeletionLog
from syndicate.storage import Store
from syndicate.storage.key_values import LAST_BACKUP


async def create_backup(
    store: Store, config: Config, clock: Clock, file: Path, *, media: bool, progress: Callable[[str], None]
) -> Backup:
    """Write the whole blog into a new file, read it back, and remember when. Raises InputError, StorageError, OSError."""
    copy = file.with_name(f".{file.name}.{secrets.token_hex(4)}-database")
    made = clock().replace(microsecond=0)
    try:
        await DeletionLog.of(config, store).append_new()
        await store.database.backup(str(copy))
        write = partial(backups.write, file, copy, config, made, media=media, progress=progress)
        written = await asyncio.to_thread(write)
    finally:
        _delete(copy)
    await store.transaction(lambda tx: tx.key_values.save(LAST_BACKUP, to_text(made)))
    return written


def _delete(copy: Path) -> None:
    """Delete a copy of the database with what SQLite leaves beside it."""
    for part in ("", "-journal", "-wal", "-shm"):
        Path(f"{copy}{part}").unlink(missing_ok=True)
