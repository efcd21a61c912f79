"""Reads notes of other servers, whatever the media type of their text, and renders them for the blog."""

from dataclasses import replace
from typing import Any

from syndicate.activitypub.parse import RemoteNote, parse_note
from syndicate.content import foreign_text
from syndicate.content.sanitize import SafeHtml
from syndicate.federation.inbox.context import InboxContext

MAX_SIZE_IN_LOOP = 1_024
"""Characters of a note that is rendered in the event loop. Most take 0.1 ms, the strangest 30; handing one to the thread
takes longer than rendering most of them."""


async def read_note(document: dict[str, Any], context: InboxContext) -> RemoteNote:
    """Return a Note, Article, … with its text as HTML, which is unsafe. Raises MalformedActivity."""
    note = parse_note(document)
    if not note.media_type:
        return note
    return replace(note, html=await context.sanitizer_thread.do(foreign_text.to_html, note.html, note.media_type))


async def render_note(note: RemoteNote, context: InboxContext) -> tuple[str, SafeHtml, bool]:
    """Return the source of a note, its rendering, and whether it has any text."""
    if _size(note) <= MAX_SIZE_IN_LOOP:
        return context.shown.of_note(note)
    return await context.sanitizer_thread.do(context.shown.of_note, note)


def _size(note: RemoteNote) -> int:
    attached = (part for item in note.attached for part in (item.url, item.alt))
    return sum(map(len, (note.name, note.summary, note.html, note.url, *note.options, *attached)))
