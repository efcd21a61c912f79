"""A directory of files named by the hash of their content, written once and never changed.

Names given by others are never used as file names.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from syndicate.media.kinds import MEDIA_TYPES
from syndicate.model.media_names import name_of_smaller

NAME = re.compile(r"[0-9a-f]{40}(?:-[0-9]{3,4})?\.[a-z0-9]{2,4}")
WIDTHS = (480, 960, 1600)
"""The widths of the smaller forms of a picture, in pixels."""
SMALLER = re.compile(r"([0-9a-f]{40})-[0-9]{3,4}\.webp")
PICTURE_EXTENSIONS = tuple(extension for extension, kind in MEDIA_TYPES.items() if kind.startswith("image/"))


def name_of(data: bytes, extension: str) -> str:
    """Return the name of a file with this content."""
    return f"{hashlib.sha256(data).hexdigest()[:40]}.{extension}"


def names_of_whole(name: str) -> tuple[str, ...]:
    """Return the names that a picture can have if this is the name of a smaller form of it; else the name itself."""
    smaller = SMALLER.fullmatch(name)
    return tuple(f"{smaller[1]}.{extension}" for extension in PICTURE_EXTENSIONS) if smaller else (name,)


class HashedFiles:
    """A directory of such files; with `private`, only the owner of the process may read them."""

    def __init__(self, directory: Path, *, private: bool = False) -> None:
        self._directory = directory
        self._directory_mode, self._file_mode = (0o700, 0o600) if private else (0o777, 0o666)

    def path(self, name: str) -> Path | None:
        """Return the path of a file; None if the name is invalid or the file does not exist."""
        if not NAME.fullmatch(name):
            return None
        path = self._path(name)
        return path if path.is_file() else None

    def names(self) -> Iterator[str]:
        """Return the names of all files without the smaller forms of pictures, in order."""
        names = sorted(path.name for path in self._directory.glob("??/*") if self.path(path.name) == path)
        yield from (name for name in names if "-" not in name)

    def widths(self, name: str) -> tuple[int, ...]:
        """Return the widths of the smaller forms of a picture that exist."""
        return tuple(width for width in WIDTHS if self.path(name_of_smaller(name, width)) is not None)

    def write(self, name: str, data: bytes) -> None:
        """Write a file durably; it is written under a temporary name first, so that an incomplete file is never
        found.
        """
        path = self._path(name)
        if path.exists():
            return
        for directory in (self._directory, path.parent):
            directory.mkdir(mode=self._directory_mode, parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)

    def remove(self, name: str) -> None:
        """Delete a file and its smaller forms."""
        for each in (name, *(name_of_smaller(name, width) for width in WIDTHS)):
            path = self.path(each)
            if path is not None:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / name[:2] / name
