"""Imports an uploaded file with the importer for its kind."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from syndicate.blogroll.following import BlogrollEditor
from syndicate.clock import Clock
from syndicate.config import SiteConfig
from syndicate.federation.outbox.blocking import BlockEnforcer
from syndicate.feeds import mastodon_csv, opml
from syndicate.importers import own_export
from syndicate.importers.block_list import block_all, parse_block_list
from syndicate.importers.blog_importer import BlogImporter
from syndicate.importers.feed.export import FeedExport
from syndicate.importers.ghost.export import GhostExport
from syndicate.importers.markdown.archive import opened_folder
from syndicate.importers.markdown.discover import MarkdownFileKind, discover
from syndicate.importers.markdown.importer import MarkdownImporter
from syndicate.importers.markdown.project import open_project
from syndicate.importers.own_export import OwnExport
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.records import Exported, ExportedPost, Source
from syndicate.importers.upload.kinds import UploadKind, kind_of_upload
from syndicate.importers.upload.words import (
    words_of_blocks,
    words_of_blog,
    words_of_folder,
    words_of_list,
    words_of_own,
)
from syndicate.importers.webmentions import WebmentionList
from syndicate.importers.wordpress.export import WordPressExport
from syndicate.media import MediaFiles
from syndicate.publishing.addresses import IsReserved
from syndicate.storage import Store
from syndicate.urls import Urls


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTools:
    """What importers need."""

    store: Store
    importer: PostImporter
    files: MediaFiles
    urls: Urls
    site: SiteConfig
    clock: Clock
    blogroll: BlogrollEditor
    blocking: BlockEnforcer
    is_reserved: IsReserved


class ImportProgress(Protocol):
    """How far an import is. `kind` may be decided before. `advance` is called after each post, `check` also while
    the file is read; both may raise to end the import."""

    kind: str
    total: int

    def advance(self, title: str, /) -> None: ...

    def check(self) -> None: ...


class UploadImport:
    """One import of one file."""

    def __init__(self, tools: ImportTools, progress: ImportProgress) -> None:
        self._tools, self._progress = tools, progress

    async def run(self, path: Path, origin: str = "") -> list[str]:
        """Import a file and return the report, a line for each thing to say. `origin` is the address of the old blog
        where the file does not name it. Raises InputError, OSError.
        """
        is_decided = self._progress.kind == UploadKind.BLOCKS
        kind = UploadKind.BLOCKS if is_decided else await asyncio.to_thread(kind_of_upload, path)
        self._progress.kind = kind.value
        match kind:
            case UploadKind.MARKDOWN:
                return await self._folder(path, origin)
            case UploadKind.BLOCKS:
                return await self._blocks(await asyncio.to_thread(path.read_bytes), path.name)
            case UploadKind.OPML | UploadKind.FOLLOWING:
                return await self._list(kind, await asyncio.to_thread(path.read_bytes))
            case _:
                return await self._blog(kind, path, origin)

    async def _blog(self, kind: UploadKind, path: Path, origin: str) -> list[str]:
        source = self._source(kind, path, origin)
        tools, advance = self._tools, self._progress.advance
        importer = BlogImporter(
            tools.store,
            tools.importer,
            tools.files,
            tools.urls,
            tools.clock,
            media=source.archive if isinstance(source, FeedExport) else None,
            announce=False,
            progress=advance,
            own=self._own_export(None),
        )
        return words_of_blog(await importer.run(CountedSource(source, self._progress)))

    def _source(self, kind: UploadKind, path: Path, origin: str) -> Source:
        site = self._tools.site
        match kind:
            case UploadKind.WORDPRESS:
                return WordPressExport((path,), site.zone)
            case UploadKind.GHOST:
                return GhostExport(path=path, base=(origin or site.url).rstrip("/"), timezone=site.zone)
            case UploadKind.WEBMENTIONS:
                return WebmentionList(path)
            case _:
                return FeedExport((path,), base=site.url)

    async def _folder(self, path: Path, origin: str) -> list[str]:
        tools = self._tools
        with opened_folder(path) as folder:
            if own_export.is_export(folder):
                lines = words_of_own(await self._own_export(folder).run())
            else:
                importer = MarkdownImporter(
                    tools.store,
                    tools.importer,
                    tools.files,
                    tools.urls,
                    tools.site,
                    tools.clock,
                    is_reserved=tools.is_reserved,
                    announce=False,
                    progress=self._progress.advance,
                )
                project = open_project(folder, tools.site.zone, origin=origin, pattern="")
                self._progress.total = sum(
                    file.kind in (MarkdownFileKind.POST, MarkdownFileKind.PAGE) for file in discover(project)
                )
                lines = words_of_folder(await importer.run(project))
            return [line.replace(f"{folder}/", "") for line in lines]

    async def _blocks(self, data: bytes, name: str) -> list[str]:
        listed = parse_block_list(data, name)
        self._progress.total = len(listed.patterns)
        tools = self._tools
        await block_all(tools.store, tools.blocking, tools.clock, listed, self._progress.advance)
        return words_of_blocks(listed)

    async def _list(self, kind: UploadKind, data: bytes) -> list[str]:
        if kind is UploadKind.FOLLOWING:
            listed = mastodon_csv.parse(data)
            report = await self._tools.blogroll.import_accounts(listed.handles)
            return words_of_list(report, [f"{what}: not an account" for what in listed.left_out])
        outlines = opml.parse(data)
        report = await self._tools.blogroll.import_outlines(outlines.outlines)
        return words_of_list(report, [f"{item.what}: {item.reason}" for item in outlines.left_out])

    def _own_export(self, folder: Path | None) -> OwnExport:
        tools, advance = self._tools, self._progress.advance
        return OwnExport(
            tools.store,
            tools.importer,
            tools.files,
            tools.urls,
            tools.site.zone,
            tools.clock,
            advance,
            folder=folder,
        )


class CountedSource:
    """An export whose posts are counted while it is first read."""

    def __init__(self, source: Source, progress: ImportProgress) -> None:
        self._source, self._progress = source, progress

    @property
    def origin(self) -> str:
        return self._source.origin

    def read(self) -> Iterator[Exported]:
        counted = 0
        for item in self._source.read():
            self._progress.check()
            counted += isinstance(item, ExportedPost)
            yield item
        self._progress.total = counted
