"""Signing in and out. The same page asks somebody who is signed in to give a factor again."""

import json
import math
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import web

from syndicate.model.tokens import csrf_token
from syndicate.translation import _
from syndicate.web.admin.authentication import AUTHENTICATION, SignIn
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.account import LoginPage, ResumePage
from syndicate.web.admin.pages.frame import Frame
from syndicate.web.admin.rendering import local_path, respond, see_other
from syndicate.web.admin.session import (
    FORM,
    SESSION,
    client_of,
    delete_session_cookie,
    set_cookies,
)
from syndicate.web.admin.sessions import SESSIONS
from syndicate.web.keys import SETTINGS, SIGN_IN_LIMITER
from syndicate.web.site.rendering import PAGES

MAX_RESUME_BYTES = 8 * 1024 * 1024
"""A form that is kept while its author signs in again may be a whole post."""


async def get_login(request: web.Request) -> web.StreamResponse:
    onward = local_path(request.query.get("next", ""))
    if SESSION in request and "next" not in request.query:
        return see_other(onward)
    mode = "code" if request.query.get("with") == "code" else "password"
    return respond(request, await _page(request, next=onward, mode=mode))


async def post_login(request: web.Request) -> web.StreamResponse:
    form, authentication, client = request[FORM], request.app[AUTHENTICATION], client_of(request)
    replaces = request[SESSION].token_hash if SESSION in request else ""
    if form.get("credential"):
        signed_in = await authentication.sign_in_with_passkey(client, form.get("credential"), replaces)
    elif empty := _empty_field(form):
        return await _respond_wrong(request, form.with_errors(**{empty: _("Please fill this in.")}))
    else:
        signed_in = await authentication.sign_in(
            client, password=form.get("password"), code=form.get("code"), replaces=replaces
        )
    if signed_in.problem:
        return await _respond_refused(request, form, signed_in)
    response = _resumed(request, form, signed_in) or see_other(local_path(form.get("next")))
    set_cookies(request, response, signed_in)
    return response


async def post_passkey_options(request: web.Request) -> web.StreamResponse:
    request.app[SIGN_IN_LIMITER].spend(client_of(request).address)
    options = await request.app[AUTHENTICATION].passkeys.request_options()
    return web.Response(text=options, content_type="application/json")


async def post_logout(request: web.Request) -> web.StreamResponse:
    await request.app[SESSIONS].end(request[SESSION])
    response = see_other("/admin/login", "signed-out")
    delete_session_cookie(request, response)
    return response


async def respond_signed_out(request: web.Request, *, next: str = "/admin/", resume: str = "") -> web.StreamResponse:
    """Answer a form that was sent without a session, or too long after signing in: sign in, then it goes on: what was
    sent is `resume`, or the page `next` is shown."""
    return respond(request, await _page(request, next=next, resume=resume), HTTPStatus.UNAUTHORIZED)


def _empty_field(form: Form) -> str:
    """Return the field that has to be filled in and is not."""
    field = "code" if form.get("mode") == "code" else "password"
    return "" if form.get(field) else field


async def _page(request: web.Request, **fields: Any) -> LoginPage:
    authentication = request.app[AUTHENTICATION]
    account = await authentication.find_account()
    return LoginPage(
        is_confirmation=SESSION in request,
        has_account=account is not None,
        has_passkeys=bool(authentication.passkeys.host),
        two_factors=account is not None and account.two_factors,
        **fields,
    )


async def _respond_wrong(
    request: web.Request, form: Form, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> web.Response:
    kept = form.without_secrets("password", "code", "credential")
    mode = "code" if form.get("mode") == "code" else "password"
    page = await _page(request, form=kept, next=local_path(form.get("next")), resume=form.get("resume"), mode=mode)
    return respond(request, page, status)


async def _respond_refused(request: web.Request, form: Form, refused: SignIn) -> web.Response:
    field = "passkey" if form.get("credential") else "code" if form.get("code") else "password"
    text = f"{refused.problem} {_in_words(refused.wait)}".strip()
    status = HTTPStatus.TOO_MANY_REQUESTS if refused.wait else HTTPStatus.UNPROCESSABLE_ENTITY
    response = await _respond_wrong(request, form.with_errors(**{field: text}), status)
    if refused.wait:
        response.headers["Retry-After"] = str(math.ceil(refused.wait.total_seconds()))
    return response


def _in_words(wait: timedelta) -> str:
    seconds = math.ceil(wait.total_seconds())
    if not seconds:
        return ""
    return (
        _("Please wait {seconds} seconds.", seconds=seconds)
        if seconds < 120
        else _("Please wait {minutes} minutes.", minutes=math.ceil(seconds / 60))
    )


def _resumed(request: web.Request, form: Form, signed_in: SignIn) -> web.Response | None:
    """Return the page that sends a form again, if one was kept while signing in."""
    kept = _kept_form(form.get("resume"))
    if kept is None:
        return None
    page = ResumePage(action=kept[0], fields=kept[1])
    frame = Frame(blog=request.app[SETTINGS].site.name, home="/", csrf=csrf_token(signed_in.session_token))
    body = request.app[PAGES].render_template(page.template, page=page, frame=frame)
    return web.Response(body=body, content_type="text/html", charset="utf-8")


def _kept_form(text: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    try:
        kept = json.loads(text)
        fields = tuple((str(name), str(value)) for name, value in kept["fields"])
        action = str(kept["action"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (action, fields) if local_path(action) == action else None
