"""Collect RSS 0.9 to 2.0 and Atom 0.3 and 1.0 from the events of an XML parser."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import NoReturn

from syndicate.errors import DocumentUnusable
from syndicate.feeds._text import language_tag
from syndicate.feeds.foreign.dates import date_of
from syndicate.feeds.foreign.feed import (
    MAX_CATEGORIES,
    MAX_ENTRIES,
    MAX_HUBS,
    MAX_LENGTH,
    MAX_TEXT_LENGTH,
    ForeignEntry,
    ForeignFeed,
    distinct,
    entry_of,
    joined,
    line,
    web_address,
)

MAX_DEPTH = 256
_ROOTS = frozenset({"rss", "rdf:RDF", "atom:feed"})


@dataclass(slots=True)
class _EntryDraft:
    """An entry that is being parsed. `base` is its xml:base."""

    base: str = ""
    values: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    title_is_text: bool = False
    guid_is_link: bool = True
    categories: list[str] = field(default_factory=list)


_FEED_NAMES: Mapping[str, str] = {
    "title": "title",
    "atom:title": "title",
    "description": "tagline",
    "atom:subtitle": "tagline",
    "atom:tagline": "tagline",
    "link": "link",
    "language": "language",
    "dc:language": "language",
    "ttl": "ttl",
    "atom:icon": "icon",
    "atom:logo": "logo",
}
_ENTRY_NAMES: Mapping[str, str] = {
    "title": "title",
    "atom:title": "title",
    "link": "link",
    "feedburner:origLink": "original",
    "guid": "guid",
    "atom:id": "guid",
    "author": "author",
    "dc:creator": "creator",
    "description": "summary",
    "atom:summary": "summary",
    "content:encoded": "content",
    "atom:content": "content",
    "pubDate": "published",
    "atom:published": "published",
    "atom:issued": "published",
    "dc:date": "date",
    "dc:created": "date",
    "atom:created": "date",
    "atom:updated": "updated",
    "atom:modified": "updated",
    "dc:modified": "updated",
}
"""Of elements that may occur several times, the first counts."""


class XmlReading:
    """Collects a feed from the events of a parser, with bounded memory."""

    def __init__(self, address: str, now: datetime) -> None:
        self._address, self._now = address, now
        self.is_feed = False
        self.fault = ""
        self._tags: list[str] = []
        self._base = ""
        self._values: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._hubs: list[str] = []
        self._entry: _EntryDraft | None = None
        self._entry_depth = 0
        self._entries: list[tuple[datetime | None, _EntryDraft]] = []
        self._keep: Callable[[str], None] | None = None
        self._keep_depth = 0
        self._pieces: list[str] = []
        self._length = 0

    def refuse(self, why: str) -> NoReturn:
        raise DocumentUnusable(f"{self._address}: {why}")

    def refuse_entities(self, *_: object) -> NoReturn:
        self.refuse("declares entities of its own")

    # events

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._tags:
            if tag not in _ROOTS:
                self.refuse("is a page, and no feed" if tag.lower().endswith("html") else "is not a feed")
            self.is_feed = True
            self._base = attributes.get("xml:base", "")
            self._values["language"] = attributes.get("xml:lang", "")
        parent = self._tags[-1] if self._tags else ""
        self._tags.append(tag)
        if len(self._tags) > MAX_DEPTH:
            self.refuse("is nested deeper than any feed")
        if self._keep is not None:
            self._add("\n")  # markup within (XHTML): its words stay apart
        elif self._entry is not None:
            self._in_entry(tag, parent, attributes, self._entry)
        elif tag in ("item", "atom:entry"):
            self._entry, self._entry_depth = _EntryDraft(base=attributes.get("xml:base", "")), len(self._tags)
        else:
            self._in_feed(tag, parent, attributes)

    def text(self, text: str) -> None:
        if self._keep is not None:
            self._add(text)

    def end(self) -> None:
        depth = len(self._tags)
        if self._keep is not None and depth == self._keep_depth:
            keep, self._keep = self._keep, None
            keep("".join(self._pieces).strip())
            self._pieces, self._length = [], 0
        elif self._entry is not None and depth == self._entry_depth:
            self._close(self._entry)
            self._entry = None
        self._tags.pop()

    def _close(self, entry: _EntryDraft) -> None:
        self._entries.append((_first_date(entry.values, _PUBLISHED, self._now), entry))
        if len(self._entries) > 2 * MAX_ENTRIES:
            self._entries = self._newest()

    def _newest(self) -> list[tuple[datetime | None, _EntryDraft]]:
        """Return the newest entries; those without a date keep their place in the document among the newest."""
        return sorted(self._entries, key=lambda each: each[0] or self._now, reverse=True)[:MAX_ENTRIES]

    def _add(self, text: str) -> None:
        if self._length < MAX_TEXT_LENGTH:
            self._pieces.append(text[: MAX_TEXT_LENGTH - self._length])
            self._length += len(text)

    def _listen(self, keep: Callable[[str], None]) -> None:
        """Pass the text of the element that has just begun to `keep`."""
        self._keep, self._keep_depth = keep, len(self._tags)

    # where each element is handled

    def _in_feed(self, tag: str, parent: str, attributes: Mapping[str, str]) -> None:
        if parent == "image" and tag == "url":
            self._listen(lambda text: self._set(self._values, "image", text))
        elif parent not in ("channel", "atom:feed"):
            return
        elif tag == "atom:link":
            self._feed_link(attributes)
        elif tag == "itunes:image":
            self._set(self._values, "image", attributes.get("href", ""))
        elif name := _FEED_NAMES.get(tag):
            self._listen(lambda text: self._set(self._values, name, text))

    def _feed_link(self, attributes: Mapping[str, str]) -> None:
        relation, href = _relation(attributes), attributes.get("href", "")
        if relation == "hub" and len(self._hubs) < MAX_HUBS:
            self._hubs.append(href)
        elif relation in (_PAGE, _OTHER, "self"):
            self._set(self._links, relation, href)

    def _in_entry(self, tag: str, parent: str, attributes: Mapping[str, str], entry: _EntryDraft) -> None:
        depth = len(self._tags) - self._entry_depth
        if depth == 2 and parent == "atom:author" and tag == "atom:name":
            self._listen(lambda text: self._set(entry.values, "author", text))
        elif tag == "media:description" and parent in ("media:group", "item", "atom:entry"):
            is_html = attributes.get("type") == "html"
            self._listen(lambda text: self._set(entry.values, "media", text if is_html else escape(text)))
        elif depth > 1:
            return
        elif tag == "atom:link":
            if (relation := _relation(attributes)) in (_PAGE, _OTHER):
                self._set(entry.links, relation, attributes.get("href", ""))
        elif tag in ("category", "atom:category"):
            self._category(attributes, entry)
        elif name := _ENTRY_NAMES.get(tag):
            if tag == "atom:title" and attributes.get("type", "text") in ("text", "xhtml", "text/plain"):
                entry.title_is_text = True
            if tag == "guid" and attributes.get("isPermaLink", "true").lower() == "false":
                entry.guid_is_link = False
            self._listen(lambda text: self._set(entry.values, name, text))

    def _category(self, attributes: Mapping[str, str], entry: _EntryDraft) -> None:
        if len(entry.categories) >= MAX_CATEGORIES:
            return
        if term := attributes.get("term"):
            entry.categories.append(term[:MAX_LENGTH])
        else:
            self._listen(lambda text: entry.categories.append(text[:MAX_LENGTH]))

    @staticmethod
    def _set(values: dict[str, str], name: str, text: str) -> None:
        if text and not values.get(name):
            values[name] = text

    # at the end

    def result(self) -> ForeignFeed:
        if not self.is_feed:
            self.refuse("is not a feed")
        base = joined(self._address, self._base)
        values = self._values
        home = web_address(base, values.get("link") or _page_of(self._links))
        icon = next((values[name] for name in ("image", "logo", "icon") if values.get(name)), "")
        ttl = values.get("ttl", "")
        return ForeignFeed(
            title=line(values.get("title", "")),
            tagline=line(values.get("tagline", "")),
            url=home,
            language=language_tag(line(values.get("language", ""))[:35]),
            icon=web_address(base, icon),
            self_url=web_address(base, self._links.get("self", "")),
            hubs=tuple(filter(None, (web_address(base, hub) for hub in self._hubs))),
            ttl=int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 8 else 0,
            entries=distinct(self._made(published, made, base, home) for published, made in self._newest()),
            fault=self.fault,
        )

    def _made(self, published: datetime | None, made: _EntryDraft, base: str, home: str) -> ForeignEntry | None:
        values = made.values
        base = joined(base, made.base) if made.base else home or base
        guid = values.get("guid", "")
        link = values.get("original") or values.get("link") or _page_of(made.links)
        url = web_address(base, link) or (web_address("", guid) if made.guid_is_link else "")
        return entry_of(
            guid=guid or url,
            url=url,
            title=values.get("title", ""),
            title_is_text=made.title_is_text,
            author=line(values.get("creator") or _without_mail(values.get("author", ""))),
            html=values.get("summary") or values.get("content") or values.get("media", ""),
            categories=tuple(made.categories),
            published=published,
            updated=_first_date(values, ("updated",), self._now) or published,
        )


_PAGE, _OTHER = "alternate", "alternate of another kind"
_IANA = "http://www.iana.org/assignments/relation/"
_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})


def _relation(attributes: Mapping[str, str]) -> str:
    """Return the relation of a link, also if it is written as an address (RFC 4287 §4.2.7.2). Of alternates, pages of
    the web are recognized; those with another scheme have none.
    """
    relation = (attributes.get("rel") or "alternate").strip().lower().removeprefix(_IANA)
    if relation != "alternate":
        return relation
    scheme = _SCHEME.match(attributes.get("href", "").strip())
    if scheme and scheme[1].lower() not in ("http", "https"):
        return ""
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return _PAGE if kind in _PAGE_TYPES else _OTHER


def _page_of(links: Mapping[str, str]) -> str:
    return links.get(_PAGE) or links.get(_OTHER, "")


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def _without_mail(author: str) -> str:
    """Return the name in RSS's `ann@garden.example (Ann)`, without the mail address."""
    name = author[: 4 * MAX_LENGTH].partition("(")[2].rpartition(")")[0] if "@" in author else author
    return "" if "@" in name else name


_PUBLISHED = ("published", "date", "updated")


def _first_date(values: Mapping[str, str], names: Iterable[str], now: datetime) -> datetime | None:
    return next((found for name in names if (found := date_of(values.get(name, ""), now)) is not None), None)
