"""The comment form: a preview first, then the comment waits for the author. It works without scripts.

Nothing of the reader is kept but what they typed; what they typed comes back with every problem.
"""

from http import HTTPStatus

from aiohttp import web

from syndicate.comments.draft import Target
from syndicate.comments.reader_form import TypedComment
from syndicate.errors import NotFound, TooBusy, TooManyRequests
from syndicate.translation import _
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.keys import COMMENT_LIMITER, CONFIG, NOTICE_REQUESTS, READER_COMMENTS, SETTINGS, URLS
from syndicate.web.site.post_page_builder import POST_PAGE_BUILDER

MAX_FORM_BYTES = 64 * 1024
FIELDS = ("name", "site", "mail", "text", "trap")
CLOSED = _("Comments on this post are closed. You can copy your text from here.")
TOO_MANY = _("Many comments have come from you in a short time. Please wait a few minutes, and send it again.")
BUSY = _("Many comments wait for the author at the moment. Please try it again another day.")
NOT_YET = _("Please look at your comment once more, and send it then.")


async def get_form(request: web.Request) -> web.Response:
    """Return the empty form, or the thanks after sending."""
    target = await _target(request, request.query.get("to", ""))
    if not target.post.comments_open:
        return await _page(request, target, problem=CLOSED, status=HTTPStatus.FORBIDDEN)
    return await _page(request, target, sent=request.query.get("sent", ""))


async def post_form(request: web.Request) -> web.Response:
    """Show a preview, or take a comment that was previewed."""
    address = address_of(request, request.app[CONFIG].server)
    fields = dict(await request.app[BODIES].form(request, address, MAX_FORM_BYTES))
    target = await _target(request, fields.get("to", ""))
    typed = TypedComment(**{name: fields.get(name, "") for name in FIELDS})
    if not target.post.comments_open:
        return await _page(request, target, typed, problem=CLOSED, status=HTTPStatus.FORBIDDEN)
    if errors := typed.problems():
        return await _page(request, target, typed, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "send" not in fields:
        return await _preview(request, target, typed)
    try:
        request.app[COMMENT_LIMITER].spend(address)
        is_saved = await request.app[READER_COMMENTS].save(target, typed, fields.get("token", ""))
    except TooManyRequests:
        return await _preview(request, target, typed, problem=TOO_MANY, status=HTTPStatus.TOO_MANY_REQUESTS)
    except TooBusy:
        return await _preview(request, target, typed, problem=BUSY, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if not is_saved:
        return await _preview(request, target, typed, problem=NOT_YET, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    has_mail = typed.mail_address and request.app[NOTICE_REQUESTS].are_offered
    location = request.app[URLS].comment_form(target.post.path, sent="mail" if has_mail else "yes")
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location, "Cache-Control": "no-store"})


async def _target(request: web.Request, address: str) -> Target:
    """Return what the form is about. Raises NotFound, Gone."""
    if not request.app[SETTINGS].comments.form:
        raise NotFound("there is no comment form")
    return await request.app[READER_COMMENTS].target(address)


async def _preview(
    request: web.Request, target: Target, typed: TypedComment, *, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> web.Response:
    token = await request.app[READER_COMMENTS].preview_token(target)
    return await _page(request, target, typed, token=token, problem=problem, status=status)


async def _page(
    request: web.Request,
    target: Target,
    typed: TypedComment | None = None,
    *,
    errors: dict[str, str] | None = None,
    token: str = "",
    problem: str = "",
    sent: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    body = await request.app[POST_PAGE_BUILDER].comment_form(
        target, typed or TypedComment(), errors=errors or {}, token=token, problem=problem, sent=sent
    )
    headers = {"Cache-Control": "no-store"}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = "600"
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)
