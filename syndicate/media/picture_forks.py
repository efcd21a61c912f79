"""Fork a process for each picture: `python -I -m syndicate.media.picture_forks`.

Starting Python and loading the decoders takes longer than most pictures do. This process has done both and never decodes
anything itself: it forks once for each picture, and the fork has the limits and ends with its picture. In comes a line
of JSON with the task and the length of a picture, then the picture; out goes a line with the exit status of the fork and
the length of its answer, then the answer. It ends with its standard input, or when no picture came for a while.
"""

import gc
import importlib
import json
import os
import select
import sys
from typing import NoReturn

from syndicate.media import picture_process

IDLE_SECONDS = 30
CODECS = ("Avif", "Gif", "Jpeg", "Png", "WebP")


def main() -> None:
    """Answer pictures one after the other."""
    for name in CODECS:
        importlib.import_module(f"PIL.{name}ImagePlugin")
    importlib.import_module("PIL.ImageOps")
    gc.freeze()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while select.select([requests], [], [], IDLE_SECONDS)[0] and (line := requests.readline()):
        task, length = json.loads(line)
        status, answer = _forked(task, requests.read(length))
        answers.write(json.dumps([status, len(answer)]).encode() + b"\n" + answer)
        answers.flush()
        del answer  # it would count as memory of the next fork


def _forked(task: str, data: bytes) -> tuple[int, bytes]:
    """Return the exit status of a fork for one picture, negative if a signal ended it, and its answer."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        _work(task, data, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), answer


def _work(task: str, data: bytes, writing: int) -> NoReturn:
    """Run the task and end the process, whatever happens."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (sys.stdin.fileno(), sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(nothing, descriptor)
        ended, answer = picture_process.run(task, data)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        status = ended
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
