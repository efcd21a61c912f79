"""`#noblog`, in a post or in a profile: whoever writes it is not shown on blogs, and so not here."""

import re
from collections.abc import Iterable
from typing import Any

from syndicate.activitypub.access import as_list, as_text, types
from syndicate.activitypub.parse import MAX_NAME_LENGTH, MAX_SUMMARY_LENGTH, RemoteNote
from syndicate.content.text import plain

WORD = "noblog"
TAG = re.compile(rf"(?<![\w&/#])#{WORD}(?!\w)", re.IGNORECASE)
MOST_FIELDS = 64


def declined_in_post(note: RemoteNote) -> bool:
    """Whether a post asks not to be shown on blogs."""
    return declined(note.hashtags, (note.html, note.summary, as_text(note.raw.get("name"))))


def declined(tags: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether something with these tags and this HTML asks so."""
    return any(_is_tag(name) for name in tags) or any(_is_said_in(text) for text in texts)


def declined_in_profile(document: dict[str, Any]) -> bool:
    """Whether an actor's document asks so: its summary, its name, one of its fields or its tags."""
    tags = [item for item in as_list(document.get("tag"))[:MOST_FIELDS] if isinstance(item, dict)]
    if any("Hashtag" in types(tag.get("type")) and _is_tag(as_text(tag.get("name"))) for tag in tags):
        return True
    fields = [item for item in as_list(document.get("attachment"))[:MOST_FIELDS] if isinstance(item, dict)]
    texts = [document.get("summary"), document.get("name")]
    texts += [field.get(member) for field in fields for member in ("name", "value", "content")]
    return any(_is_said_in(as_text(text)[: max(MAX_SUMMARY_LENGTH, MAX_NAME_LENGTH)]) for text in texts)


def _is_tag(name: str) -> bool:
    return name.removeprefix("#").casefold() == WORD


def _is_said_in(html: str) -> bool:
    """A quick look first: almost nobody says so. The word may be cut up by markup (`#<span>noblog</span>`)."""
    return WORD in html.casefold() and TAG.search(plain(html)) is not None
