"""Passes requests for the author and her programs on to an application of their own (`author_app.py`).

It is built when the first of them arrives, and its modules are imported then: most days a server has readers and no
author, and neither its start nor its memory has to bear the desk.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from syndicate.web.http.aiohttp_internals import handle_in

BuildApp = Callable[[web.Application], web.Application]
"""Makes the author's application, given the one that has received the request."""


class AuthorApp:
    """The application, which is None until the first request for it."""

    def __init__(self, build: BuildApp) -> None:
        self._build = build
        self.app: web.Application | None = None
        self._building = asyncio.Lock()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        async with self._building:
            if self.app is None:
                self.app = await asyncio.to_thread(self._build, request.app)
        return await handle_in(self.app, request)


AUTHOR_APP = web.AppKey("author's application", AuthorApp)
WHOLE_APP = web.AppKey("whole application", web.Application)
"""In the author's application: the one that has received the request, and knows the addresses of readers."""


async def answer_for_author(request: web.Request) -> web.StreamResponse:
    return await request.app[AUTHOR_APP].handle(request)


async def expect_later(_: web.Request) -> None:
    """Leave `Expect: 100-continue` to the route of the author's application, which knows how much it accepts."""
