"""Looking at a post before it is public: for the author, and by a link for a reader without an account."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.model.post import Post
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.pages.posts import PreviewPage
from syndicate.web.admin.posts import post_path
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.admin.text_blocks import post_id_of
from syndicate.web.http.content_policy import content_policy
from syndicate.web.keys import CLOCK, STORE, URLS
from syndicate.web.site.media_keys import MEDIA_KEYS
from syndicate.web.site.post_page_builder import POST_PAGE_BUILDER

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
FRAMED = {
    "Content-Security-Policy": content_policy(framed_by="'self'") + "; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
"""The headers of a page in a frame: it can run nothing, and belongs to no origin."""


async def get_preview(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    return respond(request, await _page(request, opened))


async def post_link(request: web.Request) -> web.StreamResponse:
    """Make a preview link, which is shown once."""
    editor = request.app[EDITOR]
    opened = await editor.open(request.match_info["id"])
    token = await editor.create_preview_link(opened.post.id)
    link = request.app[URLS].absolute(f"/preview/{token}/")
    return respond(request, await _page(request, opened, link))


async def post_end_links(request: web.Request) -> web.StreamResponse:
    id = request.match_info["id"]
    await request.app[STORE].transaction(lambda tx: tx.post_drafts.delete_links(id))
    return see_other(post_path(id, "preview"), "links-ended")


async def get_frame(request: web.Request) -> web.StreamResponse:
    """Return the page that stands in the frame."""
    opened = await request.app[EDITOR].open(request.match_info["id"])
    return await _rendered(request, opened, FRAMED)


async def post_frame(request: web.Request) -> web.StreamResponse:
    """Return the page with a text that is being written, for our script. Nothing is stored."""
    form = request[FORM]
    post = await request.app[EDITOR].composed_from(post_id_of(request), form.get("text"), form.get("title"))
    return await _respond(request, post, FRAMED)


async def get_by_link(request: web.Request) -> web.StreamResponse:
    """Return a draft to a reader who has a preview link."""
    id = await request.app[EDITOR].find_previewed(request.match_info["token"])
    if id is None:
        raise NotFound("preview link")
    opened = await request.app[EDITOR].open(id)
    return await _rendered(request, opened, {"Content-Security-Policy": content_policy() + "; sandbox"})


async def _rendered(request: web.Request, opened: OpenedPost, headers: Mapping[str, str]) -> web.Response:
    return await _respond(request, await request.app[EDITOR].composed(opened), headers)


async def _respond(request: web.Request, post: Post, headers: Mapping[str, str]) -> web.Response:
    """Return the page of a post. It is loaded without cookies, so that its files need keys."""
    body = await request.app[MEDIA_KEYS].with_keys(await request.app[POST_PAGE_BUILDER].preview(post))
    return web.Response(
        status=HTTPStatus.OK, body=body, content_type="text/html", charset="utf-8", headers={**PRIVATE, **headers}
    )


async def _page(request: web.Request, opened: OpenedPost, link: str = "") -> PreviewPage:
    links = await request.app[STORE].post_drafts.count_links(opened.post.id, request.app[CLOCK]())
    return PreviewPage(id=opened.post.id, title=opened.fields["title"], link=link, links=links)
