"""Looks up addresses on other servers while a form waits, for some seconds at most."""

import asyncio

from aiohttp import web

from syndicate.blogroll.finder import FeedFinder, FoundFeed
from syndicate.errors import AddressUnusable
from syndicate.translation import _

LOOKUP_TIMEOUT_SECONDS = 15.0
FINDER = web.AppKey("feed finder", FeedFinder)


async def look_up(request: web.Request, address: str, feed: str | None = None) -> FoundFeed:
    """Return what is at an address; `feed` is chosen of its feeds, empty for none. Raises AddressUnusable."""
    finder = request.app[FINDER]
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_SECONDS):
            found = await finder.find(address)
            return found if feed is None else await finder.with_feed(found, feed)
    except TimeoutError as error:
        raise AddressUnusable(
            _(
                "{address}: no answer within {lookup_timeout_seconds:.0f} seconds; please try again later",
                address=address,
                lookup_timeout_seconds=LOOKUP_TIMEOUT_SECONDS,
            )
        ) from error
