"""Limits the fetches that others can cause.

Anyone can send an activity with an unknown key, and so make this server request another one. This limiter bounds that:
the same document is never fetched twice at once, failures are remembered for a while, each origin gets at most one
request a second in the long run and two at a time, and at most 32 fetches run in total. Every table that others can fill
has a limit, and the oldest entries are dropped first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteGone, RemoteUnavailable
from syndicate.limits.backoff import Backoff, growing
from syndicate.limits.in_flight import InFlight, NoSlot
from syndicate.limits.token_bucket import TokenBucket

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """The limits. Times are in seconds."""

    max_concurrent: int = 32
    max_concurrent_per_origin: int = 2
    slot_timeout: float = 5.0
    """How long a fetch waits for a slot."""
    max_fetches: int = 512
    burst: int = 10
    per_second: float = 1.0
    max_entries: int = 4096
    """Entries of each table."""


UNUSABLE_RETENTION = timedelta(hours=1)
GONE_RETENTION = timedelta(days=30)
UNREACHABLE_RETENTION = Backoff(growing(timedelta(minutes=5), maximum=timedelta(hours=6)))
_BUSY_RETRY_SECONDS = 30.0


class FetchLimiter:
    """Limits fetches; one instance serves the whole process, and counts for it alone."""

    def __init__(self, clock: Clock, limits: FetchLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or FetchLimits()
        self._failures = _Failures(clock, self._limits.max_entries)
        self._tokens = TokenBucket(
            burst=self._limits.burst,
            per_second=self._limits.per_second,
            max_keys=self._limits.max_entries,
            now=lambda: clock().timestamp(),
        )
        self._in_flight = InFlight(
            limit=self._limits.max_concurrent, limit_per_key=self._limits.max_concurrent_per_origin
        )
        self._fetches: dict[Hashable, _Fetch] = {}

    async def once(
        self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]], *, limited: bool = True, anew: bool = False
    ) -> T:
        """Return the result of `work`; concurrent calls with the same `key` share it.

        `limited=False` is for requests of the author: they ignore remembered failures and the rate limit of the
        origin. With `anew` only remembered failures are ignored, for what is said to be back. Raises what `work` raises, again for as long as the failure is remembered, and RemoteUnavailable with a
        `wait` if there is no free slot.
        """
        fetch = self._fetches.get(key)
        if fetch is None:
            if limited:
                if not anew:
                    self._failures.raise_if_known(key)
                self._require_capacity(origin)
            fetch = self._start(key, origin, work)
        return await fetch.wait()  # type: ignore[no-any-return]  # one table holds fetches of every type

    def _require_capacity(self, origin: str) -> None:
        if len(self._fetches) >= self._limits.max_fetches:
            raise RemoteUnavailable("too many fetches are under way", wait=_BUSY_RETRY_SECONDS)
        if not self._tokens.take(origin):
            wait = self._tokens.seconds_until_next(origin)
            raise RemoteUnavailable(f"{origin} has been asked often enough for now", wait=wait)

    def _start(self, key: Hashable, origin: str, work: Callable[[], Awaitable[Any]]) -> "_Fetch":
        task = asyncio.create_task(self._run(key, origin, work), name=f"fetch from {origin}")
        fetch = self._fetches[key] = _Fetch(key, task, self._forget)
        return fetch

    async def _run(self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]]) -> T:
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._in_flight.wait_for_slot(origin, seconds=self._limits.slot_timeout))
            except NoSlot as error:
                raise RemoteUnavailable("no place for another fetch", wait=_BUSY_RETRY_SECONDS) from error
            return await self._remembered(key, work)

    async def _remembered(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        try:
            result = await work()
        except RemoteError as error:
            until = self._failures.remember(key, error)
            if isinstance(error, RemoteUnavailable):
                error.wait = (until - self._clock()).total_seconds()
            raise
        self._failures.forget(key)
        return result

    def _forget(self, fetch: "_Fetch") -> None:
        if self._fetches.get(fetch.key) is fetch:
            del self._fetches[fetch.key]


class _Fetch:
    """One fetch and its waiters. It is cancelled when nobody waits any more."""

    __slots__ = ("_forget", "_task", "_waiting", "key")

    def __init__(self, key: Hashable, task: asyncio.Task[Any], forget: Callable[["_Fetch"], None]) -> None:
        self.key = key
        self._task = task
        self._forget = forget
        self._waiting = 0
        task.add_done_callback(self._on_done)

    async def wait(self) -> Any:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                self._forget(self)
                self._task.cancel()

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._forget(self)
        if not task.cancelled():
            task.exception()  # marks it as retrieved, in case the last waiter has just gone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    kind: type[RemoteError]
    message: str
    status: int | None
    until: datetime
    attempts: int


class _Failures:
    """Remembered failures with their expiry."""

    def __init__(self, clock: Clock, max_entries: int) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[Hashable, _Failure] = OrderedDict()

    def raise_if_known(self, key: Hashable) -> None:
        failure = self._entries.get(key)
        if failure is None:
            return
        left = (failure.until - self._clock()).total_seconds()
        if left <= 0:
            return
        if issubclass(failure.kind, RemoteUnavailable):
            raise failure.kind(failure.message, status=failure.status, wait=left)
        raise failure.kind(failure.message, status=failure.status)

    def remember(self, key: Hashable, error: RemoteError) -> datetime:
        """Remember a failure and return its expiry."""
        before = self._entries.pop(key, None)
        attempts = before.attempts + 1 if before else 1
        until = self._clock() + _validity(error, attempts)
        self._entries[key] = _Failure(
            kind=type(error), message=str(error), status=error.status, until=until, attempts=attempts
        )
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)
        return until

    def forget(self, key: Hashable) -> None:
        self._entries.pop(key, None)


def _validity(error: RemoteError, attempts: int) -> timedelta:
    if isinstance(error, RemoteUnavailable):
        return UNREACHABLE_RETENTION.delay(attempts, at_least=timedelta(seconds=error.wait or 0))
    if isinstance(error, RemoteGone) and error.status == 410:
        return GONE_RETENTION
    return UNUSABLE_RETENTION
