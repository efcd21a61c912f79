"""Read the arguments of shortcodes and tags: `"a b" width=300 title="c"`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_ARGUMENT = re.compile(
    r"""(?:(?P<name>[A-Za-z][\w:-]*)\s*=\s*)?
        (?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>[^']*)'|`(?P<raw>[^`]*)`|(?P<bare>[^\s,"'`]+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments by position and by name (lower case)."""

    positional: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        """Return the first argument that is given under one of the names, else by position."""
        found = next((self.named[name] for name in names if self.named.get(name)), "")
        return found or (self.positional[0] if self.positional else "")

    def get(self, name: str, position: int | None = None) -> str:
        found = self.named.get(name, "")
        is_there = position is not None and position < len(self.positional)
        return found or (self.positional[position] if is_there and position is not None else "")


def parse_arguments(text: str) -> Arguments:
    """Return the arguments in a text."""
    positional: list[str] = []
    named: dict[str, str] = {}
    for found in _ARGUMENT.finditer(text):
        value = next(one for one in (found["double"], found["single"], found["raw"], found["bare"]) if one is not None)
        value = value.replace('\\"', '"')
        if found["name"]:
            named[found["name"].lower()] = value
        else:
            positional.append(value)
    return Arguments(tuple(positional), named)
