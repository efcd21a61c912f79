"""The files that are served, and the private originals of cleaned pictures.

Pictures of other people are stored unchanged, without decoding them. Pictures of the author lose their metadata.
"""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from syndicate.media import pictures
from syndicate.media.directory import HashedFiles, name_of
from syndicate.media.kinds import MAX_HEAD_BYTES, MEDIA_TYPES, UnusableFile, require_kind
from syndicate.model.media_names import name_of_smaller

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A stored file: `name` in the media directory, `size` in bytes, `width` and `height` in pixels (0 if unknown).
    `original` is the name of the unchanged file among the originals, if it differs; `widths` are those of the smaller
    forms of a picture.
    """

    name: str
    media_type: str
    size: int
    width: int
    height: int
    original: str | None = None
    widths: tuple[int, ...] = ()


class MediaFiles:
    """Stores files. Writing blocks and starts a process for each picture of the author: call it in a thread."""

    def __init__(self, directory: Path, originals: Path) -> None:
        self._served = HashedFiles(directory)
        self._originals = HashedFiles(originals, private=True)

    def keep(self, data: bytes) -> KeptFile:
        """Store a file unchanged and durably. Raises UnusableFile, OSError."""
        media_type, extension = _kind(data)
        name = name_of(data, extension)
        self._served.write(name, data)
        width, height = _size(data) if media_type.startswith("image/") else (0, 0)
        return KeptFile(name=name, media_type=media_type, size=len(data), width=width, height=height)

    def keep_own(self, data: bytes) -> KeptFile:
        """Store a file of the author, a picture without its metadata and with its smaller forms. Raises UnusableFile,
        OSError.
        """
        media_type, extension = _kind(data)
        if not media_type.startswith("image/"):
            return self.keep(data)
        name = name_of(data, extension)
        is_known = bool(self._served.widths(name)) or self._originals.path(name) is not None
        prepared = pictures.PreparedPicture(pictures.cleaned(data)) if is_known else pictures.prepared(data)
        kept = self.keep(prepared.data)
        for width, smaller in prepared.smaller.items():
            self._served.write(name_of_smaller(kept.name, width), smaller)
        kept = replace(kept, widths=self._served.widths(kept.name))
        if prepared.data == data:
            return kept
        self._originals.write(name, data)
        return replace(kept, original=name)

    def path(self, name: str) -> Path | None:
        """Return the path of a served file; None if the name is invalid or the file does not exist."""
        return self._served.path(name)

    def pictures(self) -> list[str]:
        """Return the names of all served pictures."""
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
    return require_kind(data[:MAX_HEAD_BYTES])


def _size(data: bytes) -> tuple[int, int]:
    """Return the size in the header; since hostile headers may say anything, it is bounded and never trusted."""
    import imagesize  # it loads a web client, for which the process that reads a picture has no use

    try:
        width, height = imagesize.get(BytesIO(data[: 1024 * 1024]))
    except Exception:  # noqa: BLE001 - it parses bytes of unknown origin; the size of a picture is optional
        return (0, 0)
    return (width, height) if 0 < width < 65_536 and 0 < height < 65_536 else (0, 0)
