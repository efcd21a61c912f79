"""Writes a whole blog into a directory: Markdown, WordPress and Blog Archive forms, comments, the blogroll and followers.

Posts are read and written one by one, so that the size of the blog does not matter. Everything is first written under a
hidden name; the directory holds the export only when it is complete.
"""

import asyncio
import json
import secrets
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from syndicate.clock import to_text
from syndicate.config import SiteConfig
from syndicate.content.own_format import folder_name
from syndicate.errors import InputError
from syndicate.exporters import archive, lists, texts, wxr
from syndicate.exporters.entries import ExportEntry, list_entries, number_after_largest
from syndicate.exporters.pictures import place_files
from syndicate.feeds import opml
from syndicate.media import MediaFiles
from syndicate.model.post import PostKind, TermKind
from syndicate.storage import Store
from syndicate.translation import _
from syndicate.urls import Urls

COMMENTS = "comments.json"
BLOG = "blog"
FOLDERS = {PostKind.POST: "posts", PostKind.PAGE: "pages"}
PAGE_SIZE = 500
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
HUGO = """\
baseURL = {url}
title = {title}
languageCode = {language}

[markup.goldmark.renderer]
unsafe = true

[[module.mounts]]
source = "posts"
target = "content/posts"
[[module.mounts]]
source = "pages"
target = "content"
[[module.mounts]]
source = "static"
target = "static"
"""


@dataclass(slots=True)
class ExportReport:
    """What was written. `missing` are files of posts that are not in the media directory."""

    posts: int = 0
    pages: int = 0
    comments: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


class BlogExporter:
    def __init__(
        self, store: Store, files: MediaFiles, urls: Urls, site: SiteConfig, progress: Callable[[str], None]
    ) -> None:
        self._store, self._files, self._urls, self._site = store, files, urls, site
        self._progress = progress
        self._written: set[str] = set()
        self.report = ExportReport()

    async def run(self, directory: Path) -> ExportReport:
        """Export into a new or empty directory. Raises InputError, OSError."""
        target = await asyncio.to_thread(_require_empty, directory)
        unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            await asyncio.to_thread(unfinished.mkdir, parents=True)
            await self._write(unfinished)
            await asyncio.to_thread(_put_in_place, unfinished, target)
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
            raise
        return self.report

    async def _write(self, folder: Path) -> None:
        authors = await self._store.post_export.list_authors()
        terms = [term for kind in TermKind for term in await self._store.terms.list_all(kind)]
        with ExitStack() as stack:
            out = _Streams(folder, stack)
            for part in wxr.head(self._site, self._urls, authors, terms):
                out.wxr.write(part)
            out.comments.write(lists.comments_start())
            out.feed.write(archive.feed_start(self._site, self._urls))
            out.page.write(archive.page_start(self._site))
            items = wxr.Items(self._urls, self._site.zone)
            attachments = await self._store.post_export.count() + await number_after_largest(self._store)
            async for entry in list_entries(self._store):
                attachments = await asyncio.to_thread(self._entry, entry, folder, out, items, attachments)
                self._progress(entry.post.slug)
            out.wxr.write(wxr.TAIL)
            out.comments.write("\n]}\n")
            out.feed.write("\n]}\n")
            out.page.write(archive.PAGE_END)
        await asyncio.to_thread(self._pack, folder)
        await self._write_lists(folder)
        names = {"url": self._site.url, "title": self._site.name, "language": self._site.language}
        quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in names.items()}
        await asyncio.to_thread((folder / "hugo.toml").write_text, HUGO.format(**quoted), encoding="utf-8")

    def _entry(self, entry: ExportEntry, folder: Path, out: "_Streams", items: wxr.Items, attachments: int) -> int:
        """Write a post in every form, and return the number after its last attachment."""
        post = entry.post
        placed = place_files(entry, self._urls)
        markdown = texts.render(entry, placed.source, placed.image)
        own = folder / FOLDERS[post.kind] / folder_name(post.slug)
        own.mkdir(parents=True)
        (own / "index.md").write_text(markdown, encoding="utf-8", newline="")
        for path, name in placed.beside.items():
            self._copy(name, own / path)
        for path, name in placed.static.items():
            self._copy(name, folder / "static" / path)
        public = {file.path or self._urls.media(file.name): file for file in entry.files if file.name}
        for part in items.render(entry, markdown, public, attachments):
            out.wxr.write(part)
        for line in lists.comments_of(entry):
            out.comments.write(f"{out.separator('comments')}{line}")
        if post.is_public:
            out.feed.write(f"{out.separator('feed')}{archive.feed_item(entry, self._urls)}")
            out.page.write(archive.page_item(entry, self._urls))
            self._written.update(file.name for file in entry.files if file.name)
        self._count(entry)
        return attachments + len(public)

    def _count(self, entry: ExportEntry) -> None:
        self.report.posts += entry.post.kind is PostKind.POST
        self.report.pages += entry.post.kind is PostKind.PAGE
        self.report.comments += len(entry.comments)

    def _copy(self, name: str, target: Path) -> None:
        path = self._files.path(name)
        if path is None:
            self.report.missing.append(f"{target.parent.name}/{target.name}")
            return
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        self.report.files += 1

    def _pack(self, folder: Path) -> None:
        """Put feed, page and public files into the Blog Archive, always in the same order."""
        with zipfile.ZipFile(folder / "blog.bar", "w", zipfile.ZIP_DEFLATED) as bar:
            for name in ("feed.json", "index.html"):
                _add(bar, name, folder / name)
                (folder / name).unlink()
            for name in sorted(self._written):
                if (path := self._files.path(name)) is not None:
                    _add(bar, f"{archive.UPLOADS}{name}", path)

    async def _write_lists(self, folder: Path) -> None:
        blogroll = await self._store.blogroll.list_all(hidden=True)
        followers = [(handle,) async for handle in _followers(self._store)]
        changed = max((entry.added for entry in blogroll if entry.added), default=self._store.clock())
        rendered = opml.render(f"Blogroll of {self._site.name}", self._site.author, changed, lists.outlines(blogroll))
        files = {
            "blogroll.opml": rendered,
            "followers.csv": lists.as_csv(lists.FOLLOWERS, followers).encode(),
            "following.csv": lists.as_csv(lists.FOLLOWING, lists.following_rows(blogroll)).encode(),
        }
        for name, data in files.items():
            await asyncio.to_thread((folder / name).write_bytes, data)


class _Streams:
    """The files that grow with each post."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        def opened(name: str) -> TextIO:
            return stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))

        self.wxr, self.comments = opened("blog.xml"), opened(COMMENTS)
        self.feed, self.page = opened("feed.json"), opened("index.html")
        self._begun: set[str] = set()

    def separator(self, name: str) -> str:
        """Return what stands before the next item of a list."""
        first = name not in self._begun
        self._begun.add(name)
        return "\n" if first else ",\n"


async def _followers(store: Store) -> AsyncIterator[str]:
    """Yield the handles of all followers of the blog, or the actor id where the handle is unknown."""
    before = None
    while page := await store.followers.list_page(BLOG, before=before, limit=PAGE_SIZE):
        for follower in page:
            actor = await store.remote_actors.find(follower.actor)
            yield actor.handle.lstrip("@") if actor and actor.handle else follower.actor
        before = (to_text(page[-1].since), page[-1].actor)


def _add(bar: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, ZIP_DATE)
    entry.compress_type = zipfile.ZIP_STORED if name.startswith(archive.UPLOADS) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with path.open("rb") as source, bar.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target)


def _require_empty(directory: Path) -> Path:
    target = directory.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(_("{target}: exists and is not empty; please name a new directory", target=target))
    return target


def _put_in_place(unfinished: Path, target: Path) -> None:
    if target.exists():
        target.rmdir()
    unfinished.rename(target)
