"""Reads request bodies within limits of size, time and total memory, and parses forms.

Every limit raises an error of `syndicate.errors` that the middleware turns into a response.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

from syndicate.errors import BodyTooLarge, BodyTooSlow, MalformedRequest, MediaTypeRefused, TooBusy
from syndicate.web.http.clients import client_of
from syndicate.web.http.connections import Connection, Timeouts
from syndicate.web.http.problems import problem_of

MAX_BODY_BYTES = 1024 * 1024
MAX_FORM_BYTES = 8 * 1024
MAX_FORM_FIELDS = 100
MAX_ANY_BODY_BYTES = 8 * 1024 * 1024
"""The largest body that any address accepts: a feed that a hub pushes to us."""
MAX_HELD_BYTES = 64 * 1024 * 1024
MAX_HELD_BYTES_PER_CLIENT = 16 * 1024 * 1024
PIECE_TIMEOUT_SECONDS = 30.0
"""How long each piece of an upload of the author may take; the whole may take longer than other bodies."""
FORM_TYPE = "application/x-www-form-urlencoded"


class Bodies:
    """Reads bodies, each within a timeout. Bounds the bytes held by bodies that are still incomplete."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._held: Counter[str] = Counter()
        self._total = 0

    async def read(
        self, request: web.Request, address: str, max_bytes: int = MAX_BODY_BYTES, *, is_upload: bool = False
    ) -> bytes:
        """Return the raw body. An upload may take as long as its pieces keep coming: phones send slowly.

        Raises MediaTypeRefused, BodyTooLarge, BodyTooSlow, MalformedRequest, TooBusy.
        """
        require_identity_encoding(request)
        if (request.content_length or 0) > max_bytes:
            raise BodyTooLarge("body.too-large")
        client, body = client_of(address), bytearray()
        try:
            async with asyncio.timeout(PIECE_TIMEOUT_SECONDS if is_upload else self._timeouts.body) as limit:
                async for chunk in request.content.iter_any():
                    if is_upload:
                        extend_body(request, limit)
                    self._hold(client, len(chunk))
                    body += chunk
                    if len(body) > max_bytes:
                        raise BodyTooLarge("body.too-large")
                    if self._exceeds_limits(client):
                        raise TooBusy("body.busy")
        except TimeoutError as error:
            raise BodyTooSlow("body.too-slow") from error
        except web.RequestPayloadError as error:
            raise MalformedRequest("body.cut-short") from error
        finally:
            self._hold(client, -len(body))
        return bytes(body)

    async def form(self, request: web.Request, address: str, max_bytes: int = MAX_FORM_BYTES) -> list[tuple[str, str]]:
        """Return the fields of a form, encoded as browsers send it from our pages. Raises the same errors as `read`."""
        types = request.headers.getall("Content-Type", [])
        if len(types) != 1 or request.content_type != FORM_TYPE or (request.charset or "utf-8").lower() != "utf-8":
            raise MediaTypeRefused("form.type")
        body = await self.read(request, address, max_bytes)
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
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

    def _exceeds_limits(self, client: str) -> bool:
        return self._total > MAX_HELD_BYTES or self._held[client] > MAX_HELD_BYTES_PER_CLIENT


def extend_body(request: web.Request, limit: asyncio.Timeout) -> None:
    """Give the rest of a body some more time, since a piece of it has come."""
    limit.reschedule(asyncio.get_running_loop().time() + PIECE_TIMEOUT_SECONDS)
    if isinstance(request.protocol, Connection):
        request.protocol.extend_body(PIECE_TIMEOUT_SECONDS)


def require_identity_encoding(request: web.Request) -> None:
    """Refuse content codings, which can hide a body a thousand times as large, and unusual transfer codings.

    Raises MediaTypeRefused, MalformedRequest.
    """
    headers = request.headers
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise MediaTypeRefused("body.encoding")
    if headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise MalformedRequest("body.transfer-encoding")


def expect_handler(max_bytes: int) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Return a handler for `Expect: 100-continue` that sends 100 only for bodies of an acceptable size."""

    async def expect(request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Expect", "").lower() != "100-continue":
            raise web.HTTPExpectationFailed
        if (request.content_length or 0) > max_bytes:
            return body_too_large()
        if request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    return expect


def body_too_large() -> web.StreamResponse:
    """Return the 413 response to a body of which nothing has been read. It does not pass through the middleware."""
    response = problem_of(BodyTooLarge("body.too-large"))
    response.force_close()
    return response
