"""What a request to the author's interface carries: the session, the form, and the cookies that a browser gets."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from syndicate.web.admin.authentication import SignIn, SignInClient
from syndicate.web.admin.browsers import browser_name
from syndicate.web.admin.forms import Form
from syndicate.web.admin.sessions import SESSION_COOKIE, Session, cookie_name, get_cookie, is_secure
from syndicate.web.http.clients import address_of
from syndicate.web.http.multipart import UploadedFile
from syndicate.web.http.uploads import ReceivedFile
from syndicate.web.keys import CONFIG

SESSION = web.RequestKey("session", Session)
WAITING = web.RequestKey("comments that wait", int)
FORM = web.RequestKey("form", Form)
RECEIVED = web.RequestKey[Mapping[str, ReceivedFile]]("files received on the disk")
FILES_SENT = web.RequestKey[Mapping[str, UploadedFile]]("files sent")

BROWSER_COOKIE = "browser"
SESSION_COOKIE_AGE = timedelta(days=90)
BROWSER_COOKIE_AGE = timedelta(days=400)
"""The longest that browsers keep a cookie."""


def is_admin_path(path: str) -> bool:
    return path == "/admin" or path.startswith("/admin/")


def client_of(request: web.Request) -> SignInClient:
    config = request.app[CONFIG]
    return SignInClient(
        address=address_of(request, config.server),
        browser=browser_name(request.headers.get("User-Agent", "")),
        browser_token=get_cookie(request, BROWSER_COOKIE, config),
    )


def set_cookies(request: web.Request, response: web.StreamResponse, signed_in: SignIn) -> None:
    """Give the browser a new session, and what it is recognized by later."""
    _set_cookie(request, response, SESSION_COOKIE, signed_in.session_token, SESSION_COOKIE_AGE)
    _set_cookie(request, response, BROWSER_COOKIE, signed_in.browser_token, BROWSER_COOKIE_AGE)


def delete_session_cookie(request: web.Request, response: web.StreamResponse) -> None:
    _set_cookie(request, response, SESSION_COOKIE, "", timedelta())


def _set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, age: timedelta) -> None:
    config = request.app[CONFIG]
    response.set_cookie(
        cookie_name(config, name),
        value,
        path="/",
        max_age=int(age.total_seconds()),
        secure=is_secure(config),
        httponly=True,
        samesite="Strict",
    )
