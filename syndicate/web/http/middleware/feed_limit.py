"""Slows down clients that keep fetching complete feeds.

Conditional requests that get 304 are unlimited. The allowance is generous because many people can share one address.
"""

from http import HTTPStatus

from aiohttp import web

from syndicate.clock import Stopwatch
from syndicate.config import ServerConfig
from syndicate.errors import TooManyRequests
from syndicate.web.http.clients import address_of, is_local
from syndicate.web.http.handlers import SAFE_METHODS, Handler
from syndicate.web.http.problems import problem_of
from syndicate.web.http.rate_limits import RateLimiter

FULL_FEEDS_LIMIT, FULL_FEEDS_PER_SECOND = 200.0, 0.1
"""How many complete feeds a client may fetch, and how fast that allowance refills."""


class FeedLimit:
    """Counts the complete feeds that each client was sent, and refuses more than the limit."""

    def __init__(self, server: ServerConfig, stopwatch: Stopwatch) -> None:
        self._server = server
        self._limiter = RateLimiter(
            per_second=FULL_FEEDS_PER_SECOND, burst=FULL_FEEDS_LIMIT, name="feed", stopwatch=stopwatch
        )

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if "/feed/" not in request.raw_path or request.method not in SAFE_METHODS:
                return await handler(request)
            client = address_of(request, self._server)
            if is_local(client):
                return await handler(request)
            return await self._counted(request, handler, client)

        return handle

    async def _counted(self, request: web.Request, handler: Handler, client: str) -> web.StreamResponse:
        try:
            if not _is_conditional(request):
                self._limiter.check(client)
            response = await handler(request)
            if response.status == HTTPStatus.OK:
                self._limiter.spend(client)
        except TooManyRequests as error:
            return problem_of(error)
        return response


def _is_conditional(request: web.BaseRequest) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
