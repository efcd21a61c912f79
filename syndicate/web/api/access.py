"""Who may do what by a token: reads and checks it, limits requests, and answers refusals as Micropub and OAuth have them.

Cookies are not looked at: a page of another site cannot act for the author here. So scripts of every site may read the
answers (CORS): programs that run in a browser hold a token like others.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus

import structlog
from aiohttp import web

from syndicate.errors import (
    InputError,
    MicropubRefused,
    NotFound,
    ProgramRefused,
    Refused,
    RevisionConflict,
    SlugTaken,
    SyndicateError,
    ValueUnstorable,
)
from syndicate.model.tokens import hash_of
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.web.admin.sessions import SEEN_INTERVAL
from syndicate.web.api.micropub_request import INVALID
from syndicate.web.http.clients import address_of
from syndicate.web.http.problems import retry_after_of, status_of
from syndicate.web.keys import CLOCK, CONFIG, MICROPUB_FAILURES, MICROPUB_LIMITER, STORE

log = structlog.get_logger()

STATUS = {
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "insufficient_scope": HTTPStatus.FORBIDDEN,
}
"""The statuses of errors (W3C Micropub §3.8); those of all others are 400."""
FAILURES = frozenset({"unauthorized", "invalid_grant"})
"""Errors of those who guess secrets."""
HEADERS = {
    "Cache-Control": "no-store",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Link, Retry-After, WWW-Authenticate",
}
INVALID_CHALLENGE = 'Bearer error="invalid_token"'
"""A request without a token gets no error (RFC 6750 §3.1)."""
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type",
    "Access-Control-Max-Age": "86400",
}
Respond = Callable[[web.Request], Awaitable[web.Response]]


def answered(respond: Respond) -> Respond:
    """Let a handler answer its refusals as JSON. Requests and failures are limited per client."""

    @wraps(respond)
    async def answer(request: web.Request) -> web.Response:
        address = address_of(request, request.app[CONFIG].server)
        failures = request.app[MICROPUB_FAILURES]
        try:
            failures.check(address)
            with request.app[MICROPUB_LIMITER].admit(address):
                response = await respond(request)
        except ProgramRefused as error:
            if error.code in FAILURES:
                failures.spend(address)
            refusal = _refusal(error, STATUS.get(error.code, HTTPStatus.BAD_REQUEST), error.code, error.explanation)
            if refusal.status == HTTPStatus.UNAUTHORIZED:
                refusal.headers["WWW-Authenticate"] = (
                    INVALID_CHALLENGE if "Authorization" in request.headers else "Bearer"
                )
            return refusal
        except (Refused, InputError, NotFound, ValueUnstorable) as error:
            text = str(error) if isinstance(error, InputError) else error.public
            return _refusal(error, status_of(error), INVALID, text)
        response.headers.update(HEADERS)
        return response

    return answer


async def allow_other_origins(_: web.Request) -> web.Response:
    """Let scripts of other sites send a token (Fetch, CORS preflight)."""
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


async def refuse_other_methods(request: web.Request) -> web.Response:
    """Answer 405: the address accepts POST only."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def _refusal(error: SyndicateError, status: HTTPStatus, code: str, text: str) -> web.Response:
    log.info("request of a program refused", status=status.value, error=code, reason=text)
    document = {"error": code, "error_description": text}
    headers = dict(HEADERS)
    if isinstance(error, ProgramRefused) and error.scope:
        document["scope"] = error.scope
    if (wait := retry_after_of(error)) is not None:
        headers["Retry-After"] = str(wait)
    response = web.json_response(document, status=status, headers=headers)
    if not isinstance(error, InputError | NotFound | SlugTaken | RevisionConflict):
        response.force_close()  # the body may not have been read
    return response


def bearer_token(request: web.Request) -> str:
    """Return the token of the header `Authorization` (RFC 6750 §2.1), or an empty text. Raises MicropubRefused."""
    given = request.headers.getall("Authorization", [])
    if not given:
        return ""
    scheme, _, token = given[0].strip().partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise MicropubRefused("unauthorized", "The header Authorization has to be: Bearer, a space, and a token.")
    return token.strip()


async def find_token(request: web.Request, token: str) -> AccessToken:
    """Return what a token stands for, and note that it was used. Raises MicropubRefused."""
    if not token:
        raise MicropubRefused(
            "unauthorized", "There is no access token. Sign in by IndieAuth, or make one at the desk."
        )
    store, now = request.app[STORE], request.app[CLOCK]()
    found = await store.access_tokens.find(hash_of(token))
    if found is None:
        raise MicropubRefused("unauthorized", "The access token is not known here, or has been revoked.")
    if not found.is_valid(now):
        raise MicropubRefused("unauthorized", "The access token has expired.")
    if found.used is None or now - found.used > SEEN_INTERVAL:
        await store.transaction(lambda tx: tx.access_tokens.save_used(found.id, now))
    return found


def require_scope(token: AccessToken, *scopes: Scope) -> None:
    """Raises MicropubRefused unless the token has one of these scopes."""
    if token.scopes.isdisjoint(scopes):
        wanted = scopes[0].value
        raise MicropubRefused("insufficient_scope", f"The access token lacks the scope {wanted}.", wanted)
