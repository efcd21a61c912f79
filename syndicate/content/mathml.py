"""MathML in HTML: formulas of the author in a safe form, those of other people as text.

A formula is written anew from a list of known elements and attributes, with nothing but text in them, so that no parser
finds HTML in it. While the HTML around it is sanitized, a mark stands for it.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from syndicate.content.tags import Tag, placed_tokens

_MAX_FORMULAS = 1_000
_MAX_ELEMENTS = 2_000
_MAX_DEPTH = 40
_TEX = "application/x-tex"

_TABLE = frozenset({"columnspan", "rowspan"})
_SPACE = frozenset({"depth", "height", "lspace", "voffset", "width"})
_OPERATOR = frozenset(
    {"fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace", "separator", "stretchy"}
    | {"symmetric"}
)
_ELEMENTS: Mapping[str, frozenset[str]] = {
    "annotation": frozenset({"encoding"}),
    "math": frozenset({"alttext", "display"}),
    "mfrac": frozenset({"linethickness"}),
    "mi": frozenset({"mathvariant"}),
    "mo": _OPERATOR,
    "mover": frozenset({"accent"}),
    "mpadded": _SPACE,
    "mspace": _SPACE,
    "mtd": _TABLE,
    "munder": frozenset({"accentunder"}),
    "munderover": frozenset({"accent", "accentunder"}),
} | dict.fromkeys(
    (
        *("merror", "mmultiscripts", "mn", "mphantom", "mprescripts", "mroot", "mrow", "ms", "msqrt", "mstyle", "msub"),
        *("msubsup", "msup", "mtable", "mtext", "mtr", "none", "semantics"),
    ),
    frozenset(),
)
"""The elements of MathML Core, and the attributes of each that have a meaning."""
_EVERYWHERE = frozenset({"dir", "displaystyle", "scriptlevel"})
_VALUE = re.compile(r"[A-Za-z0-9.+%/ -]{1,60}")


@dataclass(slots=True)
class _Node:
    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: "list[_Node | str]" = field(default_factory=list)


def set_aside(html: str) -> tuple[str, dict[str, str]]:
    """Return HTML with a mark in place of each formula, and the formulas in their safe form by their marks.

    Nobody can guess a mark: one in an attribute would let a formula end it.
    """
    formulas: dict[str, str] = {}
    nonce = secrets.token_hex(16)

    def keep(formula: _Node) -> str:
        mark = f"\ue000{nonce}{len(formulas)}\ue001"
        formulas[mark] = _written(formula)
        return mark

    return _replaced(html, keep), formulas


def put_back(html: str, formulas: Mapping[str, str]) -> str:
    """Return HTML with the formulas in place of their marks."""
    if not formulas:
        return html
    return re.sub("\ue000[0-9a-f]+\ue001", lambda mark: formulas.get(mark[0], ""), html)


def as_text(html: str) -> str:
    """Return HTML with each formula as text: its TeX (FEP-dc88), its plain text, or what can be written on a line."""
    return _replaced(html, lambda formula: escape(_text(formula), quote=False))


def _replaced(html: str, replace: Callable[[_Node], str]) -> str:
    """Replace each formula. One that does not end, or is too large, stays as it is."""
    if "<math" not in html.lower():
        return html
    out: list[str] = []
    copied, number = 0, 0
    builder: _Builder | None = None
    for token, start, end in placed_tokens(html):
        if builder is None:
            if isinstance(token, Tag) and token.name == "math" and not token.closing and number < _MAX_FORMULAS:
                builder = _Builder(token, start)
            continue
        builder.take(token)
        if builder.is_finished:
            if builder.is_usable:
                out += [html[copied : builder.start], replace(builder.root)]
                copied, number = end, number + 1
            builder = None
    return "".join((*out, html[copied:]))


class _Builder:
    """Builds the tree of a formula from tokens. Unknown elements are left out, and their text stays."""

    def __init__(self, opening: Tag, start: int) -> None:
        self.root = _Node("math", _known(opening))
        self.start = start
        self.is_finished = False
        self._open = [self.root]
        self._count = 1
        self.is_usable = True

    def take(self, token: Tag | str | None) -> None:
        if isinstance(token, str):
            self._open[-1].children.append(token)
        elif token is not None and token.closing:
            self._close(token.name)
        elif token is not None and token.name in _ELEMENTS and token.name != "math":
            self._start(token)

    def _start(self, tag: Tag) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS or len(self._open) > _MAX_DEPTH:
            self.is_usable = False
            return
        node = _Node(tag.name, _known(tag))
        self._open[-1].children.append(node)
        self._open.append(node)

    def _close(self, name: str) -> None:
        names = [node.name for node in self._open]
        if name == "math":
            self.is_finished = True
        elif name in names:
            del self._open[len(names) - 1 - names[::-1].index(name) :]


def _known(tag: Tag) -> tuple[tuple[str, str], ...]:
    known = _ELEMENTS[tag.name] | _EVERYWHERE
    found = ((name, " ".join(tag.value(name).split())) for name in sorted(known) if tag.get(name))
    return tuple((name, value[:500]) for name, value in found if name == "alttext" or _VALUE.fullmatch(value))


def _written(node: "_Node | str") -> str:
    if isinstance(node, str):
        return escape(unescape(node), quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes)
    return f"<{node.name}{attributes}>{''.join(map(_written, node.children))}</{node.name}>"


def _text(formula: _Node) -> str:
    for encoding, mark in ((_TEX, "$"), ("text/plain", "")):
        found = next((node for node in _nodes(formula) if dict(node.attributes).get("encoding") == encoding), None)
        if found is not None and (text := _line(found)):
            mark *= 2 if dict(formula.attributes).get("display") == "block" else 1
            return f"{mark}{text}{mark}"
    return dict(formula.attributes).get("alttext") or _line(formula)


def _nodes(node: _Node) -> list[_Node]:
    return [node, *(found for child in node.children if isinstance(child, _Node) for found in _nodes(child))]


_BETWEEN = {"mfrac": "/", "msub": "_", "msup": "^", "mtable": "; ", "mtr": ", "}


def _line(node: "_Node | str") -> str:
    """Return a formula, or a part of one, on a line: `1/2`, `x^2`, `√(x+1)`."""
    if isinstance(node, str):
        return " ".join(unescape(node).split())
    parts = [text for child in node.children if not _is_annotation(child) and (text := _line(child))]
    if node.name in ("msqrt", "mroot"):
        return f"√({' '.join(parts)})"
    between = _BETWEEN.get(node.name, "")
    return between.join(
        f"({part})" if between in ("/", "^", "_") and len(part) > 1 and not part.isalnum() else part for part in parts
    )


def _is_annotation(node: "_Node | str") -> bool:
    return isinstance(node, _Node) and node.name == "annotation"
