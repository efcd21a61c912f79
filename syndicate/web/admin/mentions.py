"""What names the blog without answering a post, private messages, and reports of other servers."""

from aiohttp import web

from syndicate.activitypub.parse import host_of
from syndicate.comments.mentions import list_mentions, mark_seen
from syndicate.storage.received_notes import NoteKind, ReceivedNote
from syndicate.web.admin.pages.comments import MentionCard, MentionsPage
from syndicate.web.admin.rendering import respond, see_other
from syndicate.web.admin.session import FORM
from syndicate.web.keys import STORE
from syndicate.web.site.safe_html import SafeHtml

MENTIONS = "/admin/mentions/"
MAX_REPORTS = 50


async def get_mentions(request: web.Request) -> web.StreamResponse:
    store, is_all = request.app[STORE], "all" in request.query
    notes = await list_mentions(store, seen=is_all)
    page = MentionsPage(
        mentions=tuple([await _card(request, note) for note in notes]),
        reports=tuple(await store.reports.list_newest(MAX_REPORTS)),
        is_all=is_all,
    )
    return respond(request, page)


async def post_seen(request: web.Request) -> web.StreamResponse:
    """Mark as seen what the form names; what has come since stays new."""
    form, store = request[FORM], request.app[STORE]
    shown = [note for note in await list_mentions(store, seen=False) if form.has(f"note-{note.uri}")]
    await mark_seen(store, shown)
    return see_other(MENTIONS, "seen")


async def post_dismiss(request: web.Request) -> web.StreamResponse:
    id = request[FORM].get("report")
    await request.app[STORE].transaction(lambda tx: tx.reports.delete(id))
    return see_other(MENTIONS, "dismissed")


async def _card(request: web.Request, note: ReceivedNote) -> MentionCard:
    actor = await request.app[STORE].remote_actors.find(note.actor)
    return MentionCard(
        uri=note.uri,
        author=(actor.name or actor.handle if actor else "") or note.actor,
        handle=actor.handle if actor else host_of(note.actor),
        is_private=note.kind is NoteKind.PRIVATE,
        html=SafeHtml(note.html),
        url=note.url or note.uri,
        published=note.published,
        is_new=not note.seen,
    )
