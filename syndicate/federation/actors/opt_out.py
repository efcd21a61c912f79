"""The opt-out `#noblog` in a post or profile: its author is not shown here."""

import re
from collections.abc import Iterable
from typing import Any

from syndicate.activitypub.access import as_list, as_text, types
from syndicate.activitypub.parse import MAX_NAME_LENGTH, MAX_SUMMARY_LENGTH, RemoteNote
from syndicate.content.text import plain

WORD = "noblog"
TAG = re.compile(rf"(?<![\w&/#])#{WORD}(?!\w)", re.IGNORECASE)
MAX_FIELDS = 64


def declined_in_post(note: RemoteNote) -> bool:
    """Whether a post asks not to be shown on blogs."""
    return declined(note.hashtags, (note.html, note.summary, as_text(note.raw.get("name"))))


def declined(tags: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether tags or texts contain the opt-out."""
    return any(_is_tag(name) for name in tags) or any(_is_in(text) for text in texts)


def declined_in_profile(document: dict[str, Any]) -> bool:
    """Whether an actor opts out: in its summary, its name, a profile field or a tag."""
    tags = [item for item in as_list(document.get("tag"))[:MAX_FIELDS] if isinstance(item, dict)]
    if any("Hashtag" in types(tag.get("type")) and _is_tag(as_text(tag.get("name"))) for tag in tags):
        return True
    fields = [item for item in as_list(document.get("attachment"))[:MAX_FIELDS] if isinstance(item, dict)]
    texts = [document.get("summary"), document.get("name")]
    texts += [field.get(member) for field in fields for member in ("name", "value", "content")]
    return any(_is_in(as_text(text)[: max(MAX_SUMMARY_LENGTH, MAX_NAME_LENGTH)]) for text in texts)


def _is_tag(name: str) -> bool:
    return name.removeprefix("#").casefold() == WORD


def _is_in(html: str) -> bool:
    """Whether HTML contains the tag, which markup may split (`#<span>noblog</span>`). The word is searched for first,
    since almost nobody writes it."""
    return WORD in html.casefold() and TAG.search(plain(html)) is not None
