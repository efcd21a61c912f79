"""Read YAML nodes from the text as written, not as YAML interprets it: a title may be `2024` or `No`, a language
`no`.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import reduce
from typing import TypeVar

import yaml

from syndicate.content.text import clean, clean_name

_MAX_DEPTH = 8
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
TRUE = frozenset({"true", "yes", "on"})
FALSE = frozenset({"false", "no", "off"})
_NAMES_OF_OBJECTS = ("name", "label", "title", "slug")


class BoundedYamlLoader(yaml.SafeLoader):
    """Loads YAML without aliases and deep nesting, which headers do not need and expansion bombs do."""

    def __init__(self, header: str) -> None:
        super().__init__(header)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refused("aliases are not allowed")
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._refused("it is nested too deeply")
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refused(self, problem: str) -> yaml.MarkedYAMLError:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs give it no type
        return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


class WrongValue(Exception):
    """The message says what is expected; becomes a FrontMatterInvalid once field and line are known."""


_Member = TypeVar("_Member", bound=StrEnum)


def raw(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def text_of(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise WrongValue("it must be text")
    return clean(str(node.value)).strip()


def line_of(node: yaml.Node) -> str:
    return clean_name(text_of(node), limit=500)


def bool_of(node: yaml.Node) -> bool:
    word = raw(node).strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise WrongValue("it must be true or false")


def one_of(kind: type[_Member], node: yaml.Node) -> _Member:
    word = raw(node).strip().lower()
    for member in kind:
        if member.value.lower() == word:
            return member
    raise WrongValue(f"it must be one of: {', '.join(member.value.lower() for member in kind)}")


def names_of(node: yaml.Node, *, separator: str = ",", words: bool = False) -> tuple[str, ...]:
    """Return a list of names, given as a list or as text with commas; with `words`, text without commas is one name
    per word. Each item is a word, an object that names something, or a list of them.
    """
    if isinstance(node, yaml.ScalarNode):
        text = "" if is_null(node) else text_of(node)
        names = text.split() if words and separator not in text else text.split(separator)
    elif isinstance(node, yaml.SequenceNode):
        names = [name for item in node.value for name in _names_of_item(item)]
    else:
        raise WrongValue("it must be a list of names")
    return tuple(dict.fromkeys(name for name in (clean_name(one).lstrip("#").strip() for one in names) if name))


def _names_of_item(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _names_of_item(item)
    elif isinstance(node, yaml.MappingNode):
        found = {raw(key).lower(): raw(value) for key, value in node.value}
        named = next((found[key] for key in _NAMES_OF_OBJECTS if found.get(key)), None)
        if named is None:
            raise WrongValue("it must be a list of names")
        yield named
    elif not is_null(node):
        yield raw(node)


def mapping_of(node: yaml.Node, *allowed: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongValue(f"it must be an address, or hold {', '.join(allowed)}")
    found = {raw(key): value for key, value in node.value if not is_null(value)}
    if strange := found.keys() - set(allowed):
        raise WrongValue(f"it may hold {', '.join(allowed)}, not '{clean_name(min(strange))}'")
    return found


def duration_of(text: str) -> int:
    """Parse `1870`, `31:10` or `0:31:10` as seconds."""
    if not re.fullmatch("(?:[0-9]{1,3}:)?(?:[0-9]{1,6}:)?[0-9]{1,6}", text):
        raise WrongValue("'duration' must be seconds, or such as 31:10 or 1:02:30")
    return reduce(lambda seconds, part: seconds * 60 + int(part), text.split(":"), 0)


def address_of(node: yaml.Node) -> str:
    """Return a web address, or one relative to the post, which is resolved when publishing."""
    address = text_of(node)
    scheme = _SCHEME.match(address)
    if (
        not address
        or any(char.isspace() for char in address)
        or (scheme and scheme[1].lower() not in ("http", "https"))
    ):
        raise WrongValue("it must be an http or https address, or a path")
    return address
