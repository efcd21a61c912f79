"""Every address without a route of its own: finds what it names, serves it, redirects to where it has moved, or raises
NotFound or Gone."""

import re
from urllib.parse import unquote

from aiohttp import web
from yarl import URL

from syndicate.content.text import canonical_path
from syndicate.errors import Gone, NotFound
from syndicate.model.post import Post
from syndicate.storage.media import MediaState
from syndicate.urls import Urls
from syndicate.web import feeds
from syndicate.web.activitypub import objects
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import RESPONDER
from syndicate.web.http.negotiation import prefers_activity
from syndicate.web.http.response_cache import uncached
from syndicate.web.keys import CONFIG, LISTINGS, SEARCH_LIMITER, STORE, URLS
from syndicate.web.site import files
from syndicate.web.site.cached import redirect, respond_cached
from syndicate.web.site.former_addresses import FEED_PATH, current_path, listing_at, spellings
from syndicate.web.site.page_builder import PAGE_BUILDER
from syndicate.web.site.post_page_builder import COMMENTS_PER_PAGE, POST_PAGE_BUILDER
from syndicate.web.site.views import get_home
from syndicate.web.site.wordpress_queries import FORMATS, feed_of_query, page_number, redirect_query

PAGE_PATH = re.compile(r"(.*/)page/([1-9]\d{0,5})/?")
POST_SUFFIX = re.compile(r"(.*/)(?:feed(?:/(rss2?|rdf|atom|json))?|(trackback|embed|amp))/?")
"""What WordPress serves below the address of a post or list: its feed, and variants that redirect to the post here."""
COMMENTS_PAGE_PATH = re.compile(r"(.*/)comment-page-([1-9]\d{0,5})/?")
SEARCH_PATH = re.compile(r"/search/([^/]+)/(?:page/([1-9]\d{0,5})/)?")
INDEX = "/index.php"
"""Blogs without URL rewriting have this file name path every path."""


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
    if feed := feed_of_query(request, post.path):
        raise redirect(feed)
    if post.federates and page == 1 and prefers_activity(request.headers.get("Accept", "")):
        return await objects.answer_post(request, post, at_permalink=True)
    if page > 1 and (page - 1) * COMMENTS_PER_PAGE >= max(post.counts.comments, 1):  # WordPress's pages were shorter
        raise redirect(f"{post.path}#comments")
    key = f"page:{Urls.comments_page(post.path, page)}"
    return await respond_cached(request, key, lambda: request.app[POST_PAGE_BUILDER].post(post.id, page))


async def _feed(request: web.Request, path: str) -> web.StreamResponse | None:
    """Return the feed of a page: its path followed by `feed/`, `feed/atom/` or `feed/json/`."""
    found = FEED_PATH.fullmatch(path)
    if found is None:
        return None
    of, format, page = found[1], FORMATS[found[2]], int(found[3] or 1)
    if page == 1:
        page = page_number(request.query.get("paged", ""))
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
    listing = await listing_at(request, of)
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
    listing = await listing_at(request, found[1])
    page = int(found[2])
    if listing is None:
        return None
    if page == 1 or not path.endswith("/"):
        raise redirect(listing.path if page == 1 else f"{listing.path}page/{page}/")
    builder = request.app[PAGE_BUILDER]
    render = builder.home if listing.kind == "home" else builder.archive
    return await respond_cached(request, f"page:{path}", lambda: render(listing, page))


async def _archive(request: web.Request, path: str) -> web.StreamResponse | None:
    listing = await listing_at(request, path if path.endswith("/") else f"{path}/")
    if listing is None:
        return None
    if feed := feed_of_query(request, listing.path):
        raise redirect(feed)
    if listing.path != path:
        raise redirect(listing.path)
    return await respond_cached(request, f"page:{path}", lambda: request.app[PAGE_BUILDER].archive(listing, 1))


async def _redirect_alias(request: web.Request, path: str) -> None:
    """Raises the redirect from a former address, or from an address below one."""
    address = path + (f"?{request.query_string}" if request.query_string else "")
    for candidate in dict.fromkeys((address, path)):
        if (current := await current_path(request, candidate)) is not None:
            raise redirect(feed_of_query(request, current) or current)
    if found := COMMENTS_PAGE_PATH.fullmatch(path):
        current = await current_path(request, found[1])
        if current is not None:
            raise redirect(f"{current}#comments")
    if found := POST_SUFFIX.fullmatch(path):
        post = await _post_at(request, found[1])
        current = post.path if post is not None else await current_path(request, found[1])
        if current is not None:
            raise redirect(current if found[3] else request.app[URLS].feed(current, FORMATS[found[2]].value))


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
    candidates = (address, *spellings(path), *(spellings(behind[1]) if behind else ()))
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
        await redirect_query(target)
    elif await _respond(target, rest) is None:
        return
    raise redirect(rest)


def _relative_to(path: str, root: str) -> str | None:
    """Return a path relative to a directory, or None if it lies outside."""
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else None
