"""Limits the fetches that others can cause.

Anyone can send an activity with an unknown key, and so make this server request another one. This limiter bounds that:
the same document is never fetched twice at once, failures are remembered for a while, each origin gets at most one
request a second in the long run and two at a time, and at most 32 fetches run in total. Every table that others can fill
has a limit, and the oldest entries are dropped first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteGone, RemoteUnavailable

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
UNREACHABLE_RETENTION = timedelta(minutes=5)
MAX_UNREACHABLE_RETENTION = timedelta(hours=6)
_BUSY_RETRY_SECONDS = 30.0


class FetchLimiter:
    """Limits fetches; one instance serves the whole process."""

    def __init__(self, clock: Clock, limits: FetchLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or FetchLimits()
        self._failures = _Failures(clock, self._limits.max_entries)
        self._rate_limits = _RateLimits(clock, self._limits)
        self._slots = _Slots(self._limits)
        self._fetches: dict[Hashable, _Fetch] = {}

    async def once(
        self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]], *, by_stranger: bool = True
    ) -> T:
        """Return the result of `work`; concurrent calls with the same `key` share it.

        `by_stranger=False` is for requests of the author: they ignore remembered failures and the rate limit of the
        origin. Raises what `work` raises, again for as long as the failure is remembered, and RemoteUnavailable with a
        `wait` if there is no free slot.
        """
        fetch = self._fetches.get(key)
        if fetch is None:
            if by_stranger:
                self._failures.raise_if_known(key)
                self._require_capacity(origin)
            fetch = self._start(key, origin, work)
        return await fetch.wait()  # type: ignore[no-any-return]

    def _require_capacity(self, origin: str) -> None:
        if len(self._fetches) >= self._limits.max_fetches:
            raise RemoteUnavailable("too many fetches are under way", wait=_BUSY_RETRY_SECONDS)
        self._rate_limits.spend(origin)

    def _start(self, key: Hashable, origin: str, work: Callable[[], Awaitable[Any]]) -> "_Fetch":
        task = asyncio.create_task(self._run(key, origin, work), name=f"fetch from {origin}")
        fetch = self._fetches[key] = _Fetch(key, task, self._forget)
        return fetch

    async def _run(self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]]) -> T:
        async with self._slots.take(origin):
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
        doubled = UNREACHABLE_RETENTION * (1 << min(attempts - 1, 16))
        return max(min(doubled, MAX_UNREACHABLE_RETENTION), timedelta(seconds=error.wait or 0))
    if isinstance(error, RemoteGone) and error.status == 410:
        return GONE_RETENTION
    return UNUSABLE_RETENTION


class _RateLimits:
    """A token bucket per origin."""

    def __init__(self, clock: Clock, limits: FetchLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def spend(self, origin: str) -> None:
        now = self._clock()
        tokens, since = self._buckets.pop(origin, (float(self._limits.burst), now))
        grown = max((now - since).total_seconds(), 0.0) * self._limits.per_second
        tokens = min(tokens + grown, float(self._limits.burst))
        spent = tokens >= 1
        self._buckets[origin] = (tokens - spent, now)
        if len(self._buckets) > self._limits.max_entries:
            self._buckets.popitem(last=False)
        if not spent:
            wait = (1 - tokens) / self._limits.per_second
            raise RemoteUnavailable(f"{origin} has been asked often enough for now", wait=wait)


@dataclass(slots=True)
class _OriginSlots:
    slots: asyncio.Semaphore
    users: int = 0


class _Slots:
    """Slots for running fetches, in total and per origin, so that a slow server cannot occupy all of them."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(limits.max_concurrent)
        self._by_origin: dict[str, _OriginSlots] = {}

    @asynccontextmanager
    async def take(self, origin: str) -> AsyncIterator[None]:
        origin_slots = self._by_origin.setdefault(
            origin, _OriginSlots(asyncio.Semaphore(self._limits.max_concurrent_per_origin))
        )
        origin_slots.users += 1
        try:
            await self._acquire(origin_slots.slots)
            try:
                await self._acquire(self._all)
                try:
                    yield
                finally:
                    self._all.release()
            finally:
                origin_slots.slots.release()
        finally:
            origin_slots.users -= 1
            if not origin_slots.users:
                del self._by_origin[origin]

    async def _acquire(self, slots: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._limits.slot_timeout):
                await slots.acquire()
        except TimeoutError as error:
            raise RemoteUnavailable("no place for another fetch", wait=_BUSY_RETRY_SECONDS) from error
