"""Read a Micropub request, in each of its three encodings, into one form: microformats2 properties with lists of values.

Nothing here knows posts, or which properties there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from syndicate.activitypub.documents import parse_document
from syndicate.errors import MalformedRequest, MicropubRefused

INVALID = "invalid_request"
ENTRY = "h-entry"
RESERVED = frozenset({"access_token", "action", "url", "h"})
Properties = dict[str, list[Any]]


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNDELETE = "undelete"


@dataclass(frozen=True, slots=True, kw_only=True)
class MicropubRequest:
    """`properties` are those of a new post; `replace`, `add` and `remove` change one. A property of `removed` goes as a
    whole. `token` is an access token in the body, or empty."""

    action: Action = Action.CREATE
    url: str = ""
    token: str = ""
    properties: Properties = field(default_factory=dict)
    replace: Properties = field(default_factory=dict)
    add: Properties = field(default_factory=dict)
    remove: Properties = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def changed(self, before: Properties) -> Properties:
        """Return the properties that an update changes, with all their values afterwards."""
        changed = {name: list(values) for name, values in self.replace.items()}
        for name, values in self.add.items():
            changed[name] = changed.get(name, before.get(name, [])) + values
        for name, values in self.remove.items():
            changed[name] = [one for one in changed.get(name, before.get(name, [])) if not _is_among(one, values)]
        return changed | {name: [] for name in self.removed}


def _is_among(value: Any, removed: list[Any]) -> bool:
    """Return whether a value is removed; a photo with a description may be named by its address."""
    return value in removed or (isinstance(value, dict) and value.get("value") in removed)


def invalid(explanation: str) -> MicropubRefused:
    return MicropubRefused(INVALID, explanation)


def request_of_fields(fields: Iterable[tuple[str, str]]) -> MicropubRequest:
    """Return the request of a form (§3.2). Raises MicropubRefused."""
    reserved: dict[str, str] = {}
    properties: Properties = {}
    for name, value in fields:
        if name in RESERVED:
            if name in reserved:
                raise invalid(f"{name} is given twice.")
            reserved[name] = value
        elif value:
            name, value_ = _named(name, value)
            properties.setdefault(name, []).append(value_)
    action = _action(reserved.get("action", Action.CREATE.value))
    if action is Action.UPDATE:
        raise invalid("An update has to be sent as JSON.")
    if action is Action.CREATE:
        _require_entry([f"h-{reserved.get('h', 'entry')}"])
    return MicropubRequest(
        action=action, url=reserved.get("url", ""), token=reserved.get("access_token", ""), properties=properties
    )


def _named(name: str, value: str) -> tuple[str, Any]:
    """Return the property that a field gives, and its value: `category[]` is a list, `content[html]` an object."""
    bare, bracket, rest = name.partition("[")
    key = rest.removesuffix("]")
    return bare, value if not bracket or not key or key.isdigit() else {key: value}


def request_of_json(body: bytes) -> MicropubRequest:
    """Return the request of a JSON body (§3.3.2, §3.4, §3.5). Raises MicropubRefused."""
    try:
        document = parse_document(body)
    except MalformedRequest as error:
        raise invalid(f"The body cannot be read as JSON ({error}).") from error
    if _has_nul(document):
        raise invalid("The body has U+0000 in a text.")
    action = _action(document.get("action", Action.CREATE.value))
    token, url = document.get("access_token", ""), document.get("url", "")
    if not isinstance(token, str) or not isinstance(url, str):
        raise invalid("url and access_token have to be texts.")
    if action is Action.CREATE:
        _require_entry(document.get("type"))
        return MicropubRequest(token=token, properties=_lists(document, "properties"))
    if action is not Action.UPDATE:
        return MicropubRequest(action=action, url=url, token=token)
    removal = document.get("delete", {})
    names = tuple(removal) if isinstance(removal, list) else ()
    if not all(isinstance(name, str) for name in names):
        raise invalid("delete has to be a list of names, or an object with lists of values.")
    return MicropubRequest(
        action=action,
        url=url,
        token=token,
        replace=_lists(document, "replace"),
        add=_lists(document, "add"),
        remove={} if isinstance(removal, list) else _lists(document, "delete"),
        removed=names,
    )


def _has_nul(value: Any) -> bool:
    """Return whether U+0000, which not every database stores, stands anywhere in a document of bounded depth."""
    if isinstance(value, dict):
        return any(map(_has_nul, (*value, *value.values())))
    return any(map(_has_nul, value)) if isinstance(value, list) else isinstance(value, str) and "\0" in value


def _action(given: Any) -> Action:
    if not isinstance(given, str) or given not in set(Action):
        raise invalid(f"The action {str(given)[:50]!r} is not known. There are create, update, delete and undelete.")
    return Action(given)


def _require_entry(types: Any) -> None:
    if types != [ENTRY]:
        given = ", ".join(map(str, types))[:100] if isinstance(types, list) else str(types)[:100]
        raise invalid(f"The type has to be {ENTRY}: this blog has posts, and nothing of the type {given}.")


def _lists(document: dict[str, Any], name: str) -> Properties:
    """Return a member that is an object with a list for each property."""
    found = document.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(values, list) for values in found.values()):
        raise invalid(f"{name} has to be an object in which every property has a list of values.")
    return found
