"""Runs pure work on received texts in a thread of its own, one call after the other.

Texts are limited, but the longest still take a few tenths of a second, which would block the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class SanitizerThread:
    """A single worker thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sanitizer")

    async def do(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Call `work` in the thread, and return its result. It must use nothing but its arguments."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args, **named))

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
