"""Serves media files by their hashed names, the static files of the pages, and robots.txt."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from syndicate.content.text import canonical_path
from syndicate.errors import NotFound
from syndicate.media.kinds import SHOWN
from syndicate.urls import Urls
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import FILES, STORE, URLS
from syndicate.web.site.rendering import Asset

CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_ONE_DAY = "public, max-age=86400"
SANDBOX = "default-src 'none'; sandbox"


async def get_media(request: web.Request) -> web.StreamResponse:
    """Return a media file, or redirect from an earlier name to the current one."""
    name = request.match_info["name"]
    if (
        request.app[FILES].path(name) is None
        and (current := await request.app[STORE].media.find_redirect(name)) is not None
    ):
        raise web.HTTPMovedPermanently(Urls.media(current), headers={"Cache-Control": CACHE_ONE_DAY})
    imported = await request.app[STORE].media.find_by_path(canonical_path(request.rel_url.raw_path))
    return await answer_file(request, imported.name if imported and imported.name else name)


async def answer_file(request: web.Request, name: str) -> web.StreamResponse:
    """Return a media file. Its type follows from its name, which we chose, and nothing in it is executed."""
    files = request.app[FILES]
    path = files.path(name)
    if path is None:
        raise NotFound(name)
    media_type = files.media_type(name)
    headers = {
        "Content-Type": media_type,
        "Cache-Control": CACHE_FOREVER if request.path.startswith("/media/") else CACHE_ONE_DAY,
        "Content-Security-Policy": SANDBOX,
        "Access-Control-Allow-Origin": "*",
    }
    if media_type.partition("/")[0] not in SHOWN:
        headers["Content-Disposition"] = "attachment"
    return web.FileResponse(path, headers=headers)


def asset_handler(asset: Asset) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that serves one static file."""

    async def get_asset(request: web.Request) -> web.StreamResponse:
        async def render() -> RenderedDocument:
            cache = CACHE_FOREVER if asset.immutable else CACHE_ONE_DAY
            return RenderedDocument(body=asset.body, media_type=asset.media_type, dependencies=(), cache_control=cache)

        document = await request.app[RESPONSE_CACHE].get(f"asset:{asset.path}", render)
        return await request.app[RESPONDER].document(request, document)

    return get_asset


async def get_robots(request: web.Request) -> web.Response:
    sitemap = request.app[URLS].absolute("/sitemap.xml")
    text = f"User-agent: *\nDisallow: /admin/\n\nSitemap: {sitemap}\n"
    return web.Response(text=text, headers={"Cache-Control": CACHE_ONE_DAY})
