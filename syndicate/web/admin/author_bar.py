"""Shows *Edit*, and how many comments wait, on the pages of the site: to the author who is signed in, and to nobody else.

The page itself comes from the cache and stays as it is there. What the author gets is a copy that nobody may keep.
"""

from aiohttp import web

from syndicate.content.text import canonical_path
from syndicate.model.comment import CommentState
from syndicate.web.admin.sessions import SESSIONS
from syndicate.web.http.handlers import Handler
from syndicate.web.http.responses import DocumentResponse
from syndicate.web.keys import STORE
from syndicate.web.site.rendering import PAGES

HTML = "text/html"
TEMPLATE = "admin/_author_bar.html"
PLACE = b'<header class="masthead">'
"""What the bar stands before; a page without it, such as a preview, gets none."""
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie"}


class AuthorBar:
    """The middleware. `app` has the parts that it needs."""

    def __init__(self, app: web.Application) -> None:
        self._app = app

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            if "Cookie" not in request.headers or request.method != "GET":
                return response
            if not isinstance(response, DocumentResponse) or not _is_page(response):
                return response
            if not await self._app[SESSIONS].is_author(request):
                return response
            return await self._with_bar(request, response)

        return handle

    async def _with_bar(self, request: web.Request, response: DocumentResponse) -> web.Response:
        rendered = response.document.rendered
        store = self._app[STORE]
        post = await store.posts.find_by_path(canonical_path(request.rel_url.raw_path))
        bar = self._app[PAGES].render_template(
            TEMPLATE,
            post=post if post is not None and post.is_public else None,
            waiting=await store.totals.get(f"comments:{CommentState.PENDING.value}"),
        )
        page = web.Response(body=rendered.body.replace(PLACE, bar + PLACE, 1), headers=rendered.headers)
        page.headers.update(PRIVATE | {"Content-Type": rendered.media_type})
        return page


def _is_page(response: DocumentResponse) -> bool:
    rendered = response.document.rendered
    return response.status in (200, 304) and rendered.media_type.startswith(HTML) and PLACE in rendered.body
