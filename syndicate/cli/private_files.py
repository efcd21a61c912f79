"""Check that private files cannot be read by others on this machine: keys, settings with passwords, drafts, comments."""

import stat
from collections.abc import Iterator
from pathlib import Path

from syndicate.config import Config
from syndicate.translation import _

OTHERS_MASK = 0o077


def wrong_modes(config: Config) -> Iterator[str]:
    """Return a line for each file or directory of the blog that other users of this machine may read or write."""
    for path in _private(config):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS_MASK:
            right = 0o700 if path.is_dir() else 0o600
            yield _(
                "{path}: other users of this machine can access it (mode {mode:04o}); `chmod {right:o} {path}` "
                "prevents that",
                path=path,
                mode=mode,
                right=right,
            )


def _private(config: Config) -> Iterator[Path]:
    storage = config.storage
    paths = [config.file, storage.keys, *sorted(storage.keys.glob("*.pem")), storage.media]
    if not storage.is_postgresql:
        paths += [Path(f"{storage.database}{part}") for part in ("", "-wal", "-shm")]
    return (path for path in paths if path.exists())
