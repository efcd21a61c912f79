"""Refuses bodies that no view will read before the client sends them (`Expect: 100-continue`)."""

from aiohttp import web

from syndicate.web.http.bodies import MAX_ANY_BODY_BYTES, body_too_large
from syndicate.web.http.handlers import SAFE_METHODS, Handler


def refuse_unwanted_bodies(handler: Handler) -> Handler:
    """Answer 413 to the announcement of a body that is too large for every address, or that belongs to a GET request."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if "Expect" in request.headers and _is_unwanted(request):
            return body_too_large()
        return await handler(request)

    return handle


def _is_unwanted(request: web.Request) -> bool:
    if request.method in SAFE_METHODS:
        return request.can_read_body
    return (request.content_length or 0) > MAX_ANY_BODY_BYTES
