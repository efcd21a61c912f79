"""Pure work on what strangers wrote, which can take long: in a thread of its own, one piece after the other.

What they wrote has limits, but the longest still takes a few tenths of a second, during which no reader would be
answered.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class SanitizerThread:
    """The thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aside")

    async def do(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What `work` returns or raises. It touches nothing but what it is given."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args, **named))

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
