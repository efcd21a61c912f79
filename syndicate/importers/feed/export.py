"""Open whatever `syndicate import feed` is given, and read the posts in it.

A file is recognized by its content: RSS, Atom (also Blogger's), JSON Feed, or an archive that holds one: the Blog Archive
Format (`.bar`), or Google Takeout with Blogger in it.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from syndicate.errors import InputError, NotAnExport
from syndicate.importers.feed import h_feed, json_feed, xml_feed
from syndicate.importers.feed.documents import ExportedFeed
from syndicate.importers.file_kinds import kind_of_archive, kind_of_export
from syndicate.importers.packed import GZIP, MAX_EXPORT_BYTES, ZIP, exports_in, is_meant, opened_zip
from syndicate.importers.records import Exported, ExportedSite
from syndicate.translation import _

_NAMES_IN_FOLDERS = (".xml", ".atom", ".rss", ".json", ".bar")
_WHAT_TO_DO = "`syndicate import feed` reads RSS, Atom, JSON Feed, Blogger's exports and Blog Archives (.bar)."


@dataclass(frozen=True)
class FeedExport:
    """Feeds of one blog. A directory stands for the feeds in it. `base` is this blog's own address, against which
    what has no address of its own is resolved.
    """

    paths: tuple[Path, ...]
    base: str
    origin: str = "feed"

    @property
    def archive(self) -> Path | None:
        """The archive that also holds the files of the posts, if it is one."""
        return next((path for path in self.paths if path.is_file() and zipfile.is_zipfile(path)), None)

    def read(self) -> Iterator[Exported]:
        """Return everything in the feeds. Raises NotAnExport, OSError."""
        documents = self._documents
        addresses = dict.fromkeys(document.home for document in documents if document.home)
        yield ExportedSite(
            title=next((document.title for document in documents if document.title), ""),
            description=next((document.description for document in documents if document.description), ""),
            addresses=tuple(addresses),
        )
        seen: set[str] = set()
        for document in documents:
            yield from document.others
            for post in document.posts:
                if post.source_id not in seen:
                    seen.add(post.source_id)
                    yield post
        for document in documents:
            yield from document.replies

    @cached_property
    def _documents(self) -> list[ExportedFeed]:
        return [document for path in self.paths for file in _files(path) for document in self._in_file(file)]

    def _in_file(self, path: Path) -> Iterator[ExportedFeed]:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head.startswith(ZIP):
            yield from self._in_archive(path)
            return
        for name, export in exports_in(path, ()):
            yield self._read(name, export.read(MAX_EXPORT_BYTES if head.startswith(GZIP) else -1))

    def _in_archive(self, path: Path) -> Iterator[ExportedFeed]:
        with opened_zip(path) as archive:
            names = [name for name in archive.namelist() if is_meant(name)]
            if other := kind_of_archive(names):
                raise NotAnExport(f"{path.name} {other}")
            feeds = _feeds_in(names)
            if not feeds:
                raise NotAnExport(
                    _("{name} is a ZIP archive without a feed. {what_to_do}", name=path.name, what_to_do=_WHAT_TO_DO)
                )
            for name in feeds:
                yield self._read(f"{path.name}: {name}", archive.read(name))

    def _read(self, name: str, data: bytes) -> ExportedFeed:
        start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        other = kind_of_export(data[:65536].decode("utf-8", errors="replace"))
        if other and "import feed" not in other:
            raise NotAnExport(f"{name} {other}")
        if start.startswith(b"{"):
            return json_feed.read(data, name=name, base=self.base)
        if b"h-entry" in data and not start.startswith((b"<?xml", b"<rss", b"<feed")):
            return h_feed.read(data, name=name, base=self.base)
        if start.startswith(b"<") and (document := xml_feed.read(data, name=name, base=self.base)):
            return document
        raise NotAnExport(_("{name} is not a feed. {what_to_do}", name=name, what_to_do=_WHAT_TO_DO))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()]
    relative = {
        file.relative_to(path).as_posix(): file for file in files if is_meant(file.relative_to(path).as_posix())
    }
    found = [relative[name] for name in _feeds_in(list(relative))]
    found = found or [file for file in files if file.suffix.lower() in _NAMES_IN_FOLDERS]
    if not found:
        raise InputError(_("{path}: holds no feed. {what_to_do}", path=path, what_to_do=_WHAT_TO_DO))
    return found


def _feeds_in(names: list[str]) -> list[str]:
    """Return the feeds of a Takeout or a Blog Archive, the page of a Blog Archive without one, or else all feeds."""
    for wanted in ("feed.atom", "feed.json", "index.html"):
        found = [name for name in names if PurePosixPath(name).name == wanted and "Comments" not in name.split("/")]
        if found:
            return found
    return [name for name in names if name.lower().endswith((".xml", ".atom", ".rss"))]
