"""WebSub: the counter of our hub, and the doors at which other hubs hand in what we subscribed to."""

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
from syndicate.web.http.bodies import LARGEST
from syndicate.web.http.clients import address_of
from syndicate.web.http.problems import status_of
from syndicate.web.keys import BODIES, CONFIG, HUB, HUB_LIMITER, PUSH_LIMITER, SUBSCRIBER
from syndicate.websub.signature import HEADER

log = structlog.get_logger()

MOST_FORM = 16 * 1024
MOST_PUSHED = LARGEST
LONGEST_CHALLENGE = 1024
UNSTORED = {"Cache-Control": "no-store"}


async def post_hub(request: web.Request) -> web.Response:
    """Subscribe, unsubscribe, publish (WebSub §5). 202 means: put down, and to be verified."""
    if not request.app[CONFIG].feeds.hub:
        raise web.HTTPNotFound
    address, subscribers = address_of(request, request.app[CONFIG].server), request.app[HUB_LIMITER]
    try:
        subscribers.spend(address)
        form = await request.app[BODIES].form(request, address, MOST_FORM)
        with subscribers.slot(address):
            await request.app[HUB].take(form)
    except Refused as error:
        return _refusal(request, error)
    return web.Response(status=HTTPStatus.ACCEPTED, headers=UNSTORED)


async def refuse_other_methods(request: web.Request) -> web.Response:
    raise web.HTTPMethodNotAllowed(request.method, ["POST"])


def _refusal(request: web.Request, error: Refused) -> web.Response:
    """In words, as text: that is how hubs answer (§5.1)."""
    status = status_of(error)
    log.info("hub refused", status=status.value, reason=error.reason, host=request.headers.get("Host", "")[:100])
    told = error.told if isinstance(error, SubscriptionRefused) else error.public
    response = web.Response(status=status, text=f"{told}\n", headers=UNSTORED)
    if isinstance(error, Transient):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, BodyTooLarge | BodyTooSlow | MalformedRequest | MediaTypeRefused):
        response.force_close()
    return response


# what we subscribed to


async def get_callback(request: web.Request) -> web.Response:
    """A hub makes sure that we asked, or says that nothing will come (§5.2, §5.3)."""
    id, query = request.match_info["id"], request.query
    mode, topic = query.get("hub.mode", ""), query.get("hub.topic", "")
    if mode == "denied":
        if await request.app[SUBSCRIBER].refused(id, topic=topic):
            return web.Response(headers=UNSTORED)
        raise web.HTTPNotFound
    challenge = await request.app[SUBSCRIBER].confirm(
        id,
        mode=mode,
        topic=topic,
        challenge=query.get("hub.challenge", "")[:LONGEST_CHALLENGE],
        lease_seconds=query.get("hub.lease_seconds", ""),
    )
    if challenge is None:
        raise web.HTTPNotFound
    return web.Response(text=challenge, headers=UNSTORED)


async def post_callback(request: web.Request) -> web.Response:
    """A hub brings a feed. 204 says nothing about whether we believe it (§7.1); 410 that we want no more of it."""
    id, subscriber = request.match_info["id"], request.app[SUBSCRIBER]
    if not await subscriber.wants(id):
        raise web.HTTPGone(text="nobody is subscribed here\n", headers=UNSTORED)
    address, pushed = address_of(request, request.app[CONFIG].server), request.app[PUSH_LIMITER]
    pushed.spend(address)
    body = await request.app[BODIES].read(request, address, MOST_PUSHED)
    with pushed.slot(address):
        media_type = request.headers.get("Content-Type", "")
        await subscriber.receive(id, body, media_type, request.headers.get(HEADER, ""))
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=UNSTORED)
