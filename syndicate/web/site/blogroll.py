"""The blogroll and its river: pages, feeds and OPML."""

from aiohttp import web

from syndicate.blogroll.documents import BLOGROLL, RIVER
from syndicate.clock import from_text, to_text
from syndicate.errors import NotFound
from syndicate.feeds import FeedDocument, FeedFormat
from syndicate.feeds import opml as opml_format
from syndicate.translation import _
from syndicate.web.feeds import CACHE_CONTROL, CORS, answer_feed, answer_live
from syndicate.web.http.keys import RESPONDER
from syndicate.web.http.response_cache import RenderedDocument, uncached
from syndicate.web.keys import BLOGROLL_FEEDS, LOCAL_ACTORS, SETTINGS, STORE, URLS
from syndicate.web.site.blogroll_builder import BLOGROLL_PAGES
from syndicate.web.site.cached import redirect, respond_cached

MAX_KEY_LENGTH = 100


async def get_blogroll(request: web.Request) -> web.StreamResponse:
    page = int(request.match_info.get("page") or 1)
    if page == 1 and request.path != BLOGROLL:
        raise redirect(BLOGROLL)
    return await respond_cached(request, f"page:{request.path}", lambda: request.app[BLOGROLL_PAGES].blogroll(page))


async def get_river(request: web.Request) -> web.StreamResponse:
    """Return the newest posts of the blogroll; older ones follow the key of the last one seen."""
    before = _key(request)
    builder = request.app[BLOGROLL_PAGES]
    if before is None:
        return await respond_cached(request, f"page:{RIVER}", lambda: builder.river(None))
    rendered = await builder.river(before)
    if rendered is None:
        raise NotFound("no older posts in the river")
    return await request.app[RESPONDER].document(request, uncached(rendered))


def _key(request: web.Request) -> tuple[str, str] | None:
    """Parse `before=<instant>,<id>`. Return None if it is missing or malformed."""
    instant, comma, id = request.query.get("before", "")[:MAX_KEY_LENGTH].partition(",")
    try:
        return (to_text(from_text(instant)), id) if comma else None
    except (ValueError, OverflowError):
        return None


async def get_feed(request: web.Request) -> web.StreamResponse:
    """Return the feed of the blogroll or of its river, and redirect other spellings of its address."""
    path = RIVER if request.match_info["river"] else BLOGROLL
    format = FeedFormat(request.match_info["format"] or "rss")
    canonical = request.app[URLS].feed(path, format.value)
    if request.path != canonical:
        raise redirect(canonical)
    feeds = request.app[BLOGROLL_FEEDS]
    make, dependencies = (
        (feeds.of_posts, ("site", "blogroll", "river")) if path == RIVER else (feeds.of_blogs, ("site", "blogroll"))
    )

    async def feed(without: frozenset[str]) -> FeedDocument:
        return await make(format, without=without)

    return await answer_live(request, f"feed:{path}:{format}", feed, dependencies)


async def get_opml(request: web.Request) -> web.StreamResponse:
    """Return the blogroll as OPML 2.0."""
    store, config = request.app[STORE], request.app[SETTINGS].config

    async def render() -> RenderedDocument:
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
            for entry in await store.blogroll.list_all()
        ]
        modified = await store.versions.moved_at("blogroll") or request.app[LOCAL_ACTORS].blog.actor.published
        body = opml_format.render(
            _("Blogroll of {name}", name=config.site.name), config.site.author, modified, outlines, feeds_only=True
        )
        return RenderedDocument(
            body=body,
            media_type="text/x-opml; charset=utf-8",
            dependencies=("blogroll",),
            last_modified=modified.replace(microsecond=0),
            cache_control=CACHE_CONTROL,
            headers=CORS,
        )

    return await answer_feed(request, "opml", render)
