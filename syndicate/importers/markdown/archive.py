"""Give the folder to import: the one that was named, or what a ZIP archive holds, unpacked beside it for the time of
the import. Files for another command are refused with its name.
"""

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.errors import InputError
from syndicate.importers.file_kinds import MAX_HEAD_LENGTH, kind_of_export
from syndicate.importers.markdown.discover import MARKDOWN, UNREADABLE
from syndicate.importers.packed import ZIP, is_meant, opened_zip
from syndicate.translation import _

MAX_UNPACKED_BYTES = 8 * 1024**3
_EXPORTS = (".xml", ".json", ".csv", ".html", ".opml", ".atom", ".rss", ".txt")
NO_FOLDER = _("is no folder of Markdown files")


@contextmanager
def opened_folder(path: Path) -> Iterator[Path]:
    """Return the folder to import. Raises InputError; NotAnExport for an archive that is not safe to unpack."""
    if path.is_dir():
        if not _has_markdown(path) and (kind := _kind_in(path)):
            raise InputError(kind)
        yield path
        return
    if not path.is_file():
        raise InputError(_("{path}: no such directory", path=path))
    with path.open("rb") as stream:
        head = stream.read(MAX_HEAD_LENGTH)
    if not head.startswith(ZIP):
        raise InputError(f"{path.name} {_kind(path.name, head) or f'{NO_FOLDER}.'}")
    with opened_zip(path) as archive, tempfile.TemporaryDirectory(prefix="syndicate-") as folder:
        _unpack(archive, Path(folder), path.name)
        yield _only_folder(Path(folder))


def _kind(name: str, head: bytes) -> str:
    if Path(name).suffix.lower() in MARKDOWN:
        return "is a single post; use `syndicate publish`."
    return kind_of_export(head.decode("utf-8", "replace"))


def _has_markdown(folder: Path) -> bool:
    return any(
        Path(name).suffix.lower() in MARKDOWN | set(UNREADABLE)
        for _directory, _directories, files in os.walk(folder)
        for name in files
    )


def _kind_in(folder: Path) -> str:
    """Return which export a folder holds; empty if none is known."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _EXPORTS and path.is_file():
            with path.open("rb") as stream:
                if kind := _kind(path.name, stream.read(MAX_HEAD_LENGTH)):
                    return f"{path} {kind}"
    return ""


def _unpack(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    """Unpack the members of an archive whose names were checked, with their times."""
    members = [member for member in archive.infolist() if not member.is_dir() and is_meant(member.filename)]
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise InputError(
            _(
                "{name} unpacks to more than {size} GiB; please unpack it first.",
                name=name,
                size=MAX_UNPACKED_BYTES >> 30,
            )
        )
    if not any(Path(member.filename).suffix.lower() in MARKDOWN | set(UNREADABLE) for member in members):
        raise InputError(f"{name} {_kind_of_archive(archive, members) or f'{NO_FOLDER}.'}")
    for member in members:
        target = folder / member.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
        then = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(target, (then, then))


def _kind_of_archive(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    for member in sorted(members, key=lambda one: one.filename):
        if Path(member.filename).suffix.lower() in _EXPORTS:
            with archive.open(member) as stream:
                if kind := _kind(member.filename, stream.read(MAX_HEAD_LENGTH)):
                    return f"holds {member.filename}, which {kind}"
    return ""


def _only_folder(folder: Path) -> Path:
    """Return the folder in which everything lies."""
    inside = list(folder.iterdir())
    return (
        _only_folder(inside[0]) if len(inside) == 1 and inside[0].is_dir() and inside[0].name[0] not in "._" else folder
    )
