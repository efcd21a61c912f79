"""Remove metadata from the author's pictures, each in a process of its own.

Blocking: call it in a thread.
"""

import json
import signal
import subprocess
import sys
import threading

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
    files = _run("clean", data)
    return files[0] if files else data


def _run(task: str, data: bytes) -> list[bytes]:
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


def _files(output: bytes) -> list[bytes]:
    head, _, rest = output.partition(b"\n")
    files: list[bytes] = []
    for length in json.loads(head)["lengths"]:
        files.append(rest[:length])
        rest = rest[length:]
    return files
