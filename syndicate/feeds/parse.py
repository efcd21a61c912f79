"""Parse the feeds of other blogs: RSS 0.9 to 2.0, Atom 0.3 and 1.0, JSON Feed.

In come bytes, out goes a `ForeignFeed`. The content is not trusted: lengths are limited, addresses checked,
impossible dates dropped. XML is processed as a stream of tags, so the size of a feed costs time but no memory. Custom
entities are refused. Pure.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, NoReturn, cast
from urllib.parse import urljoin
from xml.parsers import expat

from lxml import etree

from syndicate.errors import DocumentUnusable
from syndicate.feeds._address import ascii_url_or_nothing
from syndicate.feeds._text import language_tag, one_line
from syndicate.feeds.foreign_xml import decoded, with_sound_references

MAX_ENTRIES = 200
EARLIEST_YEAR = 1970
MAX_LENGTH = 300
MAX_TEXT_LENGTH = 20_000
"""Of the HTML: enough for an excerpt, whatever precedes its first words."""
MAX_ID_LENGTH = 1_000
MAX_HUBS = 4
MAX_CATEGORIES = 50
MAX_DEPTH = 256
CHUNK_LENGTH = 64 * 1024
MAX_TAG_BYTES = 1024 * 1024
"""Of a tag or comment, which expat processes in one call that blocks all other threads."""


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


def parse_feed(body: bytes, *, address: str, now: datetime, charset: str = "") -> ForeignFeed:
    """Parse a feed found at `address`; `charset` is that of its `Content-Type`.

    Raises DocumentUnusable if it is not a feed, declares entities, or is not in the encoding that it names.
    """
    try:
        text = decoded(body, charset=charset, errors="strict").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError as error:
        raise DocumentUnusable(f"{address}: its text is not in the encoding that it names") from error
    if text.startswith("{"):
        return _json(text, address, now)
    return _xml(text, address, now).result()


# XML

_NAMESPACES: Mapping[str, str] = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_ROOTS = frozenset({"rss", "rdf:RDF", "atom:feed"})
_REPAIRABLE = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_UNDEFINED_ENTITY,
        expat.errors.XML_ERROR_BAD_CHAR_REF,
    )
)


def _xml(text: str, address: str, now: datetime) -> "_Reading":
    """Parse strictly, else with repaired character references, else with the recovery of libxml2."""
    reading, fault, code = _strictly(text, _Reading(address, now))
    if code in _REPAIRABLE:
        text = with_sound_references(text)
        reading, fault, code = _strictly(text, _Reading(address, now))
    if fault:
        reading = _recovering(text, _Reading(address, now))
        reading.fault = fault
    return reading


def _strictly(text: str, reading: "_Reading") -> "tuple[_Reading, str, int]":
    """Return what was parsed, the error in words, and expat's number of the error."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")  # UTF-8 by now, whatever the declaration says
    parser.buffer_text = True
    parser.EntityDeclHandler = reading.refuse_entities
    parser.StartElementHandler = lambda tag, attributes: reading.start(
        _prefixed(tag), {_prefixed(name): value for name, value in attributes.items()}
    )
    parser.EndElementHandler = lambda _: reading.end()
    parser.CharacterDataHandler = reading.text
    fed = 0
    try:
        for at in range(0, len(text), CHUNK_LENGTH):  # in chunks, so that other threads can run
            piece = text[at : at + CHUNK_LENGTH].encode(errors="ignore")
            fed += len(piece)
            parser.Parse(piece, False)
            if fed - parser.CurrentByteIndex > MAX_TAG_BYTES:
                reading.refuse("holds a tag or comment that is larger than any is")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        where = f"line {error.lineno}, column {error.offset + 1}"
        return reading, f"its XML is broken ({expat.ErrorString(error.code)}: {where})", error.code
    return reading, "", 0


def _prefixed(name: str) -> str:
    """Return `atom:entry` for `http://www.w3.org/2005/Atom entry`; names without namespace or in one of RSS get no
    prefix.
    """
    namespace, _, local = name.rpartition(" ")
    if not namespace:
        return local
    prefix = _NAMESPACES.get(namespace, "other")
    return f"{prefix}:{local}" if prefix else local


class _Target:
    """Passes the events of lxml's parser on."""

    def __init__(self, reading: "_Reading") -> None:
        self._reading = reading

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._reading.start(_from_lxml(tag), {_from_lxml(name): value for name, value in attributes.items()})

    def end(self, _: str) -> None:
        self._reading.end()

    def data(self, text: str) -> None:
        self._reading.text(text)

    def close(self) -> None:
        return None


def _from_lxml(name: str) -> str:
    """Return the prefixed name; an undeclared prefix has its usual meaning."""
    return _prefixed(name[1:].replace("}", " ")) if name.startswith("{") else name


def _recovering(text: str, reading: "_Reading") -> "_Reading":
    if "<!ENTITY" in text:
        reading.refuse_entities()
    parser = etree.XMLParser(
        target=cast(Any, _Target(reading)),
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    data = text.encode(errors="ignore")
    try:
        for at in range(0, len(data), CHUNK_LENGTH):
            parser.feed(data[at : at + CHUNK_LENGTH])
        parser.close()
    except etree.LxmlError:
        pass  # what was parsed before counts, if anything was
    return reading


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


class _Reading:
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
        relation, href = attributes.get("rel") or "alternate", attributes.get("href", "")
        if relation == "hub" and len(self._hubs) < MAX_HUBS:
            self._hubs.append(href)
        elif relation in ("alternate", "self"):
            self._set(self._links, relation, href)

    def _in_entry(self, tag: str, parent: str, attributes: Mapping[str, str], entry: _EntryDraft) -> None:
        depth = len(self._tags) - self._entry_depth
        if depth == 2 and parent == "atom:author" and tag == "atom:name":
            self._listen(lambda text: self._set(entry.values, "author", text))
        elif depth > 1:
            return
        elif tag == "atom:link":
            relation = attributes.get("rel") or "alternate"
            if relation == "alternate":
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
        base = _joined(self._address, self._base)
        values = self._values
        home = _web(base, values.get("link") or self._links.get("alternate", ""))
        icon = next((values[name] for name in ("image", "logo", "icon") if values.get(name)), "")
        ttl = values.get("ttl", "")
        return ForeignFeed(
            title=_line(values.get("title", "")),
            tagline=_line(values.get("tagline", "")),
            url=home,
            language=language_tag(_line(values.get("language", ""))[:35]),
            icon=_web(base, icon),
            self_url=_web(base, self._links.get("self", "")),
            hubs=tuple(filter(None, (_web(base, hub) for hub in self._hubs))),
            ttl=int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 8 else 0,
            entries=_distinct(self._made(published, made, base, home) for published, made in self._newest()),
            fault=self.fault,
        )

    def _made(self, published: datetime | None, made: _EntryDraft, base: str, home: str) -> ForeignEntry | None:
        values = made.values
        base = _joined(base, made.base) if made.base else home or base
        guid = values.get("guid", "")
        link = values.get("original") or values.get("link") or made.links.get("alternate", "")
        url = _web(base, link) or (_web("", guid) if made.guid_is_link else "")
        return _entry(
            guid=guid or url,
            url=url,
            title=values.get("title", ""),
            title_is_text=made.title_is_text,
            author=_line(values.get("creator") or _without_mail(values.get("author", ""))),
            html=values.get("summary") or values.get("content", ""),
            categories=tuple(made.categories),
            published=published,
            updated=_first_date(values, ("updated",), self._now) or published,
        )


def _without_mail(author: str) -> str:
    """Return the name in RSS's `ann@garden.example (Ann)`, without the mail address."""
    name = author[: 4 * MAX_LENGTH].partition("(")[2].rpartition(")")[0] if "@" in author else author
    return "" if "@" in name else name


_PUBLISHED = ("published", "date", "updated")


def _first_date(values: Mapping[str, str], names: Iterable[str], now: datetime) -> datetime | None:
    return next((found for name in names if (found := _date(values.get(name, ""), now)) is not None), None)


# JSON


def _json(text: str, address: str, now: datetime) -> ForeignFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentUnusable(f"{address}: is not valid JSON") from error
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version"))[:MAX_LENGTH]:
        raise DocumentUnusable(f"{address}: is not a feed")
    items = (_json_entry(item, address, now) for item in _objects(document.get("items")))
    entries = [entry for entry in items if entry is not None]
    entries.sort(key=lambda entry: entry.published or now, reverse=True)
    hubs = [_text(hub.get("url")) for hub in _objects(document.get("hubs"))[:MAX_HUBS] if hub.get("type") == "WebSub"]
    return ForeignFeed(
        title=_line(_text(document.get("title"))),
        tagline=_line(_text(document.get("description"))),
        url=_web(address, _text(document.get("home_page_url"))),
        language=language_tag(_line(_text(document.get("language")))[:35]),
        icon=_web(address, _text(document.get("icon")) or _text(document.get("favicon"))),
        self_url=_web(address, _text(document.get("feed_url"))),
        hubs=tuple(filter(None, (_web(address, hub) for hub in hubs))),
        entries=_distinct(entries),
    )


def _json_entry(item: dict[str, Any], address: str, now: datetime) -> ForeignEntry | None:
    id, author = item.get("id"), item.get("author")
    authors = [*_objects(item.get("authors")), *([author] if isinstance(author, dict) else [])]
    url = _web(address, _text(item.get("url")) or _text(item.get("external_url")))
    plain = _text(item.get("content_text")) if not item.get("content_html") else ""
    published = _date(_text(item.get("date_published")), now)
    return _entry(
        guid=str(id) if isinstance(id, str | int | float) and str(id) else url,
        url=url,
        title=_text(item.get("title")),
        title_is_text=True,
        author=_line(next((_text(each.get("name")) for each in authors if each.get("name")), "")),
        html=(_text(item.get("summary")) or _text(item.get("content_html")) or plain.replace("<", "&lt;"))[
            :MAX_TEXT_LENGTH
        ],
        categories=tuple(_text(tag)[:MAX_LENGTH] for tag in _list(item.get("tags"))[:MAX_CATEGORIES]),
        published=published,
        updated=_date(_text(item.get("date_modified")), now) or published,
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# both


def _entry(*, guid: str, **fields: Any) -> ForeignEntry | None:
    """Return an entry; None if it has neither an id nor an address."""
    if len(guid) > MAX_ID_LENGTH:
        guid = f"urn:sha256:{sha256(guid.encode(errors='replace')).hexdigest()}"
    guid = one_line(guid)
    return ForeignEntry(guid=guid, **fields) if guid else None


def _distinct(entries: Iterable[ForeignEntry | None]) -> tuple[ForeignEntry, ...]:
    """Return each entry once: the first with its id."""
    found: dict[str, ForeignEntry] = {}
    for entry in entries:
        if entry is not None:
            found.setdefault(entry.guid, entry)
    return tuple(found.values())[:MAX_ENTRIES]


def _date(text: str, now: datetime) -> datetime | None:
    """Parse a date of RFC 3339, RFC 822 or a similar form; None if it is invalid, in the future, or before 1970."""
    if not text or len(text) > 64:
        return None
    text = text.strip()
    try:
        found = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return instant if instant.year >= EARLIEST_YEAR and instant <= now else None


def _line(text: str) -> str:
    return one_line(text[: 4 * MAX_LENGTH])[:MAX_LENGTH]


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, one_line(reference))
    except ValueError:
        return base


def _web(base: str, reference: str) -> str:
    """Return an absolute web address, or an empty string."""
    return ascii_url_or_nothing(_joined(base, reference)) if reference else ""
