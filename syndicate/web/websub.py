"""WebSub: requests to our hub, and the callback addresses to which other hubs deliver feeds that we subscribed to.

The views check limits, read the body and pass the request to `Hub` or `Subscriber`.
"""

from http import HTTPStatus

import structlog
from aiohttp import web

from syndicate.errors import (
    BodyTooLarge,
    BodyTooSlow,
    MalformedRequest,
    MediaTypeRefused,
    Refused,
    SubscriptionRefused,
    Transient,
)
from syndicate.web.http.bodies import MAX_ANY_BODY_BYTES
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.http.problems import status_of
from syndicate.web.keys import CONFIG, HUB, HUB_LIMITER, PUSH_LIMITER, SUBSCRIBER
from syndicate.websub.signature import HEADER

log = structlog.get_logger()

MAX_FORM_BYTES = 16 * 1024
MAX_PUSH_BYTES = MAX_ANY_BODY_BYTES
MAX_CHALLENGE_LENGTH = 1024
NO_STORE = {"Cache-Control": "no-store"}


async def post_hub(request: web.Request) -> web.Response:
    """Accept a request to subscribe, unsubscribe or publish (WebSub §5). 202 means stored, to be verified."""
    if not request.app[CONFIG].feeds.hub:
        raise web.HTTPNotFound
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[HUB_LIMITER]
    try:
        limiter.spend(address)
        form = await request.app[BODIES].form(request, address, MAX_FORM_BYTES)
        with limiter.slot(address):
            await request.app[HUB].handle_request(form)
    except Refused as error:
        return _refusal(request, error)
    return web.Response(status=HTTPStatus.ACCEPTED, headers=NO_STORE)


async def refuse_other_methods(request: web.Request) -> web.Response:
    """Answer 405: the hub accepts POST only."""
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def _refusal(request: web.Request, error: Refused) -> web.Response:
    """Return a refusal as plain text, as WebSub expects of a hub (§5.1)."""
    status = status_of(error)
    log.info(
        "hub request refused", status=status.value, reason=error.reason, host=request.headers.get("Host", "")[:100]
    )
    text = error.explanation if isinstance(error, SubscriptionRefused) else error.public
    response = web.Response(status=status, text=f"{text}\n", headers=NO_STORE)
    if isinstance(error, Transient):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, BodyTooLarge | BodyTooSlow | MalformedRequest | MediaTypeRefused):
        response.force_close()
    return response


# our own subscriptions


async def get_callback(request: web.Request) -> web.Response:
    """Confirm the intent of a subscription, or note that the hub denied it (§5.2, §5.3)."""
    id, query = request.match_info["id"], request.query
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if mode == "denied":
        if await request.app[SUBSCRIBER].deny(id, topic=topic):
            return web.Response(headers=NO_STORE)
        raise web.HTTPNotFound
    challenge = await request.app[SUBSCRIBER].confirm(
        id,
        mode=mode,
        topic=topic,
        challenge=query.get("hub.challenge", "")[:MAX_CHALLENGE_LENGTH],
        lease_seconds=query.get("hub.lease_seconds", ""),
    )
    if challenge is None:
        raise web.HTTPNotFound
    return web.Response(text=challenge, headers=NO_STORE)


async def post_callback(request: web.Request) -> web.Response:
    """Accept a feed that a hub delivers.

    204 says nothing about whether its signature is valid (§7.1); 410 means that the subscription has ended.
    """
    id, subscriber = request.match_info["id"], request.app[SUBSCRIBER]
    if not await subscriber.is_wanted(id):
        raise web.HTTPGone(text="there is no subscription at this address\n", headers=NO_STORE)
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[PUSH_LIMITER]
    limiter.spend(address)
    body = await request.app[BODIES].read(request, address, MAX_PUSH_BYTES)
    with limiter.slot(address):
        media_type = request.headers.get("Content-Type", "")
        await subscriber.receive(id, body, media_type, request.headers.get(HEADER, ""))
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=NO_STORE)
