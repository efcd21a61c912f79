"""Setting up the account by a one-time link: the password, then the steps that follow."""

from aiohttp import web

from syndicate.errors import NotFound
from syndicate.translation import _
from syndicate.web.admin.authentication import AUTHENTICATION
from syndicate.web.admin.pages.account import SetupPage, WelcomePasskeyPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM, client_of, set_cookies

FIRST_STEP = "/admin/welcome/codes"
PASSKEY_STEP = "/admin/welcome/passkey"
BLOG_STEP = "/admin/welcome/blog"


async def get_setup(request: web.Request) -> web.StreamResponse:
    await _require_live_link(request)
    return respond(request, SetupPage(is_again=await _is_again(request)))


async def post_setup(request: web.Request) -> web.StreamResponse:
    token = await _require_live_link(request)
    form, authentication = request[FORM], request.app[AUTHENTICATION]
    password = form.get("password")
    problem = await authentication.password_problem(password)
    differs = "" if password == form.get("repeat") else _("The two are not the same.")
    checked = form.with_errors(password=problem, repeat=differs)
    if checked.errors:
        page = SetupPage(form=checked.without_secrets("password", "repeat"), is_again=await _is_again(request))
        return respond_to_form(request, page, checked)
    signed_in = await authentication.set_up(token, password, client_of(request))
    if signed_in is None:
        raise NotFound("setup link")
    response = see_other(FIRST_STEP)
    set_cookies(request, response, signed_in)
    return response


async def get_passkey_step(request: web.Request) -> web.StreamResponse:
    if not request.app[AUTHENTICATION].passkeys.host:
        return see_other(BLOG_STEP)
    return respond(request, WelcomePasskeyPage(next=BLOG_STEP))


async def _require_live_link(request: web.Request) -> str:
    """Return the token of the address. Raises NotFound unless it is that of a live link."""
    token = request.match_info["token"]
    if not await request.app[AUTHENTICATION].is_setup_link(token):
        raise NotFound("setup link")
    return token


async def _is_again(request: web.Request) -> bool:
    return await request.app[AUTHENTICATION].find_account() is not None
