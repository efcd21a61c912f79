"""The inboxes: one activity per request."""

from aiohttp import web

from syndicate.errors import MediaTypeRefused
from syndicate.transport.media_type import is_activity_streams
from syndicate.web.activitypub.documents import message_of
from syndicate.web.http.bodies import require_identity_encoding
from syndicate.web.http.clients import address_of, client_of
from syndicate.web.http.keys import BODIES
from syndicate.web.keys import CONFIG, INBOX, INBOX_LIMITER, METRICS


async def post_inbox(request: web.Request) -> web.StreamResponse:
    """Accept one activity. 202 means that it is authenticated and stored."""
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[INBOX_LIMITER]
    limiter.spend(address)
    require_activity_streams(request)
    message = message_of(request, await request.app[BODIES].read(request, address))
    with limiter.slot(address):  # after the body is complete: slow clients hold no slot
        verdict = await request.app[INBOX].receive(message, client_of(address))
    request.app[METRICS].arrivals.labels(verdict.outcome.value).inc()
    return web.Response(status=202, headers={"Cache-Control": "no-store"})


async def refuse_other_methods(request: web.Request) -> web.StreamResponse:
    """Answer 405: inboxes accept POST only; only their owner could read them (ActivityPub §5.2)."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def require_activity_streams(request: web.Request) -> None:
    """Raises MediaTypeRefused unless the body is unencoded ActivityStreams, over which the digest is computed."""
    require_identity_encoding(request)
    types = request.headers.getall("Content-Type", [])
    if len(types) != 1 or not (is_activity_streams(types[0]) or is_bare_json_ld(types[0])):
        raise MediaTypeRefused("inbox.type")


def is_bare_json_ld(content_type: str) -> bool:
    """Return whether a type is JSON-LD without the profile, which some servers omit."""
    return content_type.strip().lower() == "application/ld+json"
