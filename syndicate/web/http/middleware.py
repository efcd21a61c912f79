"""The one middleware: our host and no other, errors as answers, and the headers that every answer carries."""

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
from syndicate.web.content_policy import content_policy
from syndicate.web.http.bodies import LARGEST, too_large
from syndicate.web.http.clients import address_of, is_local, is_within
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.problems import problem, problem_of, status_of, wait_of
from syndicate.web.http.rate_limits import RateLimiter
from syndicate.web.http.responses import PrebuiltResponse
from syndicate.web.keys import BYPASS_CACHE, PAGE_BUILDER, RESPONDER, RESPONSE_CACHE

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE = frozenset({"GET", "HEAD"})
FULL_FEEDS_LIMIT, FULL_FEEDS_PER_SECOND = 200.0, 0.1
"""How many feeds somebody may fetch whole, and how fast that number comes back."""
ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
INBOX = "/inbox"
UNREAD = frozenset({408, 413, 415, 429})
"""Answers that are given before a body has been read to its end."""
MACHINES = ("/inbox", "/.well-known/", "/nodeinfo/", "/actor")
SECURITY = (
    ("Content-Security-Policy", content_policy()),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
HSTS = ("Strict-Transport-Security", "max-age=63072000")


def security_headers(base: str) -> tuple[tuple[str, str], ...]:
    """What every answer carries; HSTS only where the site is served over TLS."""
    return (*SECURITY, HSTS) if base.startswith("https:") else SECURITY


class Door:
    """Guards the application of the site at `base`. Refusals gather in `refusals`, from where they are written down
    now and then: a flood of bad requests must not become a flood of commits."""

    def __init__(
        self, *, base: str, server: ServerConfig, clock: Clock, stopwatch: Stopwatch, refusals: "deque[Refusal]"
    ) -> None:
        self._base, self._server, self._clock, self._refusals = base, server, clock, refusals
        self._host = base.partition("://")[2]
        self._hosts = frozenset({self._host, f"{self._host}:443" if base.startswith("https:") else f"{self._host}:80"})
        self._security = security_headers(base)
        self._readers = RateLimiter(
            per_second=FULL_FEEDS_PER_SECOND, burst=FULL_FEEDS_LIMIT, name="feed", stopwatch=stopwatch
        )

    def middleware(self) -> Middleware:
        @web.middleware
        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._is_ours(request) and request.path not in ANY_HOST:
                return self._dress(self._lead_to_us(request))
            try:
                _refuse_nul(request)
                response = await handler(request)
            except web.HTTPException as error:
                response = await self._status(request, error)
            except SyndicateError as error:
                response = await self._refusal(request, error)
            except (asyncio.CancelledError, ConnectionError):
                raise
            except Exception:
                log.exception("request failed", method=request.method, path=request.path[:200])
                response = await self._page(request, 500, "Something went wrong", "Please try again in a moment.")
            return self._dress(response)

        return door

    def in_front_of(self, app: web.Application, routing: Handler) -> Handler:
        """What stands before the application's routing: who asks again for what somebody was just answered with gets
        it at once. Routing, views and their look-ups cost more than all the rest of an answer."""
        response_cache, answers = app[RESPONSE_CACHE], app[RESPONDER]

        async def hand_out(request: web.Request) -> web.StreamResponse:
            if request.method not in SAFE or not self._is_ours(request):
                if "Expect" in request.headers and (request.content_length or 0) > LARGEST:
                    return self._dress(too_large())
                return await routing(request)
            reader = self._reader(request)
            try:
                if reader and not _is_conditional(request):
                    self._readers.check(reader)
                response = await answer(request)
                if reader and response.status == HTTPStatus.OK:
                    self._readers.spend(reader)
            except TooManyRequests as error:
                return self._dress(problem_of(error))
            return response

        async def answer(request: web.Request) -> web.StreamResponse:
            asked = (request.raw_path, request.headers.get("Accept", ""))
            document = None if _is_particular(request) else response_cache.lookup(asked)
            if document is not None:
                return await answers.document(request, document)
            if "Expect" in request.headers and request.can_read_body:  # nobody reads it
                return self._dress(too_large())
            response = await routing(request)
            if isinstance(response, PrebuiltResponse) and BYPASS_CACHE not in request:
                response_cache.remember(asked, response.document)
            return response

        return hand_out

    def _reader(self, request: web.BaseRequest) -> str:
        """Who fetches a feed; empty where nobody counts. A reader that says what it has is told "unchanged" as often as it
        likes. One that fetches whole feeds again and again is asked to wait; many people can have one address, so it may
        do that for a while."""
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

    def _lead_to_us(self, request: web.Request) -> web.Response:
        """A foreign host: whoever reads is led to ours, whoever writes is turned away."""
        if len(request.headers.getall("Host", [])) != 1:
            response = problem(HTTPStatus.BAD_REQUEST, "There has to be one Host header.")
            response.force_close()
            return response
        if request.method in ("GET", "HEAD") and request.raw_path.startswith("/"):
            path = request.raw_path if not request.raw_path.startswith("//") else "/"
            return web.Response(status=308, headers={"Location": f"{self._base}{path}"})
        response = problem_of(WrongHost("http.wrong-host"))
        response.force_close()
        return response

    # errors

    async def _status(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        """Redirects and tombstones are answers; aiohttp's own errors get our words."""
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
            self._remember(request, error, status.value)
        if status.value >= 500 and not isinstance(error, DatabaseDamaged):  # which the database has said, once
            log.warning("request not served", path=request.path[:200], problem=str(error))
        for_machines = (
            request.path.startswith(MACHINES)
            or request.path.endswith(INBOX)
            or (isinstance(error, Refused) and "text/html" not in request.headers.get("Accept", ""))
        )
        if for_machines or accepts_activity(request.headers.get("Accept", "")):
            response = problem_of(error)
            response.headers["Access-Control-Allow-Origin"] = "*"
            if status.value in UNREAD and request.can_read_body:
                response.force_close()
            return response
        if isinstance(error, Gone):
            return await self._page(request, 410, "This has been taken away", "What stood here was deleted on purpose.")
        if isinstance(error, NotFound):
            return await self._page(request, 404, "There is nothing here", "Perhaps the address is misspelt.")
        page = await self._page(request, status.value, status.phrase, error.public)
        if (wait := wait_of(error)) is not None:
            page.headers["Retry-After"] = str(wait)
        if status.value in UNREAD and request.can_read_body:
            page.force_close()
        return page

    def _remember(self, request: web.Request, error: Refused, status: int) -> None:
        """Refusals at the inbox are kept (the newest thousand), for the author who wonders."""
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

    def _dress(self, response: web.StreamResponse) -> web.StreamResponse:
        """Documents from the shelf are dressed already."""
        if isinstance(response, web.Response | web.FileResponse):
            response.headers["Server"] = "Syndicate"
        for name, value in self._security:
            response.headers.setdefault(name, value)
        return response


def _is_conditional(request: web.BaseRequest) -> bool:
    return "If-None-Match" in request.headers or "If-Modified-Since" in request.headers


def _is_particular(request: web.BaseRequest) -> bool:
    """Whether more than `Accept` decides the answer: for a feed, what the reader has, or that it is a browser."""
    headers = request.headers
    return "A-IM" in headers or ("/feed/" in request.raw_path and "Sec-Fetch-Dest" in headers)


def _refuse_nul(request: web.Request) -> None:
    """No address of ours holds U+0000, and PostgreSQL has no text that does."""
    if "%00" in request.raw_path:
        raise NotFound(request.path[:200])
