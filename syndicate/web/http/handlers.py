"""The types of the middleware, and how several are applied to one handler."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Middleware = Callable[[Handler], Handler]
"""Takes the next handler and returns one that does something before or after it."""

SAFE_METHODS = frozenset({"GET", "HEAD"})


def apply_middleware(middleware: Sequence[Middleware], handler: Handler) -> Handler:
    """Return `handler` wrapped in each of these; the first is the outermost and sees every request."""
    for wrap in reversed(middleware):
        handler = wrap(handler)
    return handler
