"""A feed of another blog as values, and how their parts are made from untrusted text: with limits."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

from syndicate.feeds._address import ascii_url_or_nothing
from syndicate.feeds._text import one_line

MAX_ENTRIES = 200
MAX_LENGTH = 300
MAX_TEXT_LENGTH = 20_000
"""Of the HTML: enough for an excerpt, whatever precedes its first words."""
MAX_ID_LENGTH = 1_000
MAX_HUBS = 4
MAX_CATEGORIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEntry:
    """One post. `guid` is never empty; `url` is empty if there is none. `title` is HTML unless `title_is_text`;
    `html` is the beginning of the text, not sanitized; `published` is None if unknown.
    """

    guid: str
    url: str = ""
    title: str = ""
    title_is_text: bool = False
    author: str = ""
    html: str = ""
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFeed:
    """The metadata of a feed and its newest posts, newest first.

    `url` is its home page, `self_url` the topic at its `hubs` (WebSub §4), `icon` a picture; each is empty if
    missing. `ttl` is in minutes. `fault` says what is wrong with a feed that could be parsed nevertheless.
    """

    title: str
    tagline: str
    url: str
    language: str
    icon: str = ""
    self_url: str = ""
    hubs: tuple[str, ...] = ()
    ttl: int = 0
    entries: tuple[ForeignEntry, ...] = ()
    fault: str = ""


def entry_of(*, guid: str, **fields: Any) -> ForeignEntry | None:
    """Return an entry; None if it has neither an id nor an address."""
    if len(guid) > MAX_ID_LENGTH:
        guid = f"urn:sha256:{sha256(guid.encode(errors='replace')).hexdigest()}"
    guid = one_line(guid)
    return ForeignEntry(guid=guid, **fields) if guid else None


def distinct(entries: Iterable[ForeignEntry | None]) -> tuple[ForeignEntry, ...]:
    """Return each entry once: the first with its id and address.

    Entries with several addresses that share an id are distinguished by both together.
    """
    found: dict[tuple[str, str], ForeignEntry] = {}
    for entry in entries:
        if entry is not None:
            found.setdefault((entry.guid, entry.url), entry)
    kept = list(found.values())[:MAX_ENTRIES]
    shared = Counter(entry.guid for entry in kept)
    return tuple(entry if shared[entry.guid] == 1 else _told_apart(entry) for entry in kept)


def _told_apart(entry: ForeignEntry) -> ForeignEntry:
    digest = sha256(f"{entry.guid} {entry.url}".encode(errors="replace")).hexdigest()
    return replace(entry, guid=f"urn:sha256:{digest}")


def line(text: str) -> str:
    return one_line(text[: 4 * MAX_LENGTH])[:MAX_LENGTH]


def joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, one_line(reference))
    except ValueError:
        return base


def web_address(base: str, reference: str) -> str:
    """Return an absolute web address, or an empty string."""
    return ascii_url_or_nothing(joined(base, reference)) if reference else ""
