"""What a post lacks, as far as the last look before publishing can tell."""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import unquote, urlsplit

from aiohttp import web

from syndicate.content.tags import Tag, tokens
from syndicate.content.text import canonical_path
from syndicate.model.post import Post, PostKind
from syndicate.translation import _, ngettext
from syndicate.urls import Urls
from syndicate.web.admin.editor import OpenedPost
from syndicate.web.author_requests import WHOLE_APP
from syndicate.web.keys import STORE, URLS
from syndicate.web.site.addresses import get_address
from syndicate.web.site.former_addresses import FEED_PATH, current_path, listing_at

MAX_LINKS_CHECKED = 50
UNDESCRIBED = re.compile(r"!\[\s*\]\(")
"""A picture in Markdown without a description."""


async def missing(request: web.Request, opened: OpenedPost, post: Post) -> list[str]:
    """Return what a post lacks, in words; `post` is how it will be."""
    return [*_missing(opened, post), *[text async for text in _broken_links(request, post)]]


def _missing(opened: OpenedPost, post: Post) -> Iterator[str]:
    if not opened.fields["text"].strip():
        yield _("The text is empty.")
    if post.kind is PostKind.POST and not post.title:
        yield _("There is no title, so it goes out as a note.")
    if post.kind is PostKind.POST and not post.tags:
        yield _("There are no tags, by which people find posts in the fediverse.")
    if pictures := _undescribed(opened, post):
        yield ngettext(
            "A picture has no description, which people who cannot see it need.",
            "{count} pictures have no description, which people who cannot see them need.",
            pictures,
        )


def _undescribed(opened: OpenedPost, post: Post) -> int:
    """Return how many pictures have no description. Those on other servers are no pictures yet, before they are fetched."""
    shown, written = (
        sum(not tag.value("alt").strip() for tag in _tags(html, "img")) for html in (post.html, opened.fields["text"])
    )
    in_text = max(shown, written + len(UNDESCRIBED.findall(opened.fields["text"])))
    return in_text + (post.picture is not None and not post.picture.alt)


async def _broken_links(request: web.Request, post: Post) -> AsyncIterator[str]:
    """Yield the links to addresses of this blog that lead nowhere."""
    base = request.app[URLS].base
    links = dict.fromkeys(tag.value("href").partition("#")[0] for tag in _tags(post.html, "a"))
    own = [link for link in links if link == base or (link.startswith((f"{base}/", "/")) and not link.startswith("//"))]
    for link in own[:MAX_LINKS_CHECKED]:
        address = link.removeprefix(base) or "/"
        if address.partition("?")[0] != post.path and not await _leads_somewhere(request, address):
            yield _(
                "A link leads to {unquote}, where this blog has nothing that readers can see.", unquote=unquote(address)
            )


async def _leads_somewhere(request: web.Request, address: str) -> bool:
    store, path = request.app[STORE], canonical_path(urlsplit(address).path)
    match = await request.app[WHOLE_APP].router.resolve(request.clone(rel_url=path, method="GET"))
    if match.http_exception is None and match.handler is not get_address:
        name = path.removeprefix(Urls.media(""))
        return name == path or await store.media.find_by_name(name) is not None
    if feed := FEED_PATH.fullmatch(path):
        return await _leads_somewhere(request, feed[1])
    post = await store.posts.find_by_path(path)
    if post is not None:
        return post.is_public
    return bool(
        await current_path(request, address)
        or await current_path(request, path)
        or await listing_at(request, path if path.endswith("/") else f"{path}/")
        or await store.media.find_by_path(path)
        or path.startswith(("/page/", "/about/"))
    )


def _tags(html: str, name: str) -> Iterator[Tag]:
    return (one for one in tokens(html) if isinstance(one, Tag) and one.name == name and not one.closing)
