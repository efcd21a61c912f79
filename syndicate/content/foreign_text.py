"""Convert a text of another site, which may be of any media type, to HTML. The result is not sanitized."""

import re
from html import escape

from markdown_it import MarkdownIt

from syndicate.content.text import clean

_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_MARKDOWN = frozenset({"text/markdown", "text/x-markdown", "text/x.misskeymarkdown"})
_MAX_BRACKETS = 2_000
_MAX_MARKDOWN_LENGTH = 20_000
"""With more of either, Markdown takes too long."""
_LANGUAGE = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
"""Without HTML, so that `<` never takes words away."""


def to_html(text: str, media_type: str) -> str:
    """Return a text as HTML by its media type (AS2 vocabulary, `mediaType`). One without a type is HTML already."""
    match media_type.partition(";")[0].strip().lower():
        case "text/plain":
            return _of_plain(text)
        case kind if kind in _MARKDOWN:
            return _of_markdown(text)
        case _:
            return text


def _of_plain(text: str) -> str:
    """Keep paragraphs and lines."""
    paragraphs = _PARAGRAPHS.split(clean(text).strip())
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs if paragraph).replace(
        "\n", "<br>"
    )


def _of_markdown(text: str) -> str:
    if len(text) > _MAX_MARKDOWN_LENGTH or text.count("[") > _MAX_BRACKETS:
        return _of_plain(text)
    return str(_LANGUAGE.render(clean(text)))
