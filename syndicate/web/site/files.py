"""Serves media files by their hashed names, the static files of the pages, and robots.txt."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web

from syndicate.content.text import canonical_path
from syndicate.errors import NotFound
from syndicate.media import MediaFiles
from syndicate.media.directory import names_of_whole
from syndicate.media.kinds import SHOWN
from syndicate.urls import Urls
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import FILES, IS_AUTHOR, STORE, URLS
from syndicate.web.site.media_keys import KEY, MEDIA_KEYS
from syndicate.web.site.rendering import Asset

CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_ONE_DAY = "public, max-age=86400"
SANDBOX = "default-src 'none'; sandbox"
NOT_PUBLIC = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


async def get_media(request: web.Request) -> web.StreamResponse:
    """Return a media file, or redirect from an earlier name to the current one."""
    name, media = request.match_info["name"], request.app[STORE].media
    answer = await _find_file(request, name)
    if answer is not None:
        return answer
    current = await media.find_redirect(name)
    if current is not None and await _find_file(request, current) is not None:
        raise web.HTTPMovedPermanently(Urls.media(current), headers={"Cache-Control": CACHE_ONE_DAY})
    imported = await media.find_by_path(canonical_path(request.rel_url.raw_path))
    return await answer_file(request, imported.name if imported and imported.name else name)


async def answer_file(request: web.Request, name: str) -> web.StreamResponse:
    """Return a media file. Raises NotFound, also if only the author may see it and somebody else asks."""
    answer = await _find_file(request, name)
    if answer is None:
        raise NotFound(name)
    return answer


async def _find_file(request: web.Request, name: str) -> web.StreamResponse | None:
    path = request.app[FILES].path(name)
    if path is None:
        return None
    if await request.app[STORE].media_uses.is_public(names_of_whole(name)):
        cache = CACHE_FOREVER if request.path.startswith("/media/") else CACHE_ONE_DAY
        return file_response(path, {"Cache-Control": cache, "Access-Control-Allow-Origin": "*"})
    has_key = request.app[MEDIA_KEYS].is_valid(name, request.query.get(KEY, ""))
    return file_response(path, NOT_PUBLIC) if has_key or await request.app[IS_AUTHOR](request) else None


def file_response(path: Path, headers: Mapping[str, str]) -> web.StreamResponse:
    """Return the response with a media file. Its type follows from its name, which we chose, and nothing in it is
    executed."""
    media_type = MediaFiles.media_type(path.name)
    is_shown = media_type.partition("/")[0] in SHOWN
    fixed = {"Content-Type": media_type, "Content-Security-Policy": SANDBOX}
    return web.FileResponse(
        path, headers={**fixed, **headers, **({} if is_shown else {"Content-Disposition": "attachment"})}
    )


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
