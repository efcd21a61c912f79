"""A copy of the old blog's files, for `--media`: a folder, or an archive (ZIP or TAR) as WordPress.com gives it.

A file is found by its path below the old blog's folder of uploads, wherever that folder lies in the copy. Nothing
outside the copy is read.
"""

import os
import re
import tarfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from syndicate.errors import InputError, NotAnExport
from syndicate.importers.packed import MAX_FILES, ZIP, checked, is_meant
from syndicate.media.files import MAX_BYTES
from syndicate.translation import _

_SIZE = re.compile(r"-[0-9]{1,5}x[0-9]{1,5}(?=\.\w+\Z)")
_SCALED = re.compile(r"-(?:scaled|rotated)(?=\.\w+\Z)")
_DATED = re.compile(r"[0-9]{4}/[0-9]{2}/[^/]+\Z")


class _CopiedFiles(Protocol):
    """The files of a copy."""

    def names(self) -> Iterator[str]:
        """Return the path of every file in the copy."""

    def read(self, name: str) -> bytes:
        """Raises OSError."""

    def close(self) -> None: ...


class MediaCopy:
    """Raises InputError if it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._files = _opened(path)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for name in self._files.names():
            self._by_tail[_tail(name)].append(name)

    def close(self) -> None:
        self._files.close()

    def find(self, *paths: str) -> bytes | None:
        """Return the first file that one of these paths (of addresses or of WordPress's records) names, or the
        original of a picture whose smaller form is not there. Raises OSError.
        """
        for path in paths:
            for spelling in _spellings(path):
                if (name := self._name(spelling)) is not None:
                    return self._files.read(name)
        return None

    def _name(self, path: str) -> str | None:
        """Return the file whose path has most in common with this one, from the end on."""
        candidates = self._by_tail.get(_tail(path), [])
        dated = _DATED.search(path)
        if dated:
            candidates = [name for name in candidates if _normalized(name).endswith(dated[0])] or [
                name for name in candidates if not _DATED.search(name)
            ]
        best = max(candidates, key=lambda name: _common(name, path), default=None)
        ambiguous = [name for name in candidates if best is not None and _common(name, path) == _common(best, path)]
        return best if len(ambiguous) == 1 else None


def _spellings(path: str) -> Iterator[str]:
    path = _normalized(unquote(path)).strip("/")
    if ".." in path.split("/"):
        return
    original = _SIZE.sub("", path)
    stem, dot, extension = original.rpartition(".")
    yield from dict.fromkeys((path, original, _SCALED.sub("", original), f"{stem}-scaled{dot}{extension}"))


def _tail(path: str) -> str:
    return _normalized(path.rpartition("/")[2]).lower()


def _normalized(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _common(one: str, other: str) -> int:
    """Return how many segments two paths have in common, from the end on."""
    pairs = zip(reversed(_normalized(one).lower().split("/")), reversed(other.lower().split("/")), strict=False)
    count = 0
    for left, right in pairs:
        if left != right:
            break
        count += 1
    return count


def _opened(path: Path) -> _CopiedFiles:
    if path.is_dir():
        return _Folder(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
        if head.startswith(ZIP):
            return _Zip(path)
        return _Tar(path)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, NotAnExport) as error:
        raise InputError(
            _("--media {path}: neither a folder nor a whole ZIP or TAR archive: {error}", path=path, error=error)
        ) from error


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def names(self) -> Iterator[str]:
        for folder, _directories, files in os.walk(self._root):
            below = Path(folder).relative_to(self._root).as_posix()
            yield from (name if below == "." else f"{below}/{name}" for name in files)

    def read(self, name: str) -> bytes:
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root):
            raise OSError("it is a link that leads out of the folder")
        if path.stat().st_size > MAX_BYTES:
            raise OSError(f"larger than {MAX_BYTES >> 20} MiB")
        return path.read_bytes()

    def close(self) -> None:
        """Do nothing; nothing stays open."""


class _Zip:
    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            members = checked(self._archive, path.name)
        except NotAnExport:
            self._archive.close()
            raise
        self._members = {member.filename: member for member in members if not member.is_dir()}

    def names(self) -> Iterator[str]:
        return filter(is_meant, self._members)

    def read(self, name: str) -> bytes:
        if self._members[name].file_size > MAX_BYTES:
            raise OSError(f"larger than {MAX_BYTES >> 20} MiB")
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise OSError(f"damaged in the archive: {error}") from error

    def close(self) -> None:
        self._archive.close()


class _Tar:
    def __init__(self, path: Path) -> None:
        self._archive = tarfile.open(path)  # noqa: SIM115 - it stays open while the import runs
        self._members: dict[str, tarfile.TarInfo] = {}
        for member in self._archive:
            if member.isfile() and ".." not in member.name.split("/"):
                self._members[member.name] = member
            if len(self._members) > MAX_FILES:
                raise NotAnExport(_("more than {max_files} files", max_files=MAX_FILES))

    def names(self) -> Iterator[str]:
        return filter(is_meant, self._members)

    def read(self, name: str) -> bytes:
        if self._members[name].size > MAX_BYTES:
            raise OSError(f"larger than {MAX_BYTES >> 20} MiB")
        stream = self._archive.extractfile(self._members[name])
        return stream.read() if stream else b""

    def close(self) -> None:
        self._archive.close()
