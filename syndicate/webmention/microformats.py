"""Reads what a page says of itself in microformats2: the entry that links here, its type, author, text and date. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from syndicate.content.microformats import Properties, first_text, read_microformats, text_of
from syndicate.model.comment import CommentKind

ENTRIES = frozenset({"h-entry", "h-event", "h-review", "h-recipe"})
RESPONSES = (
    ("in-reply-to", CommentKind.REPLY),
    ("repost-of", CommentKind.REPOST),
    ("like-of", CommentKind.LIKE),
    ("bookmark-of", CommentKind.BOOKMARK),
)
"""The properties that make an entry a response, in the order in which they count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """The entry of a page that links to a post. `html` is its text as it was sent, `words` its summary or name; empty
    strings stand for what the page does not say."""

    kind: CommentKind
    author: str = ""
    author_url: str = ""
    html: str = ""
    words: str = ""
    name: str = ""
    url: str = ""
    published: str = ""


def find_entry(html: str, targets: Collection[str], *, address: str) -> PageEntry | None:
    """Return the entry that responds to one of the `targets`, else the one that contains it, else the first one; None if
    the page at `address` has no entry. `targets` are spelled as the page does, made absolute."""
    items = read_microformats(html, address).items
    entries = [item["properties"] for item in items if ENTRIES.intersection(item["type"])]
    if not entries:
        return None
    entry = (
        next((each for each in entries if _response(each, targets)), None)
        or next((each for each in entries if _contains(each, targets)), None)
        or entries[0]
    )
    author, author_url = _author(entry, items)
    html, text = _content(entry)
    return PageEntry(
        kind=_response(entry, targets) or CommentKind.MENTION,
        author=author,
        author_url=author_url,
        html=html or (escape(text) if text else ""),
        words=first_text(entry, "summary"),
        name=first_text(entry, "name"),
        url=first_text(entry, "url"),
        published=first_text(entry, "published"),
    )


def _response(entry: Properties, targets: Collection[str]) -> CommentKind | None:
    return next((kind for name, kind in RESPONSES if not set(_addresses(entry, name)).isdisjoint(targets)), None)


def _contains(entry: Properties, targets: Collection[str]) -> bool:
    """Whether a target stands in any property or in the text of an entry."""
    if any(not set(_addresses(entry, name)).isdisjoint(targets) for name in entry):
        return True
    html, _ = _content(entry)
    return any(escape(target) in html for target in targets)


def _addresses(entry: Properties, name: str) -> Iterator[str]:
    """Yield the values of a property, and the addresses of the cited works among them."""
    for value in entry.get(name, []):
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (url for url in value.get("properties", {}).get("url", []) if isinstance(url, str))
            if isinstance(value.get("value"), str):
                yield value["value"]


def _author(entry: Properties, items: list[dict[str, Any]]) -> tuple[str, str]:
    """Return name and address of the author: of the entry, of its feed, or of the only person on the page."""
    feeds = [item["properties"] for item in items if "h-feed" in item["type"]]
    for properties in (entry, *feeds):
        for value in properties.get("author", []):
            if isinstance(value, dict):
                card = value.get("properties", {})
                return first_text(card, "name") or text_of(value.get("value")), first_text(card, "url")
            if isinstance(value, str):
                return ("", value) if value.startswith(("https://", "http://")) else (value, "")
    cards = [item["properties"] for item in items if "h-card" in item["type"]]
    return (first_text(cards[0], "name"), first_text(cards[0], "url")) if len(cards) == 1 else ("", "")


def _content(entry: Properties) -> tuple[str, str]:
    """Return the text of an entry as HTML, or as plain text."""
    for value in entry.get("content", []):
        if isinstance(value, dict):
            return text_of(value.get("html")), text_of(value.get("value"))
        return "", text_of(value)
    return "", ""
