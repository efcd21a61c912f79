"""Waiting for an effect, the same way in all tests.

No test looks at how long something takes. What is awaited is looked at again and again until it is there. `LONGEST` only
keeps a run from hanging when it never comes: it is far longer than a slow and busy machine needs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 120.0
"""Seconds after which what was awaited counts as never to come."""
BETWEEN_LOOKS = 0.02
TURNS = 100


def eventually(look: Callable[[], T], *, until: Callable[[T], Any] = bool, what: str = "") -> T:
    """Look until what is seen is what was awaited; then it is returned."""
    deadline = time.monotonic() + LONGEST
    while not until(seen := look()):
        assert time.monotonic() < deadline, f"{what or 'it'} did not come about; in the end there was {seen!r}"
        time.sleep(BETWEEN_LOOKS)
    return seen


async def becomes(look: Callable[[], Awaitable[T]], *, until: Callable[[T], Any] = bool, what: str = "") -> T:
    """The same beside a running loop."""
    deadline = time.monotonic() + LONGEST
    while not until(seen := await look()):
        assert time.monotonic() < deadline, f"{what or 'it'} did not come about; in the end there was {seen!r}"
        await asyncio.sleep(BETWEEN_LOOKS)
    return seen


def in_time() -> asyncio.Timeout:
    """`async with in_time():` ends what would wait for ever."""
    return asyncio.timeout(LONGEST)


async def tasks_rest() -> None:
    """Let all tasks go on until each waits for something that only the test can bring about."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def dawdle(seconds: float) -> None:
    """Be slow on purpose, as other people's servers and readers are; nothing is awaited with it."""
    await asyncio.sleep(seconds)
