"""Recovery codes: made on request, shown once, to print or to save as a file."""

from aiohttp import web

from syndicate.translation import _
from syndicate.web.admin.authentication import AUTHENTICATION
from syndicate.web.admin.pages.account import CodesPage
from syndicate.web.admin.rendering import respond
from syndicate.web.admin.session import FORM
from syndicate.web.admin.setup import FIRST_STEP, PASSKEY_STEP
from syndicate.web.keys import SETTINGS

ACCOUNT = "/admin/account/"
MAX_CODES_LENGTH = 1000


async def get_codes(request: web.Request) -> web.StreamResponse:
    return respond(request, _page(request))


async def post_codes(request: web.Request) -> web.StreamResponse:
    codes = await request.app[AUTHENTICATION].replace_codes()
    return respond(request, _page(request, tuple(codes)))


async def post_download(request: web.Request) -> web.StreamResponse:
    """Return the codes that the page shows as a text file; they are not stored anywhere."""
    site = request.app[SETTINGS].site
    codes = request[FORM].get("codes")[:MAX_CODES_LENGTH]
    text = _("Recovery codes for {url}/admin/login\nEach works once.\n\n{codes}\n", url=site.url, codes=codes)
    headers = {"Content-Disposition": f'attachment; filename="recovery-codes-{site.handle}.txt"'}
    return web.Response(text=text, headers=headers)


def _page(request: web.Request, codes: tuple[str, ...] = ()) -> CodesPage:
    is_first_run = request.path == FIRST_STEP
    onward = PASSKEY_STEP if is_first_run else ACCOUNT
    return CodesPage(action=request.path, next=onward, is_first_run=is_first_run, codes=codes)
