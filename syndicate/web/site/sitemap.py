"""The sitemap of all public addresses (sitemaps.org). A large blog has one sitemap per month and an index of them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.model.post import PostKind
from syndicate.publishing.listings import EARLIEST_YEAR
from syndicate.storage import Store
from syndicate.urls import Urls
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.keys import SETTINGS, STORE, URLS

MAX_POSTS_IN_ONE_SITEMAP = 2_000
"""Blogs with more posts get an index and one sitemap per month."""
MAX_ADDRESSES = 50_000
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
MONTH = re.compile(r"(\d{4})-(\d{2})")


async def get_sitemap(request: web.Request) -> web.StreamResponse:
    """Return `/sitemap.xml` or one of the parts that it lists: `/sitemap-pages.xml`, `/sitemap-2026-11.xml`."""
    part = request.match_info.get("part", "")
    if part not in ("", "pages") and not MONTH.fullmatch(part):
        raise NotFound(request.path)
    store, urls, zone = request.app[STORE], request.app[URLS], request.app[SETTINGS].site.zone

    async def rendered() -> RenderedDocument:
        body = await _index_or_all(store, urls) if not part else await _part(store, urls, part, zone)
        return RenderedDocument(body=body, media_type="application/xml; charset=utf-8", dependencies=("site",))

    document = await request.app[RESPONSE_CACHE].get(f"sitemap:{part}", rendered)
    return await request.app[RESPONDER].document(request, document)


async def _index_or_all(store: Store, urls: Urls) -> bytes:
    if await store.totals.get("posts") > MAX_POSTS_IN_ONE_SITEMAP:
        months = sorted(await store.totals.starting_with("month:"), reverse=True)
        parts = [(urls.absolute(f"/sitemap-{part}.xml"), "") for part in ("pages", *months)]
        return _document("sitemapindex", "sitemap", parts)
    rows = [
        *await _pages(store),
        *await store.post_lists.list_addresses(PostKind.POST, FIRST, LAST, limit=MAX_ADDRESSES),
    ]
    return _document("urlset", "url", [(urls.home, ""), *((urls.absolute(path), updated) for path, updated in rows)])


async def _part(store: Store, urls: Urls, part: str, zone: ZoneInfo) -> bytes:
    if part == "pages":
        rows = [("/", ""), *await _pages(store)]
    else:
        first, last = _month(part, zone)
        rows = await store.post_lists.list_addresses(PostKind.POST, first, last, limit=MAX_ADDRESSES)
        if not rows:
            raise NotFound(part)
    return _document("urlset", "url", [(urls.absolute(path), updated) for path, updated in rows])


def _month(part: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a month and of the next one. Raises NotFound if there is no such month."""
    year, month = (int(digits) for digits in part.split("-"))
    if not EARLIEST_YEAR <= year < 9999 or not 1 <= month <= 12:
        raise NotFound(part)
    first = datetime(year, month, 1, tzinfo=zone)
    return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)


async def _pages(store: Store) -> list[tuple[str, str]]:
    return await store.post_lists.list_addresses(PostKind.PAGE, FIRST, LAST, limit=MAX_ADDRESSES)


def _document(root: str, element: str, addresses: Sequence[tuple[str, str]]) -> bytes:
    """Render addresses with the instant of their last change, which may be empty."""
    lines = [
        f"<{element}><loc>{escape(address)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</{element}>\n"
        for address, changed in addresses
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{''.join(lines)}</{root}>\n"
    ).encode()
