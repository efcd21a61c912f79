"""The pages that people read: home, lists, archives, and every post at its current and former addresses.

`get_address` handles every address without a route of its own: it finds what the address names, serves it, redirects to
where it has moved, or raises NotFound or Gone.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import NoReturn
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web
from yarl import URL

from syndicate.content.text import canonical_path
from syndicate.errors import Gone, NotFound
from syndicate.feeds import FeedFormat
from syndicate.model.post import Post
from syndicate.publishing.listings import Listing, Listings
from syndicate.storage.media import MediaState
from syndicate.urls import Urls
from syndicate.web import feeds
from syndicate.web.activitypub import objects
from syndicate.web.feeds import MAX_PACE_DAYS
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import RESPONDER, RESPONSE_CACHE
from syndicate.web.http.negotiation import prefers_activity
from syndicate.web.http.response_cache import RenderedDocument, uncached
from syndicate.web.keys import CLOCK, CONFIG, LISTINGS, SEARCH_LIMITER, STORE, URLS
from syndicate.web.site import files
from syndicate.web.site.page_builder import COMMENTS_PER_PAGE, PAGE_BUILDER, Series

PERIOD_QUERY = re.compile(r"(\d{4})(\d{2})?(\d{2})?\d*")
PAGE_PATH = re.compile(r"(.*/)page/([1-9]\d{0,5})/?")
POST_SUFFIX = re.compile(r"(.*/)(?:feed(?:/(rss2?|rdf|atom|json))?|(trackback|embed|amp))/?")
"""What WordPress serves below the address of a post or list: its feed, and variants that redirect to the post here."""
COMMENTS_PAGE_PATH = re.compile(r"(.*/)comment-page-([1-9]\d{0,5})/?")
FEED_PATH = re.compile(r"(.*/)feed(?:/(rss2?|rdf|atom|json))?(?:/page/([1-9]\d{0,5}))?/?")
SEARCH_PATH = re.compile(r"/search/([^/]+)/(?:page/([1-9]\d{0,5})/)?")
FORMATS = {None: FeedFormat.RSS, "rss": FeedFormat.RSS, "rss2": FeedFormat.RSS, "rdf": FeedFormat.RSS} | {
    "atom": FeedFormat.ATOM,
    "json": FeedFormat.JSON,
}
INVALID_SERIES = "Please choose a day, such as 2026-11-22, and a pace of 1 to 366 days."
POST_QUERIES = ("p", "page_id", "attachment_id")
NUMBERED_QUERIES = ("cat", "tag_id", "author")
INDEX = "/index.php"
"""Blogs without URL rewriting have this file name path every path."""


def redirect(to: str) -> web.HTTPException:
    """Return a permanent redirect."""
    return web.HTTPMovedPermanently(to, headers={"Cache-Control": "public, max-age=3600"})


async def respond_cached(
    request: web.Request, key: str, render: Callable[[], Awaitable[RenderedDocument | None]]
) -> web.StreamResponse:
    """Return a cached page, rendered if necessary. Raises NotFound if `render` returns None."""

    async def render_or_raise() -> RenderedDocument:
        rendered = await render()
        if rendered is None:
            raise NotFound("no such page of a list")
        return rendered

    document = await request.app[RESPONSE_CACHE].get(key, render_or_raise)
    return await request.app[RESPONDER].document(request, document)


async def get_home(request: web.Request) -> web.StreamResponse:
    """Return the home page, or redirect addresses of WordPress that are queries (`/?p=7`, `/?feed=rss2`)."""
    if request.query_string:
        await _redirect_query(request)
    listing = request.app[LISTINGS].home()
    return await respond_cached(request, "page:/", lambda: request.app[PAGE_BUILDER].home(listing, 1))


async def _redirect_query(request: web.Request) -> None:
    """Raises the redirect that a WordPress query stands for, or NotFound if it names nothing here."""
    query = dict(parse_qsl(request.query_string))
    page = _page_number(query.get("paged", ""))
    of = await _query_path(request, query)
    if "feed" in query:
        name = query["feed"].removeprefix("comments-")
        if name not in FORMATS:
            raise NotFound("no such feed")
        of = of or ("/comments/" if query["feed"].startswith("comments-") else "/")
        raise redirect(request.app[URLS].feed_page(of, FORMATS[name].value, page))
    if of is not None:
        raise redirect(of if page == 1 or not Urls.is_list(of) else f"{of}page/{page}/")


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
            return await _legacy_listing_path(request, f"/?{name}={query[name]}") or _raise_no_list()
    if "category_name" in query:
        category = await listings.category(query["category_name"].strip("/").rpartition("/")[2])
        return category.path if category else _raise_no_list()
    if "tag" in query:
        tag = await listings.tag(query["tag"])
        return tag.path if tag else _raise_no_list()
    if "author_name" in query:
        path = f"/author/{quote(query['author_name'], safe='')}/"
        author = await listings.author(query["author_name"])
        return author.path if author else await _current_path(request, path) or _raise_no_list()
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


def _page_number(text: str) -> int:
    """Return the page that WordPress's `paged` names, or 1 if it names none."""
    if not text.isdecimal():
        return 1
    return max(int(text), 1) if len(text) <= 6 else 999_999


async def get_archives(request: web.Request) -> web.StreamResponse:
    return await respond_cached(request, "page:/archives/", request.app[PAGE_BUILDER].archives)


async def get_subscribe(request: web.Request) -> web.StreamResponse:
    """Return the page about subscribing; with a day and a pace, also the feeds that replay the archive."""
    builder = request.app[PAGE_BUILDER]
    today = request.app[CLOCK]().astimezone(request.app[CONFIG].site.zone).date()
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


async def get_address(request: web.Request) -> web.StreamResponse:
    """Return what any other address names: a post, page, list or file, or a redirect to where it is now."""
    path = canonical_path(request.rel_url.raw_path)
    answer = await _respond(request, path)
    if answer is None:
        await _redirect_legacy_root(request, path)
        raise NotFound(path)
    return answer


async def _respond(request: web.Request, path: str) -> web.StreamResponse | None:
    post = await request.app[STORE].posts.find_by_path(path)
    if post is not None and post.is_public:
        return await _post(request, post, 1)
    for find in (_feed, _search, _page, _archive, _redirect_alias, _about, _file, _redirect_to_slash, _raise_if_gone):
        answer = await find(request, path)
        if answer is not None:
            return answer
    return None


async def _post_at(request: web.Request, path: str) -> Post | None:
    """Return the public post at a prefix of an address: `/archives/123.html/feed/` belongs to `/archives/123.html`."""
    for candidate in (path, path.rstrip("/")):
        post = await request.app[STORE].posts.find_by_path(candidate)
        if post is not None and post.is_public:
            return post
    return None


async def _post(request: web.Request, post: Post, page: int) -> web.StreamResponse:
    if post.federates and page == 1 and prefers_activity(request.headers.get("Accept", "")):
        return await objects.answer_post(request, post, at_permalink=True)
    if page > 1 and (page - 1) * COMMENTS_PER_PAGE >= max(post.counts.comments, 1):  # WordPress's pages were shorter
        raise redirect(f"{post.path}#comments")
    key = f"page:{Urls.comments_page(post.path, page)}"
    return await respond_cached(request, key, lambda: request.app[PAGE_BUILDER].post(post.id, page))


async def _feed(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return the feed of a page: its path followed by `feed/`, `feed/atom/` or `feed/json/`."""
    found = FEED_PATH.fullmatch(path)
    if found is None:
        return None
    of, format, page = found[1], FORMATS[found[2]], int(found[3] or 1)
    if page == 1:
        page = _page_number(request.query.get("paged", ""))
    canonical = request.app[URLS].feed_page(of, format.value, page)
    if of == "/comments/":  # the canonical addresses have routes of their own
        raise redirect(canonical)
    if found := SEARCH_PATH.fullmatch(of):
        if path != canonical or page > 1:
            raise redirect(request.app[URLS].feed(of, format.value))
        return await feeds.answer_search(request, unquote(found[1]), format)
    post = await _post_at(request, of)
    if post is not None and page == 1:
        if path != canonical:
            raise redirect(canonical)
        return await feeds.answer_comments(request, post, format)
    listing = await _listing(request, of)
    if listing is None or (listing.kind in ("year", "month", "day") and not await listing.total()):
        return None
    canonical = request.app[URLS].feed_page(listing.path, format.value, page)
    if path != canonical:
        raise redirect(canonical)
    return await feeds.answer_posts(request, listing, format, page)


async def _search(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return a page of search results. Only the browser may cache it; a search scans all posts, so it is
    rate-limited."""
    found = SEARCH_PATH.fullmatch(path if path.endswith("/") else f"{path}/")
    if found is None:
        return None
    if not path.endswith("/"):
        raise redirect(f"{path}/")
    listing, page = request.app[LISTINGS].search(unquote(found[1])), int(found[2] or 1)
    with request.app[SEARCH_LIMITER].admit(address_of(request, request.app[CONFIG].server)):
        rendered = await request.app[PAGE_BUILDER].search(listing, page)
    return await request.app[RESPONDER].document(request, uncached(rendered))


async def _page(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return a further page of a list or of a conversation."""
    if found := COMMENTS_PAGE_PATH.fullmatch(path):
        post = await _post_at(request, found[1])
        if post is None:
            return None
        if found[2] == "1":
            raise redirect(f"{post.path}#comments")
        return await _post(request, post, int(found[2]))
    found = PAGE_PATH.fullmatch(path)
    if found is None:
        return None
    listing = await _listing(request, found[1])
    page = int(found[2])
    if listing is None:
        return None
    if page == 1 or not path.endswith("/"):
        raise redirect(listing.path if page == 1 else f"{listing.path}page/{page}/")
    builder = request.app[PAGE_BUILDER]
    render = builder.home if listing.kind == "home" else builder.archive
    return await respond_cached(request, f"page:{path}", lambda: render(listing, page))


async def _archive(request: web.Request, path: str) -> web.StreamResponse | None:
    listing = await _listing(request, path if path.endswith("/") else f"{path}/")
    if listing is None:
        return None
    if listing.path != path:
        raise redirect(listing.path)
    return await respond_cached(request, f"page:{path}", lambda: request.app[PAGE_BUILDER].archive(listing, 1))


async def _listing(request: web.Request, path: str) -> Listing | None:
    return await request.app[LISTINGS].at(path)


async def _redirect_alias(request: web.Request, path: str) -> None:
    """Raises the redirect from a former address, or from an address below one."""
    address = path + (f"?{request.query_string}" if request.query_string else "")
    for candidate in dict.fromkeys((address, path)):
        if (current := await _current_path(request, candidate)) is not None:
            raise redirect(current)
    if found := COMMENTS_PAGE_PATH.fullmatch(path):
        current = await _current_path(request, found[1])
        if current is not None:
            raise redirect(f"{current}#comments")
    if found := POST_SUFFIX.fullmatch(path):
        post = await _post_at(request, found[1])
        current = post.path if post is not None else await _current_path(request, found[1])
        if current is not None:
            raise redirect(current if found[3] else request.app[URLS].feed(current, FORMATS[found[2]].value))


async def _current_path(request: web.Request, address: str) -> str | None:
    """Return the current path of the post or list that a former address named, or None."""
    store = request.app[STORE]
    for candidate in _spellings(address):
        post = await store.posts.find_by_alias(candidate) or await store.posts.find_by_path(candidate)
        if post is not None and post.is_public and post.path != address:
            return post.path
        if (path := await _legacy_listing_path(request, candidate)) is not None:
            return path
    return None


async def _legacy_listing_path(request: web.Request, address: str) -> str | None:
    """Return the path of the list or feed that a legacy address redirects to, or None if that list does not exist."""
    path = await request.app[STORE].legacy_redirects.find(address)
    if path is None:
        return None
    feed = FEED_PATH.fullmatch(path)
    of = feed[1] if feed else path
    return path if of == "/comments/" or await _listing(request, of) is not None else None


def _spellings(address: str) -> tuple[str, ...]:
    """Return an address with and without its trailing slash."""
    bare = address.rstrip("/")
    return tuple(dict.fromkeys((address, f"{bare}/", bare))) if bare else ()


async def _about(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return the built-in about page, which the author can replace with one of their own."""
    if path == "/about":
        raise redirect("/about/")
    if path != "/about/":
        return None
    return await respond_cached(request, "page:/about/", request.app[PAGE_BUILDER].about)


async def _file(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return an imported file at its former path."""
    file = await request.app[STORE].media.find_by_path(path)
    if file is None or file.state is not MediaState.KEPT or file.name is None:
        return None
    return await files.answer_file(request, file.name)


async def _redirect_to_slash(request: web.Request, path: str) -> None:
    """Raises the redirect from an address that lacks its trailing slash."""
    if not path.endswith("/") and await _has_route(request, f"{path}/"):
        raise redirect(f"{path}/")


async def _has_route(request: web.Request, path: str) -> bool:
    """Return whether an address has a route of its own, independent of the posts."""
    match = await request.app.router.resolve(request.clone(rel_url=URL(path, encoded=True)))
    if match.http_exception is not None or match.handler in (get_home, get_address):
        return False
    return isinstance(match.route.resource, web.PlainResource) or match.handler is feeds.get_comments_feed


async def _raise_if_gone(request: web.Request, path: str) -> None:
    """Raises Gone if the address belonged to a deleted post, or lies below that of one."""
    address = path + (f"?{request.query_string}" if request.query_string else "")
    behind = POST_SUFFIX.fullmatch(path) or COMMENTS_PAGE_PATH.fullmatch(path)
    candidates = (address, *_spellings(path), *(_spellings(behind[1]) if behind else ()))
    for candidate in dict.fromkeys(candidates):
        if await request.app[STORE].tombstones.find_by_path(candidate) is not None:
            raise Gone(path)


async def _redirect_legacy_root(request: web.Request, path: str) -> None:
    """Raises the redirect from the directory of an imported blog (`/blog/feed/`) to the root.

    Only to addresses that exist: the redirect is permanent and must not lead to another error.
    """
    rest = _relative_to(path, INDEX) or path
    for root in await request.app[STORE].legacy_redirects.list_roots():
        if (below := _relative_to(path, root)) is not None:
            rest = _relative_to(below, INDEX) or below
            break
    if rest == path:
        return
    if await _has_route(request, rest):
        raise redirect(rest)
    target = request.clone(rel_url=URL.build(path=rest, query_string=request.query_string, encoded=True))
    if rest == "/":
        await _redirect_query(target)
    elif await _respond(target, rest) is None:
        return
    raise redirect(rest)


def _relative_to(path: str, root: str) -> str | None:
    """Return a path relative to a directory, or None if it lies outside."""
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else None
