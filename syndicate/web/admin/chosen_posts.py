"""Doing something with several posts at once: a question first, and afterwards what became of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from aiohttp import web

from syndicate.errors import AlreadyAnnounced, InputError, PostNotFound, RevisionConflict
from syndicate.model.ids import new_id
from syndicate.model.post import PostState
from syndicate.translation import _, ngettext
from syndicate.web.admin.editor import EDITOR, Editor, OpenedPost
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.post_lists import ChosenDonePage, ChosenPage, ChosenPost, ChosenResult
from syndicate.web.admin.post_lists import CHANGED_ELSEWHERE, HAS_CHANGES, IN_FOLDER, POSTS
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import CLOCK, STORE

CHOSEN = "/admin/posts/chosen"
MARK = "post-"
"""How the fields that name posts begin; the id follows."""
LAST_ACTION = "last action with posts"
"""The name under which the database remembers what became of them."""
DONE = {
    "publish": _("published"),
    "unpublish": _("made drafts"),
    "tag": _("given other tags"),
    "delete": _("deleted"),
    "take-back": _("taken back"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPostAction:
    """What was done with several posts; `next` is the list that they were chosen in."""

    id: str
    do: str
    text: str
    results: Sequence[ChosenResult]
    next: str


# the question


async def post_chosen(request: web.Request) -> web.StreamResponse:
    """Ask before anything is done."""
    form = request[FORM]
    back, ids = local_path(form.get("next") or POSTS), _marked(form)
    if not ids:
        return see_other(back, "no-posts")
    return respond(request, await _question(request, form, ids))


async def _question(request: web.Request, form: Form, ids: Sequence[str]) -> ChosenPage:
    do, chosen = _action(form), []
    for id in ids:
        try:
            opened = await request.app[EDITOR].open(id)
        except PostNotFound:
            continue
        problem = _problem(opened, do)
        note = "" if problem else " ".join(_notes(opened, do, request.app[CLOCK]()))
        chosen.append(ChosenPost(post=opened.post, revision=opened.made.revision, problem=problem, note=note))
    back = local_path(form.get("next") or POSTS)
    return ChosenPage(do=do, posts=tuple(chosen), form=form, next=back)


def _action(form: Form) -> str:
    """Return what is to be done. Raises InputError."""
    do = form.get("do")
    if do not in DONE or do == "take-back":
        raise InputError(_("This button is not known here."))
    return do


def _marked(form: Form) -> list[str]:
    return [name.removeprefix(MARK) for name in form.values if name.startswith(MARK)]


def _problem(opened: OpenedPost, do: str) -> str:
    """Return why a post is left as it is, or an empty string."""
    match do:
        case _ if opened.is_in_folder and do != "delete":
            return IN_FOLDER
        case "publish" if opened.is_live:
            return _("It is public already.") if opened.post.is_public else _("It is scheduled already.")
        case "publish" if opened.is_outdated:
            return CHANGED_ELSEWHERE
        case "publish" if not opened.fields["text"].strip():
            return _("It has no text.")
        case "unpublish" if not opened.is_live:
            return _("It is not public.")
        case "tag" if opened.aside:
            return HAS_CHANGES
    return ""


def _notes(opened: OpenedPost, do: str, now: datetime) -> Iterator[str]:
    """Yield what is to be known of a post before that."""
    post = opened.post
    if do == "publish":
        if post.state in (PostState.PRIVATE, PostState.PASSWORD):
            yield _("Until now only you could read it.")
        if opened.fields["date"] and post.published > now:
            yield _("It is scheduled: its date lies ahead.")
        if opened.aside:
            yield _("With the changes that are not in it yet.")
    if do == "delete":
        if post.counts.comments:
            yield ngettext("With its comment.", "With its {count} comments.", post.counts.comments)
        if opened.is_in_folder:
            yield _("Its file stays in the posts folder; delete it there, too.")


# doing it


async def post_apply(request: web.Request) -> web.StreamResponse:
    """Do it, then show what became of each post, however often that page is loaded."""
    form = request[FORM]
    do, revisions = _action(form), {id: form.get(f"{MARK}{id}") for id in _marked(form)}
    if do == "tag" and not (form.get("add").strip() or form.get("remove").strip()):
        wrong = form.with_errors(add=_("Please name at least one tag."))
        return respond_to_form(request, await _question(request, wrong, list(revisions)), wrong)
    results = [await _result(request, id, revision, do) for id, revision in revisions.items()]
    return await _remembered(request, do, results, local_path(form.get("next") or POSTS))


async def _result(request: web.Request, id: str, revision: str, do: str) -> ChosenResult:
    editor = request.app[EDITOR]
    try:
        opened = await editor.open(id)
    except PostNotFound:
        return ChosenResult(id="", title=id, text=_("It is gone already."), is_done=False)
    problem = _problem(opened, do) or ("" if revision == str(opened.made.revision) else CHANGED_ELSEWHERE)
    done = ""
    if not problem:
        try:
            done = await _do(editor, opened, do, request[FORM])
        except RevisionConflict:
            problem = CHANGED_ELSEWHERE
        except InputError as error:
            problem = f"{error}"
    kept = "" if do == "delete" and done else id
    return ChosenResult(id=kept, title=_title(opened), text=problem or done, is_done=not problem)


async def _do(editor: Editor, opened: OpenedPost, do: str, form: Form) -> str:
    """Do something with one post and return that in words. Raises RevisionConflict, InputError."""
    match do:
        case "publish":
            published = await editor.publish(opened, at=None, minor=form.has("quietly"))
            return _("It is out.") if published.post.is_public else _("It will be published at its date.")
        case "unpublish":
            is_taken_back = await editor.unpublish(opened)
            return _("It is a draft again.") + (_(" Nothing had been sent.") if is_taken_back else "")
        case "tag":
            return await _tag(editor, opened, form)
        case _:
            await editor.delete(opened.post.id)
            return _("It is deleted.")


async def _tag(editor: Editor, opened: OpenedPost, form: Form) -> str:
    removed = {name.casefold() for name in _names(form.get("remove"))}
    before = _names(opened.shown["tags"])
    kept = [name for name in before if name.casefold() not in removed]
    known = {name.casefold() for name in kept}
    tags = kept + [name for name in _names(form.get("add")) if name.casefold() not in known]
    if tags == before:
        return _("It has these tags already.") if not removed else _("Its tags are these already.")
    typed: Mapping[str, str] = dict(opened.shown) | {"tags": ", ".join(tags)}
    if opened.is_live:
        await editor.publish(replace(opened, aside=typed), at=None, minor=form.has("quietly"))
    else:
        await editor.save(opened, typed, opened.base_revision)
    return _("Its tags are: {names}.", names=", ".join(tags)) if tags else _("It has no tags now.")


def _names(typed: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in typed.split(",") if name.strip()))


def _title(opened: OpenedPost) -> str:
    return opened.post.heading or opened.post.slug


# what became of them


async def _remembered(request: web.Request, do: str, results: Sequence[ChosenResult], back: str) -> web.StreamResponse:
    done, left = sum(one.is_done for one in results), sum(not one.is_done for one in results)
    text = ngettext("{count} post {done}.", "{count} posts {done}.", done, done=DONE[do])
    if left:
        text += " " + ngettext("{count} left as it was.", "{count} left as they were.", left)
    last = LastPostAction(id=new_id(request.app[CLOCK]()), do=do, text=text, results=results, next=back)
    await request.app[STORE].transaction(lambda tx: tx.key_values.save(LAST_ACTION, json.dumps(asdict(last))))
    return see_other(f"{CHOSEN}?result={last.id}")


async def get_chosen(request: web.Request) -> web.StreamResponse:
    last = await _find_last(request, request.query.get("result", ""))
    if last is None:
        return see_other(POSTS)
    page = ChosenDonePage(
        id=last.id,
        text=last.text,
        results=tuple(last.results),
        due=await _take_back_until(request, last),
        next=last.next,
    )
    return respond(request, page)


async def _take_back_until(request: web.Request, last: LastPostAction) -> datetime | None:
    """Return until when a post that was just published can be taken back."""
    due = []
    for one in last.results if last.do == "publish" else ():
        pending = await request.app[STORE].announcements.find(one.id) if one.is_done else None
        if pending is not None and not pending.fetched:
            due.append(pending.due)
    return min(due, default=None)


async def post_take_back(request: web.Request) -> web.StreamResponse:
    """Take back the posts that were published together."""
    last = await _find_last(request, request[FORM].get("result"))
    if last is None or last.do != "publish":
        return see_other(POSTS)
    results = [await _taken_back(request, one) for one in last.results if one.is_done]
    return await _remembered(request, "take-back", results, last.next)


async def _taken_back(request: web.Request, one: ChosenResult) -> ChosenResult:
    try:
        await request.app[EDITOR].take_back(one.id)
    except (AlreadyAnnounced, PostNotFound):
        return replace(one, text=_("It has gone out already."), is_done=False)
    return replace(one, text=_("It is a draft again. Nothing had been sent."))


async def _find_last(request: web.Request, id: str) -> LastPostAction | None:
    """Return what was done last, if it has this id."""
    kept = await request.app[STORE].key_values.find(LAST_ACTION) if id else None
    if kept is None:
        return None
    fields = json.loads(kept)
    last = LastPostAction(**fields | {"results": [ChosenResult(**one) for one in fields["results"]]})
    return last if last.id == id else None
