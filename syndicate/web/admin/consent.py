"""The author lets another program in, or not (IndieAuth §5.2): who asks, for what, and where they go back to.

`/indieauth/authorize` leads here with the request in the address, so that signing in comes back to it. Everything is read
and checked again when the form is sent.
"""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

import structlog
from aiohttp import web

from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.clients import ClientInfo, IndieAuthClients
from syndicate.indieauth.grants import IndieAuthGrants
from syndicate.indieauth.request import FIELDS, AuthorizationRequest, address_for_error, read_request
from syndicate.storage.access_tokens import Scope
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.consent import ConsentPage, ConsentRefusedPage
from syndicate.web.admin.rendering import respond, respond_to_form
from syndicate.web.admin.session import FORM
from syndicate.web.http.content_policy import content_policy
from syndicate.web.keys import CONFIG, URLS

log = structlog.get_logger()

CONSENT = "/admin/apps/allow"
TOO_MANY = _("There are many tokens already. Please revoke those that nothing uses, under Account, Apps with access.")
INDIEAUTH_CLIENTS = web.AppKey("indieauth clients", IndieAuthClients)
INDIEAUTH_GRANTS = web.AppKey("indieauth grants", IndieAuthGrants)


def consent_address(fields: Iterable[tuple[str, str]]) -> str:
    """Return the page that asks the author about a request."""
    return f"{CONSENT}?{urlencode([(name, value) for name, value in fields if name in FIELDS])}"


async def get_consent(request: web.Request) -> web.StreamResponse:
    try:
        asked = _read(request)
        client = await request.app[INDIEAUTH_CLIENTS].look_up(asked)
    except IndieAuthRefused as error:
        return respond_refused(request, request.query.items(), error)
    ticked = Form({scope.value: "1" for scope in asked.scopes})
    return _respond(request, asked, client, ticked)


async def post_consent(request: web.Request) -> web.StreamResponse:
    """Send the author back with a code, or with the refusal."""
    form, issuer = request[FORM], request.app[URLS].home
    try:
        asked = _read(request)
        client = await request.app[INDIEAUTH_CLIENTS].look_up(asked)
    except IndieAuthRefused as error:
        return respond_refused(request, request.query.items(), error)
    if form.get("decision") != "allow":
        return _back(asked.answer(error="access_denied", iss=issuer))
    scopes = [scope for scope in asked.scopes if form.has(scope.value)]
    grants = request.app[INDIEAUTH_GRANTS]
    if scopes and await grants.is_full():
        return _respond(request, asked, client, form.with_errors(scopes=TOO_MANY))
    code = await grants.allow(asked, client.name or _host(client.client_id), scopes)
    return _back(asked.answer(code=code, iss=issuer))


def respond_refused(
    request: web.Request, fields: Iterable[tuple[str, str]], error: IndieAuthRefused
) -> web.StreamResponse:
    """Say what is wrong with a request. Nobody is sent away without a click: anyone could ask for that."""
    log.info("authorization request refused", error=error.code, reason=error.explanation)
    back = address_for_error(
        fields,
        error.code,
        issuer=request.app[URLS].home,
        allow_private=request.app[CONFIG].federation.allow_private_addresses,
    )
    page = ConsentRefusedPage(text=error.explanation, back=back, host=_host(back))
    response = respond(request, page, HTTPStatus.BAD_REQUEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _read(request: web.Request) -> AuthorizationRequest:
    return read_request(request.query.items(), allow_private=request.app[CONFIG].federation.allow_private_addresses)


def _respond(request: web.Request, asked: AuthorizationRequest, client: ClientInfo, form: Form) -> web.StreamResponse:
    page = ConsentPage(
        form=form,
        name=client.name or _host(client.client_id),
        client_id=client.client_id,
        is_found=client.is_found,
        back=_host(asked.redirect_uri),
        me=request.app[URLS].home,
        scopes=tuple(scope for scope in Scope if scope in asked.scopes),
        unknown=asked.unknown,
        action=consent_address(request.query.items()),
    )
    response = respond_to_form(request, page, form)
    scheme = urlsplit(asked.redirect_uri).scheme
    response.headers["Content-Security-Policy"] = content_policy(f"'self' {scheme}:", frames="'self'")
    return response


def _back(address: str) -> web.Response:
    headers = {"Location": address, "Referrer-Policy": "no-referrer"}
    return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)


def _host(address: str) -> str:
    """Return the host of an address, or the scheme of one that an app on the device opens."""
    parts = urlsplit(address)
    return parts.netloc or parts.scheme
