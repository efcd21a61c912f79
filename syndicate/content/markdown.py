"""What the author writes in Markdown: CommonMark with tables, strikethrough, footnotes and raw HTML, as HTML.

`to_html` is the language alone and unsafe, for those who change addresses before they sanitise; `render` is both.
"""

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from syndicate.content.sanitize import SafeHtml, for_author
from syndicate.content.text import clean, clean_name, plain
from syndicate.errors import InputError

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore

_LONGEST_SOURCE = 2_000_000
_MOST_BRACKETS = 50_000
"""Each `[` costs a search for its `]`: this many cost half a second, and no text has them."""
_TITLE_WITHIN = 4_000

RENDERER_VERSION = 1
"""Stored beside the HTML; when it grows, posts are rendered anew from their source."""


def render(source: str, *, base: str) -> SafeHtml:
    """Markdown as safe HTML, addresses resolved against `base`. Raises InputError for more than 2 MB of text."""
    return for_author(to_html(source), base=base)


def to_html(source: str) -> str:
    """Markdown as HTML that is not safe yet. Raises InputError for more than 2 MB of text, or brackets without end."""
    source = clean(source)
    if len(source) > _LONGEST_SOURCE:
        raise InputError("A post may be 2 MB of text at most; this one is longer.")
    if source.count("[") > _MOST_BRACKETS:
        raise InputError(f"A post may hold {_MOST_BRACKETS} opening brackets at most; this one has more.")
    return str(_MARKDOWN.render(source))


def split_title(source: str) -> tuple[str, str]:
    """The level-one heading that opens a text, as plain text, and the rest; ("", source) where there is none."""
    source = clean(source)
    opening = source[:_TITLE_WITHIN]
    first = next(iter(_BLOCKS.parse(opening)), None)
    if first is None or first.tag != "h1" or first.map is None:
        return "", source
    start, end = first.map
    lines = source.split("\n")
    if len("\n".join(lines[:end])) > _TITLE_WITHIN:
        return "", source
    heading = "\n".join(lines[start:end])
    title = clean_name(plain(_MARKDOWN.render(heading)), limit=500)
    return (title, "\n".join(lines[:start] + lines[end:]).lstrip("\n")) if title else ("", source)


def _language() -> MarkdownIt:
    language = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(footnote_plugin)
    language.core.ruler.push("alignment", _alignment_as_class)
    return language


def _alignment_as_class(state: "StateCore") -> None:
    """Columns of tables are aligned by `style`, which does not pass the sanitizer: WordPress's class does."""
    for token in state.tokens:
        if token.tag in ("th", "td") and (style := token.attrs.pop("style", "")):
            token.attrs["class"] = "has-" + str(style).replace(":", "-")


_MARKDOWN = _language()
_BLOCKS = MarkdownIt("commonmark", {"html": True}).disable("inline")
