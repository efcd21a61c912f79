"""The Feed tab of a post: what feed readers get of it, as facts."""

from collections.abc import Iterator

from aiohttp import web

from syndicate.content.text import plain
from syndicate.model.post import Post, PostKind, TermKind
from syndicate.publishing.feed_entries import EntryBuilder
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.admin.editor import EDITOR
from syndicate.web.admin.pages.feed import FeedPage
from syndicate.web.admin.rendering import respond
from syndicate.web.keys import CONFIG, SETTINGS, URLS
from syndicate.web.site.pages import Link


async def get_feed(request: web.Request) -> web.StreamResponse:
    """Show the entry, with the changes that are not published yet. Raises PostNotFound."""
    editor, config, urls = request.app[EDITOR], request.app[CONFIG].feeds, request.app[URLS]
    opened = await editor.open(request.match_info["id"])
    post = await editor.composed(opened)
    entry = EntryBuilder(request.app[SETTINGS], config, urls).post(post)
    page = FeedPage(
        id=opened.post.id,
        heading=post.heading or post.slug,
        entry=entry,
        is_page=post.kind is PostKind.PAGE,
        is_public=opened.post.is_public,
        is_excerpt=config.content != "full",
        words=len(plain(entry.html).split()),
        feeds=tuple(_feeds(post, urls)),
    )
    return respond(request, page)


def _feeds(post: Post, urls: Urls) -> Iterator[Link]:
    """Return the feeds that a post is in, in their first format."""
    yield Link(label=_("All posts"), href=urls.feed("/", "rss"))
    for term in post.terms:
        page = urls.category(term.slug) if term.kind is TermKind.CATEGORY else urls.tag(term.slug)
        yield Link(label=term.name, href=urls.feed(page, "rss"))
