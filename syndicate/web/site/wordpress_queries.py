"""Addresses of WordPress that are queries (`/?p=7`, `/?feed=rss2`, `/?cat=5`)."""

import re
from typing import NoReturn
from urllib.parse import parse_qsl, quote

from aiohttp import web

from syndicate.errors import Gone, NotFound
from syndicate.feeds import FeedFormat
from syndicate.publishing.listings import Listings
from syndicate.urls import Urls
from syndicate.web.keys import LISTINGS, STORE, URLS
from syndicate.web.site.cached import redirect
from syndicate.web.site.former_addresses import current_path, legacy_listing_path

PERIOD_QUERY = re.compile(r"(\d{4})(\d{2})?(\d{2})?\d*")
FORMATS = {
    None: FeedFormat.RSS,
    "feed": FeedFormat.RSS,
    "rss": FeedFormat.RSS,
    "rss2": FeedFormat.RSS,
    "rdf": FeedFormat.RSS,
} | {
    "atom": FeedFormat.ATOM,
    "json": FeedFormat.JSON,
}
POST_QUERIES = ("p", "page_id", "attachment_id")
NUMBERED_QUERIES = ("cat", "tag_id", "author")


async def redirect_query(request: web.Request) -> None:
    """Raises the redirect that a WordPress query stands for, or NotFound if it names nothing here."""
    query = dict(parse_qsl(request.query_string))
    page = page_number(query.get("paged", ""))
    of = await _query_path(request, query)
    if "feed" in query:
        name = query["feed"].removeprefix("comments-")
        if name not in FORMATS:
            raise NotFound("no such feed")
        of = of or ("/comments/" if query["feed"].startswith("comments-") else "/")
        raise redirect(request.app[URLS].feed_page(of, FORMATS[name].value, page))
    if of is not None:
        raise redirect(of if page == 1 or not Urls.is_list(of) else f"{of}page/{page}/")


def feed_of_query(request: web.Request, path: str) -> str | None:
    """Return the feed that `?feed=rss2` behind the path of a post or list means, or None if it means none."""
    name = request.query.get("feed")
    if name is None or (name := name.removeprefix("comments-") or "feed") not in FORMATS:
        return None
    return request.app[URLS].feed_page(path, FORMATS[name].value, page_number(request.query.get("paged", "")))


async def _query_path(request: web.Request, query: dict[str, str]) -> str | None:
    """Return the path of the post or list that a query names, or None if it names neither."""
    listings = request.app[LISTINGS]
    for name in POST_QUERIES:
        if name in query:
            return await _query_post_path(request, f"/?{name}={query[name]}")
    if query.get("s", "").strip():
        return request.app[URLS].search(query["s"].strip())
    for name in NUMBERED_QUERIES:
        if name in query:
            return await legacy_listing_path(request, f"/?{name}={query[name]}") or _raise_no_list()
    if "category_name" in query:
        category = await listings.category(query["category_name"].strip("/").rpartition("/")[2])
        return category.path if category else _raise_no_list()
    if "tag" in query:
        tag = await listings.tag(query["tag"])
        return tag.path if tag else _raise_no_list()
    if "author_name" in query:
        path = f"/author/{quote(query['author_name'], safe='')}/"
        author = await listings.author(query["author_name"])
        return author.path if author else await current_path(request, path) or _raise_no_list()
    return await _query_period_path(listings, query)


async def _query_post_path(request: web.Request, address: str) -> str:
    """Return the path of the post with this legacy address. Raises Gone or NotFound."""
    store = request.app[STORE]
    post = await store.posts.find_by_alias(address)
    if post is not None and post.is_public:
        return post.path
    if await store.tombstones.find_by_path(address) is not None:
        raise Gone("the post was deleted")
    raise NotFound("no such post")


async def _query_period_path(listings: Listings, query: dict[str, str]) -> str | None:
    """Return the path of the period in `?m=201407` or `?year=2014&monthnum=7&day=31`, or None if none is named."""
    found = PERIOD_QUERY.fullmatch(query.get("m", ""))
    parts = found.groups() if found else tuple(query.get(name) for name in ("year", "monthnum", "day"))
    if "m" not in query and parts[0] is None:
        return None
    numbers = [int(part) if part and part.isdecimal() else None for part in parts]
    period = listings.period(numbers[0] or 0, numbers[1], numbers[2] if numbers[1] else None)
    return period.path if period is not None and await period.total() else _raise_no_list()


def _raise_no_list() -> NoReturn:
    raise NotFound("no such list")


def page_number(text: str) -> int:
    """Return the page that WordPress's `paged` names, or 1 if it names none."""
    if not text.isdecimal():
        return 1
    return max(int(text), 1) if len(text) <= 6 else 999_999
