"""Parses the bytes of another server into a JSON object that is safe to read without a JSON-LD processor.

Whatever other parsers would read differently is rejected: duplicate keys, JSON-LD keywords outside of `@context`,
contexts that give a core term another meaning. Forged activities were made of such ambiguities in
Mastodon (CVE-2022-24307), Misskey and Fedify.
"""

import json
from typing import Any

from syndicate.activitypub.access import as_list
from syndicate.activitypub.vocabulary import AS2, CORE_TERMS
from syndicate.errors import MalformedActivity

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 10_000
MAX_ITEMS = 1_000
MAX_ADDRESSED = 256
ADDRESSED = frozenset({"to", "cc", "bto", "bcc", "audience", "tag", "attachment"})
INTEGER_LIMIT = 2**63
VALUE_OBJECT_MEMBERS = frozenset({"@value", "@type", "type", "@language", "@direction"})
"""The members of a value object (JSON-LD 1.1 §4.2.1), which Fedify uses for keys when it embeds an actor. We read them
nowhere, and they cannot be mistaken for an object."""


def parse_document(body: bytes) -> dict[str, Any]:
    """Parse a JSON object strictly. Raises MalformedActivity with the reason `json.*`."""
    if len(body) > MAX_BYTES:
        raise MalformedActivity("json.large", f"{len(body)} bytes")
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer
        )
    except RecursionError as error:
        raise MalformedActivity("json.deep") from error
    except ValueError as error:
        raise MalformedActivity("json.syntax", str(error)[:100]) from error
    if not isinstance(document, dict):
        raise MalformedActivity("json.syntax", "not an object")
    _check(document)
    return document


def require_context(document: dict[str, Any]) -> None:
    """Require the ActivityStreams context of an activity or object (AS2 §2.1). Raises MalformedActivity."""
    if AS2 not in as_list(document.get("@context")):
        raise MalformedActivity("json.context", "the ActivityStreams context is missing")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int:
    if len(text) > 20 or not -INTEGER_LIMIT <= (number := int(text)) < INTEGER_LIMIT:
        raise ValueError("number out of range")
    return number


def _check(document: dict[str, Any]) -> None:
    """Limit every size, and reject what a JSON-LD processor could read differently; without recursion."""
    nodes = 0
    pending: list[tuple[Any, int]] = [(document, 1)]
    while pending:
        value, depth = pending.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise MalformedActivity("json.deep")
        if nodes > MAX_NODES:
            raise MalformedActivity("json.large", "too many values")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            if "@value" in value and depth > 1 and VALUE_OBJECT_MEMBERS.issuperset(value):
                value = {key.removeprefix("@"): item for key, item in value.items()}
            for key, item in value.items():
                if key == "@context":
                    _check_context(item)
                    continue
                if key.startswith("@"):
                    raise MalformedActivity("json.keyword", key[:40])
                _check_text(key)
                if ":" in key and isinstance(item, dict) and _is_foreign(item):
                    item = {name: part for name, part in item.items() if name != "@type"}
                if isinstance(item, list) and key in ADDRESSED and len(item) > MAX_ADDRESSED:
                    raise MalformedActivity("json.large", f"{len(item)} values in {key}")
                pending.append((item, depth + 1))
        elif isinstance(value, list):
            if len(value) > MAX_ITEMS:
                raise MalformedActivity("json.large", f"{len(value)} values in a list")
            pending.extend((item, depth + 1) for item in value)


def _is_foreign(item: dict[str, Any]) -> bool:
    """Whether an object has only prefixed names, which we read nowhere. Friendica sends such ones
    (`vcard:hasAddress`)."""
    return isinstance(item.get("@type"), str) and all(":" in name for name in item if name != "@type")


def _check_text(text: str) -> None:
    """Reject lone surrogates: `json.loads` accepts them, and every later encoder fails."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedActivity("json.surrogate")


def _check_context(context: Any) -> None:
    """Reject inline contexts that give a core term another meaning; they may add terms."""
    for item in as_list(context)[:MAX_ADDRESSED]:
        if not isinstance(item, dict):
            continue
        for term, meanings in CORE_TERMS.items():
            if term not in item:
                continue
            given = item[term]
            meaning = given.get("@id") if isinstance(given, dict) else given
            if meaning not in meanings:
                raise MalformedActivity("json.context", f"gives another meaning to {term}")
