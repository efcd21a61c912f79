"""Turns errors into responses: a page for people, problem details (RFC 9457) for machines."""

import asyncio
from http import HTTPStatus
from typing import Protocol

import structlog
from aiohttp import web

from syndicate.errors import DatabaseDamaged, Gone, NotFound, Refused, SyndicateError
from syndicate.translation import _
from syndicate.web.http.handlers import Handler
from syndicate.web.http.logged_paths import masked
from syndicate.web.http.negotiation import accepts_activity
from syndicate.web.http.problems import problem, problem_of, retry_after_of, status_of

log = structlog.get_logger()

UNREAD_BODY_STATUSES = frozenset({408, 413, 415, 429})
"""Statuses that are sent before the request body has been read completely."""
MACHINE_PATHS = ("/inbox", "/.well-known/", "/nodeinfo/", "/actor")
INBOX = "/inbox"


class ErrorPages(Protocol):
    """Renders the pages that people see instead of what they requested."""

    async def error(self, status: int, heading: str, text: str) -> bytes: ...


class ErrorResponses:
    """Answers where the next handler raises."""

    def __init__(self, pages: ErrorPages) -> None:
        self._pages = pages

    def wrap(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                return await self._http_exception(request, error)
            except SyndicateError as error:
                return await self._response_to(request, error)
            except (asyncio.CancelledError, ConnectionError):
                raise
            except Exception:
                log.exception("request failed", method=request.method, path=masked(request.path)[:200])
                return await self._page(500, _("Something went wrong"), _("Please try again in a moment."))

        return handle

    async def _http_exception(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        """Return redirects and tombstones unchanged, and aiohttp's own errors as problem details."""
        if error.status < 400 or error.status == HTTPStatus.GONE:
            return web.Response(status=error.status, headers=error.headers, body=error.body)
        if error.status == HTTPStatus.NOT_FOUND:
            return await self._response_to(request, NotFound(request.path[:200]))
        response = problem(HTTPStatus(error.status), HTTPStatus(error.status).description)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response

    async def _response_to(self, request: web.Request, error: SyndicateError) -> web.StreamResponse:
        status = status_of(error)
        if status.value >= 500 and not isinstance(error, DatabaseDamaged):  # the database has logged that already, once
            log.warning("request not served", path=masked(request.path)[:200], problem=str(error))
        response = problem_for_machines(error) if is_from_machine(request, error) else await self._page_for(error)
        if status.value in UNREAD_BODY_STATUSES and request.can_read_body:
            response.force_close()
        return response

    async def _page_for(self, error: SyndicateError) -> web.Response:
        if isinstance(error, Gone):
            return await self._page(410, _("This was deleted"), _("The author has removed what was here."))
        if isinstance(error, NotFound):
            return await self._page(
                404, _("There is nothing here"), _("The address may be misspelt, or the page may have moved.")
            )
        status = status_of(error)
        page = await self._page(status.value, status.phrase, error.public)
        if (retry_after := retry_after_of(error)) is not None:
            page.headers["Retry-After"] = str(retry_after)
        return page

    async def _page(self, status: int, heading: str, text: str) -> web.Response:
        body = await self._pages.error(status, heading, text)
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        return web.Response(status=status, body=body, headers=headers)


def is_from_machine(request: web.Request, error: SyndicateError) -> bool:
    """Return whether a program sent the request, judged by what it requests and by what it accepts."""
    accept = request.headers.get("Accept", "")
    if request.path.startswith(MACHINE_PATHS) or request.path.endswith(INBOX) or accepts_activity(accept):
        return True
    return isinstance(error, Refused) and "text/html" not in accept


def problem_for_machines(error: SyndicateError) -> web.Response:
    """Return problem details that scripts of other sites may read, too."""
    response = problem_of(error)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
