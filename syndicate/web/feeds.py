"""Feeds of posts and comments."""

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
from syndicate.web.http.clients import address_of
from syndicate.web.http.deltas import wants_delta
from syndicate.web.http.response_cache import CachedDocument, RenderedDocument, once
from syndicate.web.http.responses import is_unchanged
from syndicate.web.keys import (
    CLOCK,
    CONFIG,
    DELTAS,
    FEEDS,
    LISTINGS,
    RESPONDER,
    RESPONSE_CACHE,
    SEARCH_LIMITER,
    STORE,
    URLS,
)

log = structlog.get_logger()

CACHE = "public, max-age=900, stale-while-revalidate=3600, stale-if-error=86400"
XML_FEEDS = ("application/rss+xml", "application/atom+xml")
SEARCHED = "public, max-age=300"
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
    "/atom.xml": "/feed/atom/",
    "/wp-atom.php": "/feed/atom/",
    "/feed.json": "/feed/json/",
    "/wp-commentsrss2.php": "/comments/feed/",
    "/opml.xml": "/blogroll.opml",
    "/wp-links-opml.php": "/blogroll.opml",
}
"""Where others have their feeds; whoever comes from there is led here, for ever."""
ARCHIVED = "public, max-age=86400, stale-if-error=604800"
TELLING = (COUNTS,)
"""What moves feeds that tell how many comments there are."""
LONGEST_PACE = 366


async def answer_posts(
    request: web.Request, selection: Listing, format: FeedFormat, page: int = 1
) -> web.StreamResponse:
    """A page of the feed of a selection. Raises NotFound beyond the last."""
    desk = request.app[FEEDS]
    dependencies = (*dependencies_of_posts(selection), *TELLING)

    async def feed(without: frozenset[str]) -> FeedDocument:
        made = await desk.of_posts(selection, format, page, without=without)
        if made is None:
            raise NotFound("no such page of a feed")
        return made

    return await answer_live(request, f"feed:{selection.path}:{format}:{page}", feed, dependencies)


async def get_volume(request: web.Request) -> web.StreamResponse:
    """A document of the archive (RFC 5005 §4). The one after the newest is not there yet: the live feed has what will
    be in it."""
    store, urls = request.app[STORE], request.app[URLS]
    format = FeedFormat(request.match_info.get("format") or "rss")
    volume = int(request.match_info["volume"])
    newest = await store.posts.newest_archive_document()
    if volume == newest + 1:
        raise web.HTTPTemporaryRedirect(urls.feed("/", format.value), headers={"Cache-Control": "no-store"})
    if volume > newest:
        raise NotFound("no such volume")

    async def render() -> RenderedDocument:
        ids, posts = await store.posts.list_of_archive_document(volume)
        feed = await request.app[FEEDS].of_volume(volume, posts, format)
        return replace(await rendered_feed(request, feed, tuple(f"post:{id}" for id in ids)), cache_control=ARCHIVED)

    return await answer_feed(request, f"volume:{volume}:{format}", render)


async def get_from_the_first(request: web.Request) -> web.StreamResponse:
    """All posts one after the other, from the first on. What it says is a function of the address, the archive and the
    date; so it is good until midnight."""
    config, urls = request.app[CONFIG], request.app[URLS]
    format = FeedFormat(request.match_info.get("format") or "rss")
    start, days = _day(request.match_info["start"]), int(request.match_info["days"])
    if start is None or not 1 <= days <= LONGEST_PACE:
        raise NotFound("no such day, or no such pace")
    address = urls.from_the_first(format.value, start, days)
    if request.path != address:
        raise web.HTTPMovedPermanently(address, headers={"Cache-Control": "public, max-age=86400"})
    now = request.app[CLOCK]().astimezone(config.site.zone)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), config.site.zone)

    feed = await request.app[FEEDS].from_the_first(start, days, now.date(), format)
    lasts = min(int((midnight - now).total_seconds()), 3600)
    rendered = await rendered_feed(request, feed, ("site", *TELLING))
    return await _hand_out(
        request, once(replace(rendered, cache_control=f"public, max-age={lasts}, stale-if-error=86400"))
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= EARLIEST_YEAR else None


async def answer_search(request: web.Request, words: str, format: FeedFormat) -> web.StreamResponse:
    """What a search finds, as a feed: made for each who asks, within bounds, and kept by nobody here."""
    selection = request.app[LISTINGS].search(words)
    with request.app[SEARCH_LIMITER].admit(address_of(request, request.app[CONFIG].server)):
        feed = await request.app[FEEDS].of_posts(selection, format)
    assert feed is not None
    rendered = await rendered_feed(request, feed, ("site",))
    return await request.app[RESPONDER].document(request, once(replace(rendered, cache_control=SEARCHED)))


async def answer_comments(request: web.Request, post: Post | None, format: FeedFormat) -> web.StreamResponse:
    desk = request.app[FEEDS]
    dependencies = dependencies_of_comments(post)

    async def feed(without: frozenset[str]) -> FeedDocument:
        return await desk.of_comments(post, format, without=without)

    return await answer_live(request, f"feed:{post.path if post else '/comments/'}:{format}", feed, dependencies)


async def answer_live(
    request: web.Request,
    key: str,
    feed: Callable[[frozenset[str]], Awaitable[FeedDocument]],
    dependencies: tuple[str, ...],
) -> web.StreamResponse:
    """A feed that goes on: as a whole, or what is new to a reader who says what she has. `feed` makes it without the
    entries of some fingerprints."""
    deltas = request.app[DELTAS]

    async def render() -> RenderedDocument:
        whole = await feed(frozenset())
        deltas.note(key, whole.etag, whole.fingerprints)
        return await rendered_feed(request, whole, dependencies)

    document = await request.app[RESPONSE_CACHE].get(key, render)
    if wants_delta(request) and not is_unchanged(request, document):
        known = deltas.known_to(request, document)
        if known is not None:
            return _delta(document, await feed(known))
    return await _hand_out(request, document)


def _delta(whole: CachedDocument, new: FeedDocument) -> web.Response:
    """The new entries under the tag of the whole (RFC 3229 §10.4.1); no cache may take them for it."""
    response = web.Response(status=226, body=new.body)
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
    """Its date is that of the newest entry, or of the last change of what it depends on: something may be gone."""
    store = request.app[STORE]
    moves = [moved for scope in dependencies if (moved := await store.versions.moved_at(scope)) is not None]
    modified = max([feed.last_modified, *moves]).replace(microsecond=0)
    for id in feed.skipped:
        log.warning("entry left out of a feed", entry=id)
    return RenderedDocument(
        body=feed.body,
        media_type=feed.media_type,
        dependencies=dependencies,
        etag=feed.etag,
        last_modified=modified,
        cache_control=CACHE,
        headers=(*CORS, *_links(feed)),
    )


def _links(feed: FeedDocument) -> tuple[tuple[str, str], ...]:
    """Where to subscribe, and to what (WebSub §4): the same as in the document."""
    hubs = [f'<{hub}>; rel="hub"' for hub in feed.hubs]
    return (("Link", ", ".join([*hubs, f'<{feed.self_url}>; rel="self"'])),) if hubs else ()


async def answer_feed(
    request: web.Request, key: str, render: Callable[[], Awaitable[RenderedDocument]]
) -> web.StreamResponse:
    return await _hand_out(request, await request.app[RESPONSE_CACHE].get(key, render))


async def _hand_out(request: web.Request, document: CachedDocument) -> web.StreamResponse:
    """To whom opens it in a browser, as XML: browsers show the types of feeds as source, whatever their style sheet."""
    media_type = document.rendered.media_type
    if not is_opened(request) or not media_type.startswith(XML_FEEDS):
        return await request.app[RESPONDER].document(request, document)
    headers = {"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "private, max-age=300"}
    return web.Response(body=document.rendered.body, headers=headers | {"Vary": "Sec-Fetch-Dest"})


def is_opened(request: web.BaseRequest) -> bool:
    """Whether a person opens this address in a browser (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


async def get_comments_feed(request: web.Request) -> web.StreamResponse:
    return await answer_comments(request, None, FeedFormat(request.match_info.get("format") or "rss"))


async def preflight(_: web.Request) -> web.Response:
    """A reader in a browser asks whether it may send validators (Fetch §CORS preflight)."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
            "Access-Control-Max-Age": "86400",
        },
    )


async def lead_on(request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(ALIASES[request.path], headers={"Cache-Control": "public, max-age=86400"})
