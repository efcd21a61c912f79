"""Replace embedded players, which need scripts or plug-ins of browsers, by links to what they play.

Old texts embed films with `<object>` and `<embed>`, and code with `<script src="https://gist.github.com/…">`. HTML
in, HTML out; everything else stays byte for byte, also what stands within `<pre>` and `<code>`.
"""

import re
from html import escape

from syndicate.content.markup import Piece, PieceKind, pieces
from syndicate.content.tags import Tag, tokens

_OPAQUE = frozenset({"applet", "code", "object", "pre", "script", "style", "textarea"})
_WEB = re.compile(r"(?:https?:)?//[^\s<>\"']+", re.IGNORECASE)
_SOURCE_PARAMETERS = ("movie", "src", "url", "filename", "data")
_SCRIPTS = (
    (re.compile(r"(//gist\.github\.com/[\w/-]+)\.js"), r"https:\1"),
    (re.compile(r"(//asciinema\.org/a/[\w-]+)\.js"), r"https:\1"),
    (re.compile(r"//pastebin\.com/embed_js(?:\.php\?i=|/)(\w+)"), r"https://pastebin.com/\1"),
    (re.compile(r"(//(?:www\.)?jsfiddle\.net/[\w/]+?)/embed.*"), r"https:\1/"),
    (re.compile(r"(//speakerdeck\.com/[\w/-]+)\.js"), r"https:\1"),
    (re.compile(r"//static\.polldaddy\.com/p/([0-9]+)\.js"), r"https://polldaddy.com/poll/\1"),
    (re.compile(r"(//(?:www\.)?storify\.com/[\w/-]+)\.js"), r"https:\1"),
    (re.compile(r"(//snipt\.net/embed/\w+).*"), r"https:\1"),
)
"""Scripts that write something in their place, and where that can be seen."""
_FLASH_YOUTUBE = re.compile(r"((?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/)v/([\w-]+).*", re.IGNORECASE)


def with_links(html: str) -> tuple[str, tuple[str, ...]]:
    """Return `html` with a link for each player, and the names of the elements that became one."""
    if "<" not in html:
        return html, ()
    linked: list[str] = []
    parts: list[str] = []
    for piece in pieces(html, _OPAQUE):
        address = _address(piece)
        if address:
            linked.append(piece.name)
            parts.append(_link(address))
        elif piece.name not in ("embed", "applet") or piece.kind is PieceKind.TEXT:
            parts.append(piece.source)
    return "".join(parts), tuple(linked)


def _link(address: str) -> str:
    address = f"https:{address}" if address.startswith("//") else address
    return f'<p><a href="{escape(address)}">{escape(address)}</a></p>'


def _address(piece: Piece) -> str:
    if piece.name in ("object", "applet") and piece.kind is PieceKind.WHOLE:
        return _played(piece.source)
    if piece.name == "embed" and piece.kind is PieceKind.OPENING:
        return _played(piece.source)
    if piece.name == "script" and piece.kind is PieceKind.WHOLE:
        return _written_by_script(piece.source)
    return ""


def _played(source: str) -> str:
    """Return what an element plays: named by its parameters, by the `<embed>` within, or by a link beside."""
    found: list[tuple[int, str]] = []
    for tag in tokens(source):
        if isinstance(tag, Tag) and not tag.closing:
            found += _candidates(tag)
    for _, value in sorted(found, key=lambda each: each[0]):
        if _WEB.fullmatch(value):
            return _FLASH_YOUTUBE.sub(r"\1watch?v=\2", value)
    return ""


def _candidates(tag: Tag) -> list[tuple[int, str]]:
    """Return addresses in a tag with their rank: a page is better than a file of a player."""
    match tag.name:
        case "iframe" | "video" | "audio":
            return [(0, tag.value("src").strip())]
        case "embed":
            return [(1, tag.value("src").strip())]
        case "param" if tag.value("name").strip().lower() in _SOURCE_PARAMETERS:
            return [(2, tag.value("value").strip())]
        case "object":
            return [(3, tag.value("data").strip())]
        case "a":
            return [(4, tag.value("href").strip())]
        case _:
            return []


def _written_by_script(source: str) -> str:
    address = next((tag.value("src").strip() for tag in tokens(source) if isinstance(tag, Tag)), "")
    for known, replacement in _SCRIPTS:
        if found := known.fullmatch(address.removeprefix("https:").removeprefix("http:")):
            return found.expand(replacement)
    return ""
