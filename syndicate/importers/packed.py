"""Open exports that come as a file, compressed with gzip, or in a ZIP archive.

Archives of others are hostile input: names that lead out of the archive, links, and files that unpack to a multiple
of any real export are refused before anything is read.
"""

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from syndicate.errors import NotAnExport
from syndicate.importers.file_kinds import kind_of_archive
from syndicate.translation import _

MAX_FILES = 200_000
MAX_UNPACKED_BYTES = 64 * 1024**3
MAX_EXPORT_BYTES = 4 * 1024**3
MAX_RATIO = 250
MIN_SUSPICIOUS_BYTES = 16 * 1024**2
"""Small files may be compressed to almost nothing."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive after checking it. Raises NotAnExport, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in checked(archive, path.name):
                if member.flag_bits & 1:
                    raise NotAnExport(_("{name} is protected by a password; please unpack it first.", name=path.name))
            yield archive
    except (*_DAMAGED, NotImplementedError, UnicodeError) as error:
        raise NotAnExport(_("{name} is a damaged ZIP archive: {error}", name=path.name, error=error)) from error


def checked(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the members of an archive. Raises NotAnExport if one leads out of it or the whole is too large."""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise NotAnExport(
            _("{name} holds more than {max_files} files; it was not read.", name=name, max_files=MAX_FILES)
        )
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise NotAnExport(_("{name} holds a file whose name leads out of the archive; it was not read.", name=name))
        if stat.S_ISLNK(member.external_attr >> 16):
            raise NotAnExport(
                _("{name} holds a link ({file}); it was not read.", name=name, file=member.filename[:100])
            )
        if is_bomb(member.compress_size, member.file_size):
            raise NotAnExport(
                _(
                    "{name} holds a file that unpacks to {size} MiB; it was not read.",
                    name=name,
                    size=member.file_size >> 20,
                )
            )
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise NotAnExport(
            _("{name} unpacks to more than {size} GiB; it was not read.", name=name, size=MAX_UNPACKED_BYTES >> 30)
        )
    return members


def is_bomb(packed: int, unpacked: int) -> bool:
    """Whether a file unpacks to more than any real one."""
    return unpacked > MIN_SUSPICIOUS_BYTES and unpacked > packed * MAX_RATIO


def exports_in(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the name and stream of each export in a file: the file itself, what gzip compressed, or the files with
    these suffixes in a ZIP archive. Raises NotAnExport, OSError.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0)
        if head.startswith(GZIP):
            unpacked = _Unpacked(path.name, cast(IO[bytes], gzip.GzipFile(fileobj=stream)), path.stat().st_size)
            yield path.name, cast(BinaryIO, unpacked)
            return
        if not head.startswith(ZIP):
            yield path.name, stream
            return
    with opened_zip(path) as archive:
        names = [name for name in archive.namelist() if is_meant(name) and name.lower().endswith(suffixes)]
        if not names:
            if other := kind_of_archive(archive.namelist()):
                raise NotAnExport(f"{path.name} {other}")
            raise NotAnExport(
                _(
                    "{name} is a ZIP archive without a file that ends in {names}.",
                    name=path.name,
                    names=" or ".join(suffixes),
                )
            )
        for name in sorted(names):
            shown = f"{path.name}: {name}"
            with archive.open(name) as member:
                yield shown, cast(BinaryIO, _Unpacked(shown, member, archive.getinfo(name).compress_size))


def is_meant(name: str) -> bool:
    """Whether a file of an archive is one of the author's and not of an operating system."""
    return not name.startswith("__MACOSX/") and not name.rpartition("/")[2].startswith(".")


class _Unpacked:
    """Reads what is compressed in a file, up to the limits."""

    def __init__(self, name: str, file: IO[bytes], packed: int) -> None:
        self._name, self._file, self._packed, self._size = name, file, packed, 0

    def read(self, size: int = -1) -> bytes:
        try:
            data = self._file.read(size if size >= 0 else MAX_EXPORT_BYTES)
        except (OSError, *_DAMAGED) as error:
            if self._size:
                return b""  # truncated or damaged: what is complete counts, and the reader says where it ends
            raise NotAnExport(_("{name} cannot be unpacked: {error}", name=self._name, error=error)) from error
        self._size += len(data)
        if is_bomb(self._packed, self._size) or self._size > MAX_EXPORT_BYTES:
            raise NotAnExport(_("{name} unpacks to more than any export; it was not read on.", name=self._name))
        return data
