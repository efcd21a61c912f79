"""Recognize headers of other programs that are not supported, so that they are never published as text.

In comes a text, out goes the name of the header's format.
"""

import re

from syndicate.content.not_public import NAMES_ELSEWHERE, PRIVATE_FIELDS, name_of, nearly

_FIELD = re.compile(r"""[ \t]*(?:\.\.[ \t]+)?["']?(?P<name>[A-Za-z][\w -]{0,40}?)["']?[ \t]*[:=](?:[ \t]|$)""")
_JSON = re.compile(r'\{\s*(?:"[^"\n]*"\s*:|\})')
_NAMED_FENCE = re.compile(r"-{3}[ \t]*[A-Za-z]+[ \t]*$")
_FENCE = re.compile(r"[^\w\s#>`<]{1,20}[ \t]*$")


def foreign_header(text: str) -> str:
    """Return the format of the header in the first lines of a text; empty if there is none."""
    lines = [line for line in text[:4_000].split("\n") if line.strip()][:2]
    first, second = (*lines, "", "")[:2]
    if first.strip() == "+++":
        return "TOML (+++)"
    if _JSON.match(text.lstrip()):
        return "JSON"
    if _NAMED_FENCE.match(first):
        return f"'{first.strip()}'"
    if _is_field(first.removeprefix("<!--")) or (first.strip() == "<!--" and _is_field(second)):
        return "not between two lines of '---'"
    if _FENCE.match(first.strip()) and _is_field(second):
        return f"between lines of '{first.strip()}'"
    return ""


def _is_field(line: str) -> bool:
    """Whether a line sets a field that some program knows, or that resembles one of the private ones."""
    found = _FIELD.match(line)
    name = name_of(found["name"]) if found else ""
    return name in NAMES_ELSEWHERE | PRIVATE_FIELDS or bool(name and nearly(name))
