"""Convert Markdown to HTML: CommonMark with tables, strikethrough, footnotes, bare web addresses and raw HTML.

`to_html` converts without sanitizing, for callers that change addresses first; `render` does both.
"""

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from syndicate.content.links import WEB_ADDRESSES_ONLY, without_other_schemes
from syndicate.content.sanitize import SafeHtml, for_author
from syndicate.content.text import clean, clean_name, plain
from syndicate.errors import InputError
from syndicate.translation import _

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore

_MAX_SOURCE_LENGTH = 2_000_000
_MAX_BRACKETS = 50_000
"""Each `[` costs a search for its `]`: this many take half a second, far more than any real text has."""
_TITLE_WITHIN = 4_000

RENDERER_VERSION = 2
"""Stored beside the HTML; when it increases, posts are rendered again from their source."""


def render(source: str, *, base: str) -> SafeHtml:
    """Return Markdown as sanitized HTML, with addresses resolved against `base`. Raises InputError for more than 2 MB
    of text.
    """
    return for_author(to_html(source), base=base)


def to_html(source: str) -> str:
    """Return Markdown as HTML that is not sanitized. Raises InputError for more than 2 MB of text, or too many
    brackets.
    """
    source = clean(source)
    if len(source) > _MAX_SOURCE_LENGTH:
        raise InputError(_("A post may contain at most 2 MB of text; this one is longer."))
    if source.count("[") > _MAX_BRACKETS:
        raise InputError(
            _(
                "A post may contain at most {max_brackets} opening brackets; this one has more.",
                max_brackets=_MAX_BRACKETS,
            )
        )
    return str(_MARKDOWN.render(source))


def split_title(source: str) -> tuple[str, str]:
    """Return the level-one heading at the start of a text, as plain text, and the rest; ("", source) if there is
    none.
    """
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
    language = MarkdownIt("commonmark", {"html": True, "linkify": True})
    language.enable(["table", "strikethrough", "linkify"]).use(footnote_plugin)
    assert language.linkify is not None
    without_other_schemes(language.linkify.set(WEB_ADDRESSES_ONLY))
    language.core.ruler.push("alignment", _alignment_as_class)
    return language


def _alignment_as_class(state: "StateCore") -> None:
    """Align table columns by WordPress's class, because the sanitizer removes `style`."""
    for token in state.tokens:
        if token.tag in ("th", "td") and (style := token.attrs.pop("style", "")):
            token.attrs["class"] = "has-" + str(style).replace(":", "-")


_MARKDOWN = _language()
_BLOCKS = MarkdownIt("commonmark", {"html": True}).disable("inline")
