"""Access to JSON-LD values, which may be a single value, a list, an id or an embedded object.

Control characters are removed from texts (except tabs and line ends); ids, addresses and types with any are rejected.
"""

import re
from collections.abc import Iterator
from typing import Any

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_CONTROL_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def as_list(value: Any) -> list[Any]:
    """Return a value as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_id(value: Any) -> str:
    """Return the id of an id, an object, or a list of exactly one of them; empty if there is none."""
    match value:
        case str(id) | {"id": str(id)}:
            return _plain(id)
        case [single]:
            return as_id(single)
        case _:
            return ""


def as_text(value: Any) -> str:
    """Return a text without control characters; empty if the value is no text."""
    return _CONTROL_IN_TEXT.sub("", value) if isinstance(value, str) else ""


def as_object(value: Any) -> dict[str, Any]:
    """Return an object, or the first object of a list; empty if there is none."""
    for item in as_list(value):
        if isinstance(item, dict):
            return item
    return {}


def ids(value: Any) -> tuple[str, ...]:
    """Return the ids of a value or of all in a list, in order."""
    return tuple(id for id in (as_id(item) for item in as_list(value)) if id)


def types(value: Any) -> Iterator[str]:
    """Return the types of an object, which may have several."""
    return (item for item in as_list(value) if isinstance(item, str) and _plain(item))


def as_link(value: Any) -> str:
    """Return the address of a `url`: a text, a Link, or the first of a list of them."""
    for item in as_list(value):
        if isinstance(item, str):
            return _plain(item)
        if isinstance(item, dict):
            address = item.get("href") or item.get("url")
            if isinstance(address, str):
                return _plain(address)
    return ""


def as_page(value: Any) -> str:
    """Return the address of the HTML page in a `url`: of several links one to a page, never one to JSON."""
    links = [item if isinstance(item, dict) else {"href": item} for item in as_list(value)]
    typed = [(str(link.get("mediaType") or "").lower(), as_link(link)) for link in links]
    pages = [(media_type, address) for media_type, address in typed if address and "json" not in media_type]
    pages.sort(key=lambda page: ("html" not in page[0], page[0] != ""))
    return pages[0][1] if pages else ""


def _plain(address: str) -> str:
    """Return an address, or nothing if it has control characters."""
    return "" if _CONTROL.search(address) else address
