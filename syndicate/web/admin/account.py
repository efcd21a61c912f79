"""The account page: password, passkeys, recovery codes, sessions, and what happened."""

from aiohttp import web

from syndicate.storage.admin_account import AuthorAccount
from syndicate.translation import _
from syndicate.web.admin.authentication import AUTHENTICATION, overview
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.account import AccountPage
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM, SESSION
from syndicate.web.admin.sessions import SESSIONS
from syndicate.web.keys import STORE

ACCOUNT = "/admin/account/"


async def get_account(request: web.Request) -> web.StreamResponse:
    return respond(request, await _page(request, Form()))


async def post_password(request: web.Request) -> web.StreamResponse:
    form, authentication = request[FORM], request.app[AUTHENTICATION]
    current, new = form.get("current"), form.get("password")
    problem = await authentication.password_problem(new)
    differs = "" if new == form.get("repeat") else _("The two are not the same.")
    checked = form.with_errors(password=problem, repeat=differs)
    if not checked.errors and not await authentication.change_password(request[SESSION], current, new):
        checked = form.with_errors(current=_("This is not the current password, nor an unused recovery code."))
    if checked.errors:
        return respond_to_form(request, await _page(request, checked), checked)
    return see_other(ACCOUNT, "password")


async def post_passkey_options(request: web.Request) -> web.StreamResponse:
    options = await request.app[AUTHENTICATION].passkeys.creation_options()
    return web.Response(text=options, content_type="application/json")


async def post_passkey(request: web.Request) -> web.StreamResponse:
    form, authentication = request[FORM], request.app[AUTHENTICATION]
    added = await authentication.add_passkey(form.get("credential"), form.get("name"))
    if added is None:
        failed = form.with_errors(
            passkey=_("The browser's answer could not be verified, or came too late. Please try again.")
        )
        return respond_to_form(request, await _page(request, failed), failed)
    return see_other(local_path(form.get("next") or ACCOUNT), "passkey")


async def post_remove_passkey(request: web.Request) -> web.StreamResponse:
    await request.app[AUTHENTICATION].delete_passkey(request[FORM].get("passkey"))
    return see_other(ACCOUNT, "passkey-removed")


async def post_factors(request: web.Request) -> web.StreamResponse:
    await request.app[AUTHENTICATION].set_two_factors(request[FORM].has("two_factors"))
    return see_other(ACCOUNT, "factors")


async def post_sign_out_others(request: web.Request) -> web.StreamResponse:
    await request.app[SESSIONS].end_others(request[SESSION])
    return see_other(ACCOUNT, "others")


async def _page(request: web.Request, form: Form) -> AccountPage:
    codes, passkeys, sessions, events = await overview(request.app[STORE])
    account: AuthorAccount | None = await request.app[AUTHENTICATION].find_account()
    return AccountPage(
        form=form,
        current=request[SESSION].token_hash,
        codes_left=codes,
        passkeys=tuple(passkeys),
        offers_passkeys=bool(request.app[AUTHENTICATION].passkeys.host),
        two_factors=account is not None and account.two_factors,
        sessions=tuple(sessions),
        events=tuple(events),
    )
