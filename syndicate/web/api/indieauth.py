"""IndieAuth: the endpoints at which programs and sites sign the author in, and get, refresh, check and end their tokens.

The author decides at the desk (`web/admin/consent.py`), to which a valid request leads. An answer in words is JSON, for
scripts of every site.
"""

from typing import Any

from aiohttp import web

from syndicate.errors import IndieAuthRefused
from syndicate.indieauth.grants import CodeUse, IndieAuthGrants, IssuedToken
from syndicate.indieauth.request import INVALID, METHOD, read_client_id, read_redirect_uri, read_request
from syndicate.storage.access_tokens import AccessToken, Scope
from syndicate.storage.look import look_of
from syndicate.urls import Urls
from syndicate.web.admin.consent import INDIEAUTH_GRANTS, consent_address, respond_refused
from syndicate.web.api.access import HEADERS, answered, bearer_token, find_token, require_scope
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.keys import CONFIG, SETTINGS, URLS
from syndicate.web.site.frame import MAX_AVATAR_WIDTH

METADATA_CACHE = "public, max-age=3600"


async def get_metadata(request: web.Request) -> web.Response:
    """Return the metadata of the server (RFC 8414, IndieAuth §4.1.1)."""
    urls = request.app[URLS]
    document = {
        "issuer": urls.home,
        "authorization_endpoint": urls.indieauth("authorize"),
        "token_endpoint": urls.indieauth("token"),
        "introspection_endpoint": urls.indieauth("introspect"),
        "revocation_endpoint": urls.indieauth("revoke"),
        "userinfo_endpoint": urls.indieauth("userinfo"),
        "scopes_supported": [scope.value for scope in Scope],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": [METHOD],
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint_auth_methods_supported": ["Bearer"],
        "revocation_endpoint_auth_methods_supported": ["none"],
    }
    return web.json_response(document, headers={**HEADERS, "Cache-Control": METADATA_CACHE})


# authorization


async def get_authorize(request: web.Request) -> web.StreamResponse:
    """Lead the author to the page that asks whether a program may be let in (§5.2). Nothing is fetched here: others than
    the author could make us fetch what they like."""
    fields = list(request.query.items())
    try:
        read_request(fields, allow_private=request.app[CONFIG].federation.allow_private_addresses)
    except IndieAuthRefused as error:
        return respond_refused(request, fields, error)
    headers = {"Location": consent_address(fields), "Cache-Control": "no-store"}
    return web.Response(status=303, headers=headers)


@answered
async def post_authorize(request: web.Request) -> web.Response:
    """Redeem a code of a program that only wants to know who signed in (§5.3.2)."""
    form = await _form(request)
    if form.get("grant_type", "authorization_code") != "authorization_code":
        raise IndieAuthRefused("unsupported_grant_type", "grant_type has to be authorization_code.")
    code = await _grants(request).redeem_for_profile(_code_use(request, form))
    return web.json_response(_who(request, code.scopes))


# tokens


@answered
async def post_token(request: web.Request) -> web.Response:
    """Give, refresh or end a token (§5.3.3, §5.5, and the revocation of earlier versions)."""
    form = await _form(request)
    if form.get("action") == "revoke":
        return await _end(request, form)
    match form.get("grant_type", ""):
        case "authorization_code":
            return _issued(request, await _grants(request).redeem(_code_use(request, form)))
        case "refresh_token":
            client_id, scopes = _client_id(request, form), frozenset(form.get("scope", "").split())
            return _issued(request, await _grants(request).refresh(form.get("refresh_token", ""), client_id, scopes))
        case _:
            raise IndieAuthRefused(
                "unsupported_grant_type", "grant_type has to be authorization_code or refresh_token."
            )


def _issued(request: web.Request, issued: IssuedToken) -> web.Response:
    document = {
        "access_token": issued.secret,
        "token_type": "Bearer",
        "scope": issued.token.words,
        "expires_in": int(issued.lifetime.total_seconds()),
        "refresh_token": issued.refresh_secret,
    }
    return web.json_response(document | _who(request, issued.token.scopes), headers={"Pragma": "no-cache"})


@answered
async def get_token(request: web.Request) -> web.Response:
    """Say whose token the request carries, as earlier versions of IndieAuth have it."""
    token = await find_token(request, bearer_token(request))
    document = {"me": request.app[URLS].home, "client_id": token.client_id, "scope": token.words}
    return web.json_response({name: value for name, value in document.items() if value})


@answered
async def post_revoke(request: web.Request) -> web.Response:
    """End a token; the answer is the same whether there was one (RFC 7009)."""
    return await _end(request, await _form(request))


async def _end(request: web.Request, form: dict[str, str]) -> web.Response:
    await _grants(request).revoke(form.get("token", ""))
    return web.json_response({})


@answered
async def post_introspect(request: web.Request) -> web.Response:
    """Say what a token stands for, to those who have one themselves (RFC 7662)."""
    await find_token(request, bearer_token(request))
    form = await _form(request)
    token = await _grants(request).find(form.get("token", ""))
    if token is None:
        return web.json_response({"active": False})
    return web.json_response({"active": True, "me": request.app[URLS].home, **_facts(token)})


def _facts(token: AccessToken) -> dict[str, Any]:
    facts = {
        "client_id": token.client_id,
        "scope": token.words,
        "iat": int(token.created.timestamp()),
        "exp": int(token.expires.timestamp()) if token.expires else None,
    }
    return {name: value for name, value in facts.items() if value}


@answered
async def get_userinfo(request: web.Request) -> web.Response:
    """Return the profile of the author to a program that may read it (§9)."""
    require_scope(await find_token(request, bearer_token(request)), Scope.PROFILE)
    return web.json_response(_profile(request))


# who


def _who(request: web.Request, scopes: frozenset[Scope]) -> dict[str, Any]:
    """Return the address of the author, with their profile where that is allowed (§5.3.4)."""
    me = {"me": request.app[URLS].home}
    return {**me, "profile": _profile(request)} if Scope.PROFILE in scopes else me


def _profile(request: web.Request) -> dict[str, str]:
    site, urls, picture = request.app[SETTINGS].site, request.app[URLS], look_of(request.app[SETTINGS]).picture
    photo = urls.absolute(Urls.media(picture.within(MAX_AVATAR_WIDTH)[0])) if picture else ""
    profile = {"name": site.author or site.name, "url": urls.home, "photo": photo}
    return {name: value for name, value in profile.items() if value}


# reading


async def _form(request: web.Request) -> dict[str, str]:
    """Return the fields of a request. Raises IndieAuthRefused if one is given twice (RFC 6749 §3.2)."""
    fields = await request.app[BODIES].form(request, address_of(request, request.app[CONFIG].server))
    form = dict(fields)
    if len(form) < len(fields):
        raise IndieAuthRefused(INVALID, "A field is given twice.")
    return form


def _code_use(request: web.Request, form: dict[str, str]) -> CodeUse:
    if not form.get("code"):
        raise IndieAuthRefused(INVALID, "code is missing.")
    if not form.get("code_verifier"):
        raise IndieAuthRefused(INVALID, "code_verifier is missing: PKCE is required.")
    return CodeUse(
        code=form["code"],
        client_id=_client_id(request, form),
        redirect_uri=read_redirect_uri(form.get("redirect_uri", "")),
        verifier=form["code_verifier"],
    )


def _client_id(request: web.Request, form: dict[str, str]) -> str:
    allow_private = request.app[CONFIG].federation.allow_private_addresses
    return read_client_id(form.get("client_id", ""), allow_private=allow_private)


def _grants(request: web.Request) -> IndieAuthGrants:
    return request.app[INDIEAUTH_GRANTS]
