"""Convert the stored content of a WordPress post to plain HTML.

In comes block markup (`<!-- wp:paragraph -->`, since WordPress 5) or classic text with bare line ends, either with
shortcodes; out goes HTML that is not sanitized yet. Addresses stay unchanged. Galleries stay numbered, empty links
until `resolve_galleries`, because a post may show attachments that follow it in the export. Nothing raises, and
everything is linear.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from syndicate.content.players import with_links
from syndicate.content.tags import Tag, tokens
from syndicate.content.text import clean
from syndicate.importers.records import ExportedAttachment
from syndicate.importers.wordpress.autop import autop
from syndicate.importers.wordpress.code import verbatim
from syndicate.importers.wordpress.shortcodes import expand, linked, lost

_BLOCK_MARK = re.compile(r"<!--\s*+/?wp:")
_MORE = re.compile(r"<!--\s*+more\b")
_MARK = re.compile(r"<!--\s*+(?:/?wp:|(?:more|nextpage|noteaser)\b)")

_EMBEDDED = re.compile(
    r"""(<(?:div|figure|p)(?:\s[^<>]*+)?>)\s*+(https?://[^\s<>"]++)\s*+(?=</(?:div|figure|p)>|<figcaption)"""
)
"""WordPress replaces an address alone on its line by an embed; embed blocks contain nothing else."""
_EMPTY_EMBED = re.compile(r"<!--\s*+wp:(?:core-)?embed(?:/[\w-]++)?\s++(\{(?:[^<>{}]++|\{[^<>{}]*+\})*+\})\s*+/-->")
"""An embed block that has its address in its settings only."""
_SOCIAL_LINK = re.compile(r"<!--\s*+wp:social-link\s++(\{[^{}<>]*+\})\s*+/?-->(?:\s*+<!--\s*+/wp:social-link\s*+-->)?")
_REUSED = re.compile(r"<!--\s*+wp:block\s++(\{[^{}<>]*+\})\s*+/-->")
_BLOCK = re.compile(r'<div data-block="([0-9]{1,18})"></div>')
_MAX_BLOCK_DEPTH = 3
_BACKGROUND = re.compile(r"""background(?:-image)?\s*+:[^;]*?url\(\s*+["']?(https?://[^"')\s]++)""", re.IGNORECASE)
_COVER = re.compile(r"<(?:div|section|header)\s[^<>]*?\bwp-block-cover\b[^<>]*+>")

GALLERY = '<figure class="wp-gallery"'
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


def embedded(content: str) -> tuple[str, ...]:
    """Return the names of the players and other embedded content of which `to_html` keeps a link."""
    plain_code = verbatim(clean(content))
    found = [*linked(_without_marks(plain_code, instead="")), *with_links(expand(plain_code))[1]]
    found += [token.name for token in tokens(plain_code) if isinstance(token, Tag) and _is_frame(token)]
    found += ["cover"] * len(_covers(plain_code))
    return (*found, *["social-link"] * len(_SOCIAL_LINK.findall(plain_code)))


def _is_frame(tag: Tag) -> bool:
    return tag.name == "iframe" and not tag.closing and bool(tag.get("src"))


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


def resolve_blocks(html: str, blocks: Mapping[int, str]) -> tuple[str, int]:
    """Fill in the reusable blocks of HTML from `to_html`; must be called before `resolve_galleries`.

    Return the HTML, and how many blocks were left out: those that are unknown, or that contain themselves.
    """
    unknown = 0

    def filled(html: str, above: tuple[int, ...]) -> str:
        def block(reference: re.Match[str]) -> str:
            nonlocal unknown
            number = int(reference[1])
            if number not in blocks or number in above or len(above) >= _MAX_BLOCK_DEPTH:
                unknown += 1
                return ""
            return filled(blocks[number], (*above, number))

        return _BLOCK.sub(block, html)

    return filled(html, ()), unknown


def _html(content: str) -> str:
    content = verbatim(content)
    if _BLOCK_MARK.search(content):
        content = _EMPTY_EMBED.sub(_embedded, content)
        content = _REUSED.sub(_reused, _SOCIAL_LINK.sub(_social_link, content))
        shown = _with_covers(_without_marks(content, instead=""))
        return with_links(expand(_EMBEDDED.sub(r'\1<a href="\2">\2</a>', shown)))[0].strip()
    return autop(with_links(expand(_without_marks(content, instead="\n\n")))[0])


def _setting(block: re.Match[str], name: str) -> object:
    try:
        return json.loads(block[1]).get(name)
    except (ValueError, RecursionError, AttributeError):
        return None


def _social_link(block: re.Match[str]) -> str:
    address, service = _setting(block, "url"), _setting(block, "service")
    if not isinstance(address, str) or not address:
        return ""
    label = _setting(block, "label") or service or address
    return f'<li><a href="{escape(address)}">{escape(str(label))}</a></li>'


def _reused(block: re.Match[str]) -> str:
    number = _setting(block, "ref")
    return f'<div data-block="{number}"></div>' if isinstance(number, int) and 0 < number < 10**18 else ""


def _covers(content: str) -> list[tuple[int, str]]:
    """Return where the text of each cover block begins and the picture behind it."""
    found = []
    for cover in _COVER.finditer(content):
        tag = next((token for token in tokens(cover[0]) if isinstance(token, Tag)), None)
        if tag and (picture := _BACKGROUND.search(tag.value("style"))):
            found.append((cover.end(), picture[1]))
    return found


def _with_covers(content: str) -> str:
    """Show the picture behind the text of a cover block before that text."""
    parts, position = [], 0
    for end, picture in _covers(content):
        address = escape(picture)
        parts += [content[position:end], f'<figure><a href="{address}"><img src="{address}" alt=""></a></figure>']
        position = end
    return "".join([*parts, content[position:]])


def _embedded(block: re.Match[str]) -> str:
    address = _setting(block, "url")
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
