"""Declares routes that accept a body."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate.web.http.bodies import expect_handler

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


def post_route(path: str, view: View, max_bytes: int) -> web.RouteDef:
    """Return a route for POST. A client that sends `Expect: 100-continue` is refused a body of more than `max_bytes`."""
    return web.post(path, view, expect_handler=expect_handler(max_bytes))
