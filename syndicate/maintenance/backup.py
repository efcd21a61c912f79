"""Writes a whole blog into one file, and checks such files.

The file is a ZIP archive: the database (as a SQLite file, whichever the blog uses), the settings, the keys, the posts
folder, and unless they are left out the media and originals. `backup.json` names every file with its size and SHA-256
digest. The database is copied first, as it is at one moment, so every file that it knows is in the archive; a file that
was deleted meanwhile is named.
"""

import hashlib
import json
import os
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from syndicate import __version__
from syndicate.clock import from_text, to_text
from syndicate.config import Config
from syndicate.errors import InputError, StorageError
from syndicate.maintenance.full_disk import named_if_full
from syndicate.translation import _

MANIFEST = "backup.json"
SETTINGS = "syndicate.toml"
DATABASE = "database.db"
FORMAT = "syndicate backup"
VERSION = 1
CHUNK_BYTES = 1024 * 1024
MAX_MANIFEST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """A file of a backup."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds. `vanished` are files that were deleted while it was written."""

    url: str
    handle: str
    made: datetime
    program: str
    has_media: bool
    files: tuple[BackupFile, ...]
    vanished: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The size of all files together, in bytes."""
        return sum(file.size for file in self.files)

    def without(self, name: str) -> "Backup":
        """Return the same without this file."""
        return replace(self, files=tuple(file for file in self.files if file.name != name))


def folders_of(config: Config, *, media: bool = True) -> dict[str, Path]:
    """Return the directories of a blog by their names in a backup."""
    storage = config.storage
    folders = {"keys": storage.keys, "posts": storage.posts}
    return folders | ({"media": storage.media, "originals": storage.originals} if media else {})


def write(
    target: Path, database: Path, config: Config, made: datetime, *, media: bool, progress: Callable[[str], None]
) -> Backup:
    """Write a backup with this copy of the database, read all of it again, and only then give it its name.

    Blocks. Raises InputError if the file exists, StorageError if it could not be read again, OSError.
    """
    if target.exists():
        raise InputError(_("{target}: already exists; please choose another name", target=target))
    if not target.absolute().parent.is_dir():
        raise InputError(_("{parent}: no such directory", parent=target.absolute().parent))
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with named_if_full(target), os.fdopen(descriptor, "w+b") as stream:
            backup = _write(stream, database, config, made, media=media, progress=progress)
            stream.flush()
            os.fsync(stream.fileno())
        if check(unfinished, name=str(target)) != backup:
            raise StorageError(f"{target}: what was written is not what was read back; please try another disk")
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return backup


def _write(
    stream: BinaryIO, database: Path, config: Config, made: datetime, *, media: bool, progress: Callable[[str], None]
) -> Backup:
    files: list[BackupFile] = []
    vanished: list[str] = []
    with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        for name, path in _sources(database, config, media=media):
            try:
                files.append(_add(archive, name, path, made))
            except FileNotFoundError:
                vanished.append(name)
            progress(name)
        backup = Backup(
            url=config.site.url,
            handle=config.site.handle,
            made=made,
            program=__version__,
            has_media=media,
            files=tuple(files),
            vanished=tuple(vanished),
        )
        archive.writestr(_entry(MANIFEST, made, compressed=True), _as_json(backup))
    return backup


def _sources(database: Path, config: Config, *, media: bool) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each file; links are followed as far as the files are, hidden ones are left out."""
    yield SETTINGS, config.file
    yield DATABASE, database
    for folder, directory in folders_of(config, media=media).items():
        for path in sorted(directory.rglob("*")):
            relative = path.relative_to(directory)
            if path.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield f"{folder}/{relative.as_posix()}", path


def _entry(name: str, made: datetime, *, compressed: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, made.timetuple()[:6])
    entry.external_attr = 0o600 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    return entry


def _add(archive: zipfile.ZipFile, name: str, path: Path, made: datetime) -> BackupFile:
    is_media = name.startswith(("media/", "originals/"))  # compressed already
    digest, size = hashlib.sha256(), 0
    entry = _entry(name, made, compressed=not is_media)
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return BackupFile(name=name, size=size, digest=digest.hexdigest())


def _as_json(backup: Backup) -> bytes:
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "program": backup.program,
        "made": to_text(backup.made),
        "url": backup.url,
        "handle": backup.handle,
        "media": backup.has_media,
        "vanished": backup.vanished,
        "files": {file.name: {"size": file.size, "sha256": file.digest} for file in backup.files},
    }
    return json.dumps(fields, ensure_ascii=False, indent=1).encode()


def check(path: Path, *, name: str = "") -> Backup:
    """Read a backup, all of it, and return what it holds. Blocks. Raises InputError with one line if it is none, if it
    is not whole, or if a newer version wrote it; OSError."""
    name = name or str(path)
    with _opened(path, name) as archive:
        backup = _read_manifest(archive, name)
        for file in backup.files:
            digest, size = hashlib.sha256(), 0
            for chunk in _chunks(archive, file.name, name):
                digest.update(chunk)
                size += len(chunk)
            if (size, digest.hexdigest()) != (file.size, file.digest):
                raise InputError(
                    _(
                        "{name}: the backup is damaged: {file} is not what it was; use another backup",
                        name=name,
                        file=file.name,
                    )
                )
    return backup


def extract(path: Path, backup: Backup, target_of: Callable[[str], Path]) -> None:
    """Write the files of a checked backup to the paths that `target_of` gives for their names. Blocks. Raises OSError."""
    with _opened(path, str(path)) as archive:
        for file in backup.files:
            target = target_of(file.name)
            with named_if_full(target):
                target.parent.mkdir(parents=True, exist_ok=True)
            with named_if_full(target), target.open("xb") as stream:
                for chunk in _chunks(archive, file.name, str(path)):
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())


def read_settings(path: Path) -> bytes:
    """Return the settings file of a checked backup."""
    with _opened(path, str(path)) as archive:
        return b"".join(_chunks(archive, SETTINGS, str(path)))


def _opened(path: Path, name: str) -> "closing[zipfile.ZipFile]":
    if not path.is_file():
        raise InputError(_("{name}: no such file", name=name))
    try:
        return closing(zipfile.ZipFile(path))
    except zipfile.BadZipFile as error:
        raise InputError(_("{name}: is not a backup, or only a part of one; use another", name=name)) from error


def _chunks(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[bytes]:
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(
            _("{name}: the backup is damaged: {member} cannot be read; use another backup", name=name, member=member)
        ) from error


def _read_manifest(archive: zipfile.ZipFile, name: str) -> Backup:
    no_backup = InputError(_("{name}: is not a backup of Syndicate", name=name))
    try:
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise no_backup
        fields = json.loads(b"".join(_chunks(archive, MANIFEST, name)))
        if fields["format"] != FORMAT:
            raise no_backup
        if fields["version"] > VERSION:
            raise InputError(
                _("{name}: was written by a newer version of Syndicate; please install that one", name=name)
            )
        backup = _from_json(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise no_backup from error
    for file in backup.files:
        _require_safe(file.name, name)
    return backup


def _from_json(fields: dict[str, Any]) -> Backup:
    return Backup(
        url=fields["url"],
        handle=fields["handle"],
        made=from_text(fields["made"]),
        program=fields["program"],
        has_media=fields["media"],
        vanished=tuple(fields["vanished"]),
        files=tuple(
            BackupFile(name=name, size=file["size"], digest=file["sha256"]) for name, file in fields["files"].items()
        ),
    )


def _require_safe(member: str, name: str) -> None:
    """Raises InputError for a name that would lead out of the blog."""
    folder, _separator, rest = member.partition("/")
    parts = rest.split("/")
    is_safe = member in (SETTINGS, DATABASE) or (
        folder in ("keys", "posts", "media", "originals")
        and not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)
    )
    if not is_safe:
        raise InputError(_("{name}: is not a backup of Syndicate: it holds {member!r}", name=name, member=member))


def require_space(directory: Path, size: int) -> None:
    """Raises StorageError if a disk has less free space than so many bytes."""
    while not directory.exists():
        directory = directory.parent
    free = shutil.disk_usage(directory).free
    if free < size:
        raise StorageError(
            f"{directory}: {size // 1024**2 + 1} MiB are needed and {free // 1024**2} MiB are free; nothing was changed"
        )
