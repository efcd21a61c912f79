"""A throttled transport for fetches that no delivery caused: other servers get few requests, and none if they object.

Each server gets at most one request a second and 200 a day, counted in the database, so that several machines share the
limit. A server that answers 429 or 403 gets none for a day, or as long as it asks.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.errors import RemoteUnavailable
from syndicate.storage import Store
from syndicate.transport.message import Request, Response, Transport, retry_after

log = structlog.get_logger()

REQUEST_INTERVAL = timedelta(seconds=1)
MAX_REQUESTS_PER_DAY = 200
SUSPENSION = timedelta(days=1)
MAX_ANCESTOR_REQUESTS_PER_DAY = 100
"""The share of these for ancestors of replies that are not addressed to the blog."""
MAX_WAIT = timedelta(seconds=30)
IRRELEVANT_RETENTION = timedelta(days=2)
"""How long an irrelevant object is not fetched again."""
SUSPENDING_STATUSES = frozenset({403, 429})

Pause = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""


class ThrottledTransport(Transport):
    """A transport that throttles another."""

    def __init__(self, transport: Transport, store: Store, clock: Clock, pause: Pause) -> None:
        self._transport, self._store, self._clock, self._pause = transport, store, clock, pause

    async def fetch(self, request: Request) -> Response:
        """See `Transport.fetch`. Also raises RemoteUnavailable if the server must not be asked now."""
        host = host_of(request.url)
        await self._take_turn(host)
        response = await self._transport.fetch(request)
        if response.status in SUSPENDING_STATUSES:
            asked_for = timedelta(seconds=retry_after(response, self._clock()) or 0)
            until = self._clock() + max(SUSPENSION, asked_for)
            await self._store.transaction(lambda tx: tx.refetch_queue.pause_host(host, until))
            log.info("server requests suspended", host=host, status=response.status)
        return response

    async def _acquire(self, host: str, now: datetime) -> datetime | None:
        """Count a request to a server now, or return when the next one is allowed."""
        return await self._store.transaction(
            lambda tx: tx.refetch_queue.acquire_request(
                host, now=now, apart=REQUEST_INTERVAL, most=MAX_REQUESTS_PER_DAY
            )
        )

    async def _take_turn(self, host: str) -> None:
        while True:
            now = self._clock()
            free = await self._acquire(host, now)
            if free is None:
                return
            if free - now > MAX_WAIT:
                wait = (free - now).total_seconds()
                raise RemoteUnavailable(f"{host} has been asked often enough for now", wait=wait)
            await self._pause((free - now).total_seconds())
