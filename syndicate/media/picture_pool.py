"""Processes that fork for each picture, kept between pictures.

Blocking: call it in a thread.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from syndicate.media.kinds import UnusableFile

COMMAND = (sys.executable, "-I", "-m", "syndicate.media.picture_forks")
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
"""One memory arena per thread would count as memory in use."""
TIMEOUT_SECONDS = 120.0
MAX_CONCURRENT = 2
TOO_LONG = "a picture that takes too long to be read; please make it smaller"


class _Ended(Exception):
    """The process ended without an answer: when it was idle, or since it cannot run."""


class _Process:
    """One process; it forks for one picture at a time."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT, start_new_session=True
        )
        threading.Thread(target=self._process.wait, daemon=True).start()  # it may end long before the next picture

    def run(self, task: str, data: bytes) -> tuple[int, bytes]:
        """Return the exit status for a picture and the answer. Raises UnusableFile if it takes too long, _Ended."""
        late = threading.Event()
        timer = threading.Timer(TIMEOUT_SECONDS, self._end_late, (late,))
        timer.start()
        try:
            return self._answer(task, data)
        except (OSError, ValueError) as error:
            reason = self.close()
            raise UnusableFile(TOO_LONG) if late.is_set() else _Ended(reason) from error
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()

    def _answer(self, task: str, data: bytes) -> tuple[int, bytes]:
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise ValueError("no pipes")
        requests.write(json.dumps([task, len(data)]).encode() + b"\n" + data)
        requests.flush()
        status, length = json.loads(answers.readline())
        answer = answers.read(length)
        if len(answer) != length:
            raise ValueError("the process ended while it answered")
        return status, answer

    def _end_late(self, late: threading.Event) -> None:
        late.set()
        self.kill()

    def kill(self) -> None:
        """End the process and its fork."""
        if self._process.returncode is None:  # else its id may be that of another one by now
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> str:
        """End the process; return the last line that it wrote to standard error."""
        self.kill()
        _, errors = self._process.communicate()
        return errors.decode(errors="replace").strip().rpartition("\n")[2][-300:]


class PicturePool:
    """The processes of this server or command, at most two. They end when they are idle."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(MAX_CONCURRENT)
        self._idle: list[_Process] = []
        atexit.register(self.close)

    def run(self, task: str, data: bytes) -> tuple[int, bytes]:
        """Return the exit status of the fork for a picture, and its answer. Raises UnusableFile, OSError."""
        with self._places:
            while process := self._take():
                with suppress(_Ended):  # it ended while it was idle
                    return self._run(process, task, data)
            try:
                return self._run(_Process(), task, data)
            except _Ended as error:
                raise OSError(_out_of_order(str(error))) from error

    def _run(self, process: _Process, task: str, data: bytes) -> tuple[int, bytes]:
        answer = process.run(task, data)
        self._idle.append(process)
        return answer

    def _take(self) -> _Process | None:
        """Return an idle process; other threads may take one at the same time."""
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def close(self) -> None:
        """End all processes."""
        while process := self._take():
            process.close()


def _out_of_order(reason: str) -> str:
    return f"the program that reads pictures does not run ({reason}); please install Syndicate again with what it needs"
