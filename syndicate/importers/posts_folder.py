"""Watch the posts folder: publish each Markdown file once it has not changed for ten seconds, and again after each
change.

A changed file wins over the database and is the identity of its post: if the file gets another slug, the post moves.
A file that disappears changes nothing, so that an unmounted disk does not delete a blog.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from watchfiles import awatch

from syndicate.clock import Clock
from syndicate.errors import FilesMissing, InputError, StorageError
from syndicate.importers import markdown_files
from syndicate.importers.markdown_files import MarkdownFile
from syndicate.importers.post_importer import FileVersion, PostImporter, named
from syndicate.media.kinds import NAMED_AS_FILES, extension_of
from syndicate.publishing import Published
from syndicate.storage import Store, Tables
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.workers.loop import log_storage_error

log = structlog.get_logger()

SETTLE_TIME = timedelta(seconds=10)
RETRY_SECONDS = 15.0
"""Seconds between checks for a folder that does not exist."""
RESCAN_MILLISECONDS = 300_000
"""Milliseconds after which the folder is scanned even without a notification (network file systems)."""


class PostsFolder:
    def __init__(
        self, store: Store, importer: PostImporter, directory: Path, settings: SiteSettings, clock: Clock
    ) -> None:
        self._store, self._importer, self._directory = store, importer, directory
        self._settings, self._clock = settings, clock
        self._complained: dict[Path, str] = {}
        self._waiting: dict[Path, str] = {}
        self._digests: dict[Path, tuple[tuple[int, int, int], str]] = {}
        self._passed_over: set[Path] = set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            if not self._directory.is_dir():
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                wait = await self.scan()
                await self._changes(wait)
            except (OSError, StorageError) as error:  # deleted in the meantime, or no more watches available
                log.warning("posts folder not watched", problem=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _changes(self, wait: float | None) -> None:
        """Return when something has changed or a file has settled."""
        timeout = RESCAN_MILLISECONDS if wait is None else int(wait * 1000) + 50
        watching = awatch(
            self._directory, step=500, debounce=1000, rust_timeout=timeout, yield_on_timeout=True, recursive=True
        )
        async with contextlib.aclosing(watching):
            async for _changes in watching:
                return

    async def scan(self) -> float | None:
        """Publish new and changed files that have settled. Return the seconds until the next file settles, or None."""
        known = await self._store.source_files.list_all()
        passed_over = dict(await asyncio.to_thread(self.passed_over))
        for path in passed_over.keys() - self._passed_over:
            log.info("file skipped", file=str(path), reason=passed_over[path])
        self._passed_over = set(passed_over)
        wait: float | None = None
        for path in await asyncio.to_thread(markdown_files.posts_in, self._directory):
            if path in passed_over:
                continue
            try:
                resting = self._settling_seconds(path)
                if resting == 0 and known.get(self._name(path)) is None:
                    resting = await asyncio.to_thread(self._neighbours_settling_seconds, path)
                if resting > 0:
                    wait = min(wait or resting, resting)
                    continue
                digest = await asyncio.to_thread(self._digest, path)
            except OSError:  # deleted during the scan
                continue
            if known.get(self._name(path)) != digest:
                await self._publish_or_log(path, digest)
        return wait

    def _settling_seconds(self, path: Path) -> float:
        """Return the seconds until a file has settled."""
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        age = self._clock() - changed
        return (SETTLE_TIME - age).total_seconds() if timedelta(0) <= age < SETTLE_TIME else 0.0

    def _neighbours_settling_seconds(self, path: Path) -> float:
        """Return the same for the files beside and below it, so that a video is not published while it is being
        copied.
        """
        files = (
            file for file in path.parent.rglob("*") if extension_of(file.name) in NAMED_AS_FILES and file.is_file()
        )
        return max(map(self._settling_seconds, files), default=0.0)

    def _digest(self, path: Path) -> str:
        """Return the digest of a file's bytes, cached until its size or time changes."""
        stat = path.stat()
        seen = self._digests.get(path)
        look = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size)
        if seen is None or seen[0] != look:
            seen = self._digests[path] = (look, hashlib.sha256(path.read_bytes()).hexdigest())
        return seen[1]

    async def _publish_or_log(self, path: Path, digest: str) -> None:
        """Publish a file and log an error, so that it does not stop the other files or the server."""
        if self._complained.get(path) == digest:
            return
        try:
            await self.take(path)
            self._complained.pop(path, None)
            self._waiting.pop(path, None)
        except FilesMissing as error:  # checked again with every change of the folder
            if self._waiting.get(path) != str(error):
                self._waiting[path] = str(error)
                log.warning("file waiting for other files", problem=str(error))
        except InputError as error:
            self._complained[path] = digest
            log.warning("file publishing failed", problem=str(error))
        except StorageError as error:
            log_storage_error("file waits for the database", error, file=str(path))
        except Exception:
            self._complained[path] = digest
            log.exception("file publishing crashed", file=str(path))

    async def take(self, path: Path, *, replace: bool = False, minor: bool = False) -> Published:
        """Publish a file of the folder and remember it; with `replace` it may replace a post of another origin.
        Raises InputError.
        """
        digest = await asyncio.to_thread(self._digest, path)
        published = await self._publish(path, digest, replace, minor)
        await self._store.transaction(partial(self._forget_renamed, self._name(path), published.post.id))
        return published

    async def _forget_renamed(self, name: str, post: str, tx: Tables) -> None:
        for other in await tx.source_files.list_of(post):
            if other != name and _is_ours(other) and not (self._directory / other).exists():
                await tx.source_files.delete(other)

    def holds(self, path: Path) -> bool:
        """Whether a file lies in the folder."""
        return path.resolve().is_relative_to(self._directory.resolve()) and markdown_files.is_post(path)

    async def _publish(self, path: Path, digest: str, replace: bool, minor: bool) -> Published:
        file = await self._read(path)
        if file.unknown:
            log.warning("unknown fields ignored", file=str(path), fields=", ".join(file.unknown))
        for problem in file.problems:
            log.warning("field ignored", problem=problem)
        for reason in file.post_draft.draft_reasons:
            log.warning("post held back", reason=reason)
        version = FileVersion(name=self._name(path), digest=digest)
        with named(path):
            published = await self._importer.publish(
                file.post_draft, origin="folder", replace=replace, minor=minor, file=version, complete=True
            )
        if published.moved:
            log.warning("address of the program kept", file=str(path), wanted=published.moved, path=published.post.path)
        for film in published.with_location:
            log.warning("video location published", file=film)
        return published

    async def read(self, path: Path) -> tuple[MarkdownFile, FileVersion]:
        """Read a file of the folder without publishing it. Raises InputError."""
        digest = await asyncio.to_thread(self._digest, path)
        return await self._read(path), FileVersion(name=self._name(path), digest=digest)

    async def _read(self, path: Path) -> MarkdownFile:
        read = markdown_files.read(path, self._settings.site.zone, self._clock())
        post_draft = dataclasses.replace(read.post_draft, local_root=str(self._directory.absolute()))
        file = dataclasses.replace(read, post_draft=post_draft)
        slug = file.post_draft.slug
        for other in await self._files_of(slug):
            if other != self._name(path) and (self._directory / other).exists():
                raise InputError(
                    _(
                        "{path}: its slug {slug!r} is also that of {other}; please give one of them another slug",
                        path=path,
                        slug=slug,
                        other=other,
                    )
                )
        return file

    async def not_published(self) -> list[str]:
        """List the files that are not published or held back, with the reason, for `doctor`."""
        known = await self._store.source_files.list_all()
        passed_over = dict(await asyncio.to_thread(self.passed_over))
        found: list[str] = []
        for path in await asyncio.to_thread(markdown_files.posts_in, self._directory):
            if path not in passed_over:
                digest = await asyncio.to_thread(self._digest, path)
                found += await self._reasons(path, FileVersion(name=self._name(path), digest=digest), known)
        return found

    async def _reasons(self, path: Path, version: FileVersion, known: dict[str, str]) -> list[str]:
        try:
            file = await self._read(path)
            if known.get(version.name) != version.digest:
                with named(path):
                    await self._importer.check(file.post_draft, origin="folder", file=version)
        except InputError as error:
            return [str(error)]
        return [f"{reason}; held back" for reason in file.post_draft.draft_reasons]

    def passed_over(self) -> list[tuple[Path, str]]:
        """List Markdown files that are not posts, with the reason, for `doctor`."""
        return markdown_files.passed_over_in(self._directory)

    async def vanished(self) -> list[str]:
        """List published files that no longer exist, whose posts remain, for `doctor`."""
        known = await self._store.source_files.list_of_posts()
        return sorted(name for name in known if _is_ours(name) and not (self._directory / name).exists())

    async def _files_of(self, slug: str) -> list[str]:
        post = await self._store.posts.find_by_slug(slug)
        return [name for name in await self._store.source_files.list_of(post.id) if _is_ours(name)] if post else []

    def _name(self, path: Path) -> str:
        return path.resolve().relative_to(self._directory.resolve()).as_posix()


def _is_ours(name: str) -> bool:
    """Whether a remembered file lies in the folder; other files are remembered by their full path."""
    return not name.startswith("/")
