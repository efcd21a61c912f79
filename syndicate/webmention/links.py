"""Finds the addresses to which a document links, whatever kind of document and of link it is. Pure.

In come the text of a document and its media type, out go absolute addresses.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from syndicate.content.tags import Tag, resolved, tokens
from syndicate.urls import join

LINKS = frozenset({"href", "src", "poster", "cite", "data", "longdesc"})
"""The attributes whose values are addresses (HTML §4)."""
MAX_DEPTH = 100
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]{1,2000}")


def links_in(text: str, media_type: str, *, address: str) -> Iterator[str]:
    """Yield the addresses to which the document at `address` links, as often as it does."""
    kind = media_type.partition(";")[0].strip().lower()
    if "html" in kind or kind.endswith("xml"):
        yield from _of_page(text, address)
    elif kind == "application/json" or kind.endswith("+json"):
        yield from _of_json(text)
    elif kind == "text/plain":
        yield from _ADDRESS.findall(text)


def _of_page(html: str, base: str) -> Iterator[str]:
    for token in tokens(html):
        if not isinstance(token, Tag) or token.closing:
            continue
        if token.name == "base" and token.get("href"):
            base = join(base, token.value("href").strip()) or base
            continue
        yield from (join(base, value) for value in _values(token))


def _values(tag: Tag) -> Iterator[str]:
    for name, written in tag.attributes:
        if name in LINKS or (
            name == "value" and tag.name == "data"
        ):  # microformats2: a property without a visible link
            yield resolved(written).strip()
        elif name == "srcset":
            yield from (each.strip().partition(" ")[0] for each in resolved(written).split(","))


def _of_json(text: str) -> Iterator[str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    pending: list[tuple[Any, int]] = [(document, 0)]
    while pending:
        value, depth = pending.pop()
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            yield value
        elif isinstance(value, dict | list) and depth < MAX_DEPTH:
            pending += [(each, depth + 1) for each in (value.values() if isinstance(value, dict) else value)]
