"""Resolve the files that a post refers to: known ones, local files beside its Markdown, and remote ones to download.

Local files are used only below the folder that the author gave, so that an imported text cannot publish other files
of this machine. A path from the root (`/audio/talk.mp3`) is resolved in that folder unless the blog serves something
there.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote

from syndicate.clock import Clock
from syndicate.content.text import canonical_path
from syndicate.media import MediaFiles, UnusableFile
from syndicate.media.directory import names_of_whole
from syndicate.media.kinds import NAMED_AS_FILES, extension_of
from syndicate.media.places import has_location
from syndicate.model.ids import new_id
from syndicate.storage import Store
from syndicate.storage.media import MediaFile, MediaState, Purpose
from syndicate.urls import Urls, join, split

MAX_BYTES = 256 * 1024 * 1024
PAGES = frozenset({"", "md", "markdown", "htm", "html"})
"""Extensions of pages: a link to one is never a file, even if a file of that name lies beside the Markdown."""
ROOT_ENDS = "/./"
"""Separates the author's folder from the place of the Markdown within it, in the base of a post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFile:
    """A file that a post refers to. `is_new`: not stored like this yet; `replaced`: the name of the file that it
    replaces; `has_location`: a video that contains its location.
    """

    file: MediaFile
    is_new: bool = False
    replaced: str = ""
    has_location: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether it is a local file that cannot be read."""
        return self.file.is_local and self.file.state is MediaState.FAILED


def base_of(folder: str, root: str | None = None) -> str:
    """Return the base of a post whose Markdown lies in `folder`, below the author's folder `root`."""
    if root is None or not Path(folder).is_relative_to(root):
        return f"file://{_spelled(folder)}/"
    below = Path(folder).relative_to(root).as_posix()
    return f"file://{_spelled(root)}/" if below == "." else f"file://{_spelled(root)}{ROOT_ENDS}{_spelled(below)}/"


def _spelled(path: str) -> str:
    return "".join(quote(char) if char in "%#?" else char for char in path.rstrip("/"))


class PostFiles:
    def __init__(self, store: Store, files: MediaFiles, urls: Urls, clock: Clock) -> None:
        self._store, self._files, self._urls, self._clock = store, files, urls, clock

    async def find(
        self, reference: str, *, permalink: str, base: str, is_link: bool, fetched: bool, reread: bool
    ) -> PostFile | None:
        """Find the file that a reference names; None for a page or anything that needs no file of ours.

        `is_link`: the reference may be a page. `fetched`: a file on another server is to be downloaded. Without
        `reread`, the disk is not read.
        """
        bare = reference.partition("#")[0]
        parts = split(bare)
        is_here = base.startswith("file:") and not parts.netloc and parts.scheme in ("", "file")
        if is_here:
            return await self._beside(bare, base, is_link=is_link, reread=reread) if bare else None
        address = join(permalink if base.startswith("file:") else base or permalink, bare)
        return await self._linked(address) if is_link else await self._elsewhere(address, fetched)

    async def _linked(self, address: str) -> PostFile | None:
        """Find the file of ours that a link leads to."""
        path = self._urls.path_of(address)
        known = None if path is None else await self._served(path.partition("?")[0])
        return PostFile(file=known) if known is not None and known.state is MediaState.KEPT else None

    async def _elsewhere(self, address: str, fetched: bool) -> PostFile | None:
        known = await self._store.media.find_by_source(address)
        path = self._urls.path_of(address)
        if known is None and path is not None:
            known = await self._served(path.partition("?")[0])
        if known is not None:
            return PostFile(file=known)
        if path is not None or not fetched or split(address).scheme not in ("http", "https"):
            return None
        return PostFile(file=self._wanted(address), is_new=True)

    async def _served(self, path: str) -> MediaFile | None:
        """Find the file that the blog serves at a path."""
        known = await self._store.media.find_by_path(canonical_path(path))
        if known is not None or not path.startswith(Urls.media("")):
            return known
        for name in names_of_whole(path.removeprefix(Urls.media(""))):
            known = known or await self._store.media.find_by_name(name)
        return known

    async def _beside(self, reference: str, base: str, *, is_link: bool, reread: bool) -> PostFile | None:
        if reference.startswith("/"):
            served = await self._served(reference.partition("?")[0])
            if served is not None:
                return PostFile(file=served)
            if self._files.path(reference.removeprefix(Urls.media(""))) is not None:
                return None
        root = base.partition(ROOT_ENDS)[0].rstrip("/") + "/"
        address = join(root, reference.lstrip("/")) if reference.startswith("/") else join(base, reference)
        path = Path(unquote(split(address).path))
        if is_link and not _is_file(path):
            return None
        known = await self._store.media.find_by_source(address)
        if not reread:
            if known is None and is_link:
                return None
            return PostFile(
                file=known or as_failed(self._wanted(address), "it was not there when the post was published")
            )
        return await asyncio.to_thread(self._read, address, path, Path(unquote(split(root).path)), known)

    def _read(self, address: str, path: Path, root: Path, known: MediaFile | None) -> PostFile:
        """Read a local file and store it, again if it has changed."""
        try:
            data = _bytes(path, root)
            kept = as_kept(self._wanted(address), self._files, data)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            is_kept = known is not None and known.state is MediaState.KEPT
            return PostFile(file=known) if known and is_kept else self._failed(address, f"{path}: no such file", known)
        except (OSError, UnusableFile) as error:
            return self._failed(address, f"{path}: {getattr(error, 'strerror', None) or error}", known)
        is_same = known is not None and known.name == kept.name
        places = kept.media_type == "video/mp4" and has_location(data)
        if known is not None and is_same:
            return PostFile(file=known, has_location=places)
        return PostFile(file=kept, is_new=True, replaced=(known and known.name) or "", has_location=places)

    def _failed(self, address: str, reason: str, known: MediaFile | None) -> PostFile:
        if known is not None and (known.state, known.reason) == (MediaState.FAILED, reason):
            return PostFile(file=known)
        return PostFile(file=as_failed(self._wanted(address), reason), is_new=True)

    def _wanted(self, address: str) -> MediaFile:
        now = self._clock()
        return MediaFile(id=new_id(now), source_url=address, due=now)


def _is_file(path: Path) -> bool:
    """Whether a link refers to a file: by its extension, or because the file exists."""
    extension = extension_of(path.name)
    return extension in NAMED_AS_FILES or (extension not in PAGES and path.is_file())


def _bytes(path: Path, root: Path) -> bytes:
    """Return the content of a file. Raises UnusableFile, OSError."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise UnusableFile(f"lies outside {root}; only files below it are published")
    if path.stat().st_size > MAX_BYTES:
        raise UnusableFile(f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    return path.read_bytes()


def as_kept(file: MediaFile, files: MediaFiles, data: bytes) -> MediaFile:
    """Store the bytes and return the media row as kept; pictures lose their metadata and get smaller forms. Blocks while a picture is
    processed.

    Raises UnusableFile, OSError.
    """
    kept = files.keep_own(data) if file.purpose is Purpose.POST else files.keep(data)
    return replace(
        file,
        name=kept.name,
        original=kept.original,
        widths=kept.widths,
        media_type=kept.media_type,
        size=kept.size,
        width=kept.width,
        height=kept.height,
        state=MediaState.KEPT,
        reason="",
    )


def as_failed(file: MediaFile, reason: str) -> MediaFile:
    return replace(file, state=MediaState.FAILED, reason=reason)
