"""Changing the keys of the blog's accounts, and moving the blog with its followers to another account."""

from aiohttp import web

from syndicate.errors import InputError, NotFound
from syndicate.federation.actors.local_actors import BLOG, SigningActor
from syndicate.federation.outbox.account_requests import (
    cancel_move,
    get_move_state,
    list_in_need,
    request_key_change,
    request_move,
    require_account,
)
from syndicate.storage.actors import ASKED
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.identity import KeyCard, KeysPage, MovePage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, LOCAL_ACTORS, STORE

KEYS = "/admin/account/keys"
MOVE = "/admin/account/move"


async def get_keys(request: web.Request) -> web.StreamResponse:
    cards = [await _card(request, identity) for identity in request.app[LOCAL_ACTORS]]
    return respond(request, KeysPage(cards=tuple(cards)))


async def post_keys(request: web.Request) -> web.StreamResponse:
    """Request another key for an account. Raises NotFound, InputError."""
    identity = request.app[LOCAL_ACTORS].of_id(request[FORM].get("account"))
    if identity is None:
        raise NotFound(request.path[:200])
    await request_key_change(request.app[STORE], identity)
    await _record(request, "key change requested", identity.profile.account)
    return see_other(KEYS, "key-requested")


async def get_move(request: web.Request) -> web.StreamResponse:
    return respond(request, await _move_page(request, Form()))


async def post_move(request: web.Request) -> web.StreamResponse:
    """Ask whether to move to an account, and request it once that is confirmed."""
    form = request[FORM]
    address = form.get("address").strip()
    try:
        require_account(address)
    except InputError:
        wrong = form.with_errors(
            address=_("This is not an account. It is a name such as @ann@social.example, or its address.")
        )
        return respond_to_form(request, await _move_page(request, wrong), wrong)
    if not form.has("confirmed"):
        return respond(request, await _move_page(request, form, confirming=address))
    await request_move(request.app[STORE], address)
    await _record(request, "move requested", address)
    return see_other(MOVE, "move-requested")


async def post_cancel(request: web.Request) -> web.StreamResponse:
    await cancel_move(request.app[STORE])
    await _record(request, "move cancelled")
    return see_other(MOVE, "move-cancelled")


async def _card(request: web.Request, identity: SigningActor) -> KeyCard:
    store, id = request.app[STORE], identity.actor.id
    stored = next(actor for actor in await store.local_actors.list_all() if actor.id == id)
    return KeyCard(
        id=id,
        account=f"@{identity.profile.account}",
        changed=stored.rotated,
        is_changing=stored.rotation == ASKED or bool(stored.next_key_pem),
        in_need=tuple(await list_in_need(store, identity)),
    )


async def _move_page(request: web.Request, form: Form, confirming: str = "") -> MovePage:
    store, blog = request.app[STORE], request.app[LOCAL_ACTORS].blog
    return MovePage(
        form=form,
        state=await get_move_state(store),
        account=f"@{blog.profile.account}",
        uri=blog.actor.uri,
        followers=await store.followers.count(BLOG),
        confirming=confirming,
    )


async def _record(request: web.Request, kind: str, detail: str = "") -> None:
    await request.app[STORE].transaction(lambda tx: tx.admin_events.record(request.app[CLOCK](), kind, detail))
