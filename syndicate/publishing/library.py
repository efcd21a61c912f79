"""The posts folder: a Markdown file that has rested for ten seconds is published; changed, it is published again.

A changed file wins over the database. A file that vanishes changes nothing: a disk that is not mounted must not
delete a blog.
"""

import asyncio
import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from watchfiles import awatch

from syndicate.clock import Clock
from syndicate.errors import InputError
from syndicate.publishing import markdown_files
from syndicate.publishing.publisher import Published, Publisher
from syndicate.storage import Store

log = structlog.get_logger()

RESTED = timedelta(seconds=10)
ABSENT = 15.0
"""Seconds between looks for a folder that is not there."""
LOOK_AGAIN = 300_000
"""Milliseconds after which the folder is looked through although nothing was noticed (network file systems)."""


class Library:
    def __init__(self, store: Store, publisher: Publisher, directory: Path, zone: ZoneInfo, clock: Clock) -> None:
        self._store, self._publisher, self._directory = store, publisher, directory
        self._zone, self._clock = zone, clock
        self._complained: dict[Path, str] = {}

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not self._directory.is_dir():
                await asyncio.sleep(ABSENT)
                continue
            wait = await self.scan()
            with contextlib.suppress(FileNotFoundError):
                await self._changes(wait)

    async def _changes(self, wait: float | None) -> None:
        """Return when something has changed, or a file has rested long enough."""
        timeout = LOOK_AGAIN if wait is None else int(wait * 1000) + 50
        watching = awatch(
            self._directory, step=500, debounce=1000, rust_timeout=timeout, yield_on_timeout=True, recursive=True
        )
        async with contextlib.aclosing(watching):
            async for _ in watching:
                return

    async def scan(self) -> float | None:
        """Take in what is new or changed and has rested; the seconds until the next file has, or None."""
        known = await self._store.posts.files()
        wait: float | None = None
        for path in markdown_files.posts_in(self._directory):
            try:
                resting = self._resting(path)
                if resting > 0:
                    wait = min(wait or resting, resting)
                    continue
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError:  # it went away while we looked
                continue
            if known.get(self._name(path)) != digest:
                await self._take(path, digest)
        return wait

    def _resting(self, path: Path) -> float:
        """Seconds that a file has still to rest."""
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        age = self._clock() - changed
        return (RESTED - age).total_seconds() if timedelta(0) <= age < RESTED else 0.0

    async def _take(self, path: Path, digest: str) -> None:
        try:
            published = await self.publish(path)
        except InputError as error:
            if self._complained.get(path) != digest:
                self._complained[path] = digest
                log.warning("file not published", problem=str(error))
            return
        self._complained.pop(path, None)
        post = published.post
        await self._store.transaction(lambda tx: tx.posts.put_file(self._name(path), post.id, digest))

    async def publish(self, path: Path) -> Published:
        """Publish one file of the folder. Raises InputError."""
        file = markdown_files.read(path, self._zone)
        slug = file.manuscript.slug
        other = await self._file_of(slug)
        if other is not None and other != self._name(path) and (self._directory / other).exists():
            raise InputError(f"{path}: its slug {slug!r} is that of {other}; please give one of them another")
        if file.unknown:
            log.warning("fields without meaning", file=str(path), fields=", ".join(file.unknown))
        return await self._publisher.publish(file.manuscript, origin="folder")

    async def vanished(self) -> list[str]:
        """Files that were taken in and are no longer there: their posts stay; `doctor` names them."""
        known = await self._store.posts.files_of_posts()
        return sorted(name for name in known if not (self._directory / name).exists())

    async def _file_of(self, slug: str) -> str | None:
        post = await self._store.posts.by_slug(slug)
        return await self._store.posts.file_of(post.id) if post else None

    def _name(self, path: Path) -> str:
        return path.relative_to(self._directory).as_posix()
