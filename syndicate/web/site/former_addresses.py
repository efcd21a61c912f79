"""Where the posts and lists of former addresses are now."""

import re

from aiohttp import web

from syndicate.publishing.listings import Listing
from syndicate.web.keys import LISTINGS, STORE

FEED_PATH = re.compile(r"(.*/)feed(?:/(rss2?|rdf|atom|json))?(?:/page/([1-9]\d{0,5}))?/?")


async def listing_at(request: web.Request, path: str) -> Listing | None:
    """Return the list with this path, or None."""
    return await request.app[LISTINGS].at(path)


async def current_path(request: web.Request, address: str) -> str | None:
    """Return the current path of the post or list that a former address named, or None."""
    store = request.app[STORE]
    for candidate in spellings(address):
        post = await store.posts.find_by_alias(candidate) or await store.posts.find_by_path(candidate)
        if post is not None and post.is_public and post.path != address:
            return post.path
        if (path := await legacy_listing_path(request, candidate)) is not None:
            return path
    return None


async def legacy_listing_path(request: web.Request, address: str) -> str | None:
    """Return the path of the list or feed that a legacy address redirects to, or None if that list does not exist."""
    path = await request.app[STORE].legacy_redirects.find(address)
    if path is None:
        return None
    feed = FEED_PATH.fullmatch(path)
    of = feed[1] if feed else path
    return path if of == "/comments/" or await listing_at(request, of) is not None else None


def spellings(address: str) -> tuple[str, ...]:
    """Return an address with and without its trailing slash."""
    bare = address.rstrip("/")
    return tuple(dict.fromkeys((address, f"{bare}/", bare))) if bare else ()
