"""Remote interaction: readers follow the blog, reply, like or boost from their own server, and look up what became of a
reply.

Each page has a form with one field and works without scripts. Nothing that a reader enters is stored.
"""

import json
from http import HTTPStatus

from aiohttp import web

from syndicate.comments.status import place_of
from syndicate.errors import AddressUnusable, Gone, NotFound, RemoteError, TooBusy, TooManyRequests
from syndicate.federation.actors.remote_interaction import Intent
from syndicate.model.comment import CommentState
from syndicate.model.post import Post
from syndicate.translation import _
from syndicate.web.http.clients import address_of
from syndicate.web.http.content_policy import content_policy
from syndicate.web.http.keys import BODIES
from syndicate.web.keys import CONFIG, DIALOG_LIMITER, LOCAL_ACTORS, REMOTE_INTERACTION, STORE, URLS
from syndicate.web.site.page_builder import PAGE_BUILDER
from syndicate.web.site.pages import Link

MAX_INPUT_LENGTH = 2048
NO_RESPONSE = _("That server does not answer like a server of the fediverse. Is the name spelled correctly?")
NOT_SUPPORTED = _("That server offers no page for this. Please do it by hand, as described below.")
BUSY = _("Too many requests at once. Please wait a minute and try again.")
ACCOUNT_FIELD = {
    "label": _("Your name in the fediverse"),
    "name": "account",
    "placeholder": "@ann@social.example",
    "method": "post",
}

ADDRESSES = {
    Intent.FOLLOW: "/follow/",
    Intent.REPLY: "/reply/",
    Intent.LIKE: "/reply/like/",
    Intent.BOOST: "/reply/boost/",
}
WORDS = {
    Intent.REPLY: (
        _("Reply"),
        _("Reply from your own account. Public replies appear on this blog."),
        _("Reply from my server"),
    ),
    Intent.LIKE: (_("Like"), _("Like this from your own account."), _("Like from my server")),
    Intent.BOOST: (
        _("Boost"),
        _("Boost this from your own account, so that your followers see it."),
        _("Boost from my server"),
    ),
}
"""Heading, text and button of each dialog about a post or a comment."""


async def get_follow(request: web.Request) -> web.StreamResponse:
    return await _page(request, Intent.FOLLOW, "")


async def post_follow(request: web.Request) -> web.StreamResponse:
    return await _redirect_to_own_server(request, Intent.FOLLOW)


async def get_reply(request: web.Request) -> web.StreamResponse:
    return await _page(
        request, Intent.REPLY, await _require_object(request, request.query.get("to", ""), takes_replies=True)
    )


async def post_reply(request: web.Request) -> web.StreamResponse:
    return await _redirect_to_own_server(request, Intent.REPLY)


async def get_reaction(request: web.Request) -> web.StreamResponse:
    """Ask who likes or boosts something."""
    about = await _require_object(request, request.query.get("to", ""))
    return await _page(request, Intent(request.match_info["intent"]), about)


async def post_reaction(request: web.Request) -> web.StreamResponse:
    return await _redirect_to_own_server(request, Intent(request.match_info["intent"]))


async def _require_object(request: web.Request, uri: str, *, takes_replies: bool = False) -> str:
    """Return `uri` if it is the id of a post or approved comment, or one that takes replies. Raises NotFound
    otherwise, Gone for what was deleted."""
    post = await _post_of(request, uri)
    if post is None and await request.app[STORE].tombstones.find(uri[:MAX_INPUT_LENGTH]) is not None:
        raise Gone("what was to be answered was deleted")
    if post is None or (takes_replies and not post.comments_open):
        raise NotFound("nothing to answer")
    return uri


async def _takes_replies(request: web.Request, uri: str) -> bool:
    post = await _post_of(request, uri)
    return post is not None and post.comments_open


async def _post_of(request: web.Request, uri: str) -> Post | None:
    """Return the post with this id, or the one over the approved comment with this id, if the fediverse knows it."""
    store = request.app[STORE]
    post = await store.posts.find_by_uri(uri[:MAX_INPUT_LENGTH])
    comment = None if post else await store.comments.find_by_uri(uri[:MAX_INPUT_LENGTH])
    if comment is not None and comment.is_federated and comment.state is CommentState.APPROVED:
        post = await store.posts.find(comment.post)
    return post if post is not None and post.federates else None


async def _redirect_to_own_server(request: web.Request, intent: Intent) -> web.StreamResponse:
    """Find the page of the reader's own server on which to go on.

    A form sent from this site redirects there at once. Any other gets a page with the link, so that no other site can
    use this one as an open redirect.
    """
    address, limiter = address_of(request, request.app[CONFIG].server), request.app[DIALOG_LIMITER]
    limiter.spend(address)
    form = dict(await request.app[BODIES].form(request, address))
    about = ""
    if intent is not Intent.FOLLOW:
        about = await _require_object(request, form.get("to", ""), takes_replies=intent is Intent.REPLY)
    account = form.get("account", "").strip()[:MAX_INPUT_LENGTH]
    object = about or request.app[LOCAL_ACTORS].blog.actor.uri
    try:
        with limiter.slot(address):
            onward = await request.app[REMOTE_INTERACTION].find(account, intent, object)
    except TooBusy:
        return await _page(request, intent, about, status=HTTPStatus.TOO_MANY_REQUESTS, value=account, problem=BUSY)
    except AddressUnusable as error:
        return await _page(request, intent, about, status=HTTPStatus.BAD_REQUEST, value=account, problem=f"{error}.")
    except RemoteError:
        return await _page(request, intent, about, status=HTTPStatus.BAD_GATEWAY, value=account, problem=NO_RESPONSE)
    if not onward:
        return await _page(request, intent, about, value=account, problem=NOT_SUPPORTED)
    if _is_same_origin(request):
        headers = {"Location": onward, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers | _redirect_policy(request))
    return await _page(request, intent, about, value=account, onward=onward)


def _is_same_origin(request: web.Request) -> bool:
    """Return whether the browser says that a page of this origin sent the form (Fetch Metadata, RFC 6454)."""
    site, sender = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and sender is None:
        return False
    return site in (None, "same-origin") and sender in (None, request.app[CONFIG].site.url)


async def _page(
    request: web.Request, intent: Intent, about: str, *, status: HTTPStatus = HTTPStatus.OK, **more: str
) -> web.Response:
    profile = request.app[LOCAL_ACTORS].blog.profile
    others: tuple[Link, ...] = ()
    if intent is Intent.FOLLOW:
        words = {
            "heading": _("Follow"),
            "text": _(
                "Follow {handle} from your own account: Mastodon, GoToSocial, Misskey and many more.",
                handle=f"@{profile.account}",
            ),
            "button": _("Follow from my server"),
            "copy": f"@{profile.account}",
        }
    else:
        heading, text, button = WORDS[intent]
        words = {"heading": heading, "text": text, "button": button, "copy": about, "about": about}
        others = await _others(request, intent, about)
    body = await request.app[PAGE_BUILDER].dialog(ADDRESSES[intent], others=others, **ACCOUNT_FIELD, **words, **more)
    return _answer(body, status, **_redirect_policy(request))


def _redirect_policy(request: web.Request) -> dict[str, str]:
    """Return the policy of the forms that may redirect to the reader's own server, and of no other page. Among private
    peers that server may speak http."""
    schemes = "https: http:" if request.app[CONFIG].federation.allow_private_addresses else "https:"
    return {"Content-Security-Policy": content_policy(f"'self' {schemes}")}


async def _others(request: web.Request, intent: Intent, about: str) -> tuple[Link, ...]:
    """Return what else can be done with an object, so that a comment needs one link alone."""
    takes_replies = intent is Intent.REPLY or await _takes_replies(request, about)
    return tuple(
        Link(label=WORDS[other][0], href=ADDRESSES[other])
        for other in WORDS
        if other is not intent and (takes_replies or other is not Intent.REPLY)
    )


def _answer(body: bytes, status: HTTPStatus, **more: str) -> web.Response:
    headers = {"Cache-Control": "no-store", **more}
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = "60"
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)


# the state of a reply

STATE_TEXTS = {
    "shown": _("Yes, it is shown."),
    "waiting": _("It has arrived and is waiting for the author's approval."),
    "not-shown": _("It is not shown here. It may be on its way, or it may not be public."),
}


async def get_where(request: web.Request) -> web.StreamResponse:
    """Return whether a reply is shown, looked up by its address. The reason why one is not shown stays private."""
    address = request.query.get("url", "").strip()[:MAX_INPUT_LENGTH]
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
        heading=_("Where is my comment?"),
        text=_("Enter the address of your reply, as your own server shows it."),
        label=_("Address of your reply"),
        name="url",
        placeholder="https://social.example/@ann/1150001",
        button=_("Look for it"),
        method="get",
        value=address,
        problem=BUSY if status is HTTPStatus.TOO_MANY_REQUESTS else "",
        verdict=STATE_TEXTS.get(state, ""),
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
