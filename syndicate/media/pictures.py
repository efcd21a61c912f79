"""The author's pictures without what their files say besides: each is read in a process of its own, never in this one.

Blocking: call it in a thread.
"""

import json
import signal
import subprocess
import sys
import threading

from syndicate.media.kinds import UnusableFile

REFUSED = 3
"""The status with which the process ends that refuses a picture."""
PROGRAM = (sys.executable, "-I", "-m", "syndicate.media.picture_process")
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
"""Arenas of memory, one for each thread, would be taken for memory in use."""
SECONDS = 120.0
AT_ONCE = threading.BoundedSemaphore(2)
TOO_LONG = "a picture that takes too long to be read; please make it smaller"
ASTRAY = "a picture on which the program that reads pictures breaks off"


def cleaned(data: bytes) -> bytes:
    """A picture upright and without metadata: the same bytes where it is so already. Raises UnusableFile, OSError."""
    files = _run("clean", data)
    return files[0] if files else data


def _run(task: str, data: bytes) -> list[bytes]:
    with AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - our own program, told nothing but the name of a task
                [*PROGRAM, task], input=data, capture_output=True, env=ENVIRONMENT, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UnusableFile(TOO_LONG) from error
    if done.returncode == 0:
        return _files(done.stdout)
    if done.returncode == REFUSED:
        raise UnusableFile(" ".join(done.stderr.decode(errors="replace").split())[:300])
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UnusableFile(TOO_LONG)
    if done.returncode < 0:
        raise UnusableFile(ASTRAY)
    raise OSError(_out_of_order(done.stderr))


def _out_of_order(output: bytes) -> str:
    """Why no picture can be read, by the last line that the process wrote, and what to do."""
    last = output.decode(errors="replace").strip().rpartition("\n")[2][-300:]
    return f"the program that reads pictures does not run ({last}); please install Syndicate again with what it needs"


def _files(output: bytes) -> list[bytes]:
    head, _, rest = output.partition(b"\n")
    files: list[bytes] = []
    for length in json.loads(head)["lengths"]:
        files.append(rest[:length])
        rest = rest[length:]
    return files
