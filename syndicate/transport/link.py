"""Parses the `Link` header (RFC 8288 §3): any text comes in, the valid links go out, in linear time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAMETER = re.compile(
    r"""\s*;\s*(?:([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;<]*)))?)?""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class LinkHeader:
    """A link. `target` is unchanged and may be relative; `rels` and `type` are in lower case."""

    target: str
    rels: frozenset[str]
    type: str = ""
    title: str = ""


def parse_links(values: Iterable[str]) -> Iterator[LinkHeader]:
    """Yield the links of all `Link` headers in order; links with another context (`anchor`) are skipped."""
    for value in values:
        position = 0
        while found := _TARGET.match(value, position):
            parameters, position = _parameters(value, found.end())
            if not parameters.get("anchor"):
                yield LinkHeader(
                    found[1].strip(),
                    frozenset(parameters.get("rel", "").lower().split()),
                    type=parameters.get("type", "").lower().partition(";")[0].strip(),
                    title=parameters.get("title", ""),
                )


def _parameters(value: str, position: int) -> tuple[dict[str, str], int]:
    """Return the parameters by lower-case name, the first of each (§3.3), and their end."""
    parameters: dict[str, str] = {}
    while (found := _PARAMETER.match(value, position)) and found.end() > position:
        position = found.end()
        name, quoted, plain = found.groups()
        if name:
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or "")
    return parameters, position
