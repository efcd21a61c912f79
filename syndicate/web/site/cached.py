"""Pages from the response cache, and permanent redirects."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import RenderedDocument


def redirect(to: str) -> web.HTTPException:
    """Return a permanent redirect."""
    return web.HTTPMovedPermanently(to, headers={"Cache-Control": "public, max-age=3600"})


async def respond_cached(
    request: web.Request, key: str, render: Callable[[], Awaitable[RenderedDocument | None]]
) -> web.StreamResponse:
    """Return a cached page, rendered if necessary. Raises NotFound if `render` returns None."""

    async def render_or_raise() -> RenderedDocument:
        rendered = await render()
        if rendered is None:
            raise NotFound("no such page of a list")
        return rendered

    document = await request.app[RESPONSE_CACHE].get(key, render_or_raise)
    return await request.app[RESPONDER].document(request, document)
