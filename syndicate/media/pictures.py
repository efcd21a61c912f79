"""Remove metadata from the author's pictures and make smaller forms of them, each picture in a process of its own.

Blocking: call it in a thread.
"""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicate.media.kinds import UnusableFile
from syndicate.media.picture_pool import TOO_LONG, PicturePool

REFUSED_STATUS = 3
"""The exit status of the process for a picture that is refused."""
CRASHED = "a picture on which the picture decoder crashes"
POOL = PicturePool()


def cleaned(data: bytes) -> bytes:
    """Return a picture upright and without metadata; the same bytes if it already is. Raises UnusableFile, OSError."""
    return _prepared("clean", data).data


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture upright and without metadata, and its smaller forms by their width."""

    data: bytes
    smaller: Mapping[int, bytes] = field(default_factory=dict)


def prepared(data: bytes) -> PreparedPicture:
    """Return a picture as it is served. Raises UnusableFile, OSError."""
    return _prepared("prepare", data)


def _prepared(task: str, data: bytes) -> PreparedPicture:
    files = _run(task, data)
    return PreparedPicture(files.get(0, data), {width: file for width, file in files.items() if width})


def _run(task: str, data: bytes) -> dict[int, bytes]:
    """Return the files that the process makes, by their width; 0 is the picture itself, if it is changed."""
    status, answer = POOL.run(task, data)
    if status == 0:
        return _files(answer)
    if status == REFUSED_STATUS:
        raise UnusableFile(" ".join(answer.decode(errors="replace").split())[:300])
    raise UnusableFile(TOO_LONG if status in (-signal.SIGXCPU, -signal.SIGKILL) else CRASHED)


def _files(output: bytes) -> dict[int, bytes]:
    """Return the files of an answer, which a hostile picture may have written. Raises UnusableFile."""
    head, _, rest = output.partition(b"\n")
    files: dict[int, bytes] = {}
    try:
        described = json.loads(head)
        for width, length in zip(described["widths"], described["lengths"], strict=True):
            files[width], rest = rest[:length], rest[length:]
            if len(files[width]) != length:
                raise ValueError("a file is cut off")
        if rest:
            raise ValueError("more than the files that are described")
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableFile(CRASHED) from error
    return files
