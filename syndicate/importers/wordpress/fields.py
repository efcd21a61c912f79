"""The small values in a WordPress export: dates, numbers, slugs, names, addresses.

Text as it stands in the file comes in, values of ours go out, and None or an empty string where it says nothing
usable. Nothing raises.
"""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from urllib.parse import unquote

from lxml import etree

from syndicate.content.text import clean, clean_name, plain, slugify
from syndicate.importers.wordpress.xml import local_name, text_of
from syndicate.model.post import Term, TermKind

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_NUMBER = re.compile("[0-9]{1,18}")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#][^\s]*+", re.IGNORECASE)


class Fields:
    """The children of an element by name (`wp:post_id`, `title`). Where one stands twice, the first counts."""

    def __init__(self, element: etree._Element) -> None:
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            self._children.setdefault(local_name(child), []).append(child)

    def all(self, name: str) -> list[etree._Element]:
        return self._children.get(name, [])

    def raw(self, name: str) -> str:
        """The text exactly as it stands there, empty where absent."""
        children = self.all(name)
        return text_of(children[0]) if children else ""

    def text(self, name: str) -> str:
        """The text without white space around it."""
        return self.raw(name).strip()

    def number(self, name: str) -> int | None:
        return number(self.text(name))


def number(text: str) -> int | None:
    """A number of WordPress's. Its 0 means none."""
    return int(text) or None if _NUMBER.fullmatch(text.strip()) else None


def instant(gmt: str, local: str, timezone: tzinfo) -> datetime | None:
    """UTC of a pair of dates as WordPress writes them. In drafts, `gmt` is `0000-00-00 00:00:00`."""
    return _instant(gmt, UTC) or _instant(local, timezone)


def _instant(text: str, timezone: tzinfo) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=timezone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def slug_of(text: str) -> str:
    """A slug as people read it. WordPress stores `%e3%81%82`; a slash or white space cannot be part of one."""
    slug = "-".join(clean(unquote(text)).replace("/", " ").split())
    return "" if slug in {".", ".."} else slug


def plain_line(html: str) -> str:
    """A title: WordPress stores it as HTML, people read it as a line of text."""
    return " ".join(plain(html).split())


def term(kind: TermKind, *, slug: str, name: str, parent: str = "", description: str = "") -> Term | None:
    """A term from its parts as they stand in the file; None where neither slug nor name says anything."""
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
    """A name to show. Where somebody gave a mail address for a name, only what stands before the `@`."""
    name = clean_name(plain(name))
    before, at, host = name.partition("@")
    is_mail = before and at and "." in host and not any(char in "@ " for char in host) and " " not in before
    return before if is_mail else name


def nicename(login: str) -> str:
    """The name of an author in addresses. Exports do not have it; WordPress makes it of the login once
    (`sanitize_title`)."""
    plain_letters = "".join(char for char in unicodedata.normalize("NFKD", login) if not unicodedata.combining(char))
    kept = re.sub(r"[^\w -]", "", plain_letters.lower().replace(".", "-"))
    return re.sub("-+", "-", re.sub(r"\s+", "-", kept)).strip("-")


def web_address(text: str) -> str:
    """An http(s) address as it stands there, or nothing. WordPress stores a bare `http://` where people left it."""
    return text if _WEB_ADDRESS.fullmatch(text) else ""


def named(kind: str, title: str, number: str) -> str:
    """How the author is told which thing is meant."""
    return f"{kind} “{title[:100]}”" if title else f"{kind} {number[:20] or 'without a number'}"
