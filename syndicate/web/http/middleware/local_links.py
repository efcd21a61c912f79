"""Lets the author look around on this machine while the blog's address still leads to another server.

Pages hold whole addresses, which a browser would follow to the old blog. To a request for `localhost` they are sent as
paths. Everything else stays as it is.
"""

import re

from aiohttp import web

from syndicate.web.http.clients import is_at_this_machine
from syndicate.web.http.handlers import Handler
from syndicate.web.http.responses import DocumentResponse

HTML = "text/html"


class LocalLinks:
    """Turns addresses of the site at `base` into paths, in pages and redirects."""

    def __init__(self, base: str) -> None:
        self._base, self._host = base, base.partition("://")[2]
        self._address = re.compile(rb"([\"'\s,])" + re.escape(base.encode()) + rb"(?=[/\"'?#])/?")

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            if request.headers.get("Host") == self._host or not is_at_this_machine(request):
                return response
            return self._with_paths(response)

        return handle

    def _with_paths(self, response: web.StreamResponse) -> web.StreamResponse:
        if isinstance(response, DocumentResponse):
            rendered = response.document.rendered
            if response.status != 200 or not rendered.media_type.startswith(HTML):
                return response
            page = web.Response(body=self._rewritten(rendered.body), headers=rendered.headers)
            page.headers["Content-Type"], page.headers["Cache-Control"] = rendered.media_type, "no-store"
            return page
        if isinstance(response, web.Response) and response.content_type == HTML and isinstance(response.body, bytes):
            response.body = self._rewritten(response.body)
        location = response.headers.get("Location", "")
        if location.startswith(f"{self._base}/"):
            response.headers["Location"] = location.removeprefix(self._base)
        return response

    def _rewritten(self, html: bytes) -> bytes:
        return self._address.sub(rb"\1/", html)
