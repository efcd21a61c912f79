"""Bodies of requests: read within limits of size and time, and of memory for all together; and forms, of one kind only."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

from syndicate.errors import BodyTooLarge, BodyTooSlow, MalformedRequest, MediaTypeRefused, TooBusy
from syndicate.web.http.clients import client_of
from syndicate.web.http.connections import Timeouts
from syndicate.web.http.problems import problem_of

MOST_BODY = 1024 * 1024
MOST_FORM = 8 * 1024
MOST_FIELDS = 100
LARGEST = 8 * 1024 * 1024
"""Of all bodies that anybody takes: what hubs send us."""
MOST_HELD = 64 * 1024 * 1024
MOST_HELD_PER_CLIENT = 16 * 1024 * 1024
FORM = "application/x-www-form-urlencoded"


class Bodies:
    """Reads bodies, each within some seconds. What has come of those that are not whole yet is bounded."""

    def __init__(self, patience: Timeouts) -> None:
        self._patience = patience
        self._held: Counter[str] = Counter()
        self._total = 0

    async def read(self, request: web.Request, address: str, most: int = MOST_BODY) -> bytes:
        """The raw body. Raises MediaTypeRefused, BodyTooLarge, BodyTooSlow, MalformedRequest, TooBusy."""
        require_uncoded(request)
        if (request.content_length or 0) > most:
            raise BodyTooLarge("body.too-large")
        client, body = client_of(address), bytearray()
        try:
            async with asyncio.timeout(self._patience.body):
                async for piece in request.content.iter_any():
                    self._hold(client, len(piece))
                    body += piece
                    if len(body) > most:
                        raise BodyTooLarge("body.too-large")
                    if self._is_too_much(client):
                        raise TooBusy("body.busy")
        except TimeoutError as error:
            raise BodyTooSlow("body.too-slow") from error
        except web.RequestPayloadError as error:
            raise MalformedRequest("body.cut-short") from error
        finally:
            self._hold(client, -len(body))
        return bytes(body)

    async def form(self, request: web.Request, address: str, most: int = MOST_FORM) -> list[tuple[str, str]]:
        """The fields of a form as browsers send it from our pages. Raises as `read`."""
        types = request.headers.getall("Content-Type", [])
        if len(types) != 1 or request.content_type != FORM or (request.charset or "utf-8").lower() != "utf-8":
            raise MediaTypeRefused("form.type")
        body = await self.read(request, address, most)
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise MalformedRequest("form.unreadable") from error
        if any("\0" in value for _, value in fields):
            raise MalformedRequest("form.unreadable", "U+0000 in a field")
        return fields

    def _hold(self, client: str, size: int) -> None:
        self._total += size
        self._held[client] += size
        if not self._held[client]:
            del self._held[client]

    def _is_too_much(self, client: str) -> bool:
        return self._total > MOST_HELD or self._held[client] > MOST_HELD_PER_CLIENT


def require_uncoded(request: web.Request) -> None:
    """No content coding, behind which a body may be a thousand times as large, and no odd transfer coding. Raises
    MediaTypeRefused, MalformedRequest."""
    headers = request.headers
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise MediaTypeRefused("body.encoding")
    if headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise MalformedRequest("body.transfer-encoding")


def expecting(most: int) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """An answer to `Expect: 100-continue`: said only to bodies that we would take."""

    async def expect(request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Expect", "").lower() != "100-continue":
            raise web.HTTPExpectationFailed
        if (request.content_length or 0) > most:
            return too_large()
        if request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    return expect


def too_large() -> web.StreamResponse:
    """Said before anything of a body is read; the door does not stand behind this one."""
    refused = problem_of(BodyTooLarge("body.too-large"))
    refused.force_close()
    return refused
