"""The pages with an address of their own: home, the archives, subscribing, and the empty search."""

from datetime import date

from aiohttp import web

from syndicate.translation import _
from syndicate.web.feeds import MAX_PACE_DAYS
from syndicate.web.http.keys import RESPONDER
from syndicate.web.http.response_cache import uncached
from syndicate.web.keys import CLOCK, LISTINGS, SETTINGS
from syndicate.web.site.cached import respond_cached
from syndicate.web.site.page_builder import PAGE_BUILDER, Series
from syndicate.web.site.wordpress_queries import redirect_query

INVALID_SERIES = _("Please choose a day, such as 2026-11-22, and a pace of 1 to 366 days.")


async def get_home(request: web.Request) -> web.StreamResponse:
    """Return the home page, or redirect addresses of WordPress that are queries (`/?p=7`, `/?feed=rss2`)."""
    if request.query_string:
        await redirect_query(request)
    listing = request.app[LISTINGS].home()
    return await respond_cached(request, "page:/", lambda: request.app[PAGE_BUILDER].home(listing, 1))


async def get_archives(request: web.Request) -> web.StreamResponse:
    return await respond_cached(request, "page:/archives/", request.app[PAGE_BUILDER].archives)


async def get_subscribe(request: web.Request) -> web.StreamResponse:
    """Return the page about subscribing; with a day and a pace, also the feeds that replay the archive."""
    builder = request.app[PAGE_BUILDER]
    today = request.app[CLOCK]().astimezone(request.app[SETTINGS].site.zone).date()
    if not request.query_string:
        return await respond_cached(request, f"page:/subscribe/:{today}", lambda: builder.subscribe(today))
    try:
        series = Series(date.fromisoformat(request.query.get("from", "")), int(request.query.get("every", "")))
        is_valid = 1 <= series.days <= MAX_PACE_DAYS
    except ValueError:
        is_valid = False
    rendered = await (
        builder.subscribe(today, series) if is_valid else builder.subscribe(today, problem=INVALID_SERIES)
    )
    return await request.app[RESPONDER].document(request, uncached(rendered))


async def get_search(request: web.Request) -> web.StreamResponse:
    """Return the empty search page."""
    builder, listings = request.app[PAGE_BUILDER], request.app[LISTINGS]
    return await respond_cached(request, "page:/search/", lambda: builder.search(listings.search(""), 1))
