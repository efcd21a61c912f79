"""What we fetch because a stranger made us, and how much of it.

Anyone can send an activity with a key that we have never seen, and so make this server ask another. Here that power
is bounded: the same thing is never fetched twice at once, what has failed is not tried again for a while, no origin
is asked more often than once a second in the long run or by more than two at a time, and all of it together has 32
places. Every table that a stranger can fill has a cap, and the oldest entries leave first.
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
    """The bounds. Times in seconds."""

    in_flight: int = 32
    in_flight_per_origin: int = 2
    patience: float = 5.0
    """How long a fetch waits for its place."""
    waiting: int = 512
    burst: int = 10
    per_second: float = 1.0
    remembered: int = 4096
    """Entries of each table."""


UNUSABLE_FOR = timedelta(hours=1)
GONE_FOR = timedelta(days=30)
UNREACHABLE_FOR = timedelta(minutes=5)
UNREACHABLE_AT_MOST = timedelta(hours=6)
_TOO_BUSY_SECONDS = 30.0


class FetchLimiter:
    """Bounds what strangers make us fetch. One for the whole process."""

    def __init__(self, clock: Clock, limits: FetchLimits | None = None) -> None:
        self._clock = clock
        self._limits = limits or FetchLimits()
        self._failures = _Failures(clock, self._limits.remembered)
        self._allowance = _Allowance(clock, self._limits)
        self._places = _Places(self._limits)
        self._flights: dict[Hashable, _Flight] = {}

    async def once(
        self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]], *, by_stranger: bool = True
    ) -> T:
        """What `work` gives; those who ask for the same `key` meanwhile get the very same result.

        `by_stranger=False` is for what the author asked for: earlier failures do not count then, nor does the
        allowance of the origin. Raises what `work` raises, again for as long as a failure is remembered, and
        RemoteUnavailable with a `wait` when there is no place.
        """
        flight = self._flights.get(key)
        if flight is None:
            if by_stranger:
                self._failures.raise_again(key)
                self._require_room(origin)
            flight = self._take_off(key, origin, work)
        return await flight.land()  # type: ignore[no-any-return]

    def _require_room(self, origin: str) -> None:
        if len(self._flights) >= self._limits.waiting:
            raise RemoteUnavailable("too many fetches are under way", wait=_TOO_BUSY_SECONDS)
        self._allowance.spend(origin)

    def _take_off(self, key: Hashable, origin: str, work: Callable[[], Awaitable[Any]]) -> "_Flight":
        task = asyncio.create_task(self._fly(key, origin, work), name=f"fetch from {origin}")
        flight = self._flights[key] = _Flight(key, task, self._forget)
        return flight

    async def _fly(self, key: Hashable, origin: str, work: Callable[[], Awaitable[T]]) -> T:
        async with self._places.take(origin):
            try:
                result = await work()
            except RemoteError as error:
                until = self._failures.remember(key, error)
                if isinstance(error, RemoteUnavailable):
                    error.wait = (until - self._clock()).total_seconds()
                raise
        self._failures.forget(key)
        return result

    def _forget(self, flight: "_Flight") -> None:
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]


class _Flight:
    """One fetch and those who wait for it. It is given up when nobody waits any more."""

    __slots__ = ("_forget", "_task", "_waiting", "key")

    def __init__(self, key: Hashable, task: asyncio.Task[Any], forget: Callable[["_Flight"], None]) -> None:
        self.key = key
        self._task = task
        self._forget = forget
        self._waiting = 0
        task.add_done_callback(self._landed)

    async def land(self) -> Any:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting and not self._task.done():
                self._forget(self)
                self._task.cancel()

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._forget(self)
        if not task.cancelled():
            task.exception()  # marks it as seen, should the last waiter have left in this very moment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    kind: type[RemoteError]
    message: str
    status: int | None
    until: datetime
    strikes: int


class _Failures:
    """What has failed, and until when that is an answer."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._known: OrderedDict[Hashable, _Failure] = OrderedDict()

    def raise_again(self, key: Hashable) -> None:
        failure = self._known.get(key)
        if failure is None:
            return
        left = (failure.until - self._clock()).total_seconds()
        if left <= 0:
            return
        if issubclass(failure.kind, RemoteUnavailable):
            raise failure.kind(failure.message, status=failure.status, wait=left)
        raise failure.kind(failure.message, status=failure.status)

    def remember(self, key: Hashable, error: RemoteError) -> datetime:
        """Until when it is remembered."""
        before = self._known.pop(key, None)
        strikes = before.strikes + 1 if before else 1
        until = self._clock() + _validity(error, strikes)
        self._known[key] = _Failure(
            kind=type(error), message=str(error), status=error.status, until=until, strikes=strikes
        )
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return until

    def forget(self, key: Hashable) -> None:
        self._known.pop(key, None)


def _validity(error: RemoteError, strikes: int) -> timedelta:
    if isinstance(error, RemoteUnavailable):
        doubled = UNREACHABLE_FOR * (1 << min(strikes - 1, 16))
        return max(min(doubled, UNREACHABLE_AT_MOST), timedelta(seconds=error.wait or 0))
    if isinstance(error, RemoteGone) and error.status == 410:
        return GONE_FOR
    return UNUSABLE_FOR


class _Allowance:
    """A token bucket for each origin."""

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
        if len(self._buckets) > self._limits.remembered:
            self._buckets.popitem(last=False)
        if not spent:
            wait = (1 - tokens) / self._limits.per_second
            raise RemoteUnavailable(f"{origin} has been asked often enough for now", wait=wait)


@dataclass(slots=True)
class _Lane:
    places: asyncio.Semaphore
    users: int = 0


class _Places:
    """Places for fetches under way: so many in all, and so many for each origin, lest one slow server takes all."""

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(limits.in_flight)
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def take(self, origin: str) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(origin, _Lane(asyncio.Semaphore(self._limits.in_flight_per_origin)))
        lane.users += 1
        try:
            await self._acquire(lane.places)
            try:
                await self._acquire(self._all)
                try:
                    yield
                finally:
                    self._all.release()
            finally:
                lane.places.release()
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[origin]

    async def _acquire(self, places: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._limits.patience):
                await places.acquire()
        except TimeoutError as error:
            raise RemoteUnavailable("no place for another fetch", wait=_TOO_BUSY_SECONDS) from error
