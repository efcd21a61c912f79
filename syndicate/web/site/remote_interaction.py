"""A visitor with an account elsewhere follows the blog, answers something, or asks what became of her answer.

Pages with one field, which work without scripts. Nothing that a visitor gives is kept.
"""

import json
from http import HTTPStatus

from aiohttp import web

from syndicate.errors import AddressUnusable, NotFound, RemoteError, TooBusy, TooManyRequests
from syndicate.federation.actors.remote_interaction import Intent
from syndicate.federation.inbox.replies import place_of
from syndicate.model.comment import CommentState
from syndicate.web.content_policy import content_policy
from syndicate.web.http.clients import address_of
from syndicate.web.keys import (
    BODIES,
    CONFIG,
    DIALOG_LIMITER,
    LOCAL_ACTORS,
    PAGE_BUILDER,
    REMOTE_INTERACTION,
    STORE,
    URLS,
)

LONGEST = 2048
SILENT = "That server does not answer as a server of the fediverse does. Is the name spelled as it should be?"
NO_DOOR = "That server offers no page for this. It can be done by hand, as described below."
BUSY = "Too many questions at once. Please wait a minute, then try again."
MAY_LEAD_ON = {"Content-Security-Policy": content_policy("'self' https:")}
"""On the two forms that lead to the visitor's own server, and on no other page."""
COMMON = {
    "label": "Your name in the fediverse",
    "name": "account",
    "placeholder": "@ann@social.example",
    "method": "post",
}


async def get_follow(request: web.Request) -> web.StreamResponse:
    return await _page(request, Intent.FOLLOW, "")


async def post_follow(request: web.Request) -> web.StreamResponse:
    return await _lead(request, Intent.FOLLOW)


async def get_reply(request: web.Request) -> web.StreamResponse:
    return await _page(request, Intent.REPLY, await _answerable(request, request.query.get("to", "")))


async def post_reply(request: web.Request) -> web.StreamResponse:
    return await _lead(request, Intent.REPLY)


async def _answerable(request: web.Request, uri: str) -> str:
    """The id of a post or of a comment that is shown. Raises NotFound."""
    store = request.app[STORE]
    post = await store.posts.find_by_uri(uri[:LONGEST])
    comment = None if post else await store.comments.find_by_uri(uri[:LONGEST])
    if comment is not None and comment.state is CommentState.APPROVED:
        post = await store.posts.find(comment.post)
    if post is None or not post.federates or not post.comments_open:
        raise NotFound("nothing to answer")
    return uri


async def _lead(request: web.Request, intent: Intent) -> web.StreamResponse:
    """Find out where the visitor can go on. A form of ours leads there at once; whoever else sends one gets a page with
    the link, so that no other site can send people anywhere by way of ours."""
    address, dialogs = address_of(request, request.app[CONFIG].server), request.app[DIALOG_LIMITER]
    dialogs.spend(address)
    form = dict(await request.app[BODIES].form(request, address))
    about = await _answerable(request, form.get("to", "")) if intent is Intent.REPLY else ""
    account = form.get("account", "").strip()[:LONGEST]
    object = about or request.app[LOCAL_ACTORS].blog.actor.uri
    try:
        with dialogs.slot(address):
            onward = await request.app[REMOTE_INTERACTION].find(account, intent, object)
    except TooBusy:
        return await _page(request, intent, about, status=HTTPStatus.TOO_MANY_REQUESTS, value=account, problem=BUSY)
    except AddressUnusable as error:
        return await _page(request, intent, about, status=HTTPStatus.BAD_REQUEST, value=account, problem=f"{error}.")
    except RemoteError:
        return await _page(request, intent, about, status=HTTPStatus.BAD_GATEWAY, value=account, problem=SILENT)
    if not onward:
        return await _page(request, intent, about, value=account, problem=NO_DOOR)
    if _is_of_ours(request):
        headers = {"Location": onward, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers | MAY_LEAD_ON)
    return await _page(request, intent, about, value=account, onward=onward)


def _is_of_ours(request: web.Request) -> bool:
    """Whether the browser says that a form was sent by a page of this origin (Fetch Metadata, RFC 6454)."""
    site, sender = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and sender is None:
        return False
    return site in (None, "same-origin") and sender in (None, request.app[CONFIG].site.url)


async def _page(
    request: web.Request, intent: Intent, about: str, *, status: HTTPStatus = HTTPStatus.OK, **more: str
) -> web.Response:
    profile = request.app[LOCAL_ACTORS].blog.profile
    if intent is Intent.FOLLOW:
        words = {
            "heading": "Follow",
            "text": f"Follow @{profile.account} from your own account: Mastodon, GoToSocial, Misskey and many more.",
            "button": "Follow from my server",
            "copy": f"@{profile.account}",
        }
    else:
        words = {
            "heading": "Reply",
            "text": "Answer from your own account. Public answers appear on this blog.",
            "button": "Reply from my server",
            "copy": about,
            "about": about,
        }
    body = await request.app[PAGE_BUILDER].dialog(f"/{intent.value}/", **COMMON, **words, **more)
    return _answer(body, status, **MAY_LEAD_ON)


def _answer(body: bytes, status: HTTPStatus, **more: str) -> web.Response:
    headers = {"Cache-Control": "no-store", **more}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "60"
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)


# what became of it

WORDS = {
    "shown": "Yes, it is shown.",
    "waiting": "It has arrived, and waits for the author of this blog.",
    "not-shown": "It is not shown here. It may be on its way, or it may not be public.",
}


async def get_where(request: web.Request) -> web.StreamResponse:
    """Whether an answer is shown, by its address. Why one is not shown is between its author and the blog's."""
    address = request.query.get("url", "").strip()[:LONGEST]
    state, at = "", ""
    status = HTTPStatus.OK
    if address:
        try:
            with request.app[DIALOG_LIMITER].admit(address_of(request, request.app[CONFIG].server)):
                state, at = await place_of(request.app[STORE], request.app[URLS], address)
        except (TooManyRequests, TooBusy):
            status = HTTPStatus.TOO_MANY_REQUESTS
    if "application/json" in request.headers.get("Accept", "") and "html" not in request.headers.get("Accept", ""):
        return _as_json(address, state, at, status)
    body = await request.app[PAGE_BUILDER].dialog(
        "/comments/where",
        heading="Where is my comment?",
        text="Give the address of your answer, as your own server shows it.",
        label="Address of your answer",
        name="url",
        placeholder="https://social.example/@ann/1150001",
        button="Look for it",
        method="get",
        value=address,
        problem=BUSY if status is HTTPStatus.TOO_MANY_REQUESTS else "",
        verdict=WORDS.get(state, ""),
        verdict_href=at,
    )
    return _answer(body, status)


def _as_json(address: str, state: str, at: str, status: HTTPStatus) -> web.Response:
    if not address:
        status = HTTPStatus.BAD_REQUEST
    document = {"url": address, "state": state or None} | ({"shown_at": at} if at else {})
    headers = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "60"
    return web.Response(
        body=json.dumps(document).encode(), status=status, content_type="application/json", headers=headers
    )
