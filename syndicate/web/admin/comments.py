"""The author's lists of comments, and what is done there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from syndicate.activitypub.parse import host_of
from syndicate.comments.reasons import in_words
from syndicate.errors import InputError, NotFound
from syndicate.model.comment import Comment, CommentSource, CommentState
from syndicate.storage import Store
from syndicate.storage.admin_comments import CommentCounts, ModeratedComment
from syndicate.translation import _
from syndicate.web.admin.comment_actions import COMMENT_ACTIONS
from syndicate.web.admin.forms import Form
from syndicate.web.admin.pages.comments import CommentCard, CommentPage, CommentsPage, EarlierText
from syndicate.web.admin.pages.frame import Tab
from syndicate.web.admin.rendering import local_path, respond, respond_to_form, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import STORE
from syndicate.web.site.safe_html import SafeHtml

COMMENTS_PER_PAGE = 25
COMMENTS = "/admin/comments/"
TABS = {
    "waiting": (_("Waiting"), CommentState.PENDING),
    "shown": (_("Shown"), CommentState.APPROVED),
    "spam": (_("Spam"), CommentState.SPAM),
    "hidden": (_("Hidden"), CommentState.REJECTED),
    "deleted": (_("Deleted"), CommentState.WITHDRAWN),
}
DECISIONS = ("approve", "reject", "spam")
MARK = "comment-"
"""How the fields that name comments begin; the id follows."""
SOURCES = {
    CommentSource.IMPORT: _("imported"),
    CommentSource.FORM: _("by the form of the blog"),
    CommentSource.WEBMENTION: _("Webmention"),
}


# lists


async def get_comments(request: web.Request) -> web.StreamResponse:
    store, query = request.app[STORE], request.query
    name = query.get("state", "waiting") if query.get("state") in TABS else "waiting"
    totals = await store.totals.starting_with("comments:")
    found = await store.admin_comments.list_by_state(
        TABS[name][1], before=_key(query.get("before", "")), limit=COMMENTS_PER_PAGE + 1
    )
    withdrawn = CommentState.WITHDRAWN.value
    totals[withdrawn] = totals.get(withdrawn, 0) + await store.own_answers.count_deleted()
    rows = found[:COMMENTS_PER_PAGE]
    last = await request.app[COMMENT_ACTIONS].find_last(query.get("undo", ""))
    older = {"state": name, "before": _cursor(rows[-1].comment)} if len(found) > len(rows) else {}
    page = CommentsPage(
        tabs=tuple(_tab(one, totals, is_current=one == name) for one in TABS),
        state=name,
        comments=tuple(await _cards(request, rows)),
        next=_address(state=name, before=query.get("before", "")),
        newest=_address(state=name) if query.get("before") else "",
        older=_address(**older) if older else "",
        undo=last.id if last else "",
        done=last.text if last else "",
    )
    return respond(request, page)


async def post_comments(request: web.Request) -> web.StreamResponse:
    """Do what a button says with one comment, or with those that are marked."""
    form, actions = request[FORM], request.app[COMMENT_ACTIONS]
    ids, do = _marked(form), form.get("do")
    back = local_path(form.get("next") or COMMENTS)
    if not ids:
        return see_other(back, "unmarked")
    if do in DECISIONS:
        last = await actions.decide(ids, do)
    elif do in ("block-person", "block-server"):
        last = await actions.block(ids, server=do == "block-server")
    elif do == "delete":
        last = await actions.delete(ids)
    else:
        raise InputError(_("This button is not known here."))
    return see_other(f"{back}{'&' if '?' in back else '?'}undo={last.id}")


async def post_undo(request: web.Request) -> web.StreamResponse:
    form = request[FORM]
    is_undone = await request.app[COMMENT_ACTIONS].undo(form.get("undo"))
    return see_other(local_path(form.get("next") or COMMENTS), "undone" if is_undone else "not-undone")


# one comment


async def get_comment(request: web.Request) -> web.StreamResponse:
    """Return the page of a comment, which is also found by its short number."""
    if request.match_info["id"].isdecimal():
        known = await request.app[STORE].comments.find_by_reference(request.match_info["id"])
        if known is None:
            raise NotFound(request.path[:200])
        return see_other(f"{COMMENTS}{known.id}/")
    return respond(request, await _page(request, Form(), request.query.get("next", COMMENTS)))


async def post_comment(request: web.Request) -> web.StreamResponse:
    """Answer a comment."""
    form, id = request[FORM], request.match_info["id"]
    back = form.get("next") or COMMENTS
    try:
        reply = await request.app[COMMENT_ACTIONS].reply(id, form.get("text"), only=form.has("only"))
    except InputError as error:
        wrong = form.with_errors(text=str(error))
        return respond_to_form(request, await _page(request, wrong, back), wrong)
    return see_other(local_path(back), "answered" if reply.is_federated else "answered-here")


async def get_edit(request: web.Request) -> web.StreamResponse:
    text = await request.app[STORE].own_answers.find_text(request.match_info["id"])
    return respond(request, await _edit_page(request, Form({"text": text}), request.query.get("next", COMMENTS)))


async def post_edit(request: web.Request) -> web.StreamResponse:
    """Change an answer of the author's own."""
    form = request[FORM]
    back = form.get("next") or COMMENTS
    try:
        await request.app[COMMENT_ACTIONS].edit(request.match_info["id"], form.get("text"))
    except InputError as error:
        wrong = form.with_errors(text=str(error))
        return respond_to_form(request, await _edit_page(request, wrong, back), wrong)
    return see_other(local_path(back), "saved")


async def _edit_page(request: web.Request, form: Form, back: str) -> CommentPage:
    page = await _page(request, form, back)
    if not page.comment.is_own:
        raise NotFound(request.path[:200])
    return replace(page, is_edit=True)


async def _page(request: web.Request, form: Form, back: str) -> CommentPage:
    found = await request.app[STORE].admin_comments.find(request.match_info["id"])
    if found is None:
        raise NotFound(request.path[:200])
    [card] = await _cards(request, [found])
    return CommentPage(comment=card, form=form, next=local_path(back))


# what is shown of them


async def _cards(request: web.Request, rows: Sequence[ModeratedComment]) -> list[CommentCard]:
    store = request.app[STORE]
    authors = {row.comment.author.uri for row in rows if row.comment.author.uri}
    counts = {author: await store.admin_comments.count_by_author(author) for author in sorted(authors)}
    return [
        replace(_card(row, counts.get(row.comment.author.uri)), earlier=await _earlier(store, row.comment))
        for row in rows
    ]


async def _earlier(store: Store, comment: Comment) -> tuple[EarlierText, ...]:
    if not comment.is_edited:
        return ()
    revisions = await store.comment_revisions.list(comment.id)
    return tuple(EarlierText(html=SafeHtml(revision.html), written=revision.written) for revision in revisions)


def _card(row: ModeratedComment, counts: CommentCounts | None) -> CommentCard:
    comment = row.comment
    is_own = comment.source is CommentSource.OWN
    return CommentCard(
        id=comment.id,
        number=comment.number,
        author=comment.author.name or comment.author.handle or (_("You") if is_own else _("Somebody")),
        handle=comment.author.handle,
        author_url=comment.author.url,
        avatar=comment.author.avatar,
        server="" if is_own else host_of(comment.author.uri),
        source=SOURCES.get(comment.source, ""),
        record="" if is_own or counts is None else _record(counts),
        reason=in_words(row.reason),
        kind=comment.kind,
        html=SafeHtml(comment.html),
        published=comment.published,
        url=comment.url,
        post=comment.post,
        post_title=row.post_title,
        place=f"{row.post_path}#{comment.anchor}" if row.post_path and comment.state is CommentState.APPROVED else "",
        answers=row.answers,
        state=comment.state,
        is_own=is_own,
        takes_reply=bool(row.post_path) and comment.state is not CommentState.WITHDRAWN,
        can_block=bool(comment.author.uri) and not is_own,
        wants_notice=row.wants_notice,
        is_federated=comment.is_federated,
    )


def _record(counts: CommentCounts) -> str:
    return "first comment" if counts.all <= 1 else f"{counts.shown} shown, {counts.spam} spam"


def _tab(name: str, totals: dict[str, int], *, is_current: bool) -> Tab:
    label, state = TABS[name]
    return Tab(label=label, href=_address(state=name), count=totals.get(state.value, 0), is_current=is_current)


def _marked(form: Form) -> list[str]:
    return [name.removeprefix(MARK) for name in form.values if name.startswith(MARK)]


def _address(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{COMMENTS}?{urlencode(given)}" if given else COMMENTS


def _cursor(comment: Comment) -> str:
    return f"{comment.published.isoformat()}~{comment.id}"


def _key(cursor: str) -> tuple[datetime, str] | None:
    """Return the key in an address; one that cannot be read leads to the newest."""
    published, _separator, id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(published)
    except ValueError:
        return None
    return (at, id) if at.tzinfo is not None and "\x00" not in id else None
