"""The way out for what nobody sent us: other servers are asked seldom, and left alone when they say so.

At most one request a second and 200 a day to each server, counted in the database, so that several machines together
keep to it. A server that answers 429 or 403 is left alone for a day, or as long as it asks.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from syndicate.activitypub.parse import host_of
from syndicate.clock import Clock
from syndicate.errors import RemoteUnavailable
from syndicate.storage import Store
from syndicate.transport.message import Request, Response, Transport, retry_after

log = structlog.get_logger()

APART = timedelta(seconds=1)
MOST_A_DAY = 200
STOPPED_FOR = timedelta(days=1)
MOST_CLIMBS_A_DAY = 100
"""Of these, requests that a reply leads to which is not meant for the blog."""
PATIENCE = timedelta(seconds=30)
PASSED_OVER_FOR = timedelta(days=2)
"""What was of no concern is not fetched again for so long."""
UNWELCOME = frozenset({403, 429})

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds."""


class ThrottledTransport(Transport):
    """A transport in front of another."""

    def __init__(self, transport: Transport, store: Store, clock: Clock, pause: Pause) -> None:
        self._transport, self._store, self._clock, self._pause = transport, store, clock, pause

    async def fetch(self, request: Request) -> Response:
        """See `Transport.fetch`. Raises RemoteUnavailable also when the server is not to be asked now."""
        host = host_of(request.url)
        await self._take_turn(host)
        response = await self._transport.fetch(request)
        if response.status in UNWELCOME:
            asked_for = timedelta(seconds=retry_after(response, self._clock()) or 0)
            until = self._clock() + max(STOPPED_FOR, asked_for)
            await self._store.transaction(lambda tx: tx.refetch_queue.pause_host(host, until))
            log.info("server left alone", host=host, status=response.status)
        return response

    async def _take_turn(self, host: str) -> None:
        while True:
            now = self._clock()
            free = await self._store.transaction(
                lambda tx, now=now: tx.refetch_queue.acquire_request(host, now=now, apart=APART, most=MOST_A_DAY)  # type: ignore[misc]
            )
            if free is None:
                return
            if free - now > PATIENCE:
                wait = (free - now).total_seconds()
                raise RemoteUnavailable(f"{host} has been asked often enough for now", wait=wait)
            await self._pause((free - now).total_seconds())
