"""Apps with access: tokens for programs that write for the author are made here, shown once, and revoked, also those that
programs got by IndieAuth."""

from datetime import datetime

from aiohttp import web

from syndicate.content.text import clean_name
from syndicate.model.ids import new_id
from syndicate.model.tokens import hash_of, new_token
from syndicate.storage import Tables
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.translation import _
from syndicate.web.admin.consent import INDIEAUTH_GRANTS, TOO_MANY
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.access_tokens import TokensPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, STORE, URLS

TOKENS = "/admin/account/tokens/"
MAX_NAME_LENGTH = 100


async def get_tokens(request: web.Request) -> web.StreamResponse:
    return respond(request, await _page(request, Form({scope.value: "1" for scope in Scope if scope != Scope.DRAFT})))


async def post_token(request: web.Request) -> web.StreamResponse:
    """Make a token and show it, once."""
    form, now = request[FORM], request.app[CLOCK]()
    scopes = frozenset(scope for scope in Scope if form.has(scope.value) and scope is not Scope.PROFILE)
    name, token = clean_name(form.get("name"), limit=MAX_NAME_LENGTH), new_token()
    checked = form.with_errors(
        name="" if name else _("Please name the program, so that you know the token again."),
        scopes="" if scopes else _("Please choose what the program may do."),
    )
    if not checked.errors and await request.app[INDIEAUTH_GRANTS].is_full():
        checked = form.with_errors(name=TOO_MANY)
    if checked.errors:
        return respond_to_form(request, await _page(request, checked), checked)
    made = AccessToken(id=new_id(now), token_hash=hash_of(token), name=name, scopes=scopes, created=now)
    await request.app[STORE].transaction(lambda tx: _save(tx, made, now))
    return respond(request, await _page(request, Form(), token))


async def post_revoke(request: web.Request) -> web.StreamResponse:
    id, now = request[FORM].get("token"), request.app[CLOCK]()
    await request.app[STORE].transaction(lambda tx: _revoke(tx, id, now))
    return see_other(TOKENS, "token-revoked")


async def _save(tx: Tables, made: AccessToken, now: datetime) -> None:
    await tx.access_tokens.save(made)
    await tx.admin_events.record(now, "access token created", f"{made.name}: {made.words}")


async def _revoke(tx: Tables, id: str, now: datetime) -> None:
    name = await tx.access_tokens.delete(id)
    if name is not None:
        await tx.admin_events.record(now, "access token revoked", name)


async def _page(request: web.Request, form: Form, token: str = "") -> TokensPage:
    tokens = await request.app[STORE].access_tokens.list_all()
    return TokensPage(form=form, endpoint=request.app[URLS].micropub, tokens=tuple(tokens), token=token)
