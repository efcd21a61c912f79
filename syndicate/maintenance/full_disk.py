"""Says in one line which file a full disk did not take."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.errors import StorageError
from syndicate.translation import _

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The last one is for a file that is larger than the file system or the limits of the process allow."""


@contextmanager
def named_if_full(path: Path) -> Iterator[None]:
    """Name a file that is being written, since the error of a full disk names none. Raises StorageError; other errors stay
    as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageError(
            _(
                "{path}: cannot be written: {reason}. Make room there, or use another disk, and try again; nothing "
                "was changed",
                path=path,
                reason=error.strerror,
            )
        ) from error
