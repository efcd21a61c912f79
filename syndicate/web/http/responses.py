"""Sends documents: 200 or 304, with gzip where accepted, and in a single write where possible.

aiohttp's own response spends as long on building headers as on everything else together. The header lines of a document
are prepared (see `response_cache`), so most responses are one `write` to the socket.
"""

import time
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import HttpVersion11, web

from syndicate.web.http.aiohttp_internals import PreparedResponse
from syndicate.web.http.compression import wants_gzip
from syndicate.web.http.conditional import is_unchanged
from syndicate.web.http.response_cache import CachedDocument

MAX_SINGLE_WRITE_BYTES = 256 * 1024
"""Larger bodies use aiohttp's writer, which waits for slow readers."""


class _DateHeader:
    """The `Date` header line, formatted at most once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._line = b""

    def line(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._line = second, f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self._line


class DocumentResponse(PreparedResponse):
    """The prepared response to a request for a document."""

    def __init__(self, document: CachedDocument, status: HTTPStatus, head: bytes, body: bytes) -> None:
        super().__init__(status, head, body)
        self.document = document


class DocumentResponder:
    """Builds responses from documents. `security` are the headers of every response."""

    def __init__(self, security: tuple[tuple[str, str], ...]) -> None:
        self._security = "".join(f"{name}: {value}\r\n" for name, value in security).encode()
        self._security_lines = security
        self._date = _DateHeader()

    async def document(self, request: web.Request, document: CachedDocument) -> web.StreamResponse:
        """Return the response to a request for a document: 200, or 304 if the client has it."""
        if is_unchanged(request, document):
            return self._answer(request, document, HTTPStatus.NOT_MODIFIED, document.common + b"\r\n", b"")
        if wants_gzip(request) and len(document.rendered.body) >= 1024:
            if document.packed is None:
                await document.pack()
            if document.packed is not None:
                return self._answer(request, document, HTTPStatus.OK, document.packed_head, document.packed)
        return self._answer(request, document, HTTPStatus.OK, document.head, document.rendered.body)

    def _answer(
        self, request: web.Request, document: CachedDocument, status: HTTPStatus, lines: bytes, body: bytes
    ) -> web.StreamResponse:
        if request.version == HttpVersion11 and request.keep_alive and len(body) <= MAX_SINGLE_WRITE_BYTES:
            start = b"HTTP/1.1 304 Not Modified\r\n" if status == HTTPStatus.NOT_MODIFIED else b"HTTP/1.1 200 OK\r\n"
            return DocumentResponse(document, status, start + self._date.line() + self._security + lines, body)
        response = web.Response(status=status, body=body or None)
        for line in lines.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name and name != "Content-Length":
                response.headers[name] = value
        response.headers.update(self._security_lines)
        return response
