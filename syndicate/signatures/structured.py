"""The part of Structured Fields (RFC 8941) that RFC 9421 uses: dictionaries of inner lists and of byte sequences.

Header text comes in, values go out; values kept as text are in canonical form, because that is what is signed.
Parsing is linear.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from syndicate.errors import SignatureRejected
from syndicate.signatures.keys import decode_base64

_KEY = r"[a-z*][a-z0-9_.*-]*+"
_STRING = r'"(?:[ !#-\[\]-~]|\\["\\])*+"'
_BARE_ITEM = (
    rf"{_STRING}|:[A-Za-z0-9+/=]*+:|\?[01]|-?[0-9]{{1,12}}\.[0-9]{{1,3}}|-?[0-9]{{1,15}}"
    r"|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+"
)
_MEMBER = re.compile(rf"({_KEY})=")
_PARAMETER = re.compile(rf"; *+({_KEY})(?:=({_BARE_ITEM}))?")
_ITEM = re.compile(rf" *+({_STRING})(?=[ ;)])")
_LIST_END = re.compile(r" *+\)")
_COMMA = re.compile(r"[ \t]*+,[ \t]*+")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*+):")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerList:
    """Strings with parameters, and parameters of them all. `items` and the values of `parameters` are as they are
    serialized (`"@method"`, `1618884473`); `items` include the parameters of each."""

    items: tuple[str, ...]
    parameters: dict[str, str]

    def __str__(self) -> str:
        return f"({' '.join(self.items)}){_render_parameters(self.parameters)}"


def parse_inner_lists(text: str, *, limit: int) -> dict[str, InnerList]:
    """Parse a dictionary of at most `limit` inner lists of strings. Raises SignatureRejected("signature.syntax")."""
    members: dict[str, InnerList] = {}
    position = 0
    while True:
        key, position = _parse_key(text, position, members)
        members[key], position = _parse_inner_list(text, position)
        if len(members) > limit:
            _refuse("too many members")
        if position == len(text):
            return members
        position = _parse_comma(text, position)


def parse_byte_sequences(text: str) -> dict[str, bytes]:
    """Parse a dictionary of byte sequences. Raises SignatureRejected("signature.syntax")."""
    members: dict[str, bytes] = {}
    position = 0
    while True:
        key, position = _parse_key(text, position, members)
        match = _BYTES.match(text, position)
        if match is None:
            _refuse("not a byte sequence")
        try:
            members[key] = decode_base64(match[1])
        except ValueError:
            _refuse("not base64")
        _, position = _parse_parameters(text, match.end())
        if position == len(text):
            return members
        position = _parse_comma(text, position)


def to_string(item: str) -> str:
    """Return the value of a serialized string. Raises SignatureRejected("signature.syntax")."""
    if item[0] != '"':
        _refuse("not a string")
    return _ESCAPE.sub(r"\1", item[1:-1]) if "\\" in item else item[1:-1]


def to_integer(item: str) -> int:
    """Return the value of a serialized integer. Raises SignatureRejected("signature.syntax")."""
    if _INTEGER.fullmatch(item) is None:
        _refuse("not an integer")
    return int(item)


def _parse_key(text: str, position: int, members: dict[str, InnerList] | dict[str, bytes]) -> tuple[str, int]:
    """Parse a key. RFC 8941 lets the last duplicate win; only an attacker could use that, so duplicates are refused."""
    match = _MEMBER.match(text, position)
    if match is None:
        _refuse("not a dictionary")
    if match[1] in members:
        _refuse("a label given twice")
    return match[1], match.end()


def _parse_comma(text: str, position: int) -> int:
    match = _COMMA.match(text, position)
    if match is None:
        _refuse("not a dictionary")
    return match.end()


def _parse_inner_list(text: str, position: int) -> tuple[InnerList, int]:
    if not text.startswith("(", position):
        _refuse("not an inner list")
    position += 1
    items: list[str] = []
    while (end := _LIST_END.match(text, position)) is None:
        item, position = _parse_item(text, position)
        items.append(item)
    parameters, position = _parse_parameters(text, end.end())
    return InnerList(items=tuple(items), parameters=parameters), position


def _parse_item(text: str, position: int) -> tuple[str, int]:
    match = _ITEM.match(text, position)
    if match is None:
        _refuse("not an inner list of strings")
    item, position = match[1], match.end()
    if text[position] != ";":
        return item, position
    parameters, position = _parse_parameters(text, position)
    if not text.startswith((" ", ")"), position):
        _refuse("not an inner list of strings")
    return item + _render_parameters(parameters), position


def _parse_parameters(text: str, position: int) -> tuple[dict[str, str], int]:
    parameters: dict[str, str] = {}
    while text.startswith(";", position):
        match = _PARAMETER.match(text, position)
        if match is None:
            _refuse("not a parameter")
        name, value = match.groups()
        if name in parameters:
            _refuse("a parameter given twice")
        parameters[name] = _canonical(value)
        position = match.end()
    return parameters, position


def _canonical(value: str | None) -> str:
    if value is None:
        return "?1"
    return str(int(value)) if _INTEGER.fullmatch(value) else value


def _render_parameters(parameters: dict[str, str]) -> str:
    return "".join(f";{name}" if value == "?1" else f";{name}={value}" for name, value in parameters.items())


def _refuse(why: str) -> NoReturn:
    raise SignatureRejected("signature.syntax", why)
