"""Tokenize HTML into tags and text: any string in, tokens out, in one pass and in linear time.

Used before sanitizing (limits, addresses, pictures) and for extracting text. It follows the HTML standard's tokenizer
(§13.2.5), because an input of a million unclosed tags must not cost more than any other. Comments, declarations and
the content of scripts and similar elements are dropped; an unfinished tag at the end is dropped with all that
follows, as in browsers. It decides nothing about safety: the sanitizer does.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.entities import html5

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
"""Elements without an end tag (§13.1.2)."""

BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dir", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"}
    | {"hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead"}
    | {"tr", "ul"}
)
"""Block-level elements."""

SEPARATE = frozenset({"optgroup", "option", "text", "tspan"})
"""Elements whose words are not those of what stands beside them, in a list of choices or a drawing."""

MAX_REMEMBERED_CHARACTERS = 32_768
MAX_REMEMBERED_TEXTS = 4
"""A text is read for its pictures, links, people and words one after another, mostly unchanged in between."""

_VERBATIM = frozenset({"a", "code", "kbd", "pre", "samp", "var"})
_HIDDEN = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"}
)
"""Elements whose content is not markup or is not displayed."""

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""
    [\s/]*+ (?:
        (?P<end> > )
      | (?P<name> =?[^\s/>=]*+ )
        (?: \s*+ = \s*+ (?: "(?P<double>[^"]*+)" | '(?P<single>[^']*+)' | (?P<unclosed>["']) | (?P<bare>[^\s>]*+) ) )?
    )""",
    re.ASCII | re.VERBOSE,
)
_COMMENT_END = re.compile("--!?>")
_REFERENCE = re.compile("&(?:#[0-9]{1,7};?|#[xX][0-9A-Fa-f]{1,6};?|(?P<name>[A-Za-z][A-Za-z0-9]{1,31};))")


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag. `name` and attribute names are lower case; values are as written, with entities unresolved."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    closing: bool = False

    def get(self, name: str) -> str:
        """Return the value of an attribute as written, or an empty string. The first one counts (§13.2.5.33)."""
        return next((value for key, value in self.attributes if key == name), "")

    def value(self, name: str) -> str:
        """Return the value of an attribute with its character references resolved, or an empty string."""
        return resolved(self.get(name))

    def __str__(self) -> str:
        """Return the tag as HTML, with every value quoted."""
        if self.closing:
            return f"</{self.name}>"
        attributes = "".join(f' {name}="{value.replace(chr(34), "&quot;")}"' for name, value in self.attributes)
        return f"<{self.name}{attributes}>"


def resolved(value: str) -> str:
    """Return an attribute's value with its character references resolved.

    Named ones count only whole and with a `;`: in `?a=1&copy=2` the standard keeps `&copy`, and in `&notit;` it keeps
    `&not` (§13.2.5.73).
    """
    return _REFERENCE.sub(_character, value)


def _character(reference: re.Match[str]) -> str:
    return reference[0] if reference["name"] and reference["name"] not in html5 else unescape(reference[0])


def escaped(text: str) -> str:
    """Return a text token as HTML. Its entities stay, but a lone `<` must not become part of a tag."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def tokens(html: str) -> Iterator[Tag | str]:
    """Yield the tags and the text between them, as written."""
    return iter(_remembered(html)) if len(html) <= MAX_REMEMBERED_CHARACTERS else _tokens(html)


@lru_cache(maxsize=MAX_REMEMBERED_TEXTS)
def _remembered(html: str) -> tuple[Tag | str, ...]:
    return tuple(_tokens(html))


def _tokens(html: str) -> Iterator[Tag | str]:
    return (token for token, _, _ in placed_tokens(html) if token is not None)


def prose_tokens(html: str) -> Iterator[tuple[Tag | str, bool]]:
    """Yield the tokens, and whether each is outside of links, code and preformatted text."""
    inside: Counter[str] = Counter()
    for token in tokens(html):
        if isinstance(token, Tag) and token.name in _VERBATIM:
            inside[token.name] = max(inside[token.name] + (-1 if token.closing else 1), 0)
        yield token, not inside.total()


def placed_tokens(html: str) -> Iterator[tuple[Tag | str | None, int, int]]:
    """Yield each token with where it begins and ends, without a gap; None stands for what `tokens` drops."""
    position = text_from = 0
    while (at := html.find("<", position)) >= 0:
        token, end = _markup(html, at)
        if end == at:
            position = at + 1
            continue
        if text_from < at:
            yield html[text_from:at], text_from, at
        position = text_from = end
        yield token, at, end
        if token is not None and token.name in _HIDDEN and not token.closing:
            position = text_from = _end_of_hidden(html, end, token.name)
            if end < text_from:
                yield None, end, text_from
    if text_from < len(html):
        yield html[text_from:], text_from, len(html)


def _markup(html: str, at: int) -> tuple[Tag | None, int]:
    """Return the tag that begins at `at` (None for a comment or similar) and where it ends: at `at` if it is text."""
    if tag := _TAG.match(html, at):
        return _tag(html, tag)
    if html.startswith("<!--", at):
        return None, _after_comment(html, at)
    if html.startswith(("<!", "<?", "</"), at):
        return None, _after(html, ">", at + 1)
    return None, at


def _tag(html: str, opened: re.Match[str]) -> tuple[Tag | None, int]:
    attributes: dict[str, str] = {}
    position = opened.end()
    while (found := _ATTRIBUTE.match(html, position)) and found.end() > position and not found["unclosed"]:
        position = found.end()
        if found["end"]:
            tag = Tag(name=opened[2].lower(), attributes=tuple(attributes.items()), closing=bool(opened[1]))
            return tag, position
        if found["name"]:
            value = found["double"] or found["single"] or found["bare"] or ""
            attributes.setdefault(found["name"].lower(), value)
    return None, len(html)


def _after_comment(html: str, at: int) -> int:
    for empty in ("<!-->", "<!--->"):
        if html.startswith(empty, at):
            return at + len(empty)
    found = _COMMENT_END.search(html, at + 4)
    return found.end() if found else len(html)


def _after(html: str, what: str, start: int) -> int:
    found = html.find(what, start)
    return len(html) if found < 0 else found + len(what)


def _end_of_hidden(html: str, start: int, name: str) -> int:
    """Return where the end tag of an element with non-markup content begins, or the end of the input."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, start)
    return found.start() if found else len(html)
