"""The media directory: files under hashed names, written once and never changed.

Strangers' names never become names of files here. Pictures are not decoded, only their headers are read for the
size: decoders of images have had too many holes.
"""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import imagesize

from syndicate.media.kinds import MEDIA_TYPES, MOST_HEAD, kind_of

NAME = re.compile(r"[0-9a-f]{40}\.[a-z0-9]{2,4}")
MOST_BYTES = 64 * 1024 * 1024


class UnusableFile(Exception):
    """Not a kind of file that is served here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """`name` under the media directory; `size` in bytes, `width` and `height` in pixels (0 where not known)."""

    name: str
    media_type: str
    size: int
    width: int
    height: int


class MediaFiles:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, data: bytes) -> KeptFile:
        """Write a file, durable when this returns. Raises UnusableFile, OSError."""
        kind = kind_of(data[:MOST_HEAD])
        if kind is None:
            raise UnusableFile("not a picture, sound, film or PDF")
        if len(data) > MOST_BYTES:
            raise UnusableFile(f"larger than {MOST_BYTES // 1024 // 1024} MiB")
        media_type, extension = kind
        name = f"{hashlib.sha256(data).hexdigest()[:40]}.{extension}"
        self._write(name, data)
        width, height = _size(data) if media_type.startswith("image/") else (0, 0)
        return KeptFile(name=name, media_type=media_type, size=len(data), width=width, height=height)

    def path(self, name: str) -> Path | None:
        """Where a file lies; None for what is not a name of ours or not there."""
        if not NAME.fullmatch(name):
            return None
        path = self._directory / name[:2] / name
        return path if path.is_file() else None

    @staticmethod
    def media_type(name: str) -> str:
        return MEDIA_TYPES[name.rpartition(".")[2]]

    def remove(self, name: str) -> None:
        path = self.path(name)
        if path is not None:
            path.unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        """Under another name first, so that a half-written file is never found."""
        path = self._directory / name[:2] / name
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)


def _size(data: bytes) -> tuple[int, int]:
    """What the header says; hostile headers say anything, so it is bounded and never trusted."""
    try:
        width, height = imagesize.get(BytesIO(data[: 1024 * 1024]))
    except Exception:  # noqa: BLE001 - a parser of strangers' bytes; without a size a picture is still one
        return (0, 0)
    return (width, height) if 0 < width < 65_536 and 0 < height < 65_536 else (0, 0)
