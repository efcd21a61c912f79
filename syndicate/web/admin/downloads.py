"""Everything that is the author's, to download: a backup, and the blog in open forms.

Both are made in a directory that nobody else can read, and deleted once they are open for sending, so that nothing is
left however the download ends.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from syndicate.clock import Clock, from_text
from syndicate.exporters.blog import BlogExporter
from syndicate.media import MediaFiles
from syndicate.storage import Store
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls
from syndicate.web.admin.pages.transfer import ExportPage
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CLOCK, SETTINGS, STORE

CHUNK_BYTES = 256 * 1024
PREFIX = "download-"
MakeBackup = Callable[[Path], Awaitable[object]]


class Downloads:
    """Makes the files, one at a time."""

    def __init__(
        self, store: Store, files: MediaFiles, urls: Urls, settings: SiteSettings, *, make_backup: MakeBackup
    ) -> None:
        self._store, self._files, self._urls, self._settings = store, files, urls, settings
        self._make_backup = make_backup
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def backup(self) -> AsyncIterator[BinaryIO]:
        """Give a new backup, open for reading. Raises StorageError, OSError."""
        async with self._directory() as directory:
            file = directory / "blog.backup"
            await self._make_backup(file)
            stream = await asyncio.to_thread(file.open, "rb")
        with stream:
            yield stream

    @asynccontextmanager
    async def export(self) -> AsyncIterator[BinaryIO]:
        """Give the blog in open forms as a ZIP archive, open for reading. Raises StorageError, OSError."""
        async with self._directory() as directory:
            folder = directory / "export"
            exporter = BlogExporter(self._store, self._files, self._urls, self._settings.site, lambda _: None)
            await exporter.run(folder)
            stream = await asyncio.to_thread(_zipped, folder)
        with stream:
            yield stream

    @asynccontextmanager
    async def _directory(self) -> AsyncIterator[Path]:
        """Give a new directory. What a process leaves that ends meanwhile is deleted by `maintenance.transfers`."""
        transfers = self._settings.config.storage.transfers
        async with self._turn:
            await asyncio.to_thread(transfers.mkdir, mode=0o700, parents=True, exist_ok=True)
            directory = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=PREFIX, dir=transfers))
            try:
                yield directory
            finally:
                await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)


DOWNLOADS = web.AppKey("downloads", Downloads)


async def get_export(request: web.Request) -> web.StreamResponse:
    last = await request.app[STORE].key_values.find(LAST_BACKUP)
    return respond(request, ExportPage(last_backup=from_text(last) if last else None))


async def post_backup(request: web.Request) -> web.StreamResponse:
    async with request.app[DOWNLOADS].backup() as stream:
        return await _send(request, stream, f"{_name(request)}.backup")


async def post_export(request: web.Request) -> web.StreamResponse:
    async with request.app[DOWNLOADS].export() as stream:
        return await _send(request, stream, f"{_name(request)}-export.zip")


async def _send(request: web.Request, stream: BinaryIO, name: str) -> web.StreamResponse:
    """Send a file in pieces, to be saved under a name."""
    response = web.StreamResponse(
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )
    response.content_type = "application/octet-stream"
    response.content_length = await asyncio.to_thread(stream.seek, 0, 2)
    await asyncio.to_thread(stream.seek, 0)
    await response.prepare(request)
    while chunk := await asyncio.to_thread(stream.read, CHUNK_BYTES):
        await response.write(chunk)
    await response.write_eof()
    return response


def _name(request: web.Request) -> str:
    """Return the beginning of a file's name: the blog's handle, and the day."""
    clock: Clock = request.app[CLOCK]
    site = request.app[SETTINGS].site
    return f"{site.handle}-{clock().astimezone(site.zone):%Y-%m-%d}"


def _zipped(folder: Path) -> BinaryIO:
    shutil.make_archive(str(folder), "zip", root_dir=folder.parent, base_dir=folder.name)
    return folder.with_name(f"{folder.name}.zip").open("rb")
