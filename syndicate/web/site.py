"""The addresses that people read: lists, archives, the blogroll, and every post wherever it once stood."""

import re
from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from syndicate.content.text import canonical_path
from syndicate.errors import Gone, NotFound
from syndicate.feeds import FeedFormat
from syndicate.model.post import Post
from syndicate.publishing.selections import Selection
from syndicate.storage.media import MediaState
from syndicate.web import activitypub, feeds, files
from syndicate.web.clients import address_of
from syndicate.web.desk import Series
from syndicate.web.feeds import LONGEST_PACE
from syndicate.web.keys import ANSWERS, CLOCK, CONFIG, DESK, SEARCHES, SELECTIONS, SHELF, STORE, URLS
from syndicate.web.negotiation import prefers_activity
from syndicate.web.shelf import Rendered, once

PAGED = re.compile(r"(.*/)page/([1-9]\d{0,5})/?")
COMMENTS_PAGED = re.compile(r"(.*/)comment-page-([1-9]\d{0,5})/?")
FED = re.compile(r"(.*/)feed(?:/(rss2?|rdf|atom|json))?(?:/page/([1-9]\d{0,5}))?/?")
SEARCHED = re.compile(r"/search/([^/]+)/(?:page/([1-9]\d{0,5})/)?")
FORMATS = {None: FeedFormat.RSS, "rss": FeedFormat.RSS, "rss2": FeedFormat.RSS, "rdf": FeedFormat.RSS} | {
    "atom": FeedFormat.ATOM,
    "json": FeedFormat.JSON,
}
NO_SERIES = "Please choose a day, such as 2026-11-22, and a pace of 1 to 366 days."
QUERIES = ("p", "page_id", "attachment_id")


def moved(to: str) -> web.HTTPException:
    """For good."""
    return web.HTTPMovedPermanently(to, headers={"Cache-Control": "public, max-age=3600"})


async def shelved(
    request: web.Request, key: str, render: Callable[[], Awaitable[Rendered | None]]
) -> web.StreamResponse:
    """A page from the shelf, made where need be."""

    async def found() -> Rendered:
        rendered = await render()
        if rendered is None:
            raise NotFound("no such page of a list")
        return rendered

    document = await request.app[SHELF].get(key, found)
    return await request.app[ANSWERS].document(request, document)


async def get_home(request: web.Request) -> web.StreamResponse:
    """Home; and WordPress's addresses that are queries (`/?p=7`, `/?feed=rss2`)."""
    if request.query_string:
        await _follow_query(request)
    selection = request.app[SELECTIONS].home()
    return await shelved(request, "page:/", lambda: request.app[DESK].home(selection, 1))


async def _follow_query(request: web.Request) -> None:
    query = dict(parse_qsl(request.query_string))
    for name in QUERIES:
        if name in query:
            post = await request.app[STORE].posts.by_alias(f"/?{name}={query[name]}")
            if post is not None and post.is_public:
                raise moved(post.path)
            if await request.app[STORE].tombstones.at(f"/?{name}={query[name]}") is not None:
                raise Gone("the post was deleted")
            raise NotFound("no such post")
    if "feed" in query:
        name = query["feed"].removeprefix("comments-")
        path = "/comments/" if query["feed"].startswith("comments-") else "/"
        if name not in FORMATS:
            raise NotFound("no such feed")
        if query.get("s", "").strip():
            path = request.app[URLS].search(query["s"].strip())
        page = int(query["paged"]) if query.get("paged", "").isdecimal() else 1
        raise moved(request.app[URLS].feed_page(path, FORMATS[name].value, min(max(page, 1), 999_999)))
    if query.get("s", "").strip():
        raise moved(request.app[URLS].search(query["s"].strip()))


async def get_archives(request: web.Request) -> web.StreamResponse:
    return await shelved(request, "page:/archives/", request.app[DESK].archives)


async def get_blogroll(request: web.Request) -> web.StreamResponse:
    return await shelved(request, "page:/blogroll/", request.app[DESK].blogroll)


async def get_subscribe(request: web.Request) -> web.StreamResponse:
    """How to go on reading; with a day and a pace, where the archive can be read from the beginning."""
    desk = request.app[DESK]
    today = request.app[CLOCK]().astimezone(request.app[CONFIG].site.zone).date()
    if not request.query_string:
        return await shelved(request, f"page:/subscribe/:{today}", lambda: desk.subscribe(today))
    try:
        series = Series(date.fromisoformat(request.query.get("from", "")), int(request.query.get("every", "")))
        known = 1 <= series.days <= LONGEST_PACE
    except ValueError:
        known = False
    rendered = await (desk.subscribe(today, series) if known else desk.subscribe(today, problem=NO_SERIES))
    return await request.app[ANSWERS].document(request, once(rendered))


async def get_search(request: web.Request) -> web.StreamResponse:
    """Where one says what one looks for."""
    desk, selections = request.app[DESK], request.app[SELECTIONS]
    return await shelved(request, "page:/search/", lambda: desk.search(selections.search(""), 1))


async def get_address(request: web.Request) -> web.StreamResponse:
    """Any other address: a post, page, archive or file of today; or where it has gone."""
    path = canonical_path(request.rel_url.raw_path)
    store = request.app[STORE]
    post = await store.posts.by_path(path)
    if post is not None and post.is_public:
        return await _post(request, post, 1)
    for find in (_fed, _searched, _paged, _archive, _about, _file):
        answer = await find(request, path)
        if answer is not None:
            return answer
    await _follow_alias(request, path)
    raise NotFound(path)


async def _post(request: web.Request, post: Post, page: int) -> web.StreamResponse:
    if post.federates and page == 1 and prefers_activity(request.headers.get("Accept", "")):
        return await activitypub.answer_post(request, post, at_permalink=True)
    key = f"page:{post.path}" + (f"comment-page-{page}/" if page > 1 else "")
    return await shelved(request, key, lambda: request.app[DESK].post(post.id, page))


async def _fed(request: web.Request, path: str) -> web.StreamResponse | None:
    """The feed of a page: its path with `feed/`, `feed/atom/` or `feed/json/` behind it."""
    found = FED.fullmatch(path)
    if found is None:
        return None
    of, format, page = found[1], FORMATS[found[2]], int(found[3] or 1)
    if page == 1 and request.query.get("paged", "").isdecimal():
        page = min(max(int(request.query["paged"]), 1), 999_999)
    canonical = request.app[URLS].feed_page(of, format.value, page)
    if of == "/comments/":  # the canonical ones have routes of their own
        raise moved(canonical)
    if found := SEARCHED.fullmatch(of):
        if path != canonical or page > 1:
            raise moved(request.app[URLS].feed(of, format.value))
        return await feeds.answer_search(request, unquote(found[1]), format)
    post = await request.app[STORE].posts.by_path(of)
    if post is not None and post.is_public and page == 1:
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
    selection, page = request.app[SELECTIONS].search(unquote(found[1])), int(found[2] or 1)
    with request.app[SEARCHES].of(address_of(request, request.app[CONFIG].server)):
        rendered = await request.app[DESK].search(selection, page)
    return await request.app[ANSWERS].document(request, once(rendered))


async def _paged(request: web.Request, path: str) -> web.StreamResponse | None:
    """A further page of a list, or of a conversation."""
    if found := COMMENTS_PAGED.fullmatch(path):
        post = await request.app[STORE].posts.by_path(found[1])
        return await _post(request, post, int(found[2])) if post is not None and post.is_public else None
    found = PAGED.fullmatch(path)
    if found is None:
        return None
    selection = await _selection(request, found[1])
    page = int(found[2])
    if selection is None:
        return None
    if page == 1 or not path.endswith("/"):
        raise moved(selection.path if page == 1 else f"{selection.path}page/{page}/")
    desk = request.app[DESK]
    render = desk.home if selection.kind == "home" else desk.archive
    return await shelved(request, f"page:{path}", lambda: render(selection, page))


async def _archive(request: web.Request, path: str) -> web.StreamResponse | None:
    selection = await _selection(request, path if path.endswith("/") else f"{path}/")
    if selection is None:
        return None
    if selection.path != path:
        raise moved(selection.path)
    return await shelved(request, f"page:{path}", lambda: request.app[DESK].archive(selection, 1))


async def _selection(request: web.Request, path: str) -> Selection | None:
    return await request.app[SELECTIONS].at(path)


async def _about(request: web.Request, path: str) -> web.StreamResponse | None:
    """The built-in page, where the author has written none of her own."""
    if path != "/about/":
        return None
    return await shelved(request, "page:/about/", request.app[DESK].about)


async def _file(request: web.Request, path: str) -> web.StreamResponse | None:
    """An imported picture at its old path."""
    file = await request.app[STORE].media.at(path)
    if file is None or file.state is not MediaState.KEPT or file.name is None:
        return None
    return await files.answer_file(request, file.name)


async def _follow_alias(request: web.Request, path: str) -> None:
    """Where something stood once; raises the redirect, or Gone."""
    store = request.app[STORE]
    address = path + (f"?{request.query_string}" if request.query_string else "")
    for candidate in dict.fromkeys((address, path, f"{path.rstrip('/')}/", path.rstrip("/"))):
        post = await store.posts.by_alias(candidate) or await store.posts.by_path(candidate)
        if post is not None and post.is_public and post.path != path:
            raise moved(post.path)
    for candidate in (address, path, f"{path.rstrip('/')}/"):
        if await store.tombstones.at(candidate) is not None:
            raise Gone(path)
