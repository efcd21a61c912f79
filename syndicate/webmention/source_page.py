"""Turns a page that links to a post into a comment: who wrote it, of what kind it is, and what of it is shown. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape

from syndicate.activitypub.parse import host_of, own_page
from syndicate.content.sanitize import SANITIZER_VERSION, for_stranger
from syndicate.content.text import clean, clean_name, excerpt, plain
from syndicate.model.comment import CommentKind
from syndicate.webmention.microformats import PageEntry, find_entry

FORM_VERSION = SANITIZER_VERSION
MAX_TITLE_LENGTH = 300
MAX_TITLE_POSITION = 100_000
EXCERPT_WORDS = 40
"""Of a page that mentions a post only the beginning is shown: readers find the rest there."""
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,2000})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """What is shown of a page: `html` is safe and made from `raw_html`. Without a date of its own, `published` is
    None."""

    kind: CommentKind
    author: str
    author_url: str
    url: str
    html: str
    raw_html: str
    published: datetime | None


def read_page(text: str, media_type: str, targets: Collection[str], *, address: str) -> SourcePage:
    """Return what is shown of the page at `address`. `targets` are the addresses of the post to which it links, as it
    spells them."""
    entry = find_entry(text, targets, address=address) if "html" in media_type.lower() else None
    host = host_of(address)
    if entry is None:
        entry = PageEntry(kind=CommentKind.MENTION, name=_title(text))
    url = own_page(address, entry.url) or address
    raw = clean(_shown(entry, url, _title(text)))
    author_url = entry.author_url if host_of(entry.author_url) else ""
    return SourcePage(
        kind=entry.kind,
        author=clean_name(entry.author) or host_of(author_url) or host,
        author_url=author_url,
        url=url,
        html=for_stranger(raw, base=url),
        raw_html=raw,
        published=date_of(entry.published),
    )


def date_of(text: str) -> datetime | None:
    """Return a date of microformats2, in UTC where it has no zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def _shown(entry: PageEntry, url: str, title: str) -> str:
    """Return what is shown: nothing of a like or repost, a reply whole, and the title and beginning of other pages."""
    if entry.kind.is_reaction:
        return ""
    if entry.kind is CommentKind.REPLY:
        words = entry.html if plain(entry.html) else f"<p>{escape(entry.words or entry.name)}</p>"
        return words if plain(words) else _linked(url, url)
    name = clean_name(entry.name or title, limit=MAX_TITLE_LENGTH)
    begins = excerpt(plain(entry.html) or entry.words, words=EXCERPT_WORDS)
    if not begins or begins.startswith(name[:50]):
        return _linked(url, name or url)
    return f"{_linked(url, name or url)}<p>{escape(begins)}</p>"


def _linked(url: str, words: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(words)}</a></p>'


def _title(text: str) -> str:
    found = _TITLE.search(text, 0, MAX_TITLE_POSITION)
    return clean_name(unescape(found[1]), limit=MAX_TITLE_LENGTH) if found else ""
