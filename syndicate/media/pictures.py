"""Remove metadata from the author's pictures and make smaller forms of them, each picture in a process of its own.

Blocking: call it in a thread.
"""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicate.media.kinds import UnusableFile

REFUSED_STATUS = 3
"""The exit status of the process for a picture that is refused."""
COMMAND = (sys.executable, "-I", "-m", "syndicate.media.picture_process")
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
"""One memory arena per thread would count as memory in use."""
TIMEOUT_SECONDS = 120.0
MAX_CONCURRENT = threading.BoundedSemaphore(2)
TOO_LONG = "a picture that takes too long to be read; please make it smaller"
CRASHED = "a picture on which the picture decoder crashes"


def cleaned(data: bytes) -> bytes:
    """Return a picture upright and without metadata; the same bytes if it already is. Raises UnusableFile, OSError."""
    return _prepared("clean", data).data


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture upright and without metadata, and its smaller forms by their width."""

    data: bytes
    smaller: Mapping[int, bytes] = field(default_factory=dict)


def prepared(data: bytes) -> Prepared:
    """Return a picture as it is served. Raises UnusableFile, OSError."""
    return _prepared("prepare", data)


def _prepared(task: str, data: bytes) -> Prepared:
    files = _run(task, data)
    return Prepared(files.get(0, data), {width: file for width, file in files.items() if width})


def _run(task: str, data: bytes) -> dict[int, bytes]:
    """Return the files that the process makes, by their width; 0 is the picture itself, if it is changed."""
    with MAX_CONCURRENT:
        try:
            done = subprocess.run(  # noqa: S603 - our own program; the only argument is the name of a task
                [*COMMAND, task], input=data, capture_output=True, env=ENVIRONMENT, timeout=TIMEOUT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnusableFile(TOO_LONG) from error
    if done.returncode == 0:
        return _files(done.stdout)
    if done.returncode == REFUSED_STATUS:
        raise UnusableFile(" ".join(done.stderr.decode(errors="replace").split())[:300])
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnusableFile(TOO_LONG)
    if done.returncode < 0:
        raise UnusableFile(CRASHED)
    raise OSError(_out_of_order(done.stderr))


def _out_of_order(output: bytes) -> str:
    """Return why the picture program cannot run, from the last line it wrote, and what to do."""
    last = output.decode(errors="replace").strip().rpartition("\n")[2][-300:]
    return f"the program that reads pictures does not run ({last}); please install Syndicate again with what it needs"


def _files(output: bytes) -> dict[int, bytes]:
    head, _, rest = output.partition(b"\n")
    described = json.loads(head)
    files: dict[int, bytes] = {}
    for width, length in zip(described["widths"], described["lengths"], strict=True):
        files[width] = rest[:length]
        rest = rest[length:]
    return files
