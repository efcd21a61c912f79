"""The small lies of JSON-LD, told once: a value may be one thing, a list of things, an id or a whole object."""

from collections.abc import Iterator
from typing import Any


def as_list(value: Any) -> list[Any]:
    """One or many, as many."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_id(value: Any) -> str:
    """The id of an id, an object, or a list of exactly one of them; empty where there is none."""
    match value:
        case str():
            return value
        case {"id": str(id)}:
            return id
        case [single]:
            return as_id(single)
        case _:
            return ""


def as_text(value: Any) -> str:
    """A text; empty where it is none."""
    return value if isinstance(value, str) else ""


def as_object(value: Any) -> dict[str, Any]:
    """An object, or the first of a list; empty where there is none."""
    for item in as_list(value):
        if isinstance(item, dict):
            return item
    return {}


def ids(value: Any) -> tuple[str, ...]:
    """The ids of one or many, in order."""
    return tuple(id for id in (as_id(item) for item in as_list(value)) if id)


def types(value: Any) -> Iterator[str]:
    """The types of an object, which may have several."""
    return (item for item in as_list(value) if isinstance(item, str))


def as_link(value: Any) -> str:
    """The address of a `url`: a text, a Link, or the first of a list of them."""
    for item in as_list(value):
        if isinstance(item, str):
            return item
        if isinstance(item, dict):
            address = item.get("href") or item.get("url")
            if isinstance(address, str):
                return address
    return ""
