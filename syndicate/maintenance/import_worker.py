"""Imports the files that the author uploads, one after another.

An import reads and parses for minutes, so that it runs in a thread with connections of its own to the database, and
readers are served meanwhile. How far it is stands in its row. An import that a restart interrupts begins again: what it
brought in already is unchanged then.
"""

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from syndicate.clock import Clock
from syndicate.errors import InputError
from syndicate.importers.upload.place import folder_of
from syndicate.storage import Store
from syndicate.storage.imports import StoredImport
from syndicate.workers.queue import QueueWorker, Row

if TYPE_CHECKING:  # imported with the first upload, since it has all importers with it
    from syndicate.importers.upload.run import ImportTools

MAX_ATTEMPTS = 5
"""Restarts of the server count, and its end for want of memory."""
PROGRESS_INTERVAL_SECONDS = 1.0
FILE_IS_GONE = "The file is not on the server any more. Please upload it again."
ENDED_OFTEN = (
    "The import was interrupted five times before it was through, perhaps for want of memory. What came in by then is here."
    " Please ask the administrator of the server to use `syndicate import`."
)
UNEXPECTED = "Something went wrong that nobody foresaw. What came in by then is here; the server's log says more."

OpenTools = Callable[[], AbstractAsyncContextManager["ImportTools"]]


class ImportInterrupted(Exception):
    """The server ends; the import begins again with the next."""


class ImportThreadProgress:
    """How far an import is, written by its thread and read by the worker."""

    def __init__(self, kind: str = "") -> None:
        self.kind, self.total, self.done = kind, 0, 0
        self.is_over = threading.Event()

    def advance(self, _: str, /) -> None:
        self.check()
        self.done += 1

    def check(self) -> None:
        if self.is_over.is_set():
            raise ImportInterrupted


class ImportWorker(QueueWorker[StoredImport]):
    name: ClassVar[str] = "imports"
    table: ClassVar[str] = "imports"

    def __init__(self, store: Store, clock: Clock, transfers: Path, open_tools: OpenTools) -> None:
        super().__init__(store.leased_rows, clock)
        self._store, self._transfers, self._open_tools = store, transfers, open_tools

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.imports.next_due(now)

    async def claim(self, now: datetime, until: datetime) -> Sequence[StoredImport]:
        return await self._store.transaction(lambda tx: tx.imports.claim(now, until))

    def rows(self, task: StoredImport) -> Sequence[Row]:
        return [(task.id,)]

    async def perform(self, task: StoredImport) -> None:
        folder = folder_of(self._transfers, task.id)
        file = next(iter(folder.glob("*")), None) if folder.is_dir() else None
        if task.attempts > MAX_ATTEMPTS or file is None:
            await self._end(task, task.kind, problem=FILE_IS_GONE if file is None else ENDED_OFTEN)
            return
        progress = ImportThreadProgress(task.kind)
        try:
            lines = await self._watched(task, file, progress)
        except (InputError, OSError) as error:
            await self._end(task, progress.kind, problem=str(error).replace(f"{folder}/", ""))
            return
        await self._save_progress(task, progress)
        await self._end(task, progress.kind, report=lines)

    async def fail(self, task: StoredImport, error: Exception) -> None:
        await super().fail(task, error)
        await self._end(task, task.kind, problem=UNEXPECTED)

    async def _watched(self, task: StoredImport, file: Path, progress: ImportThreadProgress) -> list[str]:
        """Run an import in its thread, and save how far it is."""
        running = asyncio.ensure_future(asyncio.to_thread(self._run, file, task.origin, progress))
        running.add_done_callback(_ignore_result)
        saved = -1
        try:
            while not (await asyncio.wait((running,), timeout=PROGRESS_INTERVAL_SECONDS))[0]:
                if progress.done != saved:
                    saved = progress.done
                    await self._save_progress(task, progress)
        finally:
            progress.is_over.set()
        return await running

    def _run(self, file: Path, origin: str, progress: ImportThreadProgress) -> list[str]:
        from syndicate.importers.upload.run import UploadImport

        async def work() -> list[str]:
            async with self._open_tools() as tools:
                return await UploadImport(tools, progress).run(file, origin)

        return asyncio.run(work())

    async def _save_progress(self, task: StoredImport, progress: ImportThreadProgress) -> None:
        kind, done, total = progress.kind, progress.done, progress.total
        await self._store.transaction(lambda tx: tx.imports.set_progress(task.id, kind=kind, done=done, total=total))

    async def _end(self, task: StoredImport, kind: str, problem: str = "", report: Sequence[str] = ()) -> None:
        ended = self._clock()
        await self._store.transaction(
            lambda tx: tx.imports.end(task.id, ended=ended, kind=kind, problem=problem, report=report)
        )
        await asyncio.to_thread(shutil.rmtree, folder_of(self._transfers, task.id), ignore_errors=True)


def _ignore_result(ended: "asyncio.Future[list[str]]") -> None:
    """Take note of the error of an import whose worker has ended."""
    if not ended.cancelled():
        ended.exception()
