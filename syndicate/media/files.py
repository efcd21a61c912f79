"""The files that we serve, and the originals of those that were cleaned, which we do not serve.

A stranger's picture is kept as it came, undecoded. The author's lose what their files say besides the picture.
"""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from syndicate.media import pictures
from syndicate.media.directory import HashedFiles, name_of
from syndicate.media.kinds import MEDIA_TYPES, MOST_HEAD, UnusableFile, require_kind

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """`name` under the media directory; `size` in bytes, `width` and `height` in pixels (0 where not known). `original`
    is the name of the file as it came, where that is another, among the originals."""

    name: str
    media_type: str
    size: int
    width: int
    height: int
    original: str | None = None


class MediaFiles:
    """Writing blocks, and for the author's pictures starts a process: call it in a thread."""

    def __init__(self, directory: Path, originals: Path) -> None:
        self._served = HashedFiles(directory)
        self._originals = HashedFiles(originals, private=True)

    def keep(self, data: bytes) -> KeptFile:
        """Write a file as it is, durable when this returns. Raises UnusableFile, OSError."""
        media_type, extension = _kind(data)
        name = name_of(data, extension)
        self._served.write(name, data)
        width, height = _size(data) if media_type.startswith("image/") else (0, 0)
        return KeptFile(name=name, media_type=media_type, size=len(data), width=width, height=height)

    def keep_own(self, data: bytes) -> KeptFile:
        """Write a file of the author's, a picture without its metadata. Raises UnusableFile, OSError."""
        media_type, extension = _kind(data)
        cleaned = pictures.cleaned(data) if media_type.startswith("image/") else data
        if cleaned == data:
            return self.keep(data)
        original = name_of(data, extension)
        self._originals.write(original, data)
        return replace(self.keep(cleaned), original=original)

    def path(self, name: str) -> Path | None:
        """Where a file lies that is served; None for what is not a name of ours or not there."""
        return self._served.path(name)

    def pictures(self) -> list[str]:
        """The names of all pictures that are served."""
        return [name for name in self._served.names() if self.media_type(name).startswith("image/")]

    @staticmethod
    def media_type(name: str) -> str:
        return MEDIA_TYPES[name.rpartition(".")[2]]

    def remove(self, name: str) -> None:
        self._served.remove(name)

    def remove_original(self, name: str) -> None:
        self._originals.remove(name)


def _kind(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise UnusableFile(f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    return require_kind(data[:MOST_HEAD])


def _size(data: bytes) -> tuple[int, int]:
    """What the header says; hostile headers say anything, so it is bounded and never trusted."""
    import imagesize  # it loads a web client, for which the process that reads a picture has no use

    try:
        width, height = imagesize.get(BytesIO(data[: 1024 * 1024]))
    except Exception:  # noqa: BLE001 - a parser of strangers' bytes; without a size a picture is still one
        return (0, 0)
    return (width, height) if 0 < width < 65_536 and 0 < height < 65_536 else (0, 0)
