"""Reads notes of other servers, whatever the media type of their text."""

from dataclasses import replace
from typing import Any

from syndicate.activitypub.parse import RemoteNote, parse_note
from syndicate.content import foreign_text
from syndicate.federation.inbox.context import InboxContext


async def read_note(document: dict[str, Any], context: InboxContext) -> RemoteNote:
    """Return a Note, Article, … with its text as HTML, which is unsafe. Raises MalformedActivity."""
    note = parse_note(document)
    if not note.media_type:
        return note
    return replace(note, html=await context.sanitizer_thread.do(foreign_text.to_html, note.html, note.media_type))
