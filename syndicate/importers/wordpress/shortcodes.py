"""Replace WordPress shortcodes by HTML that does not need WordPress.

In come `[caption …]…[/caption]` and similar tags; out go figures, links and players. A shortcode that only a plugin
could render is removed and the text within is kept. Ordinary brackets (`[1]`, `[sic]`, `[citation needed]`) and those
in code stay text: an unknown name is a shortcode only if it has attributes or an end tag.
`importers/wordpress/shortcode_html.py` renders each known one.

Tokenizing, pairing and rendering are one pass each, linear in the input. Nothing raises.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from syndicate.content.markup import PieceKind, pieces
from syndicate.importers.wordpress.shortcode_html import KNOWN, Shortcode, is_link, is_lost, is_verbatim, render

_CODE = frozenset({"pre", "code", "kbd", "samp", "script", "style", "textarea"})
_MAX_DEPTH = 8
"""Deeper nested shortcodes are reduced to their text, which bounds the cost of nesting."""

_TAG = re.compile(r"(\[?)\[(/?)([A-Za-z][\w-]{0,63}+)(?=[\s/=\]])([^\[\]]*+)\](\]?)")
_ATTRIBUTE = re.compile(r"""([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'][^\s]*+))|"([^"]*+)"|([^\s"']++)""")
_HAS_ATTRIBUTE = re.compile(r"""(?:\A|\s)[\w-]++=["'\w“”″&]""")
_QUOTES = str.maketrans("“”„″‘’′", '""""\'\'\'')
"""Typographic quotes that visual editors put around attributes."""

_PARAGRAPH_END = re.compile(r"\s*+</p\s*+>", re.IGNORECASE)
_PARAGRAPH_START = re.compile(r"<p(?=[\s>])[^<>]*+>\s*+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tag:
    """One bracketed tag. `source` is the text that remains if it is not a shortcode."""

    source: str
    name: str
    attributes: str
    closing: bool

    @property
    def is_complete(self) -> bool:
        """Whether the tag ends itself, like `[name /]`; a `/` at the end of an address does not count."""
        return self.attributes.endswith("/") and self.attributes[-2:-1] in {"", " ", '"', "'"} and not self.closing

    @property
    def is_surely_one(self) -> bool:
        """Whether it is a shortcode even without an end tag."""
        return self.name in KNOWN or self.is_complete or bool(_HAS_ATTRIBUTE.search(self.attributes))


@dataclass(frozen=True, slots=True)
class _Block:
    """HTML that must not be within a paragraph."""

    html: str


@dataclass(slots=True)
class _Frame:
    """An open shortcode with the output within it."""

    tag: _Tag | None
    end: int
    written: list[str | _Block] = field(default_factory=list)


def expand(html: str) -> str:
    """Return `html` without shortcodes."""
    if "[" not in html:
        return html
    tokens = list(_tokens(html))
    return _written(tokens, _ends(tokens))


def lost(html: str) -> tuple[str, ...]:
    """Return the names of the shortcodes in `html` that `expand` removes without replacement."""
    if "[" not in html:
        return ()
    tokens = list(_tokens(html))
    ends = _ends(tokens)
    return tuple(
        token.name
        for at, token in enumerate(tokens)
        if isinstance(token, _Tag) and not token.closing and (at in ends or token.is_surely_one) and is_lost(token.name)
    )


def linked(html: str) -> tuple[str, ...]:
    """Return the names of the shortcodes in `html` of which `expand` keeps a link to what they embed."""
    if "[" not in html:
        return ()
    tags = [token for token in _tokens(html) if isinstance(token, _Tag) and not token.closing]
    return tuple(tag.name for tag in tags if is_link(tag.name) and "<a " in str(_rendered(tag, None)))


def _tokens(html: str) -> Iterator[str | _Tag | _Block]:
    """Return tags and the source between them. Brackets in code, comments and HTML tags do not count."""
    starts, ends = _protected(html)
    endless: set[str] = set()
    position = text_from = 0
    while found := _TAG.search(html, position):
        span = bisect_right(starts, found.start()) - 1
        if span >= 0 and found.start() < ends[span]:
            position = ends[span]
            continue
        start, end = found.start() + len(found[1]), found.end() - len(found[5])
        tag = _Tag(html[start:end], found[3].lower(), found[4].strip(), bool(found[2]))
        if found[1] and found[5] and tag.name in KNOWN:
            # `[[gallery]]` is an escaped shortcode that is shown as text.
            yield html[text_from : found.start()] + tag.source
            position = text_from = found.end()
            continue
        yield html[text_from:start]
        position = text_from = end
        if code_end := _code_end(html, end, tag, endless):
            yield _rendered(tag, html[end : code_end.start()])
            position = text_from = code_end.end()
        else:
            yield tag
    yield html[text_from:]


def _protected(html: str) -> tuple[list[int], list[int]]:
    """Return the ranges of code, comments and HTML tags, in order."""
    starts, ends = [], []
    position = 0
    for piece in pieces(html, _CODE):
        if piece.kind is not PieceKind.TEXT:
            starts.append(position)
            ends.append(position + len(piece.source))
        position += len(piece.source)
    return starts, ends


def _code_end(html: str, start: int, tag: _Tag, endless: set[str]) -> re.Match[str] | None:
    """Return the end tag of a shortcode with verbatim content, if it has one."""
    if not is_verbatim(tag.name) or tag.closing or tag.is_complete or tag.name in endless:
        return None
    found = re.compile(rf"\[/{re.escape(tag.name)}\]", re.IGNORECASE).search(html, start)
    if found is None:
        endless.add(tag.name)
    return found


def _ends(tokens: list[str | _Tag | _Block]) -> dict[int, int]:
    """Map each start tag to its end tag. An end closes the nearest start of its name; those in between have no end."""
    ends = {}
    open_tags: list[tuple[int, str]] = []
    count: dict[str, int] = {}
    for at, tag in enumerate(tokens):
        if not isinstance(tag, _Tag) or tag.is_complete:
            continue
        if not tag.closing:
            open_tags.append((at, tag.name))
            count[tag.name] = count.get(tag.name, 0) + 1
        elif count.get(tag.name):
            while True:
                start, name = open_tags.pop()
                count[name] -= 1
                if name == tag.name:
                    break
            ends[start] = at
    return ends


def _written(tokens: list[str | _Tag | _Block], ends: dict[int, int]) -> str:
    is_end = set(ends.values())
    frames = [_Frame(None, -1)]
    for at, token in enumerate(tokens):
        written = frames[-1].written
        if not isinstance(token, _Tag):
            written.append(token)
        elif at in ends:
            if token.name in KNOWN and len(frames) <= _MAX_DEPTH:
                frames.append(_Frame(token, ends[at]))
        elif at in is_end:
            if frames[-1].end == at:
                _close(frames)
        elif not token.is_surely_one:
            written.append(token.source)
        elif token.name in KNOWN and not token.closing:
            written.append(_rendered(token, None))
    return _joined(frames[0].written)


def _close(frames: list[_Frame]) -> None:
    frame = frames.pop()
    assert frame.tag is not None
    frames[-1].written.append(_rendered(frame.tag, _joined(frame.written)))


def _rendered(tag: _Tag, body: str | None) -> str | _Block:
    html = render(_shortcode(tag, body))
    if html is None:
        return tag.source + (f"{body}[/{tag.name}]" if body else "")
    return _Block(html) if html.startswith(("<figure", "<p", "<pre")) else html


def _shortcode(tag: _Tag, body: str | None) -> Shortcode:
    source = tag.attributes.removeprefix("=")
    if tag.is_complete:
        source = source.removesuffix("/")
    if '"' not in source and "'" not in source:
        source = unescape(source).translate(_QUOTES)
    named: dict[str, str] = {}
    positional = []
    for found in _ATTRIBUTE.finditer(source):
        if found[1]:
            named.setdefault(found[1].lower(), found[2] or found[3] or found[4] or "")
        else:
            positional.append(found[5] or found[6] or "")
    return Shortcode(name=tag.name, named=named, positional=tuple(positional), body=body)


def _joined(written: list[str | _Block]) -> str:
    """Join the parts; a paragraph that contains only a block is replaced by the block."""
    parts: list[str] = []
    removed = ""
    for part in written:
        if isinstance(part, _Block):
            removed = removed or _without_paragraph_start(parts)
            parts.append(part.html)
        elif removed and part.strip():
            end = _PARAGRAPH_END.match(part)
            parts.append(part[end.end() :] if end else removed + part)
            removed = ""
        elif part:
            parts.append(part)
    return "".join(parts)


def _without_paragraph_start(parts: list[str]) -> str:
    """Remove a `<p>` from the end of the output and return it."""
    if not parts:
        return ""
    at = parts[-1].rfind("<")
    if at < 0 or not _PARAGRAPH_START.fullmatch(parts[-1], at):
        return ""
    removed = parts[-1][at:]
    parts[-1] = parts[-1][:at]
    return removed
