"""Answers with pages of the author's interface, and provides the static files that they load."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from syndicate.storage.site_settings import SHORTCUTS
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.frame import AdminPage, Frame
from syndicate.web.admin.session import SESSION, WAITING, is_admin_path
from syndicate.web.keys import SETTINGS
from syndicate.web.site.pages import Link
from syndicate.web.site.rendering import PAGES

NAVIGATION = (
    Link(label="Start", href="/admin/"),
    Link(label="Write", href="/admin/posts/new"),
    Link(label="Posts", href="/admin/posts/"),
    Link(label="Comments", href="/admin/comments/"),
    Link(label="Media", href="/admin/media/"),
    Link(label="Numbers", href="/admin/numbers/"),
    Link(label="People", href="/admin/people/"),
    Link(label="Blogroll", href="/admin/blogroll/"),
    Link(label="Look", href="/admin/look/"),
    Link(label="Settings", href="/admin/settings/"),
    Link(label="Account", href="/admin/account/"),
    Link(label="Import", href="/admin/import/"),
    Link(label="Export", href="/admin/export/"),
)
"""The pages that exist, in the order in which they are shown."""
NOTICES: Mapping[str, str] = {
    "saved": "Saved.",
    "updated": "The post has been updated.",
    "scheduled": "It will be published at its date.",
    "discarded": "The changes have been discarded.",
    "deleted": "The post has been deleted.",
    "unpublished": "It is a draft again. Servers that have it are asked to delete it.",
    "taken-back": "It is a draft again, and nothing has been sent.",
    "too-late": "It has gone out already, so it cannot be taken back unseen.",
    "adopted": "The post is now written here. Its file is not read any more.",
    "mine": "Your text has been kept. Nothing is published yet.",
    "theirs": "The text of the other window has been kept.",
    "restored": "The earlier text is back.",
    "links-ended": "The preview links do not work any more.",
    "featured": "The picture stands for the post now.",
    "picture": "The picture has been added at the end of the text.",
    "test-mail": "A mail is on its way. If it does not arrive in a minute, reload this page.",
    "new-address": "The feed has a new address. Links in earlier mails do not end the mails any more.",
    "quote-show": "The quote is shown under the post.",
    "quote-hide": "The quote is not shown any more.",
    "quote-revoke": "The permission to quote is revoked.",
    "quote-allow": "The post may be quoted there again, when its server asks.",
    "uploaded": "The file is here. Copy its address into a text, or write its description.",
    "file-deleted": "The file has been deleted.",
    "answered": "Your answer is shown, and goes out now.",
    "no-posts": "No post was chosen, so nothing has been done.",
    "unmarked": "No comment was chosen, so nothing has been done.",
    "seen": "You have seen them.",
    "dismissed": "The report is dismissed.",
    "undone": "It is as it was before.",
    "not-undone": "Something else has been done since, so this cannot be undone here. Nothing has changed.",
    "import": "The file is here. It is being imported now; you can leave this page.",
    "sent-again": "It is sent again now.",
    "nothing-failed": "Nothing was given up there, so nothing has to be sent again.",
    "follower-removed": "The follower has been removed. They can follow again unless you block them.",
    "no-follower": "This account does not follow the blog any more.",
    "blocked": "Blocked. What came from there is hidden, and nothing more comes in.",
    "unblocked": "Not blocked any more. What was hidden is shown again; followers have to follow again.",
    "not-blocked": "This was not blocked.",
    "followed": "It is on your blogroll.",
    "unfollowed": "It is not on your blogroll any more.",
    "gone-entry": "This entry is not on your blogroll any more.",
    "settings": "The settings have been saved, and hold from now on.",
    "settings-same": "Nothing has been changed.",
    "key-requested": "The key is being changed.",
    "move-requested": "The move has been requested.",
    "move-cancelled": "The move is being taken back.",
    "password": "The password has been changed.",
    "token-revoked": "The token has been revoked. The program that had it cannot do anything here any more.",
    "passkey": "The passkey has been added.",
    "passkey-removed": "The passkey has been removed.",
    "signed-out": "You are signed out.",
    "others": "All other sessions have ended.",
    "factors": "The setting has been saved.",
}
"""What a page says after a redirect to it with `?done=…`."""


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
    is_plain = wanted.isprintable() and "\\" not in wanted and not any(part == ".." for part in wanted.split("/"))
    return wanted if is_plain and is_admin_path(wanted.partition("?")[0]) else "/admin/"
