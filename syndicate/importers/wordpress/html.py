"""Convert the stored content of a WordPress post to plain HTML.

In comes block markup (`<!-- wp:paragraph -->`, since WordPress 5) or classic text with bare line ends, either with
shortcodes; out goes HTML that is not sanitized yet. Addresses stay unchanged. Galleries stay numbered, empty links
until `resolve_galleries`, because a post may show attachments that follow it in the export. Nothing raises, and
everything is linear.
"""

import json
import re
from collections.abc import Callable, Sequence
from html import escape

from syndicate.content.text import clean
from syndicate.importers.wordpress.autop import autop
from syndicate.importers.records import ExportedAttachment
from syndicate.importers.wordpress.shortcodes import expand, lost

_BLOCK_MARK = re.compile(r"<!--\s*+/?wp:")
_MORE = re.compile(r"<!--\s*+more\b")
_MARK = re.compile(r"<!--\s*+(?:/?wp:|(?:more|nextpage|noteaser)\b)")

_EMBEDDED = re.compile(
    r"""(<(?:div|figure|p)(?:\s[^<>]*+)?>)\s*+(https?://[^\s<>"]++)\s*+(?=</(?:div|figure|p)>|<figcaption)"""
)
"""WordPress replaces an address alone on its line by an embed; embed blocks contain nothing else."""
_EMPTY_EMBED = re.compile(r"<!--\s*+wp:(?:core-)?embed(?:/[\w-]++)?\s++(\{(?:[^<>{}]++|\{[^<>{}]*+\})*+\})\s*+/-->")
"""An embed block that has its address in its settings only."""

_GALLERY = re.compile(
    r"""<figure class="wp-gallery"(?: data-parent="([0-9]{1,18})")?>((?:<a data-attachment="[0-9]{1,18}"></a>)*+)</figure>"""
)
_NUMBER = re.compile("[0-9]++")
_PICTURE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)(?:[?#]|\Z)", re.IGNORECASE)


def to_html(content: str) -> str:
    """Convert the whole content of a post."""
    return _html(clean(content))


def before_more(content: str) -> str | None:
    """Return the part before `<!--more-->`; None without that mark or if nothing precedes it."""
    content = clean(content)
    mark = _MORE.search(content)
    return (_html(content[: mark.start()]) or None) if mark else None


def lost_shortcodes(content: str) -> tuple[str, ...]:
    """Return the names of the shortcodes that `to_html` cannot keep because only a plugin could render them."""
    return lost(_without_marks(clean(content), instead=""))


def comment_html(content: str) -> str:
    """Convert the text of a comment, in which WordPress allows some HTML and bare line ends."""
    return autop(clean(content))


def with_footnotes(html: str, footnotes: str) -> str:
    """Append the footnotes that the block editor stores separately as JSON (post meta `footnotes`)."""
    try:
        notes = json.loads(footnotes or "[]")
    except (ValueError, RecursionError):
        return html
    items = [_footnote(note) for note in notes if isinstance(note, dict)] if isinstance(notes, list) else []
    return f'{html}\n<ol class="wp-block-footnotes">{"".join(items)}</ol>' if items else html


def _footnote(note: dict[str, object]) -> str:
    id = escape(str(note.get("id", "")))
    return f'<li id="{id}">{clean(str(note.get("content", "")))} <a href="#{id}-link">↩︎</a></li>'


def resolve_galleries(
    html: str,
    *,
    attachment: Callable[[int], ExportedAttachment | None],
    attached: Callable[[int], Sequence[ExportedAttachment]],
) -> str:
    """Fill in the galleries of HTML from `to_html`; must be called before sanitizing.

    `attachment` finds an attachment by its number. `attached` returns those of a post; 0 means the post itself.
    """

    def figure(gallery: re.Match[str]) -> str:
        ids = [int(id) for id in _NUMBER.findall(gallery[2])]
        files = [file for id in ids if (file := attachment(id))]
        if not ids:
            files = [file for file in attached(int(gallery[1] or 0)) if _PICTURE.search(file.url)]
        return f'<figure class="wp-gallery">{"".join(_shown(file) for file in files)}</figure>' if files else ""

    return _GALLERY.sub(figure, html)


def _html(content: str) -> str:
    if _BLOCK_MARK.search(content):
        shown = _without_marks(_EMPTY_EMBED.sub(_embedded, content), instead="")
        return expand(_EMBEDDED.sub(r'\1<a href="\2">\2</a>', shown)).strip()
    return autop(expand(_without_marks(content, instead="\n\n")))


def _embedded(block: re.Match[str]) -> str:
    try:
        address = json.loads(block[1]).get("url")
    except (ValueError, RecursionError):
        return ""
    return f"<figure>{escape(address)}</figure>" if isinstance(address, str) else ""


def _without_marks(content: str, *, instead: str) -> str:
    """Remove the comments that hold block settings and page breaks."""
    kept = []
    position = search_from = 0
    while (start := content.find("<!--", search_from)) >= 0 and (end := content.find("-->", start)) >= 0:
        search_from = end + 3
        if _MARK.match(content, start):
            kept += [content[position:start], instead]
            position = search_from = search_from + content.startswith("\n", search_from)
    return "".join([*kept, content[position:]])


def _shown(file: ExportedAttachment) -> str:
    """Return a picture as an image, any other file as a link."""
    url = escape(file.url)
    if _PICTURE.search(file.url):
        return f'<a href="{url}"><img src="{url}" alt="{escape(file.alt)}"></a>'
    return f'<a href="{url}">{escape(file.title or file.url)}</a>'
