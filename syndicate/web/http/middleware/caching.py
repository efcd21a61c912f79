"""Serves cached documents by address before routing, which with the views and their queries costs more than the rest of
a response."""

from aiohttp import web

from syndicate.web.http.handlers import SAFE_METHODS, Handler
from syndicate.web.http.keys import BYPASS_CACHE
from syndicate.web.http.response_cache import ResponseCache
from syndicate.web.http.responses import DocumentResponder, DocumentResponse


class CachedResponses:
    """Finds the document that an address and `Accept` had last, and remembers the one that a view returns."""

    def __init__(self, cache: ResponseCache, responder: DocumentResponder) -> None:
        self._cache, self._responder = cache, responder

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if request.method not in SAFE_METHODS:
                return await handler(request)
            variant = (request.raw_path, request.headers.get("Accept", ""))
            document = None if _varies_beyond_accept(request) else self._cache.lookup(variant)
            if document is not None:
                return await self._responder.document(request, document)
            response = await handler(request)
            if isinstance(response, DocumentResponse) and BYPASS_CACHE not in request:
                self._cache.remember(variant, response.document)
            return response

        return handle


def _varies_beyond_accept(request: web.BaseRequest) -> bool:
    """Return whether headers other than `Accept` decide the response: for a feed, the version that the client has, or
    that it is a browser."""
    headers = request.headers
    return "A-IM" in headers or ("/feed/" in request.raw_path and "Sec-Fetch-Dest" in headers)
