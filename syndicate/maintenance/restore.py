"""Puts a checked backup in its place: everything lies ready beside its place first, then files change their names.

A full disk ends the restoration while nothing has changed yet, and when a name cannot be changed, all that were are
changed back. Files of the posts folder that differ from the backup's stay; files of the media directory are named by
their content, so those that are there are right.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from syndicate.config import Config, load
from syndicate.errors import ConfigurationError, InputError
from syndicate.maintenance.backup import DATABASE, SETTINGS, Backup, extract, folders_of, read_settings, require_space
from syndicate.maintenance.full_disk import named_if_full
from syndicate.translation import _

SPARE_BYTES = 32 * 1024 * 1024
"""What a migration of the database may need beside the files."""


@dataclass(slots=True)
class Staged:
    """A backup whose files lie ready. `config` has the final places, `staged_config` those where the files lie now.
    `kept` are files of the posts folder that differ from the backup's and stay."""

    config: Config
    staged_config: Config
    moves: list[tuple[Path, Path]]
    kept: list[Path] = field(default_factory=list)
    _former: list[tuple[Path, Path]] = field(default_factory=list)
    _placed: list[Path] = field(default_factory=list)

    @property
    def database(self) -> Path:
        """The copy of the database."""
        return Path(self.staged_config.storage.database)

    def place(self) -> None:
        """Give every file its place, and set aside what was there. Raises OSError."""
        former = self.database.with_name("former")
        former.mkdir()
        if not self.config.storage.is_postgresql:
            database = self.config.storage.database
            for part in ("-wal", "-shm"):
                self._set_aside(Path(f"{database}{part}"), former)
            self.moves.append((self.database, Path(database)))
        for staged, final in self.moves:
            if final.exists() and final.is_relative_to(self.config.storage.posts):
                if final.read_bytes() != staged.read_bytes():
                    self.kept.append(final)
                continue
            self._set_aside(final, former)
            final.parent.mkdir(parents=True, exist_ok=True)
            _move(staged, final)
            self._placed.append(final)

    def _set_aside(self, path: Path, former: Path) -> None:
        if path.exists():
            aside = former / str(len(self._former))
            _move(path, aside)
            self._former.append((aside, path))

    def put_back(self) -> None:
        """Undo `place`."""
        for path in self._placed:
            path.unlink(missing_ok=True)
        for aside, path in self._former:
            _move(aside, path)


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # another file system
            raise
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            with named_if_full(target):
                shutil.copy2(source, beside)
            beside.rename(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        source.unlink()


def require_free(settings: Path, backup: Backup, *, force: bool) -> None:
    """Raises InputError where another blog lies, or any blog without `force`."""
    found = settings if settings.exists() else None
    known: Config | None = None
    with suppress(ConfigurationError):  # damaged settings are a reason to restore
        known = load(settings) if found else None
    if known is not None and (known.site.url, known.site.handle) != (backup.url, backup.handle):
        raise InputError(
            _(
                "{settings}: is the blog {url} (@{handle}), and this is a backup of {other_url} (@{other_handle}); restore "
                "it in another directory",
                settings=settings,
                url=known.site.url,
                handle=known.site.handle,
                other_url=backup.url,
                other_handle=backup.handle,
            )
        )
    if found is None or known is not None:
        found = found or _data_beside(settings)
    if found is not None and not force:
        raise InputError(_("{found}: a blog is here already; `--force` replaces it by the backup", found=found))


def require_same_kind(settings: Path, restored: Config) -> None:
    """Raises InputError where the blog's database here is SQLite and the backup's settings name PostgreSQL, or the other
    way round: the data would lie in one and the former data in the other.
    """
    try:
        known = load(settings) if settings.exists() else None
    except ConfigurationError:  # damaged settings are a reason to restore
        return
    if known is None or known.storage.is_postgresql == restored.storage.is_postgresql:
        return
    here, there = ("PostgreSQL", "a SQLite file") if known.storage.is_postgresql else ("a SQLite file", "PostgreSQL")
    raise InputError(
        _(
            "{settings}: the database here is {here}, and the settings in the backup name {there}. To restore "
            "into the one here, say so with SYNDICATE_STORAGE__DATABASE={address} for this command; to restore the "
            "blog as it was, move {name} away first. Nothing was changed",
            settings=settings,
            here=here,
            there=there,
            address="postgresql://…" if known.storage.is_postgresql else "data/syndicate.db",
            name=settings.name,
        )
    )


def _data_beside(settings: Path) -> Path | None:
    usual = (settings.parent / "data" / "syndicate.db", settings.parent / "keys" / "blog.pem")
    return next((path for path in usual if path.exists()), None)


@contextmanager
def staged(path: Path, backup: Backup, settings: Path) -> Iterator[Staged]:
    """Extract a checked backup beside the places of its files, and remove what is left there at the end.

    Raises InputError, ConfigurationError, StorageError, OSError; nothing was changed then.
    """
    settings = settings.absolute()
    token = secrets.token_hex(4)
    made: list[Path] = []
    try:
        own = _stage_settings(path, settings, token, made)
        config = load(own)
        require_same_kind(settings, config)
        storage = config.storage
        data, keys = storage.media.parent / f".restore-{token}", storage.keys / f".restore-{token}"
        require_space(data.parent, backup.size + SPARE_BYTES)
        for directory in (data, keys):
            made.append(_topmost_missing(directory))
            directory.mkdir(parents=True)
        targets = partial(_place_of, data=data, keys=keys)
        rest = backup.without(SETTINGS)
        extract(path, rest, targets)
        final = folders_of(config)
        moves = [(own, settings)] if own != settings else []
        for file in rest.files:
            folder, _separator, name = file.name.partition("/")
            if folder in final:
                moves.append((targets(file.name), final[folder] / name))
        places = {"database": str(data / DATABASE), "keys": keys, "media": data / "media", "posts": data / "posts"}
        yield Staged(
            config=config.model_copy(update={"file": settings}),
            staged_config=config.model_copy(update={"storage": storage.model_copy(update=places)}),
            moves=moves,
        )
    finally:
        for leftover in reversed(made):
            _remove(leftover, token)


def _stage_settings(path: Path, settings: Path, token: str, made: list[Path]) -> Path:
    """Return where the settings lie ready: their own place if they are the same already."""
    text = read_settings(path)
    if settings.is_file() and settings.read_bytes() == text:
        return settings
    if not settings.parent.exists():
        made.append(_topmost_missing(settings.parent))
        settings.parent.mkdir(parents=True)
    own = settings.with_name(f".{settings.name}.{token}")
    made.append(own)
    with named_if_full(own):
        own.write_bytes(text)
    return own


def _place_of(name: str, *, data: Path, keys: Path) -> Path:
    folder, _separator, rest = name.partition("/")
    return keys / rest if folder == "keys" else data / name


def _topmost_missing(path: Path) -> Path:
    """Return the first directory on the way to a path that does not exist yet."""
    while not path.parent.exists():
        path = path.parent
    return path


def _remove(path: Path, token: str) -> None:
    """Remove what was staged: a directory that was made for it only if nothing was put in its place there."""
    if token in path.name:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        return
    for directory, _directories, _files in os.walk(path, topdown=False):
        if token in directory:
            shutil.rmtree(directory, ignore_errors=True)
        else:
            with suppress(OSError):  # it holds something
                Path(directory).rmdir()
