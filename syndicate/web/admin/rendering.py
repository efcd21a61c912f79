"""Answers with pages of the author's interface, and provides the static files that they load."""

from http import HTTPStatus

from aiohttp import web

from syndicate.storage.site_settings import SHORTCUTS
from syndicate.translation import _
from syndicate.web.admin.forms import Form
from syndicate.web.admin.notices import NOTICES
from syndicate.web.admin.pages.frame import AdminPage, Frame
from syndicate.web.admin.session import SESSION, WAITING, is_admin_path
from syndicate.web.keys import SETTINGS
from syndicate.web.site.pages import Link
from syndicate.web.site.rendering import PAGES

NAVIGATION = (
    (
        Link(label=_("Start"), href="/admin/"),
        Link(label=_("Write"), href="/admin/posts/new"),
        Link(label=_("Posts"), href="/admin/posts/"),
        Link(label=_("Comments"), href="/admin/comments/"),
        Link(label=_("Media"), href="/admin/media/"),
    ),
    (
        Link(label=_("Numbers"), href="/admin/numbers/"),
        Link(label=_("People"), href="/admin/people/"),
        Link(label=_("Blogroll"), href="/admin/blogroll/"),
    ),
    (
        Link(label=_("Look"), href="/admin/look/"),
        Link(label=_("Settings"), href="/admin/settings/"),
        Link(label=_("Account"), href="/admin/account/"),
        Link(label=_("Import"), href="/admin/import/"),
        Link(label=_("Export"), href="/admin/export/"),
    ),
)
"""The pages that exist, in groups: what one writes and answers, who reads and is read, and the blog itself."""


def respond(request: web.Request, page: AdminPage, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """Return the response with a page."""
    body = request.app[PAGES].render_template(page.template, page=page, frame=frame(request))
    return web.Response(status=status, body=body, content_type="text/html", charset="utf-8")


def respond_to_form(request: web.Request, page: AdminPage, form: Form) -> web.Response:
    """Return the page of a form that was sent and is wrong."""
    return respond(request, page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def frame(request: web.Request) -> Frame:
    site, session = request.app[SETTINGS].site, request.get(SESSION)
    return Frame(
        blog=site.name,
        home=f"{site.url}/",
        navigation=NAVIGATION if session else (),
        path=request.path,
        csrf=session.csrf if session else "",
        notice=NOTICES.get(request.query.get("done", ""), ""),
        waiting=request.get(WAITING, 0),
        has_keys=bool(request.app[SETTINGS].get(SHORTCUTS, True)),
    )


def see_other(path: str, done: str = "") -> web.Response:
    """Return the redirect after a form: to a page, which then says what has been done."""
    separator = "&" if "?" in path else "?"
    location = f"{path}{separator}done={done}" if done else path
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def local_path(wanted: str) -> str:
    """Return a path of the author's interface to go on to; anything else leads to its start."""
    path = wanted.partition("?")[0]
    is_plain = wanted.isprintable() and "\\" not in wanted and ".." not in path.split("/")
    return wanted if is_plain and is_admin_path(path) else "/admin/"
