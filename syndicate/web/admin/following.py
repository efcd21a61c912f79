"""Following a blog or an account: looking it up, choosing from what was found, and adding it to the blogroll."""

from aiohttp import web

from syndicate.blogroll.finder import FoundFeed
from syndicate.blogroll.following import require_another
from syndicate.errors import InputError
from syndicate.model.blogroll import BlogrollEntry
from syndicate.translation import _
from syndicate.web.admin.blogroll import BLOGROLL, BLOGROLL_EDITOR, list_page
from syndicate.web.admin.forms import Form
from syndicate.web.admin.lookup import look_up
from syndicate.web.admin.pages.blogroll import FoundPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CONFIG, STORE

NOTHING_GIVEN = _("Please give an account, such as @ann@social.example, or the address of a blog or a feed.")


async def post_find(request: web.Request) -> web.StreamResponse:
    """Show what is at an address."""
    form = request[FORM]
    address = form.get("address").strip()
    try:
        _require_usable(request, address)
        found = await look_up(request, address)
    except InputError as error:
        return await _wrong(request, form, error)
    page = FoundPage(
        form=Form({"address": address}),
        found=found,
        categories=tuple(await request.app[STORE].blogroll.list_categories()),
        known=await _find_known(request, found),
    )
    return respond(request, page)


async def post_follow(request: web.Request) -> web.StreamResponse:
    """Add what was chosen to the blogroll."""
    form = request[FORM]
    address = form.get("address").strip()
    try:
        _require_usable(request, address)
        found = await look_up(request, address, form.get("feed") if form.has("feed") else None)
        chosen = found if form.has("account") else found.without_account()
        category = form.get("category") if form.has("category") else None
        hidden = form.has("hidden") if form.has("category") else None
        entry = await request.app[BLOGROLL_EDITOR].add(chosen, address, category=category, hidden=hidden)
    except InputError as error:
        return await _wrong(request, form, error)
    return see_other(f"{BLOGROLL}{entry.id}/", "followed")


def _require_usable(request: web.Request, address: str) -> None:
    """Raises InputError."""
    if not address:
        raise InputError(NOTHING_GIVEN)
    require_another(request.app[CONFIG].site, address)


async def _wrong(request: web.Request, form: Form, error: InputError) -> web.StreamResponse:
    wrong = form.with_errors(address=str(error))
    return respond_to_form(request, await list_page(request, wrong), wrong)


async def _find_known(request: web.Request, found: FoundFeed) -> BlogrollEntry | None:
    addresses = (found.actor.uri if found.actor else "", found.feed_url, found.url)
    for address in filter(None, addresses):
        if entry := await request.app[STORE].blogroll.find(address):
            return entry
    return None
