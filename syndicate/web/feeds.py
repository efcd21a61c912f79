"""Feeds of posts and comments: the requests, their cache keys and their headers.

`publishing.feeds.FeedBuilder` builds the documents. Raises NotFound for pages that a feed does not have.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import structlog
from aiohttp import web

from syndicate.errors import NotFound
from syndicate.feeds import FeedDocument, FeedFormat
from syndicate.model.post import Post
from syndicate.publishing.feeds import COUNTS, dependencies_of_comments, dependencies_of_posts
from syndicate.publishing.listings import EARLIEST_YEAR, Listing
from syndicate.storage.site_settings import SETTINGS as SETTINGS_VERSION
from syndicate.web.http.clients import address_of
from syndicate.web.http.compression import gzip_encoded, wants_gzip
from syndicate.web.http.conditional import is_unchanged
from syndicate.web.http.deltas import wants_delta
from syndicate.web.http.keys import DELTAS, RESPONDER, RESPONSE_CACHE
from syndicate.web.http.response_cache import CachedDocument, RenderedDocument, uncached
from syndicate.web.keys import CLOCK, CONFIG, FEEDS, LISTINGS, SEARCH_LIMITER, SETTINGS, STORE, URLS

log = structlog.get_logger()

CACHE_CONTROL = "public, max-age=900, stale-while-revalidate=3600, stale-if-error=86400"
XML_FEEDS = ("application/rss+xml", "application/atom+xml")
SEARCH_CACHE_CONTROL = "public, max-age=300"
CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link"),
)
ALIASES = {
    "/rss": "/feed/",
    "/rss/": "/feed/",
    "/rss.xml": "/feed/",
    "/index.xml": "/feed/",
    "/feed.xml": "/feed/",
    "/wp-rss.php": "/feed/",
    "/wp-rss2.php": "/feed/",
    "/wp-rdf.php": "/feed/",
    "/wp-feed.php": "/feed/",
    "/atom.xml": "/feed/atom/",
    "/wp-atom.php": "/feed/atom/",
    "/feed.json": "/feed/json/",
    "/wp-commentsrss2.php": "/comments/feed/",
    "/opml.xml": "/blogroll.opml",
    "/wp-links-opml.php": "/blogroll.opml",
}
"""Feed addresses of other software, with the feed to which each redirects permanently."""
ARCHIVE_CACHE_CONTROL = "public, max-age=86400, stale-if-error=604800"
COUNT_DEPENDENCIES = (COUNTS,)
"""Dependencies of feeds that show the number of comments."""
MAX_PACE_DAYS = 366


async def answer_posts(request: web.Request, listing: Listing, format: FeedFormat, page: int = 1) -> web.StreamResponse:
    """Return a page of the feed of a listing. Raises NotFound beyond the last page."""
    builder = request.app[FEEDS]
    dependencies = (*dependencies_of_posts(listing), *COUNT_DEPENDENCIES)

    async def feed(without: frozenset[str]) -> FeedDocument:
        document = await builder.render_posts(listing, format, page, without=without)
        if document is None:
            raise NotFound("no such page of a feed")
        return document

    return await answer_live(request, f"feed:{listing.path}:{format}:{page}", feed, dependencies)


async def get_archive_document(request: web.Request) -> web.StreamResponse:
    """Return a closed archive document (RFC 5005 §4).

    The one after the newest redirects to the open document, or to the live feed while that has all posts.
    """
    store, urls = request.app[STORE], request.app[URLS]
    format = FeedFormat(request.match_info.get("format") or "rss")
    volume = int(request.match_info["volume"])
    newest = await store.post_archive.newest()
    if volume == newest + 1:
        last = await request.app[FEEDS].find_open_archive()
        target = urls.open_archive_document(format.value, volume, last) if last else urls.feed("/", format.value)
        raise web.HTTPTemporaryRedirect(target, headers={"Cache-Control": "no-store"})
    if volume > newest:
        raise NotFound("no such volume")

    async def render() -> RenderedDocument:
        ids, posts = await store.post_archive.list_of(volume)
        feed = await request.app[FEEDS].render_archive(volume, posts, format)
        dependencies = (f"volume:{volume}", *(f"post:{id}" for id in ids))
        return replace(await rendered_feed(request, feed, dependencies), cache_control=ARCHIVE_CACHE_CONTROL)

    return await answer_feed(request, f"volume:{volume}:{format}", render)


async def get_open_archive_document(request: web.Request) -> web.StreamResponse:
    """Return the open archive document as far as it goes now; an earlier address of it redirects."""
    builder, urls = request.app[FEEDS], request.app[URLS]
    format = FeedFormat(request.match_info.get("format") or "rss")
    volume, last = int(request.match_info["volume"]), request.match_info["last"]
    newest = await request.app[STORE].post_archive.newest()
    if volume > newest + 1:
        raise NotFound("no such volume")
    if volume <= newest or last != await builder.find_open_archive():
        target = urls.archive_document(format.value, volume)
        raise web.HTTPTemporaryRedirect(target, headers={"Cache-Control": "no-store"})

    async def render() -> RenderedDocument:
        feed = await builder.render_open_archive(volume, last, format)
        return replace(await rendered_feed(request, feed, ("site",)), cache_control=CACHE_CONTROL)

    return await answer_feed(request, f"volume:{volume}:{last}:{format}", render)


async def get_series(request: web.Request) -> web.StreamResponse:
    """Return the feed that replays all posts from the first one on.

    It is a function of the address, the posts and the date, so it is valid until midnight.
    """
    config, urls = request.app[SETTINGS].config, request.app[URLS]
    format = FeedFormat(request.match_info.get("format") or "rss")
    start, days = _day(request.match_info["start"]), int(request.match_info["days"])
    if start is None or not 1 <= days <= MAX_PACE_DAYS:
        raise NotFound("no such day or pace")
    address = urls.from_first(format.value, start, days)
    if request.path != address:
        raise web.HTTPMovedPermanently(address, headers={"Cache-Control": "public, max-age=86400"})
    now = request.app[CLOCK]().astimezone(config.site.zone)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), config.site.zone)

    feed = await request.app[FEEDS].render_from_the_first(start, days, now.date(), format)
    max_age = min(int((midnight - now).total_seconds()), 3600)
    rendered = await rendered_feed(request, feed, ("site", *COUNT_DEPENDENCIES))
    return await _respond(
        request, uncached(replace(rendered, cache_control=f"public, max-age={max_age}, stale-if-error=86400"))
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= EARLIEST_YEAR else None


async def answer_search(request: web.Request, words: str, format: FeedFormat) -> web.StreamResponse:
    """Return the results of a search as a feed: rate-limited, and not cached."""
    listing = request.app[LISTINGS].search(words)
    with request.app[SEARCH_LIMITER].admit(address_of(request, request.app[CONFIG].server)):
        feed = await request.app[FEEDS].render_posts(listing, format)
    assert feed is not None
    rendered = await rendered_feed(request, feed, ("site",))
    return await request.app[RESPONDER].document(
        request, uncached(replace(rendered, cache_control=SEARCH_CACHE_CONTROL))
    )


async def answer_comments(request: web.Request, post: Post | None, format: FeedFormat) -> web.StreamResponse:
    """Return the feed of the comments of a post, or of all comments."""
    builder = request.app[FEEDS]
    dependencies = dependencies_of_comments(post)

    async def feed(without: frozenset[str]) -> FeedDocument:
        return await builder.render_comments(post, format, without=without)

    return await answer_live(request, f"feed:{post.path if post else '/comments/'}:{format}", feed, dependencies)


async def answer_live(
    request: web.Request,
    key: str,
    feed: Callable[[frozenset[str]], Awaitable[FeedDocument]],
    dependencies: tuple[str, ...],
) -> web.StreamResponse:
    """Return a live feed: all of it, or only the new entries for a reader that names its version.

    `feed` builds it without the entries that have the given fingerprints.
    """
    deltas = request.app[DELTAS]

    async def render() -> RenderedDocument:
        whole = await feed(frozenset())
        deltas.record(key, whole.etag, whole.fingerprints)
        return await rendered_feed(request, whole, dependencies)

    document = await request.app[RESPONSE_CACHE].get(key, render)
    if wants_delta(request) and not is_unchanged(request, document):
        known = deltas.find_known(request, document)
        if known is not None:
            return await _delta(request, document, await feed(known))
    return await _respond(request, document)


async def _delta(request: web.Request, whole: CachedDocument, new: FeedDocument) -> web.StreamResponse:
    """Return the new entries under the tag of the whole feed (RFC 3229 §10.4.1), not to be cached; or the whole feed
    if that is not larger as it is sent.
    """
    body, size = new.body, len(whole.rendered.body)
    if is_packed := wants_gzip(request):
        await whole.pack()
        body, size = await asyncio.to_thread(gzip_encoded, body), len(whole.packed or whole.rendered.body)
    if len(body) >= size:
        return await _respond(request, whole)
    response = web.Response(status=226, body=body)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers.update(
        {
            "Content-Type": new.media_type,
            "ETag": whole.etag,
            "Last-Modified": whole.last_modified,
            "IM": "feed",
            "Cache-Control": "no-store",
            "Vary": "A-IM, If-None-Match, Accept-Encoding",
            **dict(whole.rendered.headers),
        }
    )
    return response


async def rendered_feed(request: web.Request, feed: FeedDocument, dependencies: tuple[str, ...]) -> RenderedDocument:
    """Return a feed with its headers.

    Its date is that of the newest entry or of the last change of a dependency, since an entry may have been removed, or
    of the settings.
    """
    store = request.app[STORE]
    names = (*dependencies, SETTINGS_VERSION)
    changes = [moved for name in names if (moved := await store.versions.moved_at(name)) is not None]
    modified = max([feed.last_modified, *changes]).replace(microsecond=0)
    for id in feed.skipped:
        log.warning("feed entry skipped", entry=id)
    return RenderedDocument(
        body=feed.body,
        media_type=feed.media_type,
        dependencies=dependencies,
        etag=feed.etag,
        last_modified=modified,
        cache_control=CACHE_CONTROL,
        headers=(*CORS, *_links(feed)),
    )


def _links(feed: FeedDocument) -> tuple[tuple[str, str], ...]:
    """Return the `Link` header with hub and topic (WebSub §4), the same as in the document."""
    hubs = [f'<{hub}>; rel="hub"' for hub in feed.hubs]
    return (("Link", ", ".join([*hubs, f'<{feed.self_url}>; rel="self"'])),) if hubs else ()


async def answer_feed(
    request: web.Request, key: str, render: Callable[[], Awaitable[RenderedDocument]]
) -> web.StreamResponse:
    return await _respond(request, await request.app[RESPONSE_CACHE].get(key, render))


async def _respond(request: web.Request, document: CachedDocument) -> web.StreamResponse:
    """Return a feed. Browsers get it as `text/xml`: they show feed types as source and ignore the style sheet."""
    media_type = document.rendered.media_type
    if not is_browser_navigation(request) or not media_type.startswith(XML_FEEDS):
        return await request.app[RESPONDER].document(request, document)
    headers = {"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "private, max-age=300"}
    return web.Response(body=document.rendered.body, headers=headers | {"Vary": "Sec-Fetch-Dest"})


def is_browser_navigation(request: web.BaseRequest) -> bool:
    """Return whether a person opens this address in a browser (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


async def get_comments_feed(request: web.Request) -> web.StreamResponse:
    return await answer_comments(request, None, FeedFormat(request.match_info.get("format") or "rss"))


async def preflight(_: web.Request) -> web.Response:
    """Allow readers in browsers to send validators (Fetch, CORS preflight)."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
            "Access-Control-Max-Age": "86400",
        },
    )


async def redirect_alias(request: web.Request) -> web.StreamResponse:
    """Redirect a feed address of other software to the feed here."""
    raise web.HTTPMovedPermanently(ALIASES[request.path], headers={"Cache-Control": "public, max-age=86400"})
