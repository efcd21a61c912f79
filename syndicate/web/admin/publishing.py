"""The last look before a post goes out, and what happens when another window has changed it."""

import difflib
import json
from collections.abc import Iterator

from aiohttp import web

from syndicate.errors import InputError, RevisionConflict, SlugTaken
from syndicate.model.tokens import hash_of
from syndicate.publishing.publisher import Change
from syndicate.translation import _
from syndicate.web.admin.audience import audience_of
from syndicate.web.admin.editor import EDITOR, OpenedPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.looking import missing
from syndicate.web.admin.pages.posts import ConflictPage, Difference, PublishPage
from syndicate.web.admin.post_form import NO_SUCH_DATE, parsed_date, typed_fields
from syndicate.web.admin.posts import CONFLICT, edit_page, post_path
from syndicate.web.admin.rendering import respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, SETTINGS

CHANGED_SINCE = _("The text has changed since you looked, in another window or by going back. This is how it is now.")


async def get_publish(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    if opened.is_outdated:
        return see_other(post_path(opened.post.id, CONFLICT))
    return respond(request, await _page(request, opened, Form({"at": opened.fields["date"]})))


async def post_publish(request: web.Request) -> web.StreamResponse:
    form, zone = request[FORM], request.app[SETTINGS].site.zone
    opened = await request.app[EDITOR].open(request.match_info["id"])
    at = parsed_date(form.get("at"), zone) if form.get("at") else None
    if "at" in form.values and not form.get("at") and opened.fields["date"]:
        at = request.app[CLOCK]().replace(microsecond=0)  # the date that it had was taken away: at once
    if form.get("at") and at is None:
        checked = form.with_errors(at=NO_SUCH_DATE)
        return respond_to_form(request, await _page(request, opened, checked), checked)
    if form.get("look") != _look(opened):
        return await _changed_since(request, opened, form)
    try:
        published = await request.app[EDITOR].publish(opened, at=at, minor=form.has("quietly"))
    except RevisionConflict:
        return await _changed_since(request, await request.app[EDITOR].open(opened.post.id), form)
    except SlugTaken as error:
        checked = Form(opened.fields).with_errors(slug=f"{error}")
        return respond_to_form(request, await edit_page(request, opened, checked), checked)
    except InputError as error:
        checked = Form(opened.fields).with_errors(text=f"{error}")
        return respond_to_form(request, await edit_page(request, opened, checked), checked)
    if not published.post.is_public:
        return see_other(post_path(opened.post.id), "scheduled")
    if opened.post.is_public and published.change is not Change.UNCHANGED:
        return see_other(post_path(opened.post.id), "updated")
    return see_other(post_path(opened.post.id, "published"))


async def _changed_since(request: web.Request, opened: OpenedPost, form: Form) -> web.StreamResponse:
    """Answer a form that was made of another text: an old page, a double click, or another window."""
    if opened.is_outdated:
        return see_other(post_path(opened.post.id, CONFLICT))
    if opened.post.is_public and not opened.aside:
        return see_other(post_path(opened.post.id, "published"))
    checked = form.with_errors(look=CHANGED_SINCE)
    return respond_to_form(request, await _page(request, opened, checked), checked)


def _look(opened: OpenedPost) -> str:
    """Return what identifies the text that is looked at."""
    return hash_of(json.dumps([opened.made.revision, dict(opened.fields)], sort_keys=True))


async def _page(request: web.Request, opened: OpenedPost, form: Form) -> PublishPage:
    post = await request.app[EDITOR].composed(opened)
    return PublishPage(
        form=form,
        id=opened.post.id,
        title=opened.fields["title"] or opened.fields["text"][:80],
        is_update=opened.is_live,
        is_changed=bool(opened.aside) or not opened.is_live,
        has_date=opened.made.released is None,
        look=_look(opened),
        audience=await audience_of(request, post.kind, post.visibility),
        missing=tuple(await missing(request, opened, post)),
    )


# another window was faster


async def get_conflict(request: web.Request) -> web.StreamResponse:
    opened = await request.app[EDITOR].open(request.match_info["id"])
    if not opened.aside:
        return see_other(post_path(opened.post.id))
    return respond(
        request,
        ConflictPage(
            id=opened.post.id,
            mine=opened.aside,
            theirs=opened.shown,
            revision=opened.made.revision,
            differences=tuple(differences(opened.shown["text"], opened.aside["text"])),
        ),
    )


async def post_conflict(request: web.Request) -> web.StreamResponse:
    """Keep one of the two texts, or one made of both, as what is being written; nothing is published by that."""
    form, editor = request[FORM], request.app[EDITOR]
    opened = await editor.open(request.match_info["id"])
    if form.get("do") == "theirs":
        await editor.discard(opened.post.id)
        return see_other(post_path(opened.post.id), "theirs")
    typed = dict(opened.aside or opened.shown)
    if form.get("do") == "merge":
        typed["text"] = typed_fields(form, typed)["text"]
    revision = form.get("revision")
    await editor.keep_aside(opened, typed, int(revision) if revision.isdecimal() else opened.made.revision)
    return see_other(post_path(opened.post.id), "mine")


def differences(before: str, after: str) -> Iterator[Difference]:
    """Yield the lines in which two texts differ, with the lines around them."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    for line in list(lines)[2:]:
        yield Difference(kind={"-": "removed", "+": "added", "@": "gap"}.get(line[0], ""), text=line[1:])
