"""Cut HTML source into pieces that, joined again, are the same source.

Used for rewriting old texts without changing more than necessary: `content/tags.py` parses HTML, this module
preserves it. Any string in, pieces out, in linear time: every search either moves forward or is not repeated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class PieceKind(Enum):
    """The kind of a piece of source."""

    TEXT = auto()
    OPENING = auto()
    CLOSING = auto()
    WHOLE = auto()
    """An element with its content, for the names in `opaque`."""
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of source. `name` is the element's in lower case, empty for text and comments."""

    kind: PieceKind
    source: str
    name: str = ""


_TAG = re.compile(
    r"""<(/?)([A-Za-z][A-Za-z0-9:-]*+)(?=[\s/>])(?:(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>|[^<>]*+>)""", re.ASCII
)
"""A tag. A quoted value may contain `>` but no `<`, so that no attempt reads beyond the next `<`."""


def pieces(html: str, opaque: frozenset[str]) -> Iterator[Piece]:
    """Yield the pieces of `html`. Elements named in `opaque` are one piece each, unless they never end."""
    endless: set[str] = set()
    position = text_from = 0
    while (at := html.find("<", position)) >= 0:
        piece = _comment(html, at, endless) or _element(html, at, opaque, endless)
        if piece is None:
            position = at + 1
            continue
        if text_from < at:
            yield Piece(PieceKind.TEXT, html[text_from:at])
        yield piece
        position = text_from = at + len(piece.source)
    if text_from < len(html):
        yield Piece(PieceKind.TEXT, html[text_from:])


def _comment(html: str, at: int, endless: set[str]) -> Piece | None:
    if not html.startswith("<!--", at) or "!--" in endless:
        return None
    end = html.find("-->", at + 4)
    if end < 0:
        endless.add("!--")
        return None
    return Piece(PieceKind.COMMENT, html[at : end + 3])


def _element(html: str, at: int, opaque: frozenset[str], endless: set[str]) -> Piece | None:
    tag = _TAG.match(html, at)
    if tag is None:
        return None
    name = tag[2].lower()
    if tag[1]:
        return Piece(PieceKind.CLOSING, tag[0], name)
    if name in opaque and name not in endless and not tag[0].endswith("/>"):
        if closing := re.compile(rf"</{name}(?=[\s/>])[^<>]*+>", re.IGNORECASE).search(html, tag.end()):
            return Piece(PieceKind.WHOLE, html[at : closing.end()], name)
        endless.add(name)
    return Piece(PieceKind.OPENING, tag[0], name)
