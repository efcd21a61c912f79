"""One entry of the blogroll: how it fares, what is said of it, and unfollowing."""

from aiohttp import web

from syndicate.blogroll.following import MAX_TAGLINE_LENGTH
from syndicate.content.text import clean_name
from syndicate.errors import AddressUnusable, NotFound
from syndicate.model.blogroll import BlogrollEntry
from syndicate.translation import _
from syndicate.web.admin.blogroll import BLOGROLL, BLOGROLL_EDITOR
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.blogroll import BlogrollEntryPage
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import STORE

FIELDS = ("name", "tagline", "category", "notes")
NO_NAME = _("An entry needs a name.")


async def get_entry(request: web.Request) -> web.StreamResponse:
    entry = await _get(request)
    shown = {name: getattr(entry, name) for name in FIELDS} | ({"hidden": "1"} if entry.hidden else {})
    return respond(request, await _page(request, entry, Form(shown)))


async def post_entry(request: web.Request) -> web.StreamResponse:
    """Save what the author says of an entry; only what differs counts as edited."""
    form, entry = request[FORM], await _get(request)
    if form.get("do") == "seen":
        await request.app[BLOGROLL_EDITOR].edit(entry.id, {}, seen=True)
        return see_other(request.path, "saved")
    given = {name: clean_name(form.get(name), limit=MAX_TAGLINE_LENGTH) for name in FIELDS}
    if not given["name"]:
        wrong = form.with_errors(name=NO_NAME)
        return respond_to_form(request, await _page(request, entry, wrong), wrong)
    wanted = {**given, "hidden": form.has("hidden")}
    changes = {name: value for name, value in wanted.items() if value != getattr(entry, name)}
    if changes:
        await request.app[BLOGROLL_EDITOR].edit(entry.id, changes)
    return see_other(request.path, "saved")


async def post_unfollow(request: web.Request) -> web.StreamResponse:
    try:
        await request.app[BLOGROLL_EDITOR].unfollow(request.match_info["id"])
    except AddressUnusable:
        return see_other(BLOGROLL, "gone-entry")
    return see_other(BLOGROLL, "unfollowed")


async def _get(request: web.Request) -> BlogrollEntry:
    """Raises NotFound."""
    entry = await request.app[STORE].blogroll.get(request.match_info["id"])
    if entry is None:
        raise NotFound(request.path[:200])
    return entry


async def _page(request: web.Request, entry: BlogrollEntry, form: Form) -> BlogrollEntryPage:
    poll = await request.app[STORE].feed_polls.find(entry.id)
    return BlogrollEntryPage(
        form=form,
        entry=entry,
        categories=tuple(await request.app[STORE].blogroll.list_categories()),
        read=poll.read if poll else None,
        failing_since=poll.failing_since if poll else None,
    )
