"""The middleware: checks the host, maps errors to responses, and adds the security headers to every response."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from syndicate.clock import Clock, Stopwatch
from syndicate.config import ServerConfig
from syndicate.content.text import clean_name
from syndicate.errors import (
    DatabaseDamaged,
    Gone,
    NotFound,
    Refused,
    SignatureRejected,
    SyndicateError,
    TooManyRequests,
    WrongHost,
)
from syndicate.model.ids import new_id
from syndicate.storage.inbox_queue import Refusal
from syndicate.web.http.bodies import MAX_ANY_BODY_BYTES, body_too_large
from syndicate.web.http.clients import address_of, is_local, is_within
from syndicate.web.http.content_policy import content_policy
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.problems import problem, problem_of, retry_after_of, status_of
from syndicate.web.http.rate_limits import RateLimiter
from syndicate.web.http.responses import PrebuiltResponse
from syndicate.web.keys import BYPASS_CACHE, PAGE_BUILDER, RESPONDER, RESPONSE_CACHE

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = frozenset({"GET", "HEAD"})
FULL_FEEDS_LIMIT, FULL_FEEDS_PER_SECOND = 200.0, 0.1
"""How many complete feeds a client may fetch, and how fast that allowance refills."""
ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
INBOX = "/inbox"
UNREAD_BODY_STATUSES = frozenset({408, 413, 415, 429})
"""Statuses that are sent before the request body has been read completely."""
MACHINE_PATHS = ("/inbox", "/.well-known/", "/nodeinfo/", "/actor")
SECURITY_HEADERS = (
    ("Content-Security-Policy", content_policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=63072000")


def security_headers(base: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of every response. HSTS is added only if the site is served over TLS."""
    return (*SECURITY_HEADERS, HSTS) if base.startswith("https:") else SECURITY_HEADERS


class RequestMiddleware:
    """Handles every request to the site at `base` before and after the views.

    Inbox refusals are appended to `refusals` and written in batches elsewhere: a flood of bad requests must not become
    a flood of commits.
    """

    def __init__(
        self, *, base: str, server: ServerConfig, clock: Clock, stopwatch: Stopwatch, refusals: "deque[Refusal]"
    ) -> None:
        self._base, self._server, self._clock, self._refusals = base, server, clock, refusals
        self._host = base.partition("://")[2]
        self._hosts = frozenset({self._host, f"{self._host}:443" if base.startswith("https:") else f"{self._host}:80"})
        self._security = security_headers(base)
        self._feed_limiter = RateLimiter(
            per_second=FULL_FEEDS_PER_SECOND, burst=FULL_FEEDS_LIMIT, name="feed", stopwatch=stopwatch
        )

    def handler(self) -> Middleware:
        """Return the aiohttp middleware."""

        @web.middleware
        async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_ours(request) and request.path not in ANY_HOST:
                return self._add_headers(self._redirect_to_our_host(request))
            try:
                _refuse_nul(request)
                response = await handler(request)
            except web.HTTPException as error:
                response = await self._http_exception(request, error)
            except SyndicateError as error:
                response = await self._refusal(request, error)
            except (asyncio.CancelledError, ConnectionError):
                raise
            except Exception:
                log.exception("request failed", method=request.method, path=request.path[:200])
                response = await self._page(request, 500, "Something went wrong", "Please try again in a moment.")
            return self._add_headers(response)

        return handle

    def serve_cached_first(self, app: web.Application, routing: Handler) -> Handler:
        """Return a handler that serves cached documents by address and calls `routing` for everything else.

        Routing, views and their queries cost more than the rest of a response.
        """
        response_cache, responder = app[RESPONSE_CACHE], app[RESPONDER]

        async def handle(request: web.Request) -> web.StreamResponse:
            if request.method not in SAFE_METHODS or not self._is_ours(request):
                if "Expect" in request.headers and (request.content_length or 0) > MAX_ANY_BODY_BYTES:
                    return self._add_headers(body_too_large())
                return await routing(request)
            client = self._feed_client(request)
            try:
                if client and not _is_conditional(request):
                    self._feed_limiter.check(client)
                response = await respond(request)
                if client and response.status == HTTPStatus.OK:
                    self._feed_limiter.spend(client)
            except TooManyRequests as error:
                return self._add_headers(problem_of(error))
            return response

        async def respond(request: web.Request) -> web.StreamResponse:
            variant = (request.raw_path, request.headers.get("Accept", ""))
            document = None if _varies_beyond_accept(request) else response_cache.lookup(variant)
            if document is not None:
                return await responder.document(request, document)
            if "Expect" in request.headers and request.can_read_body:  # no view reads a body of a GET request
                return self._add_headers(body_too_large())
            response = await routing(request)
            if isinstance(response, PrebuiltResponse) and BYPASS_CACHE not in request:
                response_cache.remember(variant, response.document)
            return response

        return handle

    def _feed_client(self, request: web.BaseRequest) -> str:
        """Return the client that fetches a feed, or an empty string if the request is not counted.

        Conditional requests that get 304 are unlimited. A client that keeps fetching complete feeds is slowed down; the
        allowance is generous because many people can share one address.
        """
        if "/feed/" not in request.raw_path:
            return ""
        client = address_of(request, self._server)
        return "" if is_local(client) else client

    # the host

    def _is_ours(self, request: web.Request) -> bool:
        hosts = request.headers.getall("Host", [])
        if len(hosts) == 1 and hosts[0].lower() in self._hosts and request.raw_path.startswith("/"):
            return True
        server = self._server
        if not server.trusted_proxies or not is_within(request.remote or "", server.trusted_proxies):
            return False
        return request.headers.get("X-Forwarded-Host", "").lower() in self._hosts and request.raw_path.startswith("/")

    def _redirect_to_our_host(self, request: web.Request) -> web.Response:
        """Redirect reading requests for another host to ours, and refuse the others."""
        if len(request.headers.getall("Host", [])) != 1:
            response = problem(HTTPStatus.BAD_REQUEST, "Exactly one Host header is required.")
            response.force_close()
            return response
        if request.method in ("GET", "HEAD") and request.raw_path.startswith("/"):
            path = request.raw_path if not request.raw_path.startswith("//") else "/"
            return web.Response(status=308, headers={"Location": f"{self._base}{path}"})
        response = problem_of(WrongHost("http.wrong-host"))
        response.force_close()
        return response

    # errors

    async def _http_exception(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        """Return redirects and tombstones unchanged, and aiohttp's own errors as problem details."""
        if error.status < 400 or error.status == HTTPStatus.GONE:
            return web.Response(status=error.status, headers=error.headers, body=error.body)
        if error.status == HTTPStatus.NOT_FOUND:
            return await self._refusal(request, NotFound(request.path[:200]))
        response = problem(HTTPStatus(error.status), HTTPStatus(error.status).description)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response

    async def _refusal(self, request: web.Request, error: SyndicateError) -> web.StreamResponse:
        status = status_of(error)
        if isinstance(error, Refused):
            self._record_refusal(request, error, status.value)
        if status.value >= 500 and not isinstance(error, DatabaseDamaged):  # the database has logged that already, once
            log.warning("request not served", path=request.path[:200], problem=str(error))
        for_machines = (
            request.path.startswith(MACHINE_PATHS)
            or request.path.endswith(INBOX)
            or (isinstance(error, Refused) and "text/html" not in request.headers.get("Accept", ""))
        )
        if for_machines or accepts_activity(request.headers.get("Accept", "")):
            response = problem_of(error)
            response.headers["Access-Control-Allow-Origin"] = "*"
            if status.value in UNREAD_BODY_STATUSES and request.can_read_body:
                response.force_close()
            return response
        if isinstance(error, Gone):
            return await self._page(request, 410, "This has been taken away", "What stood here was deleted on purpose.")
        if isinstance(error, NotFound):
            return await self._page(request, 404, "There is nothing here", "Perhaps the address is misspelt.")
        page = await self._page(request, status.value, status.phrase, error.public)
        if (retry_after := retry_after_of(error)) is not None:
            page.headers["Retry-After"] = str(retry_after)
        if status.value in UNREAD_BODY_STATUSES and request.can_read_body:
            page.force_close()
        return page

    def _record_refusal(self, request: web.Request, error: Refused, status: int) -> None:
        """Keep the newest thousand refusals at the inbox, for `syndicate activity --refused`."""
        if request.method != "POST" or not request.path.endswith(INBOX):
            return
        now = self._clock()
        sender = request.headers.get("Signature", "") if isinstance(error, SignatureRejected) else ""
        refusal = Refusal(
            id=new_id(now),
            at=now,
            status=status,
            reason=error.reason,
            address=clean_name(address_of(request, self._server), limit=100),
            sender=clean_name(sender.partition('keyId="')[2].partition('"')[0], limit=300),
            detail=clean_name(str(error), limit=500),
        )
        log.info("activity refused", status=status, reason=error.reason, address=refusal.address, sender=refusal.sender)
        self._refusals.append(refusal)

    async def _page(self, request: web.Request, status: int, heading: str, text: str) -> web.Response:
        body = await request.app[PAGE_BUILDER].error(status, heading, text)
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return web.Response(status=status, body=body, headers=headers)

    def _add_headers(self, response: web.StreamResponse) -> web.StreamResponse:
        """Add the headers that cached documents have already."""
        if isinstance(response, web.Response | web.FileResponse):
            response.headers["Server"] = "Syndicate"
        for name, value in self._security:
            response.headers.setdefault(name, value)
        return response


def _is_conditional(request: web.BaseRequest) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def _varies_beyond_accept(request: web.BaseRequest) -> bool:
    """Return whether headers other than `Accept` decide the response: for a feed, the version that the client has, or
    that it is a browser."""
    headers = request.headers
    return "A-IM" in headers or ("/feed/" in request.raw_path and "Sec-Fetch-Dest" in headers)


def _refuse_nul(request: web.Request) -> None:
    """Raises NotFound if the path contains U+0000: no address here does, and PostgreSQL cannot store it in text."""
    if "%00" in request.raw_path:
        raise NotFound(request.path[:200])
