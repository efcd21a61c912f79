"""Strangers' bytes → a JSON object that is safe to read without a JSON-LD processor.

What other parsers would read differently is refused: duplicate keys, JSON-LD keywords outside of `@context`,
contexts that give a core term another meaning. Those confusions are what forged activities were made of in
Mastodon (CVE-2022-24307), Misskey and Fedify.
"""

import json
from typing import Any

from syndicate.activitypub.access import as_list
from syndicate.activitypub.vocabulary import AS2, CORE_TERMS
from syndicate.errors import MalformedActivity

MAX_BYTES = 1024 * 1024
DEEPEST = 32
MOST_NODES = 10_000
MOST_ITEMS = 1_000
MOST_ADDRESSED = 256
ADDRESSED = frozenset({"to", "cc", "bto", "bcc", "audience", "tag", "attachment"})
LARGEST = 2**63
LITERAL = frozenset({"@value", "@type", "type", "@language", "@direction"})
"""What a typed text is written with (JSON-LD 1.1 §4.2.1): Fedify spells keys so when it embeds an actor. We read such a
text nowhere, and nobody can mistake it for an object."""


def parse_document(body: bytes) -> dict[str, Any]:
    """Read a JSON object, strictly. Raises MalformedActivity with the reason `json.*`."""
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
    """An activity or object says that it is ActivityStreams (AS2 §2.1). Raises MalformedActivity."""
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
    if len(text) > 20 or not -LARGEST <= (number := int(text)) < LARGEST:
        raise ValueError("number out of range")
    return number


def _check(document: dict[str, Any]) -> None:
    """Bound the size of everything, and refuse what JSON-LD could read differently; without recursion."""
    nodes = 0
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        nodes += 1
        if depth > DEEPEST:
            raise MalformedActivity("json.deep")
        if nodes > MOST_NODES:
            raise MalformedActivity("json.large", "too many values")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, dict):
            if "@value" in value and depth > 1 and LITERAL.issuperset(value):
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
                if isinstance(item, list) and key in ADDRESSED and len(item) > MOST_ADDRESSED:
                    raise MalformedActivity("json.large", f"{len(item)} values in {key}")
                waiting.append((item, depth + 1))
        elif isinstance(value, list):
            if len(value) > MOST_ITEMS:
                raise MalformedActivity("json.large", f"{len(value)} values in a list")
            waiting.extend((item, depth + 1) for item in value)


def _is_foreign(item: dict[str, Any]) -> bool:
    """Whether an object has nothing but names with a prefix, which we read nowhere: Friendica tells so where in the
    world somebody lives (`vcard:hasAddress`)."""
    return isinstance(item.get("@type"), str) and all(":" in name for name in item if name != "@type")


def _check_text(text: str) -> None:
    """Lone surrogates survive `json.loads` and break every encoder after it."""
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedActivity("json.surrogate")


def _check_context(context: Any) -> None:
    """Inline contexts may add terms, but give core terms only their own meaning."""
    for item in as_list(context)[:MOST_ADDRESSED]:
        if not isinstance(item, dict):
            continue
        for term, meanings in CORE_TERMS.items():
            if term not in item:
                continue
            given = item[term]
            meaning = given.get("@id") if isinstance(given, dict) else given
            if meaning not in meanings:
                raise MalformedActivity("json.context", f"gives another meaning to {term}")
