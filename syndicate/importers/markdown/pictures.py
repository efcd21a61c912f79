"""Store the files that texts show or link to, at the paths that they had in the old blog."""

import asyncio
import posixpath
from dataclasses import replace
from pathlib import Path

from syndicate.clock import Clock
from syndicate.content.text import canonical_path
from syndicate.errors import InputError
from syndicate.importers.markdown.report import FolderReport
from syndicate.media import MediaFiles, UnusableFile
from syndicate.media.directory import name_of
from syndicate.media.kinds import MAX_HEAD_BYTES, kind_of
from syndicate.media.places import has_location
from syndicate.model.ids import new_id
from syndicate.publishing.post_files import MAX_BYTES, as_failed, as_kept
from syndicate.storage import Store
from syndicate.storage.media import MediaFile, MediaState
from syndicate.translation import _
from syndicate.urls import Urls

MAX_CONCURRENT = 4


class FolderFiles:
    """Stores each file once. A file of a post that is not public gets no path of its own: only its post shows it."""

    def __init__(self, store: Store, files: MediaFiles, urls: Urls, clock: Clock, report: FolderReport) -> None:
        self._store, self._files, self._urls, self._clock, self._report = store, files, urls, clock, report
        self._wanted: dict[str, tuple[Path, bool]] = {}
        self._pending: set[str] = set()

    def address(self, file: Path, path: str | None, post_path: str, *, public: bool) -> str:
        """Return the path at which a file will be served, and remember to store it."""
        wanted = canonical_path(path or posixpath.join(f"{_folder(post_path)}/", file.name))
        while wanted in self._wanted and self._wanted[wanted][0] != file:
            folder, name = posixpath.split(wanted)
            wanted = f"{folder.rstrip('/')}/_{name}"
        asked = (file, public or self._wanted.get(wanted, (file, False))[1])
        if self._wanted.get(wanted) != asked:
            self._wanted[wanted] = asked
            self._pending.add(wanted)
        return wanted

    async def store(self) -> None:
        """Store what was asked for since the last call, several at once since cleaning a picture takes long."""
        pending = [(path, *self._wanted[path]) for path in sorted(self._pending)]
        self._pending.clear()
        for at in range(0, len(pending), MAX_CONCURRENT):
            async with asyncio.TaskGroup() as tasks:
                for path, file, public in pending[at : at + MAX_CONCURRENT]:
                    tasks.create_task(self._store_one(path, file, public=public), name="folder file")

    async def _store_one(self, path: str, file: Path, *, public: bool) -> None:
        address = self._urls.absolute(path)
        known = await self._store.media.find_by_source(address)
        try:
            data = await asyncio.to_thread(_bytes, file)
            if known is not None and known.state is MediaState.KEPT and _is_same(known, data):
                if public and known.path is None:
                    await self._save(replace(known, path=path))
                return
            kept = await asyncio.to_thread(as_kept, known or self._new(address), self._files, data)
        except (OSError, UnusableFile, InputError) as error:
            reason = str(getattr(error, "strerror", None) or error)
            self._report.skipped.append(f"{file}: {reason}")
            await self._save(as_failed(known or self._new(address), reason))
            return
        await self._save(replace(kept, path=path if public else None))
        self._report.pictures += 1
        if kept.media_type == "video/mp4" and has_location(data):
            self._report.locations.append(str(file))

    def _new(self, address: str) -> MediaFile:
        now = self._clock()
        return MediaFile(id=new_id(now), source_url=address, due=now)

    async def _save(self, file: MediaFile) -> None:
        other = await self._store.media.find_by_path(file.path) if file.path else None
        taken = other is not None and other.source_url != file.source_url
        await self._store.transaction(lambda tx: tx.media.save(replace(file, path=None) if taken else file))


def _folder(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else posixpath.dirname(path).rstrip("/")


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        raise InputError(_("larger than {size} MiB", size=MAX_BYTES // 1024 // 1024))
    return file.read_bytes()


def _is_same(known: MediaFile, data: bytes) -> bool:
    kind = kind_of(data[:MAX_HEAD_BYTES])
    return kind is not None and name_of(data, kind[1]) in (known.name, known.original)
