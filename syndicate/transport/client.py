"""The HTTP client: aiohttp with guarded connections and limits.

A `Request` comes in, a `Response` goes out, whatever its status; only the lack of a usable response raises. One session
and one TLS context serve the whole process, and connections are reused. Redirects are followed here and not by aiohttp,
because every hop is checked like a new request. Bodies are decoded here, because a decompression bomb has to be stopped
while it expands.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    ServerDisconnectedError,
    StreamReader,
    TCPConnector,
    TraceConfig,
    TraceConnectionReuseconnParams,
)
from multidict import CIMultiDict
from yarl import URL

from syndicate.errors import AddressDenied, DocumentUnusable, RemoteUnavailable
from syndicate.transport.address import IPAddress
from syndicate.transport.body import CHUNK_BYTES, BodyReader, coding_of
from syndicate.transport.guard import DeniedSocket, Guard, GuardedResolver, Lookup, SystemLookup
from syndicate.transport.message import (
    DELIVERY,
    FEED,
    MEDIA,
    OBJECT,
    PAGE,
    WEBFINGER,
    ExchangeBudget,
    Headers,
    Redirects,
    Request,
    Response,
    Sign,
    Transport,
    require_success,
    retry_after,
)
from syndicate.transport.url import join_url, parse_url, shown

__all__ = [
    "DELIVERY",
    "FEED",
    "MEDIA",
    "OBJECT",
    "PAGE",
    "WEBFINGER",
    "Client",
    "ExchangeBudget",
    "Headers",
    "Redirects",
    "Request",
    "Response",
    "Sign",
    "Transport",
    "require_success",
    "retry_after",
]


KEEPALIVE_TIMEOUT_SECONDS = 20.0
_MAX_CONNECTIONS = 512
_MAX_CONNECTIONS_PER_HOST = 4
_MAX_HEADER_LINE_BYTES = 8190
_MAX_HEADERS = 128
_MIN_BYTES_PER_SECOND = 1024
_MAX_STATUS_BODY_BYTES = 16 * 1024
_STATUS_BODY_TIMEOUT_SECONDS = 2.0
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_PERMANENT_STATUSES = frozenset({301, 308})
_SINGLE_HOP_HEADERS = frozenset(
    {
        "authorization",
        "content-digest",
        "cookie",
        "date",
        "digest",
        "host",
        "proxy-authorization",
        "signature",
        "signature-input",
    }
)
"""Headers that belong to the first address only and are not sent to a redirect's target."""


@dataclass(slots=True)
class _Attempt:
    """One attempt at a request. The trace of aiohttp sets whether it reused a connection."""

    reused: bool = False


class Client(Transport):
    """The transport of the running server.

    `user_agent` names us and our address, as operators expect (`name/version (+https://…)`). `own_addresses` are
    those we listen on. `lookup` replaces the system's name resolution, `allowed` lets single sockets (address, port)
    through the guard and `trust` replaces the certificates of the system; they are for tests.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private_addresses: bool,
        own_addresses: Collection[IPAddress] = (),
        lookup: Lookup | None = None,
        allowed: frozenset[tuple[str, int]] = frozenset(),
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._guard = Guard(
            allow_private_addresses=allow_private_addresses, own_addresses=own_addresses, allowed=allowed
        )
        self._lenient_urls = allow_private_addresses or bool(allowed)
        self._system_lookup = SystemLookup() if lookup is None else None
        self._lookup = lookup or self._system_lookup
        self._tls = trust or _tls_context()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._system_lookup is not None:
            self._system_lookup.close()

    async def fetch(self, request: Request) -> Response:
        """See `Transport.fetch`."""
        return await self._within_budget(request)

    async def _within_budget(self, request: Request) -> Response:
        with _translated_errors(request.url):
            async with asyncio.timeout(request.budget.total) as limit:
                return await self._follow(request, limit)

    async def _follow(self, request: Request, limit: asyncio.Timeout) -> Response:
        url = parse_url(request.url, allow_private=self._lenient_urls, plain_http=request.plain_http)
        start, moved, visited = url, url, {url}
        while True:
            async with await self._send(request, url, first=len(visited) == 1) as response:
                location = _location(response, request)
                if location is None:
                    if _is_decided_by_status(response, request.budget):
                        limit.reschedule(
                            None
                        )  # the status is the result; reading the body has a short timeout of its own
                    headers, body, coding = await _read(response, request.budget)
                    break
                if len(visited) > request.redirects.limit:
                    raise DocumentUnusable(f"more than {request.redirects.limit} redirects")
                target = self._checked_target(url, location, request)
                if target in visited:
                    raise DocumentUnusable("redirects go round in circles")
                if response.status in _PERMANENT_STATUSES and moved == url:
                    moved = target
                url = target
                visited.add(url)
        return Response(
            status=response.status,
            headers=headers,
            body=body,
            url=str(url),
            encoding=coding,
            moved="" if moved == start else str(moved),
        )

    def _checked_target(self, url: URL, location: str, request: Request) -> URL:
        target = join_url(url, location, allow_private=self._lenient_urls, plain_http=request.plain_http)
        if url.scheme == "https" and target.scheme == "http":
            raise AddressDenied("a redirect leads from https to http")
        if request.redirects.same_origin and target.origin() != url.origin():
            raise AddressDenied("a redirect leads to another origin")
        return target

    async def _send(self, request: Request, url: URL, *, first: bool) -> ClientResponse:
        headers = _headers(request, url, first=first)
        attempt = _Attempt()
        try:
            return await self._send_once(request, url, headers, attempt)
        except (ClientOSError, ServerDisconnectedError):
            # The server closed a reused connection while we wrote to it. aiohttp retries a GET by itself; a POST is
            # retried here, since servers recognize a repeated activity by its id.
            if not attempt.reused or request.method != "POST":
                raise
            return await self._send_once(request, url, headers, _Attempt())

    async def _send_once(
        self, request: Request, url: URL, headers: CIMultiDict[str], attempt: _Attempt
    ) -> ClientResponse:
        return await self._open_session().request(
            request.method,
            url,
            data=request.body,
            headers=headers,
            allow_redirects=False,
            timeout=ClientTimeout(total=None, connect=request.budget.connect),
            trace_request_ctx=attempt,
        )

    def _open_session(self) -> ClientSession:
        """Return the session, created on first use because it belongs to the running loop."""
        if self._session is None:
            assert self._lookup is not None
            self._session = ClientSession(
                connector=TCPConnector(
                    resolver=GuardedResolver(self._guard, self._lookup),
                    socket_factory=self._guard.socket,
                    use_dns_cache=False,
                    ssl=self._tls,
                    limit=_MAX_CONNECTIONS,
                    limit_per_host=_MAX_CONNECTIONS_PER_HOST,
                    keepalive_timeout=KEEPALIVE_TIMEOUT_SECONDS,
                ),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self._user_agent},
                skip_auto_headers=("Content-Type",),
                auto_decompress=False,
                trust_env=False,
                read_bufsize=CHUNK_BYTES,
                max_line_size=_MAX_HEADER_LINE_BYTES,
                max_field_size=_MAX_HEADER_LINE_BYTES,
                max_headers=_MAX_HEADERS,
                trace_configs=[_reuse_trace()],
            )
        return self._session


def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _reuse_trace() -> TraceConfig:
    async def note(_: ClientSession, context: SimpleNamespace, __: TraceConnectionReuseconnParams) -> None:
        context.trace_request_ctx.reused = True

    trace = TraceConfig()
    trace.on_connection_reuseconn.append(note)
    return trace


def _headers(request: Request, url: URL, *, first: bool) -> CIMultiDict[str]:
    given = [(name, value) for name, value in request.headers if first or name.lower() not in _SINGLE_HOP_HEADERS]
    signed = request.sign(request.method, str(url)) if request.sign else ()
    headers = CIMultiDict([*given, *signed])
    headers.setdefault("Accept-Encoding", "gzip")
    return headers


def _location(response: ClientResponse, request: Request) -> str | None:
    """Return the target of a redirect, or None if this is the final response."""
    if (
        request.redirects is Redirects.NONE
        or request.method not in ("GET", "HEAD")
        or response.status not in _REDIRECT_STATUSES
    ):
        return None
    return response.headers.get("Location")


def _is_decided_by_status(response: ClientResponse, budget: ExchangeBudget) -> bool:
    return budget.status_only or not 200 <= response.status < 300


async def _read(response: ClientResponse, budget: ExchangeBudget) -> tuple[CIMultiDict[str], bytes, str]:
    headers = CIMultiDict((name, _clean(value)) for name, value in response.headers.items())
    if _is_decided_by_status(response, budget):
        return headers, await _read_status_body(response, budget), ""
    coding = coding_of(headers.getall("Content-Encoding", []))
    if response.content_length is not None and response.content_length > budget.wire:
        raise DocumentUnusable(f"larger than {budget.wire} bytes")
    body = bytearray()
    reader = BodyReader(coding, wire=budget.wire, decoded=budget.decoded)
    async with aclosing(_pieces(response.content, budget.window)) as pieces:
        async for piece in pieces:
            for decoded in reader.feed(piece):
                body += decoded
    reader.finish()
    return headers, bytes(body), coding


async def _read_status_body(response: ClientResponse, budget: ExchangeBudget) -> bytes:
    """Return the first 16 KiB of a body that explains a status. The status counts even if the body is unusable."""
    body = bytearray()
    max_bytes = min(_MAX_STATUS_BODY_BYTES, budget.wire)
    try:
        async with asyncio.timeout(min(_STATUS_BODY_TIMEOUT_SECONDS, budget.total / 4)):
            coding = coding_of(response.headers.getall("Content-Encoding", []))
            reader = BodyReader(coding, wire=4 * CHUNK_BYTES, decoded=4 * CHUNK_BYTES)
            while len(body) <= max_bytes and (piece := await response.content.readany()):
                for decoded in reader.feed(piece):
                    body += decoded
    except (DocumentUnusable, ClientError, OSError, TimeoutError):
        response.close()
    return bytes(body[:max_bytes])


async def _pieces(content: StreamReader, window: float) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of a body. Raises RemoteUnavailable if a window passes with less than 1 KiB/s."""
    clock = asyncio.get_running_loop().time
    deadline, received = clock() + window, 0
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                piece = await content.readany()
        except TimeoutError:
            piece = None
        if piece == b"":
            return
        if piece:
            received += len(piece)
            yield piece
        if clock() >= deadline:
            if received < _MIN_BYTES_PER_SECOND * window:
                raise RemoteUnavailable("the answer comes too slowly")
            deadline, received = clock() + window, 0


def _clean(value: str) -> str:
    """Return a header value without the lone surrogates that aiohttp makes of invalid UTF-8."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def _translated_errors(url: str) -> Iterator[None]:
    """Translate aiohttp's exceptions into ours, with the requested address."""
    at = shown(url)
    try:
        yield
    except ClientConnectorError as error:
        if isinstance(error.os_error, DeniedSocket):
            raise AddressDenied(f"{at}: {error.os_error}") from error
        refused = isinstance(error.os_error, ConnectionRefusedError)
        raise RemoteUnavailable(f"{at}: {'nothing listens there' if refused else shown(error)}") from error
    except InvalidURL as error:
        raise AddressDenied(f"{at}: {shown(error)}") from error
    except ClientPayloadError as error:
        raise DocumentUnusable(f"{at}: cut short: {shown(error)}") from error
    except ClientResponseError as error:
        raise DocumentUnusable(f"{at}: not an answer in HTTP: {shown(error.message)}") from error
    except TimeoutError as error:
        raise RemoteUnavailable(f"{at}: no answer in time") from error
    except (ClientError, OSError) as error:
        raise RemoteUnavailable(f"{at}: {shown(error) or type(error).__name__}") from error
