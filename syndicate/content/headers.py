"""Split a text into its header and its body, in every syntax that blog programs use.

In comes a text, out goes a `Header`, whose fields are YAML nodes whatever the syntax was: TOML and JSON are read by
their own parsers and keep their words as written. A header that does not end or cannot be parsed raises
FrontMatterInvalid with file and line, and is never shown as text.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import yaml

from syndicate.content.dialect import OURS, HeaderDialect
from syndicate.content.not_public import NAMES_ELSEWHERE, PRIVATE_FIELDS, name_of, nearly
from syndicate.content.yaml_values import BoundedYamlLoader
from syndicate.errors import FrontMatterInvalid
from syndicate.translation import _

MAX_LENGTH = 64_000
MAX_DEPTH = 8
Pairs = list[tuple[yaml.Node, yaml.Node]]
_NO_CHARACTER = "the header is not YAML: a character that is not allowed"
_FENCE = re.compile(r"\s*?^[ \t]{0,3}(?:---(?P<name>[A-Za-z]*)|(?P<toml>\+\+\+))[ \t]*(?:\n|\Z)", re.MULTILINE)
_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
    ";;;": re.compile(r"^;;;[ \t]*$", re.MULTILINE),
}
_JSON = re.compile(r'\s*(?P<start>\{)\s*(?:"[^"\n]*"\s*:|\})')
_MEMBERS = re.compile(r'\s*(?:;;;[ \t]*\n)?(?P<start>"(?P<name>[^"\n]{1,60})"\s*:)')
_LINE = re.compile(r"""[ ]{0,3}["']?(?P<name>[A-Za-z][\w -]{0,40}?)["']?[ \t]*:(?:[ \t]+(?P<value>.*)|[ \t]*$)""")
_ASSIGNMENT = re.compile(r"[ \t]*(?P<name>[A-Za-z][\w-]{0,40})[ \t]*=(?:[ \t]|$)")
_DOTTED = re.compile(r"[ \t]*\.\.[ \t]+(?P<name>[A-Za-z][\w-]{0,40}):(?:[ \t]+(?P<value>.*))?$")
_COMMENT = re.compile(r"\s*<!--(?P<text>.*?)(?:-->|(?P<open>\Z))", re.DOTALL)
_STRANGE_FENCE = re.compile(r"[^\w\s#>`<]{1,20}[ \t]*$")
_HOW = "please write it as YAML between two lines of '---' (two such lines alone at the top say: there is no header)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The fields of a header, in order, and the text below it. Node lines plus `line` plus one are lines of the file;
    `line` is that of the header.
    """

    fields: Pairs = field(default_factory=list)
    body: str
    line: int = 0
    found: bool = True


def split_header(text: str, *, file: str, dialect: HeaderDialect = OURS) -> Header:
    """Split a cleaned text. Raises FrontMatterInvalid."""
    for read in (_fenced, _json, _members, _dotted, _bare):
        if (header := read(text, file, dialect)) is not None:
            return header
    _refuse_other_forms(text, file)
    return Header(body=text, found=False)


def read_dotted(text: str) -> Pairs:
    """Read the fields of a `.meta` file of Nikola."""
    return [(node, value) for node, value, _rest in _dotted_lines(text.split("\n"))]


def to_fields(values: Mapping[str, Any]) -> Pairs:
    """Return values from settings as fields of a header; empty if they are nested too deeply."""
    try:
        return [(_scalar(str(key), 0), _node(value, 0)) for key, value in values.items()]
    except _TooDeep:
        return []


# -- one syntax each -------------------------------------------------------------------------------------------------


def _fenced(text: str, file: str, dialect: HeaderDialect) -> Header | None:
    """YAML between `---`, TOML between `+++`, and what the opening line names."""
    opening = _FENCE.match(text)
    if opening is None:
        return None
    line = text.count("\n", 0, opening.end())
    fence = "+++" if opening["toml"] else "---"
    end = _ENDS[fence].search(text, opening.end())
    if end is None:
        raise FrontMatterInvalid(
            _("the line '{fence}' that ends the header is missing", fence=fence), file=file, line=line
        )
    inside, body = text[opening.end() : end.start()], text[end.end() :].lstrip("\n")
    form = "toml" if opening["toml"] else (opening["name"] or "yaml").lower()
    if form not in _FORMS:
        raise FrontMatterInvalid(
            _("the header is '---{name}', which is not read", name=opening["name"]), file=file, line=line
        )
    if form == "yaml" and dialect.line_headers and (lines := _lines(inside.split("\n"))):
        return Header(fields=_pairs(lines), body=body, line=line)
    return Header(fields=_FORMS[form](inside, file, line), body=body, line=line)


def _json(text: str, file: str, _dialect: HeaderDialect) -> Header | None:
    """JSON from `{` to its `}`."""
    opening = _JSON.match(text)
    if opening is None:
        return None
    line = text.count("\n", 0, opening.start("start"))
    values, length = _decoded(text[opening.start("start") :], file, line)
    return Header(fields=values, body=text[opening.start("start") + length :].lstrip(" \t\n"), line=line)


def _members(text: str, file: str, _dialect: HeaderDialect) -> Header | None:
    """JSON members without braces, up to `;;;`."""
    opening = _MEMBERS.match(text)
    if opening is None or not _is_known(opening["name"]):
        return None
    line = text.count("\n", 0, opening.start("start"))
    end = _ENDS[";;;"].search(text, opening.end())
    if end is None:
        raise FrontMatterInvalid(_("the line ';;;' that ends the header is missing"), file=file, line=line + 1)
    members = text[opening.start("start") : end.start()].rstrip().removesuffix(",")
    values, _rest = _decoded(f"{{{members}}}", file, line)
    return Header(fields=values, body=text[end.end() :].lstrip("\n"), line=line)


def _dotted(text: str, file: str, _dialect: HeaderDialect) -> Header | None:
    """`.. key: value` lines of Nikola, in Markdown inside the first comment."""
    comment = _COMMENT.match(text)
    inside = comment["text"] if comment else text
    lines = inside.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not _DOTTED.match(first):
        return None
    if comment and comment["open"] is not None:
        raise FrontMatterInvalid(_("the '-->' that ends the header is missing"), file=file, line=1)
    found = _dotted_lines(lines)
    end = text[comment.end() :] if comment else "\n".join(lines[found[-1][2] + 1 :])
    start = text.count("\n", 0, comment.start("text")) if comment else 0
    return Header(fields=[(key, value) for key, value, _rest in found], body=end.lstrip("\n"), line=start)


def _bare(text: str, file: str, dialect: HeaderDialect) -> Header | None:
    """Lines of fields without an opening line: YAML up to `---` (Hexo), or lines up to an empty one (Pelican)."""
    start = len(text) - len(text.lstrip("\n"))
    first = text[start:].partition("\n")[0]
    opening = _LINE.match(first)
    if opening is None or not _is_known(opening["name"]):
        return None
    line = text.count("\n", 0, start)
    end = _ENDS["---"].search(text, start)
    if end is not None and not dialect.line_headers and end.start() - start <= MAX_LENGTH:
        inside = text[start : end.start()]
        if all(not one.strip() or one[0] in " \t-#" or _LINE.match(one) for one in inside.split("\n")):
            return Header(fields=_yaml(inside, file, line), body=text[end.end() :].lstrip("\n"), line=line)
    lines = text[start:].split("\n")
    found = _lines(lines)
    rest = lines[found[-1].last + 1 :]
    if rest and _ENDS["---"].fullmatch(rest[0]):
        rest = rest[1:]
    return Header(fields=_pairs(found), body="\n".join(rest).lstrip("\n"), line=line)


def _refuse_other_forms(text: str, file: str) -> None:
    """Raises FrontMatterInvalid for lines of fields in a form that is not read."""
    lines = [line for line in text[:4_000].split("\n") if line.strip()][:2]
    first, second = (*lines, "", "")[:2]
    inside = first.strip().removeprefix("<!--")
    if inside != first.strip() and (_is_field(inside) or (not inside.strip() and _is_field(second))):
        raise FrontMatterInvalid(_("the header is in a comment; {how}", how=_HOW), file=file, line=1)
    if (found := _ASSIGNMENT.match(first)) and _is_known(found["name"]):
        raise FrontMatterInvalid(_("the header is not between lines of '+++'; {how}", how=_HOW), file=file, line=1)
    if _STRANGE_FENCE.match(first.strip()) and _is_field(second):
        raise FrontMatterInvalid(
            _("the header is between lines of '{fence}'; {how}", fence=first.strip(), how=_HOW), file=file, line=1
        )


def _is_field(line: str) -> bool:
    found = _LINE.match(line.strip()) or _ASSIGNMENT.match(line)
    return found is not None and _is_known(found["name"])


def _is_known(name: str) -> bool:
    """Whether some program knows a field, or it resembles one of the private ones."""
    name = name_of(name)
    return name in NAMES_ELSEWHERE | PRIVATE_FIELDS or bool(nearly(name))


# -- values as nodes -------------------------------------------------------------------------------------------------


def _yaml(inside: str, file: str, line: int) -> Pairs:
    root = _parsed_yaml(inside, file, line)
    if root is None or (isinstance(root, yaml.ScalarNode) and root.tag == "tag:yaml.org,2002:null"):
        return []
    if not isinstance(root, yaml.MappingNode):
        raise _invalid("the header must be lines of 'field: value'", file, root.start_mark.line + line + 1)
    for key, _rest in root.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _invalid("the name of a field must be a word", file, key.start_mark.line + line + 1)
    return list(root.value)


def _parsed_yaml(inside: str, file: str, line: int) -> yaml.Node | None:
    _require_short(inside, file, line)
    try:
        return BoundedYamlLoader(inside).get_single_node()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + line + 1 if error.problem_mark else line
        hint = " (text that holds ': ' must stand in quotes)" if "mapping values" in (error.problem or "") else ""
        raise _invalid(f"the header is not YAML: {error.problem or 'it cannot be read'}{hint}", file, at) from None
    except yaml.reader.ReaderError as error:
        raise _invalid(_NO_CHARACTER, file, inside.count("\n", 0, error.position) + line + 1) from None
    except (ValueError, OverflowError):  # PyYAML passes "\UFFFFFFFF" to chr() unchecked
        raise _invalid(_NO_CHARACTER, file, line) from None


def _toml(inside: str, file: str, line: int) -> Pairs:
    _require_short(inside, file, line)
    try:
        values = tomllib.loads(inside, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise _invalid(f"the header is not TOML: {error}", file, line + int(at[1]) if at else line) from None
    except RecursionError:
        raise _invalid("the header is not TOML: it is nested too deeply", file, line) from None
    lines = inside.split("\n")

    def line_of(key: str) -> int:
        named = re.compile(rf"""\s*\[*["']?{re.escape(key)}["']?\s*[=\].]""")
        return next((at for at, one in enumerate(lines) if named.match(one)), 0)

    return _checked(
        lambda: [(_scalar(key, at := line_of(key)), _node(one, at)) for key, one in values.items()], file, line
    )


def _json_fields(inside: str, file: str, line: int) -> Pairs:
    return _decoded(inside.strip(), file, line)[0] if inside.strip() else []


def _decoded(text: str, file: str, line: int) -> tuple[Pairs, int]:
    """Return the fields of the JSON object at the start of a text, and where it ends."""
    decoder = json.JSONDecoder(strict=False, object_pairs_hook=_Members, parse_int=str, parse_float=str)
    try:
        values, length = decoder.raw_decode(text[:MAX_LENGTH])
    except json.JSONDecodeError as error:
        raise _invalid(f"the header is not JSON: {error.msg}", file, line + error.lineno) from None
    except RecursionError:
        raise _invalid("the header is not JSON: it is nested too deeply", file, line) from None
    if not isinstance(values, _Members):
        raise _invalid("the header must be a JSON object", file, line + 1)
    return _checked(lambda: _node(values, 0).value, file, line), length


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object, in order, also those that are given twice."""


class _TooDeep(Exception):
    pass


def _checked(read: Callable[[], Pairs], file: str, line: int) -> Pairs:
    try:
        return read()
    except _TooDeep:
        raise _invalid("the header is nested too deeply", file, line) from None


def _node(value: Any, line: int, depth: int = 0) -> yaml.Node:
    """Return a value of TOML or JSON as YAML would have it, words as written."""
    if depth > MAX_DEPTH:
        raise _TooDeep
    match value:
        case dict() | _Members():
            members: Iterable[tuple[str, Any]] = value.items() if isinstance(value, dict) else value
            pairs = [(_scalar(key, line), _node(one, line, depth + 1)) for key, one in members]
            return yaml.MappingNode("tag:yaml.org,2002:map", pairs, _mark(line), _mark(line))
        case list():
            items = [_node(one, line, depth + 1) for one in value]
            return yaml.SequenceNode("tag:yaml.org,2002:seq", items, _mark(line), _mark(line))
        case None:
            return _scalar("", line, "null")
        case bool():
            return _scalar("true" if value else "false", line, "bool")
        case datetime() | date() | time():
            return _scalar(value.isoformat(), line, "timestamp", is_quoted=True)
        case _:
            return _scalar(str(value), line, is_quoted=True)


def _scalar(text: str, line: int, kind: str = "str", *, is_quoted: bool = False) -> yaml.ScalarNode:
    tag = f"tag:yaml.org,2002:{kind}"
    return yaml.ScalarNode(tag, text, _mark(line), _mark(line), style='"' if is_quoted else None)


def _mark(line: int) -> yaml.Mark:
    return yaml.Mark("", 0, line, 0, "", 0)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    values: tuple[str, ...]
    line: int
    last: int


def _lines(lines: list[str]) -> list[_Field]:
    """Read `Key: value` lines from the top; four spaces continue a value."""
    found: list[_Field] = []
    for at, line in enumerate(lines):
        if found and line.startswith(("    ", "\t")) and line.strip():
            last = found[-1]
            found[-1] = _Field(last.name, (*last.values, line.strip()), last.line, at)
        elif opening := _LINE.match(line):
            found.append(_Field(opening["name"], ((opening["value"] or "").strip(),), at, at))
        elif found or line.strip():
            break
    return found


def _pairs(found: list[_Field]) -> Pairs:
    return [
        (_scalar(one.name, one.line), _scalar(" ".join(filter(None, one.values)), one.line, is_quoted=True))
        for one in found
    ]


def _dotted_lines(lines: list[str]) -> list[tuple[yaml.Node, yaml.Node, int]]:
    found: list[tuple[yaml.Node, yaml.Node, int]] = []
    for at, line in enumerate(lines):
        if opening := _DOTTED.match(line):
            value = _scalar((opening["value"] or "").strip(), at, is_quoted=True)
            found.append((_scalar(opening["name"], at), value, at))
        elif found and line.strip():
            break
    return found


def _require_short(inside: str, file: str, line: int) -> None:
    if len(inside) > MAX_LENGTH:
        raise _invalid("the header is longer than 64 kB", file, line)


def _invalid(message: str, file: str, line: int) -> FrontMatterInvalid:
    return FrontMatterInvalid(message, file=file, line=max(line, 1))


_FORMS: dict[str, Callable[[str, str, int], Pairs]] = {
    "yaml": _yaml,
    "yml": _yaml,
    "toml": _toml,
    "json": _json_fields,
}
