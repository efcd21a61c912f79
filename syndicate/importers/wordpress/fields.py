"""Parse the small values of a WordPress export: dates, numbers, slugs, names, addresses.

In comes text from the file; out goes a value, or None or an empty string if it is unusable. Nothing raises.
"""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from urllib.parse import unquote

from lxml import etree

from syndicate.content.text import clean, clean_name, plain, slugify
from syndicate.content.written_dates import NoDate, parse_date
from syndicate.importers.wordpress.xml import local_name, text_of
from syndicate.model.post import Term, TermKind

_NUMBER = re.compile("[0-9]{1,18}")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#][^\s]*+", re.IGNORECASE)


class Fields:
    """The children of an element by name (`wp:post_id`, `title`). Of duplicates, the first counts."""

    def __init__(self, element: etree._Element) -> None:
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            self._children.setdefault(local_name(child), []).append(child)

    def all(self, name: str) -> list[etree._Element]:
        return self._children.get(name, [])

    def raw(self, name: str) -> str:
        """Return the unchanged text, or an empty string."""
        children = self.all(name)
        return text_of(children[0]) if children else ""

    def text(self, name: str) -> str:
        """Return the text without surrounding white space."""
        return self.raw(name).strip()

    def number(self, name: str) -> int | None:
        return number(self.text(name))


def number(text: str) -> int | None:
    """Parse a number; WordPress writes 0 for none."""
    return int(text) or None if _NUMBER.fullmatch(text.strip()) else None


def instant(gmt: str, local: str, timezone: tzinfo, published: str = "") -> datetime | None:
    """Return UTC from WordPress's pair of dates, or else from the date for feeds (RFC 822). In drafts, `gmt` is
    `0000-00-00 00:00:00`.
    """
    return _instant(gmt, UTC) or _instant(local, timezone) or _instant(published, UTC)


def _instant(text: str, timezone: tzinfo) -> datetime | None:
    try:
        found = parse_date(text, timezone)
    except NoDate:
        return None
    return found if found.year > 1 else None


def slug_of(text: str) -> str:
    """Return a readable slug. WordPress stores `%e3%81%82`; a slash or white space cannot be part of a slug."""
    slug = "-".join(clean(unquote(text)).replace("/", " ").split())
    return "" if slug in {".", ".."} else slug


def plain_line(html: str) -> str:
    """Return a title, which WordPress stores as HTML, as one line of plain text."""
    return " ".join(plain(html).split())


def term(kind: TermKind, *, slug: str, name: str, parent: str = "", description: str = "") -> Term | None:
    """Return a term from its fields; None if both slug and name are unusable."""
    name = clean_name(plain(name))
    slug = slug_of(slug) or slugify(name)
    if not slug:
        return None
    parent = slug_of(parent)
    return Term(
        kind=kind,
        slug=slug,
        name=name or slug,
        parent=parent if parent and parent != slug else None,
        description=plain(description),
    )


def person(name: str) -> str:
    """Return a name to display; of a mail address only the part before the `@`."""
    name = clean_name(plain(name))
    before, at, host = name.partition("@")
    is_mail = before and at and "." in host and not any(char in "@ " for char in host) and " " not in before
    return before if is_mail else name


def nicename(login: str) -> str:
    """Return an author's name in addresses. Exports lack it; WordPress derives it from the login (`sanitize_title`)."""
    plain_letters = "".join(char for char in unicodedata.normalize("NFKD", login) if not unicodedata.combining(char))
    kept = re.sub(r"[^\w -]", "", plain_letters.lower().replace(".", "-"))
    return re.sub("-+", "-", re.sub(r"\s+", "-", kept)).strip("-")


def web_address(text: str) -> str:
    """Return an http(s) address unchanged, or an empty string. WordPress stores a bare `http://` for none."""
    return text if _WEB_ADDRESS.fullmatch(text) else ""


def named(kind: str, title: str, number: str) -> str:
    """Return a description of the thing for messages."""
    return f"{kind} “{title[:100]}”" if title else f"{kind} {number[:20] or 'without a number'}"
