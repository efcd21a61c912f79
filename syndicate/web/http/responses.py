"""How documents are answered: 200 or 304, packed or not, and in one write where that is possible.

aiohttp's own response spends as long on building headers as on everything else together; a document's header lines
are written out already (see `shelf`), so its answer is one `write` to the socket.
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
"""Larger bodies go by aiohttp's writer, which waits for slow readers."""
LONGEST_OFFER = 200
"""Browsers and readers need 60 characters for `Accept-Encoding`."""


class _Today:
    """The `Date` header, written out once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._line = b""

    def line(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._line = second, f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
        return self._line


NO_HEADERS: "CIMultiDict[str]" = CIMultiDict()
"""`PrebuiltResponse` has its header lines written out; nothing is ever put into this."""


class PrebuiltResponse(web.StreamResponse):
    """An answer that is bytes already. For HTTP/1.1 with a connection that stays open."""

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
        await request.protocol._drain_helper()  # who asks and does not read waits
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
    """Whether `Accept-Encoding` takes gzip (RFC 9110 §12.5.3)."""
    offered = request.headers.get("Accept-Encoding", "")
    return "gzip" in offered and len(offered) < LONGEST_OFFER and _takes_gzip(offered)


@lru_cache(maxsize=256)
def _takes_gzip(offered: str) -> bool:
    for coding in offered.split(","):
        name, _, parameters = coding.strip().partition(";")
        if name.strip() == "gzip":
            return not _is_zero(parameters)
    return False


def _is_zero(parameters: str) -> bool:
    name, _, value = parameters.strip().partition("=")
    return name.strip().lower() == "q" and value.strip() != "" and set(value.strip()) <= {"0", "."}


def is_unchanged(request: web.BaseRequest, document: CachedDocument) -> bool:
    """Whether the client has this version (RFC 9110 §13.1): its tags count, and only without them its date."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tags == document.etag or _names(tags, document.etag)
    since = request.headers.get("If-Modified-Since")
    if since is None or not document.last_modified:
        return False
    if since == document.last_modified:
        return True
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(document.last_modified)
    except (ValueError, TypeError, IndexError):
        return False


SUFFIXES = ("--gzip", "-gzip", ";gzip", "-br", "-zstd")


def _names(tags: str, etag: str) -> bool:
    """Whether a list of tags holds ours: weak or strong, and with what proxies append when they compress."""
    if tags.strip() == "*":
        return True
    opaque = etag.removeprefix("W/").strip('"')
    return any(tag == opaque for tag in opaque_tags(tags))


def opaque_tags(tags: str) -> Iterator[str]:
    """What stands between the quotes of each of a list of tags."""
    for tag in tags.split(","):
        found = tag.strip().removeprefix("W/").strip('"')
        for suffix in SUFFIXES:
            found = found.removesuffix(suffix)
        yield found


class DocumentResponder:
    """DocumentResponder with documents. `security` are header lines that every one of ours carries."""

    def __init__(self, security: tuple[tuple[str, str], ...]) -> None:
        self._security = "".join(f"{name}: {value}\r\n" for name, value in security).encode()
        self._security_lines = security
        self._today = _Today()

    async def document(self, request: web.Request, document: CachedDocument) -> web.StreamResponse:
        """200, or 304 for who has it."""
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
            return PrebuiltResponse(document, status, start + self._today.line() + self._security + lines, body)
        response = web.Response(status=status, body=body or None)
        for line in lines.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name and name != "Content-Length":
                response.headers[name] = value
        response.headers.update(self._security_lines)
        return response
