"""Feeds, and the blogroll for machines."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from syndicate.feeds import FeedDocument, FeedFormat
from syndicate.feeds import opml as opml_format
from syndicate.model.post import Post
from syndicate.publishing.selections import Selection
from syndicate.web.keys import ANSWERS, CONFIG, FEEDS, IDENTITIES, SHELF, STORE
from syndicate.web.shelf import Rendered

log = structlog.get_logger()

CACHE = "public, max-age=900, stale-while-revalidate=3600, stale-if-error=86400"
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


async def answer_posts(request: web.Request, selection: Selection, format: FeedFormat) -> web.StreamResponse:
    desk = request.app[FEEDS]

    async def render() -> Rendered:
        return await _rendered(request, await desk.of_posts(selection, format), selection.scopes)

    return await _answer(request, f"feed:{selection.path}:{format}", render)


async def answer_comments(request: web.Request, post: Post | None, format: FeedFormat) -> web.StreamResponse:
    desk = request.app[FEEDS]
    scopes = ("site", f"post:{post.id}", f"talk:{post.id}") if post else ("site", "comments", "withdrawals")

    async def render() -> Rendered:
        return await _rendered(request, await desk.of_comments(post, format), scopes)

    return await _answer(request, f"feed:{post.path if post else '/comments/'}:{format}", render)


async def _rendered(request: web.Request, feed: FeedDocument, scopes: tuple[str, ...]) -> Rendered:
    """Its date is that of the newest entry, or of the last change of what it depends on: something may be gone."""
    store = request.app[STORE]
    moves = [moved for scope in scopes if (moved := await store.editions.moved_at(scope)) is not None]
    modified = max([feed.last_modified, *moves]).replace(microsecond=0)
    for id in feed.skipped:
        log.warning("entry left out of a feed", entry=id)
    return Rendered(
        body=feed.body,
        media_type=feed.media_type,
        scopes=scopes,
        etag=feed.etag,
        last_modified=modified,
        cache_control=CACHE,
        headers=CORS,
    )


async def _answer(request: web.Request, key: str, render: Callable[[], Awaitable[Rendered]]) -> web.StreamResponse:
    document = await request.app[SHELF].get(key, render)
    return await request.app[ANSWERS].document(request, document)


async def get_comments_feed(request: web.Request) -> web.StreamResponse:
    return await answer_comments(request, None, FeedFormat(request.match_info.get("format") or "rss"))


async def get_blogroll_opml(request: web.Request) -> web.StreamResponse:
    """The blogroll as OPML 2.0."""
    store, config = request.app[STORE], request.app[CONFIG]

    async def render() -> Rendered:
        entries = await store.blogroll.all()
        outlines = [
            opml_format.Outline(
                title=entry.name,
                xml_url=entry.feed_url,
                html_url=entry.url or entry.actor,
                description=entry.tagline,
                category=entry.category,
                language=entry.language,
                rel=entry.rel,
            )
            for entry in entries
        ]
        modified = await store.editions.moved_at("blogroll") or request.app[IDENTITIES].blog.actor.published
        body = opml_format.render(f"Blogroll of {config.site.name}", config.site.author, modified, outlines)
        return Rendered(
            body=body,
            media_type="text/x-opml; charset=utf-8",
            scopes=("blogroll",),
            last_modified=modified.replace(microsecond=0),
            cache_control=CACHE,
            headers=CORS,
        )

    return await _answer(request, "opml", render)


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
