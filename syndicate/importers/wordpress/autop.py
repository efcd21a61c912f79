"""Paragraphs for text with blank lines: a reimplementation of WordPress's `wpautop`.

WordPress stores classic posts and comments as typed, HTML with bare line breaks, and adds `<p>` and `<br>` whenever
it shows them. In comes such HTML; out goes HTML with all paragraphs. Blocks, `<pre>` and similar elements stay as
they are. The function is idempotent, raises nothing, and takes linear time.
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import zip_longest

from syndicate.content.markup import Piece, PieceKind, pieces


class _Inside(Enum):
    """How text directly within an element is treated."""

    FLOW = auto()
    """Always paragraphs."""
    CONTAINER = auto()
    """Paragraphs if there is a blank line."""
    ITEM = auto()
    """Paragraphs if there are at least two of them."""
    PHRASE = auto()
    """No paragraphs, but line breaks."""
    STRUCTURE = auto()
    """Unchanged: between the rows of a table, line ends have no meaning."""


_ELEMENTS = {
    _Inside.FLOW: {"blockquote"},
    _Inside.CONTAINER: {"address", "article", "aside", "center", "details", "div", "fieldset", "footer", "form"}
    | {"header", "main", "nav", "section"},
    _Inside.ITEM: {"dd", "li", "td", "th"},
    _Inside.PHRASE: {"caption", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "legend", "summary"},
    _Inside.STRUCTURE: {"colgroup", "dl", "figure", "hgroup", "menu", "ol", "table", "tbody", "tfoot", "thead"}
    | {"tr", "ul"},
}
_BLOCKS = {name: inside for inside, names in _ELEMENTS.items() for name in names}
_WHOLE_BLOCKS = frozenset({"pre", "script", "style"})
_OPAQUE = _WHOLE_BLOCKS | {"audio", "iframe", "math", "object", "select", "svg", "textarea", "video"}

_LONE_ADDRESS = re.compile(r"https?://[^\s<>\"]++")
_SPACE = " \t\f"


@dataclass(slots=True)
class _Paragraph:
    """Lines of one paragraph. `tag` is the author's own `<p>`, or empty."""

    tag: str = ""
    lines: list[str] = field(default_factory=list)
    has_content: bool = False

    def inner(self) -> str:
        return "<br>\n".join(_linked(line) for line in self.lines)


def autop(html: str) -> str:
    """Return `html` with paragraphs and line breaks marked up. An address alone on its line becomes a link."""
    writer = _Writer()
    for piece in pieces(html.replace("\r\n", "\n").replace("\r", "\n"), _OPAQUE):
        writer.take(piece)
    return writer.finish()


def _linked(line: str) -> str:
    return f'<a href="{line}">{line}</a>' if _LONE_ADDRESS.fullmatch(line) else line


class _Flow:
    """Text and inline elements between two blocks, divided into paragraphs."""

    def __init__(self) -> None:
        self.has_blank_line = False
        self._paragraphs = [_Paragraph()]
        self._line: list[str] = []
        self._line_has_content = False
        self._lines_ended = 0
        self._after_br = False

    def text(self, source: str) -> None:
        if self._after_br:
            source = source.lstrip(_SPACE).removeprefix("\n")
            self._after_br = False
        first, *rest = source.split("\n")
        self._add(first, is_content=bool(first.strip(_SPACE)))
        for line in rest:
            self._end_line()
            self._add(line, is_content=bool(line.strip(_SPACE)))

    def inline(self, source: str, *, is_content: bool) -> None:
        self._after_br = False
        self._add(source, is_content=is_content)

    def br(self) -> None:
        self._end_line()
        self._after_br = True

    def paragraph(self, tag: str) -> None:
        """Start a paragraph explicitly, or end it with an empty `tag`."""
        self._end_line()
        self._paragraphs.append(_Paragraph(tag))
        self._after_br = False
        self._lines_ended = 0

    def paragraphs(self) -> list[_Paragraph]:
        """Return all paragraphs that are not empty. The flow cannot be used afterwards."""
        if self._line:
            self._end_line(is_last=True)
        return [paragraph for paragraph in self._paragraphs if paragraph.lines]

    def _add(self, source: str, *, is_content: bool) -> None:
        if source:
            self._line.append(source)
        self._line_has_content |= is_content

    def _end_line(self, *, is_last: bool = False) -> None:
        line = "".join(self._line).strip(_SPACE)
        paragraph = self._paragraphs[-1]
        if line:
            paragraph.lines.append(line)
            paragraph.has_content |= self._line_has_content
        elif self._lines_ended and not is_last:
            self.has_blank_line = True
            if paragraph.lines:
                self._paragraphs.append(_Paragraph())
        self._line, self._line_has_content = [], False
        self._lines_ended += 1


class _Writer:
    """Collects text up to the next block, then writes it in the form that the surrounding block requires."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._flow = _Flow()
        self._open: list[str] = []
        self._count: dict[str, int] = {}

    def take(self, piece: Piece) -> None:
        is_whole_block = piece.kind is PieceKind.WHOLE and piece.name in _WHOLE_BLOCKS
        if piece.name in _BLOCKS or piece.name == "hr" or is_whole_block:
            self._block(piece)
        elif self._inside() is _Inside.STRUCTURE:
            self._out.append(piece.source)
        elif piece.kind is PieceKind.TEXT:
            self._flow.text(piece.source)
        elif piece.name == "br":
            self._flow.br()
        elif piece.name == "p":
            self._flow.paragraph(piece.source if piece.kind is PieceKind.OPENING else "")
        else:
            self._flow.inline(piece.source, is_content=piece.kind is not PieceKind.COMMENT)

    def finish(self) -> str:
        self._end_flow()
        return "".join(self._out).strip("\n")

    def _inside(self) -> _Inside:
        return _BLOCKS[self._open[-1]] if self._open else _Inside.FLOW

    def _block(self, piece: Piece) -> None:
        self._end_flow()
        self._out.append(piece.source)
        name = piece.name
        if name in _BLOCKS and piece.kind is PieceKind.OPENING:
            self._open.append(name)
            self._count[name] = self._count.get(name, 0) + 1
        elif self._count.get(name):
            while (left := self._open.pop()) != name:
                self._count[left] -= 1
            self._count[name] -= 1
        if not self._open:
            self._out.append("\n")

    def _end_flow(self) -> None:
        flow, self._flow = self._flow, _Flow()
        paragraphs = flow.paragraphs()
        wraps = self._wraps(flow, paragraphs)
        for paragraph, following in zip_longest(paragraphs, paragraphs[1:]):
            if paragraph.has_content and (wraps or paragraph.tag):
                self._out.append(f"{paragraph.tag or '<p>'}{paragraph.inner()}</p>\n")
            else:
                is_run_on = following and not wraps and not following.tag
                self._out.append(paragraph.inner() + ("<br>\n" if is_run_on else "\n" if following else ""))

    def _wraps(self, flow: _Flow, paragraphs: list[_Paragraph]) -> bool:
        """Whether text without its own `<p>` gets one here."""
        match self._inside():
            case _Inside.FLOW:
                return True
            case _Inside.CONTAINER:
                return flow.has_blank_line or len(paragraphs) > 1 or any(paragraph.tag for paragraph in paragraphs)
            case _Inside.ITEM:
                return len(paragraphs) > 1
            case _Inside.PHRASE | _Inside.STRUCTURE:
                return False
