"""Sends documents: 200 or 304, with gzip where accepted, and in a single write where possible.

aiohttp's own response spends as long on building headers as on everything else together. The header lines of a document
are prepared (see `response_cache`), so most responses are one `write` to the socket.
"""

import time
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from syndicate.web.http.response_cache import CachedDocument

MAX_SINGLE_WRITE_BYTES = 256 * 1024
"""Larger bodies use aiohttp's writer, which waits for slow readers."""
MAX_ACCEPT_ENCODING_LENGTH = 200
"""Browsers and feed readers send up to 60 characters of `Accept-Encoding`."""


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


NO_HEADERS: "CIMultiDict[str]" = CIMultiDict()
"""Always empty: `PrebuiltResponse` sends prepared header lines."""


class PrebuiltResponse(web.StreamResponse):
    """A response that consists of prepared bytes, for HTTP/1.1 with keep-alive."""

    def __init__(self, document: CachedDocument, status: HTTPStatus, head: bytes, body: bytes) -> None:
        super().__init__(status=status, _real_headers=NO_HEADERS)
        self.document = document
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


def wants_gzip(request: web.BaseRequest) -> bool:
    """Return whether `Accept-Encoding` accepts gzip (RFC 9110 §12.5.3)."""
    offered = request.headers.get("Accept-Encoding", "")
    return "gzip" in offered and len(offered) < MAX_ACCEPT_ENCODING_LENGTH and _accepts_gzip(offered)


@lru_cache(maxsize=256)
def _accepts_gzip(offered: str) -> bool:
    for coding in offered.split(","):
        name, _, parameters = coding.strip().partition(";")
        if name.strip() == "gzip":
            return not _is_zero(parameters)
    return False


def _is_zero(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return name.strip().lower() == "q" and value.strip() != "" and set(value.strip()) <= {"0", "."}


def is_unchanged(request: web.BaseRequest, document: CachedDocument) -> bool:
    """Return whether the client has this version (RFC 9110 §13.1), by its tags or, without any, by its date."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tags == document.etag or _matches(tags, document.etag)
    since = request.headers.get("If-Modified-Since")
    if since is None or not document.last_modified:
        return False
    if since == document.last_modified:
        return True
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(document.last_modified)
    except (ValueError, TypeError, IndexError):
        return False


ENCODING_SUFFIXES = ("--gzip", "-gzip", ";gzip", "-br", "-zstd")


def _matches(tags: str, etag: str) -> bool:
    """Return whether a list of tags contains ours, weak or strong, with or without a suffix of a compressing proxy."""
    if tags.strip() == "*":
        return True
    opaque = etag.removeprefix("W/").strip('"')
    return any(tag == opaque for tag in opaque_tags(tags))


def opaque_tags(tags: str) -> Iterator[str]:
    """Yield each tag of a list without quotes, weakness mark and encoding suffix."""
    for tag in tags.split(","):
        found = tag.strip().removeprefix("W/").strip('"')
        for suffix in ENCODING_SUFFIXES:
            found = found.removesuffix(suffix)
        yield found


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
            return PrebuiltResponse(document, status, start + self._date.line() + self._security + lines, body)
        response = web.Response(status=status, body=body or None)
        for line in lines.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name and name != "Content-Length":
                response.headers[name] = value
        response.headers.update(self._security_lines)
        return response
