"""Find the code in a Markdown text, where nothing but code may be meant.

The text outside of it can be changed while the code is masked: `mask` puts a short mark in the place of each piece,
`unmask` puts the pieces back. Linear in the length of the text: the end of each kind of piece is searched only until
there is none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

_START, _END = "\ufdd0", "\ufdd1"
"""Characters that no text contains (Unicode noncharacters)."""
_MARK = re.compile(f"{_START}([0-9]+){_END}")
_PLAIN = r"""
    ^(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})(?P<info>[^\n]*)
  | (?<![`\\])(?P<ticks>`+)
  | <(?P<tag>pre|code|script|style|textarea)\b
  | (?P<indented>(?:\A|(?<=\n)[ \t]*\n)(?=(?:[ ]{4}|\t)[ \t]*\S))
"""
_INDENTED = re.compile(r"(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z)|[ \t]*\n(?=(?:[ \t]*\n)*(?:[ ]{4}|\t)))+")
_IN_LIST = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|\[\^")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
MAX_LOOK_BACK = 4_000


@dataclass(frozen=True, slots=True)
class Construct:
    """Text that a program takes for code besides Markdown's: `opening` starts it, `closing` gives the expression that
    ends it, and `render` what it becomes, from the opening, the text inside, and what the opening line begins with.
    """

    opening: str
    closing: Callable[[re.Match[str]], str]
    render: Callable[[re.Match[str], str], str]


@dataclass(slots=True)
class Masked:
    """A text without its code."""

    text: str
    code: list[str] = field(default_factory=list)

    def add(self, code: str) -> str:
        """Return the mark of another piece of code."""
        self.code.append(code)
        return f"{_START}{len(self.code) - 1}{_END}"

    def unmask(self, text: str) -> str:
        """Return a text with the code in the place of its marks."""
        for _ in range(len(self.code) + 1):
            if _START not in text:
                break
            text = _MARK.sub(lambda mark: self.code[int(mark[1])] if int(mark[1]) < len(self.code) else "", text)
        return text

    def prefix(self, text: str, prefix: str) -> str:
        """Put `prefix` before every line of a text and of the code in it."""
        for mark in _MARK.finditer(text):
            code = self.code[int(mark[1])]
            self.code[int(mark[1])] = code.replace("\n", f"\n{prefix}")
        return "\n".join(f"{prefix}{line}".rstrip() for line in text.split("\n"))


def mask(text: str, constructs: tuple[Construct, ...] = ()) -> Masked:
    """Return a text with marks in the place of its code."""
    masked = Masked(text="")
    scanner = _Scanner(text.replace(_START, "").replace(_END, ""), constructs)
    pieces = [masked.add(piece) if is_code else piece for is_code, piece in scanner.pieces()]
    masked.text = "".join(pieces)
    return masked


class _Scanner:
    def __init__(self, text: str, constructs: tuple[Construct, ...]) -> None:
        self._text, self._constructs = text, constructs
        self._opening = _combined(tuple(one.opening for one in constructs))
        self._without_end: set[str] = set()

    def pieces(self) -> list[tuple[bool, str]]:
        """Return the pieces of the text, and whether each is code."""
        found: list[tuple[bool, str]] = []
        at = 0
        position = 0
        while (opening := self._opening.search(self._text, position)) is not None:
            piece = self._piece(opening)
            if piece is None:
                position = max(opening.end(), opening.start() + 1)
                continue
            start, end, code = piece
            found += [(False, self._text[at:start]), (True, code)]
            at = position = end
        return [*found, (False, self._text[at:])]

    def _piece(self, opening: re.Match[str]) -> tuple[int, int, str] | None:
        """Return where the code starts and ends, and what it is shown as; None if it is none."""
        for number, construct in enumerate(self._constructs):
            if opening[f"construct{number}"] is not None:
                return self._construct(opening, construct)
        if opening["fence"]:
            fence = opening["fence"]
            end = re.compile(rf"^[ \t>]*{re.escape(fence)}{fence[0]}*[ \t]*$", re.MULTILINE).search(
                self._text, opening.end()
            )
            return self._from(opening.start("fence"), end.end() if end else len(self._text))
        if opening["ticks"]:
            return self._span(opening)
        if opening["tag"]:
            end = self._search(rf"</{opening['tag']}\s*>", opening.end())
            return self._from(opening.start(), end.end()) if end else None
        return self._indented(opening)

    def _construct(self, opening: re.Match[str], construct: Construct) -> tuple[int, int, str] | None:
        end = self._search(construct.closing(opening), opening.end())
        if end is None:
            return None
        return opening.start(), end.end(), construct.render(opening, self._text[opening.end() : end.start()])

    def _span(self, opening: re.Match[str]) -> tuple[int, int, str] | None:
        paragraph = _PARAGRAPH_END.search(self._text, opening.end(), opening.end() + MAX_LOOK_BACK)
        limit = paragraph.start() if paragraph else min(len(self._text), opening.end() + MAX_LOOK_BACK)
        end = re.compile(rf"(?<!`){opening['ticks']}(?!`)").search(self._text, opening.end(), limit)
        return self._from(opening.start(), end.end()) if end else None

    def _indented(self, opening: re.Match[str]) -> tuple[int, int, str] | None:
        before = self._text[max(0, opening.start() - MAX_LOOK_BACK) : opening.start()].split("\n")
        outer = next((line for line in reversed(before) if line.strip() and not line.startswith(("    ", "\t"))), "")
        found = _INDENTED.match(self._text, opening.end())
        if found is None or _IN_LIST.match(outer) or outer.startswith((" ", "!!!", ":::")):
            return None
        return self._from(opening.end(), found.end())

    def _from(self, start: int, end: int) -> tuple[int, int, str]:
        return start, end, self._text[start:end]

    def _search(self, expression: str, start: int) -> re.Match[str] | None:
        if expression in self._without_end:
            return None
        found = re.compile(expression, re.IGNORECASE).search(self._text, start)
        if found is None:
            self._without_end.add(expression)
        return found


@lru_cache(maxsize=32)
def _combined(openings: tuple[str, ...]) -> re.Pattern[str]:
    added = (f"(?P<construct{number}>{opening})" for number, opening in enumerate(openings))
    return re.compile("|".join([*added, _PLAIN]), re.VERBOSE | re.MULTILINE | re.IGNORECASE)
