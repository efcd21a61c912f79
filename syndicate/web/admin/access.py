"""The one place that decides whether a request may go on to the author's interface.

Without a session there is nothing but the pages that `routes.py` marks as public. A form must come from our own page
(Fetch Metadata, or `Origin`, RFC 6454) and contain the token of the session.
"""

import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from syndicate.errors import InputError, NotFound
from syndicate.model.comment import CommentState
from syndicate.translation import _
from syndicate.web.admin.forms import CSRF_FIELD, Form
from syndicate.web.admin.pages.account import RefusedPage, ReloadPage
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.admin.routes import Access, Route, find_route
from syndicate.web.admin.session import (
    FILES_SENT,
    FORM,
    SESSION,
    WAITING,
    client_of,
    is_admin_path,
)
from syndicate.web.admin.sessions import SESSIONS, Session
from syndicate.web.admin.sign_in import respond_signed_out
from syndicate.web.admin.uploads import receive_upload, received_files
from syndicate.web.http.bodies import FORM_TYPE
from syndicate.web.http.content_policy import content_policy
from syndicate.web.http.handlers import SAFE_METHODS, Handler
from syndicate.web.http.keys import BODIES
from syndicate.web.http.multipart import MULTIPART_TYPE, UploadedFile, get_boundary, parse_multipart
from syndicate.web.keys import CLOCK, CONFIG, SETTINGS, STORE

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": content_policy(frames="'self'"),
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
NOTHING_HERE = _(
    "Perhaps the address is misspelt, or what it showed has been deleted, or the link has been used already."
)
FOREIGN_FORM = _("This form was not sent from a page of this blog, so nothing has been done.")
STALE_FORM = _(
    "This form belongs to a session that has ended, so nothing has been done. Please go back, reload, try again."
)
PART_HEADER = "X-Part"
"""Sent by our own scripts, which want part of a page or a status instead of the sign-in page."""


@web.middleware
async def admin_access(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through, or answer it; add the headers of private pages."""
    if not _is_admin(request):
        return await handler(request)
    try:
        async with received_files(request):
            response = await _answer(request, handler)
    except NotFound:
        response = respond(
            request, RefusedPage(heading=_("There is nothing here"), text=NOTHING_HERE), HTTPStatus.NOT_FOUND
        )
    except InputError as error:
        page = RefusedPage(heading=_("This was not accepted"), text=str(error))
        response = respond(request, page, HTTPStatus.UNPROCESSABLE_ENTITY)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _is_admin(request: web.Request) -> bool:
    """Return whether a request is for the author's interface, however its path is spelled."""
    resource = request.match_info.route.resource
    return is_admin_path(request.path) or (resource is not None and is_admin_path(resource.canonical))


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    await request.app[SETTINGS].refresh()
    route = find_route(request)
    is_safe = request.method in SAFE_METHODS
    if not is_safe and not _is_from_our_page(request):
        return respond(request, RefusedPage(text=FOREIGN_FORM), HTTPStatus.FORBIDDEN)
    session = await request.app[SESSIONS].find(request)
    if session is not None:
        request[SESSION] = session
        request[WAITING] = await request.app[STORE].totals.get(f"comments:{CommentState.PENDING.value}")
    is_unread = is_safe or (route.is_upload and session is None)
    request[FORM], request[FILES_SENT] = (Form(), {}) if is_unread else await _read_form(request, route)
    form = request[FORM]
    if route.access is Access.PUBLIC:
        return await handler(request)
    if session is None and is_safe and _is_from_another_site(request):
        return respond(request, ReloadPage(address=request.path_qs))
    if session is None or (route.access is Access.CONFIRMED and not session.is_confirmed(request.app[CLOCK]())):
        return await _signed_out(request, form, route)
    if not is_safe and not _has_token(form, session):
        return respond(request, RefusedPage(text=STALE_FORM), HTTPStatus.FORBIDDEN)
    return await handler(request)


async def _read_form(request: web.Request, route: Route) -> tuple[Form, Mapping[str, UploadedFile]]:
    bodies, address = request.app[BODIES], client_of(request).address
    if request.content_type != MULTIPART_TYPE:
        return Form.of(await bodies.form(request, address, route.max_bytes)), {}
    if route.is_upload:
        return await receive_upload(request, route.max_bytes), {}
    body = await bodies.read(request, address, route.max_bytes, is_upload=SESSION in request)
    fields, files = parse_multipart(body, get_boundary(request))
    return Form.of(fields), dict(files)


def _is_from_our_page(request: web.Request) -> bool:
    """Return whether the browser says that one of our pages sent this request. One that says nothing is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin", "").lower() == request.app[CONFIG].site.url.lower()


def _is_from_another_site(request: web.Request) -> bool:
    headers = request.headers
    return headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and headers.get("Sec-Fetch-Mode") == "navigate"


def _has_token(form: Form, session: Session) -> bool:
    return hmac.compare_digest(form.get(CSRF_FIELD).encode(), session.csrf.encode())


async def _signed_out(request: web.Request, form: Form, route: Route) -> web.StreamResponse:
    """Ask for a factor. What was being sent is kept in the page, and is sent again afterwards."""
    if request.method in SAFE_METHODS and PART_HEADER not in request.headers:
        return see_other(f"/admin/login?next={quote(request.path_qs, safe='')}")
    if not route.is_kept:
        return await respond_signed_out(request, next=request.path_qs)
    fields = [(name, value) for name, value in form.values.items() if name != CSRF_FIELD]
    can_resume = request.method == "POST" and request.content_type in (FORM_TYPE, MULTIPART_TYPE)
    resume = json.dumps({"action": request.path_qs, "fields": fields}) if can_resume else ""
    return await respond_signed_out(request, resume=resume)
