"""The addresses that people read: lists, archives, and every post wherever it once stood."""

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
from syndicate.web.http.negotiation import prefers_activity
from syndicate.web.http.response_cache import RenderedDocument, uncached
from syndicate.web.keys import (
    CLOCK,
    CONFIG,
    LISTINGS,
    PAGE_BUILDER,
    RESPONDER,
    RESPONSE_CACHE,
    SEARCH_LIMITER,
    STORE,
    URLS,
)
from syndicate.web.site import files
from syndicate.web.site.page_builder import COMMENTS_PER_PAGE, Series

MONTH = re.compile(r"(\d{4})(\d{2})?(\d{2})?\d*")
PAGED = re.compile(r"(.*/)page/([1-9]\d{0,5})/?")
BEHIND = re.compile(r"(.*/)(?:feed(?:/(rss2?|rdf|atom|json))?|(trackback|embed|amp))/?")
"""What WordPress answered behind the address of a post or list: its feed, and things that lead to the post here."""
COMMENTS_PAGED = re.compile(r"(.*/)comment-page-([1-9]\d{0,5})/?")
FED = re.compile(r"(.*/)feed(?:/(rss2?|rdf|atom|json))?(?:/page/([1-9]\d{0,5}))?/?")
SEARCHED = re.compile(r"/search/([^/]+)/(?:page/([1-9]\d{0,5})/)?")
FORMATS = {None: FeedFormat.RSS, "rss": FeedFormat.RSS, "rss2": FeedFormat.RSS, "rdf": FeedFormat.RSS} | {
    "atom": FeedFormat.ATOM,
    "json": FeedFormat.JSON,
}
NO_SERIES = "Please choose a day, such as 2026-11-22, and a pace of 1 to 366 days."
POST_QUERIES = ("p", "page_id", "attachment_id")
NUMBERED_QUERIES = ("cat", "tag_id", "author")
INDEX = "/index.php"
"""WordPress's own file: blogs without rewriting have it before every path."""


def moved(to: str) -> web.HTTPException:
    """For good."""
    return web.HTTPMovedPermanently(to, headers={"Cache-Control": "public, max-age=3600"})


async def shelved(
    request: web.Request, key: str, render: Callable[[], Awaitable[RenderedDocument | None]]
) -> web.StreamResponse:
    """A page from the shelf, made where need be."""

    async def found() -> RenderedDocument:
        rendered = await render()
        if rendered is None:
            raise NotFound("no such page of a list")
        return rendered

    document = await request.app[RESPONSE_CACHE].get(key, found)
    return await request.app[RESPONDER].document(request, document)


async def get_home(request: web.Request) -> web.StreamResponse:
    """Home; and WordPress's addresses that are queries (`/?p=7`, `/?feed=rss2`)."""
    if request.query_string:
        await _follow_query(request)
    selection = request.app[LISTINGS].home()
    return await shelved(request, "page:/", lambda: request.app[PAGE_BUILDER].home(selection, 1))


async def _follow_query(request: web.Request) -> None:
    """Where a query leads; raises the redirect, or NotFound where it names what is not here."""
    query = dict(parse_qsl(request.query_string))
    page = _number(query.get("paged", ""))
    of = await _meant(request, query)
    if "feed" in query:
        name = query["feed"].removeprefix("comments-")
        if name not in FORMATS:
            raise NotFound("no such feed")
        of = of or ("/comments/" if query["feed"].startswith("comments-") else "/")
        raise moved(request.app[URLS].feed_page(of, FORMATS[name].value, page))
    if of is not None:
        raise moved(of if page == 1 or not Urls.is_list(of) else f"{of}page/{page}/")


async def _meant(request: web.Request, query: dict[str, str]) -> str | None:
    """The path of the post or list that a query names; None where it names none."""
    selections = request.app[LISTINGS]
    for name in POST_QUERIES:
        if name in query:
            return await _meant_post(request, f"/?{name}={query[name]}")
    if query.get("s", "").strip():
        return request.app[URLS].search(query["s"].strip())
    for name in NUMBERED_QUERIES:
        if name in query:
            return await _signposted(request, f"/?{name}={query[name]}") or _no_list()
    if "category_name" in query:
        category = await selections.category(query["category_name"].strip("/").rpartition("/")[2])
        return category.path if category else _no_list()
    if "tag" in query:
        tag = await selections.tag(query["tag"])
        return tag.path if tag else _no_list()
    if "author_name" in query:
        path = f"/author/{quote(query['author_name'], safe='')}/"
        author = await selections.author(query["author_name"])
        return author.path if author else await _now_at(request, path) or _no_list()
    return await _meant_period(selections, query)


async def _meant_post(request: web.Request, address: str) -> str:
    store = request.app[STORE]
    post = await store.posts.find_by_alias(address)
    if post is not None and post.is_public:
        return post.path
    if await store.tombstones.find_by_path(address) is not None:
        raise Gone("the post was deleted")
    raise NotFound("no such post")


async def _meant_period(selections: Listings, query: dict[str, str]) -> str | None:
    """`?m=201407`, or `?year=2014&monthnum=7&day=31`."""
    found = MONTH.fullmatch(query.get("m", ""))
    parts = found.groups() if found else tuple(query.get(name) for name in ("year", "monthnum", "day"))
    if "m" not in query and parts[0] is None:
        return None
    numbers = [int(part) if part and part.isdecimal() else None for part in parts]
    period = selections.period(numbers[0] or 0, numbers[1], numbers[2] if numbers[1] else None)
    return period.path if period is not None and await period.total() else _no_list()


def _no_list() -> NoReturn:
    raise NotFound("no such list")


def _number(text: str) -> int:
    """The page that WordPress's `paged` means; the first where it means none."""
    if not text.isdecimal():
        return 1
    return max(int(text), 1) if len(text) <= 6 else 999_999


async def get_archives(request: web.Request) -> web.StreamResponse:
    return await shelved(request, "page:/archives/", request.app[PAGE_BUILDER].archives)


async def get_subscribe(request: web.Request) -> web.StreamResponse:
    """How to go on reading; with a day and a pace, where the archive can be read from the beginning."""
    desk = request.app[PAGE_BUILDER]
    today = request.app[CLOCK]().astimezone(request.app[CONFIG].site.zone).date()
    if not request.query_string:
        return await shelved(request, f"page:/subscribe/:{today}", lambda: desk.subscribe(today))
    try:
        series = Series(date.fromisoformat(request.query.get("from", "")), int(request.query.get("every", "")))
        known = 1 <= series.days <= MAX_PACE_DAYS
    except ValueError:
        known = False
    rendered = await (desk.subscribe(today, series) if known else desk.subscribe(today, problem=NO_SERIES))
    return await request.app[RESPONDER].document(request, uncached(rendered))


async def get_search(request: web.Request) -> web.StreamResponse:
    """Where one says what one looks for."""
    desk, selections = request.app[PAGE_BUILDER], request.app[LISTINGS]
    return await shelved(request, "page:/search/", lambda: desk.search(selections.search(""), 1))


async def get_address(request: web.Request) -> web.StreamResponse:
    """Any other address: a post, page, archive or file of today; or where it has gone."""
    path = canonical_path(request.rel_url.raw_path)
    answer = await _answer(request, path)
    if answer is None:
        await _follow_old_root(request, path)
        raise NotFound(path)
    return answer


async def _answer(request: web.Request, path: str) -> web.StreamResponse | None:
    post = await request.app[STORE].posts.find_by_path(path)
    if post is not None and post.is_public:
        return await _post(request, post, 1)
    for find in (_fed, _searched, _paged, _archive, _moved, _about, _file, _slashed, _gone):
        answer = await find(request, path)
        if answer is not None:
            return answer
    return None


async def _standing(request: web.Request, before: str) -> Post | None:
    """The public post behind whose address something stands: `/archives/123.html/feed/` is of `/archives/123.html`."""
    for path in (before, before.rstrip("/")):
        post = await request.app[STORE].posts.find_by_path(path)
        if post is not None and post.is_public:
            return post
    return None


async def _post(request: web.Request, post: Post, page: int) -> web.StreamResponse:
    if post.federates and page == 1 and prefers_activity(request.headers.get("Accept", "")):
        return await objects.answer_post(request, post, at_permalink=True)
    if page > 1 and (page - 1) * COMMENTS_PER_PAGE >= max(post.counts.comments, 1):  # WordPress's pages were shorter
        raise moved(f"{post.path}#comments")
    key = f"page:{Urls.comments_page(post.path, page)}"
    return await shelved(request, key, lambda: request.app[PAGE_BUILDER].post(post.id, page))


async def _fed(request: web.Request, path: str) -> web.StreamResponse | None:
    """The feed of a page: its path with `feed/`, `feed/atom/` or `feed/json/` behind it."""
    found = FED.fullmatch(path)
    if found is None:
        return None
    of, format, page = found[1], FORMATS[found[2]], int(found[3] or 1)
    if page == 1:
        page = _number(request.query.get("paged", ""))
    canonical = request.app[URLS].feed_page(of, format.value, page)
    if of == "/comments/":  # the canonical ones have routes of their own
        raise moved(canonical)
    if found := SEARCHED.fullmatch(of):
        if path != canonical or page > 1:
            raise moved(request.app[URLS].feed(of, format.value))
        return await feeds.answer_search(request, unquote(found[1]), format)
    post = await _standing(request, of)
    if post is not None and page == 1:
        if path != canonical:
            raise moved(canonical)
        return await feeds.answer_comments(request, post, format)
    selection = await _selection(request, of)
    if selection is None or (selection.kind in ("year", "month", "day") and not await selection.total()):
        return None
    canonical = request.app[URLS].feed_page(selection.path, format.value, page)
    if path != canonical:
        raise moved(canonical)
    return await feeds.answer_posts(request, selection, format, page)


async def _searched(request: web.Request, path: str) -> web.StreamResponse | None:
    """What a search finds. Nobody's cache but a browser's keeps it: it costs a look at all that was written."""
    found = SEARCHED.fullmatch(path if path.endswith("/") else f"{path}/")
    if found is None:
        return None
    if not path.endswith("/"):
        raise moved(f"{path}/")
    selection, page = request.app[LISTINGS].search(unquote(found[1])), int(found[2] or 1)
    with request.app[SEARCH_LIMITER].admit(address_of(request, request.app[CONFIG].server)):
        rendered = await request.app[PAGE_BUILDER].search(selection, page)
    return await request.app[RESPONDER].document(request, uncached(rendered))


async def _paged(request: web.Request, path: str) -> web.StreamResponse | None:
    """A further page of a list, or of a conversation."""
    if found := COMMENTS_PAGED.fullmatch(path):
        post = await _standing(request, found[1])
        if post is None:
            return None
        if found[2] == "1":
            raise moved(f"{post.path}#comments")
        return await _post(request, post, int(found[2]))
    found = PAGED.fullmatch(path)
    if found is None:
        return None
    selection = await _selection(request, found[1])
    page = int(found[2])
    if selection is None:
        return None
    if page == 1 or not path.endswith("/"):
        raise moved(selection.path if page == 1 else f"{selection.path}page/{page}/")
    desk = request.app[PAGE_BUILDER]
    render = desk.home if selection.kind == "home" else desk.archive
    return await shelved(request, f"page:{path}", lambda: render(selection, page))


async def _archive(request: web.Request, path: str) -> web.StreamResponse | None:
    selection = await _selection(request, path if path.endswith("/") else f"{path}/")
    if selection is None:
        return None
    if selection.path != path:
        raise moved(selection.path)
    return await shelved(request, f"page:{path}", lambda: request.app[PAGE_BUILDER].archive(selection, 1))


async def _selection(request: web.Request, path: str) -> Listing | None:
    return await request.app[LISTINGS].at(path)


async def _moved(request: web.Request, path: str) -> None:
    """Where something stood once, or what stood behind it; raises the redirect."""
    address = path + (f"?{request.query_string}" if request.query_string else "")
    for candidate in dict.fromkeys((address, path)):
        if (now_at := await _now_at(request, candidate)) is not None:
            raise moved(now_at)
    if found := COMMENTS_PAGED.fullmatch(path):
        now_at = await _now_at(request, found[1])
        if now_at is not None:
            raise moved(f"{now_at}#comments")
    if found := BEHIND.fullmatch(path):
        post = await _standing(request, found[1])
        now_at = post.path if post is not None else await _now_at(request, found[1])
        if now_at is not None:
            raise moved(now_at if found[3] else request.app[URLS].feed(now_at, FORMATS[found[2]].value))


async def _now_at(request: web.Request, address: str) -> str | None:
    """The path to which an address of old leads: of a post, or of a list."""
    store = request.app[STORE]
    for candidate in _spellings(address):
        post = await store.posts.find_by_alias(candidate) or await store.posts.find_by_path(candidate)
        if post is not None and post.is_public and post.path != address:
            return post.path
        if (path := await _signposted(request, candidate)) is not None:
            return path
    return None


async def _signposted(request: web.Request, address: str) -> str | None:
    """The path of the list that an address of old leads to, while there is anything in it."""
    path = await request.app[STORE].legacy_redirects.find(address)
    return path if path is not None and await _selection(request, path) is not None else None


def _spellings(address: str) -> tuple[str, ...]:
    """With its final slash, and without."""
    bare = address.rstrip("/")
    return tuple(dict.fromkeys((address, f"{bare}/", bare))) if bare else ()


async def _about(request: web.Request, path: str) -> web.StreamResponse | None:
    """The built-in page, where the author has written none of her own."""
    if path == "/about":
        raise moved("/about/")
    if path != "/about/":
        return None
    return await shelved(request, "page:/about/", request.app[PAGE_BUILDER].about)


async def _file(request: web.Request, path: str) -> web.StreamResponse | None:
    """An imported picture at its old path."""
    file = await request.app[STORE].media.find_by_path(path)
    if file is None or file.state is not MediaState.KEPT or file.name is None:
        return None
    return await files.answer_file(request, file.name)


async def _slashed(request: web.Request, path: str) -> None:
    """An address that lacks its final slash; raises the redirect."""
    if not path.endswith("/") and await _has_route(request, f"{path}/"):
        raise moved(f"{path}/")


async def _has_route(request: web.Request, path: str) -> bool:
    """Whether an address is one of those that the house has, whatever was written."""
    match = await request.app.router.resolve(request.clone(rel_url=URL(path, encoded=True)))
    if match.http_exception is not None or match.handler in (get_home, get_address):
        return False
    return isinstance(match.route.resource, web.PlainResource) or match.handler is feeds.get_comments_feed


async def _gone(request: web.Request, path: str) -> None:
    """What was deleted, and what stood behind it; raises Gone."""
    address = path + (f"?{request.query_string}" if request.query_string else "")
    behind = BEHIND.fullmatch(path) or COMMENTS_PAGED.fullmatch(path)
    candidates = (address, *_spellings(path), *(_spellings(behind[1]) if behind else ()))
    for candidate in dict.fromkeys(candidates):
        if await request.app[STORE].tombstones.find_by_path(candidate) is not None:
            raise Gone(path)


async def _follow_old_root(request: web.Request, path: str) -> None:
    """What stood in the directory of an older blog (`/blog/feed/`) stands below the root; raises the redirect.

    Only what is there: a redirect is for good, and leads nobody before another closed door.
    """
    rest = _without(path, INDEX) or path
    for root in await request.app[STORE].legacy_redirects.list_roots():
        if (below := _without(path, root)) is not None:
            rest = _without(below, INDEX) or below
            break
    if rest == path:
        return
    if await _has_route(request, rest):
        raise moved(rest)
    asked = request.clone(rel_url=URL.build(path=rest, query_string=request.query_string, encoded=True))
    if rest == "/":
        await _follow_query(asked)
    elif await _answer(asked, rest) is None:
        return
    raise moved(rest)


def _without(path: str, root: str) -> str | None:
    """A path below a directory, from there; None for another."""
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else None
