"""The endpoint for Webmentions (W3C Webmention §3.2). The view checks limits, reads the form, and passes it on."""

from http import HTTPStatus

import structlog
from aiohttp import web

from syndicate.errors import BodyTooLarge, BodyTooSlow, MalformedRequest, MediaTypeRefused, Refused, WebmentionRefused
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.http.problems import retry_after_of, status_of
from syndicate.web.keys import CONFIG, SETTINGS, WEBMENTION_LIMITER, WEBMENTIONS

log = structlog.get_logger()

MAX_FORM_BYTES = 16 * 1024
NO_STORE = {"Cache-Control": "no-store"}
ACCEPTED = "Thank you. The source will be fetched soon; its author's words may have to be approved.\n"


async def post_webmention(request: web.Request) -> web.Response:
    """Accept a Webmention. 202 means stored, to be verified."""
    if not request.app[SETTINGS].comments.webmentions:
        raise web.HTTPNotFound
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[WEBMENTION_LIMITER]
    try:
        limiter.spend(address)
        form = dict(await request.app[BODIES].form(request, address, MAX_FORM_BYTES))
        with limiter.slot(address):
            await request.app[WEBMENTIONS].receive(form.get("source", ""), form.get("target", ""))
    except Refused as error:
        return _refusal(error)
    return web.Response(status=HTTPStatus.ACCEPTED, text=ACCEPTED, headers=NO_STORE)


async def refuse_other_methods(request: web.Request) -> web.Response:
    """Answer 405: the endpoint accepts POST only."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def _refusal(error: Refused) -> web.Response:
    status = status_of(error)
    log.info("webmention refused", status=status.value, reason=error.reason)
    text = error.explanation if isinstance(error, WebmentionRefused) else error.public
    response = web.Response(status=status, text=f"{text}\n", headers=NO_STORE)
    if (wait := retry_after_of(error)) is not None:
        response.headers["Retry-After"] = str(wait)
    if isinstance(error, BodyTooLarge | BodyTooSlow | MalformedRequest | MediaTypeRefused):
        response.force_close()
    return response
