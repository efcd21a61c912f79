"""The link in a mail to a reader who wants to be notified of an answer: a page with buttons. Looking at it changes
nothing, since programs follow the links of mails."""

from aiohttp import web

from syndicate.comments.notice_requests import NoticeState
from syndicate.web.http.bodies import FORM_TYPE
from syndicate.web.http.clients import address_of
from syndicate.web.http.keys import BODIES
from syndicate.web.keys import CONFIG, NOTICE_REQUESTS
from syndicate.web.site.page_builder import PAGE_BUILDER

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


async def get_notice(request: web.Request) -> web.Response:
    return await _page(request, await request.app[NOTICE_REQUESTS].state(request.match_info["token"]))


async def post_notice(request: web.Request) -> web.Response:
    """Confirm the address, or erase it: by a button, or by a mail program (RFC 8058), which sends a form of either kind."""
    address = address_of(request, request.app[CONFIG].server)
    form = dict(await request.app[BODIES].form(request, address)) if request.content_type == FORM_TYPE else {}
    notices, token = request.app[NOTICE_REQUESTS], request.match_info["token"]
    await (notices.confirm(token) if "confirm" in form else notices.end(token))
    return await _page(request, await notices.state(token), is_done=True)


async def _page(request: web.Request, state: NoticeState, *, is_done: bool = False) -> web.Response:
    body = await request.app[PAGE_BUILDER].answer_notice(state, is_done=is_done)
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=PRIVATE)
