"""Everything that we use of aiohttp's private parts, under public names.

aiohttp may change these in any minor release, so `pyproject.toml` pins one. An upgrade means reading this file again. No
other module uses a private attribute or an undocumented module of aiohttp; an architecture test checks it.
"""

import asyncio
from http import HTTPStatus

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.http_parser import HttpRequestParser, HttpRequestParserPy
from multidict import CIMultiDict

from syndicate.web.http.handlers import Handler

NO_HEADERS: "CIMultiDict[str]" = CIMultiDict()
"""Always empty: `PreparedResponse` sends prepared header lines."""


def has_fast_parser() -> bool:
    """Return whether aiohttp uses its C parser; the one in Python parses some requests in another way."""
    return HttpRequestParser is not HttpRequestParserPy


def server_of(runner: web.AppRunner) -> web.Server:
    """Return the server of a runner that has been set up."""
    assert runner.server is not None
    return runner.server


def handler_of(server: web.Server) -> Handler:
    """Return the function that handles every request of a server: routing and the view."""
    return server.request_handler


def replace_handler(server: web.Server, handler: Handler) -> None:
    """Let `handler` handle every request, before routing."""
    server.request_handler = handler  # type: ignore[assignment]  # its factory makes each request a `web.Request`


async def handle_in(app: web.Application, request: web.Request) -> web.StreamResponse:
    """Return the response of another application, which routes the request anew. It has to be frozen."""
    return await app._handle(request)


class BaseConnection(web.RequestHandler):
    """A client's connection, with names for the state of aiohttp's that limits need to know."""

    __slots__ = ()

    def __init__(self, server: web.Server, *, idle_timeout: float, linger: float, **options: object) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=idle_timeout,
            lingering_time=linger,
            **options,  # type: ignore[arg-type]  # of the access log
        )

    @property
    def is_idle(self) -> bool:
        """Whether it is between two requests."""
        return self._waiter is not None and not self._messages

    @property
    def is_writing_paused(self) -> bool:
        """Whether the send buffer is full."""
        return self._paused

    def set_idle_timeout(self, seconds: float) -> None:
        """Set how long the connection may stay open between two requests."""
        self._keepalive_timeout = seconds

    def newest_body(self) -> StreamReader | None:
        """Return the body of the newest request that waits to be handled, or None if none waits."""
        return self._messages[-1][1] if self._messages else None

    def newest_is_unreadable(self) -> bool:
        """Return whether what came last is not valid HTTP."""
        return bool(self._messages) and type(self._messages[-1][0]) is not RawRequestMessage


class PreparedResponse(web.StreamResponse):
    """A response that consists of prepared bytes, sent in one write, for HTTP/1.1 with keep-alive."""

    def __init__(self, status: HTTPStatus, head: bytes, body: bytes) -> None:
        super().__init__(status=status, _real_headers=NO_HEADERS)
        self._head, self._content = head, body
        self._sent = 0

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        self._keep_alive = True
        transport.write(self._head if request.method == "HEAD" else self._head + self._content)
        self._sent = len(self._content)
        await request.protocol._drain_helper()  # waits while the client does not read
        return None

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002 - aiohttp's signature
        self._eof_sent = True

    @property
    def prepared(self) -> bool:
        return self._eof_sent

    @property
    def body_length(self) -> int:
        return self._sent
