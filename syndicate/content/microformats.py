"""Reads the microformats2 of a page. Pure.

The page is untrusted: only so many of its elements are read by mf2py, since a page of a million must not cost more than
any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from syndicate.content.tags import Tag, escaped, tokens

MAX_TOKENS = 20_000
Properties = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Microformats:
    """The items of a page, in order, with those inside others."""

    items: list[dict[str, Any]] = field(default_factory=list)


def read_microformats(html: str, address: str) -> Microformats:
    """Return the microformats of the page at an address; nothing of what cannot be read."""
    # slow to import, and needed by servers only
    import mf2py
    from bs4 import BeautifulSoup

    try:
        parsed = mf2py.Parser(doc=BeautifulSoup(_bounded(html), "lxml"), url=address).to_dict()
    except RecursionError:  # of elements that are never closed
        return Microformats()
    return Microformats(items=list(_flat(parsed["items"])))


def _flat(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from _flat(item.get("children", []))


def _bounded(html: str) -> str:
    """Return a page without scripts and comments, up to the greatest number of tags and texts."""
    kept = islice(tokens(html), MAX_TOKENS)
    return "".join(str(token) if isinstance(token, Tag) else escaped(token) for token in kept)


def first_text(properties: Properties, name: str) -> str:
    """Return the first value of a property that is not blank, as text, or an empty string."""
    for value in properties.get(name, []):
        text = text_of(value.get("value")) if isinstance(value, dict) else text_of(value)
        if text.strip():
            return text.strip()
    return ""


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""
