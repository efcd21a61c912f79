"""The only module that uses feedgen, with corrections for its errors.

In come a normalized feed and the elements that feedgen does not support; out comes XML: the frame of a document
(everything except the entries), and single entries. Errors of feedgen 1.0 that are corrected here:

- it dates a feed by the current time, so that two renderings differ;
- it formats dates by setting the locale of the whole process, which other threads see;
- it loses rel, type and length of the links of Atom entries, which makes an enclosure a second alternate link;
- it writes `&lt;` in titles, which some readers take for markup;
- it puts the summary of an Atom entry after its content, where some readers do not find it;
- its own extensions write `sy:UpdatePeriod`, and wrap single pictures in `media:group`.
"""

from collections.abc import Callable, Iterable, Sequence
from email.utils import format_datetime
from html import unescape
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.feeds._text import excerpt
from syndicate.feeds._xml import NAMESPACES, Element, append, write_plain
from syndicate.feeds.document import Feed, FeedEntry

ExtraElements = Callable[[FeedEntry], Sequence[Element]]
"""Returns the elements of an entry that feedgen does not support."""
Frame = tuple[bytes, bytes]
"""The parts of a document before and after its entries."""

_GENERATOR = "Syndicate"
_RSS_PREFIXES = ("creativeCommons", "dc", "fh", "media", "slash", "sy", "thr", "wfw")
_EPISODE_PREFIXES = ("itunes", "podcast")
_ATOM_PREFIXES = ("fh", "thr")
"""No `atom` prefix in an Atom feed: validators consider it a mistake."""


def rss_frame(feed: Feed, channel: Sequence[Element]) -> Frame:
    """Render the frame of an RSS 2.0 document, with `channel` appended to the channel."""
    return _frame(_rss(feed, channel, (), lambda _: (), has_episodes=feed.has_episodes), b"</channel></rss>")


def rss_item(entry: FeedEntry, feed: Feed, elements: Sequence[Element]) -> bytes:
    """Render one item, with `elements` appended."""
    return _entry_in(_rss(feed, (), (entry,), lambda _: elements, has_episodes=entry.episode is not None), b"item")


def _rss(
    feed: Feed, channel: Sequence[Element], entries: Sequence[FeedEntry], item: ExtraElements, *, has_episodes: bool
) -> bytes:
    generator = _generator(feed, _RssChannel, _RssItem)
    generator.link(href=feed.self_url, rel="self", type="application/rss+xml")
    generator.link(href=feed.home_url, rel="alternate")  # the last link becomes the channel's own
    generator.description(feed.subtitle or feed.title)
    # There is no other way to keep feedgen from setting the locale for this date; `channel` provides it instead.
    generator._FeedGenerator__rss_lastBuildDate = None
    if feed.ttl_minutes:
        generator.ttl(feed.ttl_minutes)
    generator.syndicate.elements = channel
    for entry in entries:
        _add_item(generator, entry, item(entry))
    generator.syndicate.prefixes = (
        *_RSS_PREFIXES,
        *(_EPISODE_PREFIXES if has_episodes else ()),
        *(("source",) if feed.blogroll_url else ()),
    )
    return _styled(generator.rss_str(), feed.stylesheet)


def atom_frame(feed: Feed, links: Iterable[dict[str, str]], extras: Sequence[Element]) -> Frame:
    """Render the frame of an Atom document (RFC 4287). `links` are those of the feed."""
    return _frame(_atom(feed, links, extras, (), lambda _: ()), b"</feed>")


def atom_entry(entry: FeedEntry, feed: Feed, elements: Sequence[Element]) -> bytes:
    """Render one entry; `elements` are its links and further elements."""
    return _entry_in(_atom(feed, ({"href": feed.home_url},), (), (entry,), lambda _: elements), b"entry")


def _atom(
    feed: Feed,
    links: Iterable[dict[str, str]],
    extras: Sequence[Element],
    entries: Sequence[FeedEntry],
    words: ExtraElements,
) -> bytes:
    generator = _generator(feed, _AtomFeed, _AtomEntry)
    generator.updated(feed.updated)
    generator.author(_person(feed.author.name, feed.author.url))
    generator.link([*links])
    if feed.subtitle:
        generator.subtitle(feed.subtitle)
    generator.syndicate.elements = extras
    for entry in entries:
        _add_entry(generator, entry, words(entry), feed.language)
    return _styled(generator.atom_str(), feed.stylesheet)


def _frame(document: bytes, end: bytes) -> Frame:
    assert document.rstrip().endswith(end)
    at = document.rindex(end)
    return document[:at], document[at:]


def _entry_in(document: bytes, tag: bytes) -> bytes:
    """Return the single entry of a document as written; the namespaces are declared around it."""
    end = b"</" + tag + b">"
    first = min(at for at in (document.find(b"<" + tag + b">"), document.find(b"<" + tag + b" ")) if at >= 0)
    return document[first : document.rindex(end) + len(end)]


def _generator(feed: Feed, of_feed: type, of_entry: type) -> Any:
    generator = FeedGenerator()
    generator.register_extension("syndicate", of_feed, of_entry)
    generator.id(feed.id)
    generator.title(feed.title)
    generator.generator(_GENERATOR)
    if feed.language:
        generator.language(feed.language)
    return generator


def _add_item(generator: Any, entry: FeedEntry, elements: Sequence[Element]) -> None:
    item = generator.add_entry(order="append")
    item.id(entry.id)
    item.link(href=entry.url, rel="alternate")
    if title := entry.title or (
        "" if excerpt(entry.html) else entry.summary
    ):  # some readers drop an item without words
        item.title(title)
    item.description(_as_html(entry.summary))
    item.content(entry.html, type="CDATA")
    _add_categories(item, entry)
    if entry.comments_url:
        item.comments(entry.comments_url)
    for enclosure in entry.enclosures[:1]:
        item.enclosure(enclosure.url, enclosure.length, enclosure.media_type)
    item.syndicate.elements = (Element("pubDate", format_datetime(entry.published)), *elements)


def _add_entry(generator: Any, entry: FeedEntry, elements: Sequence[Element], language: str) -> None:
    written = generator.add_entry(order="append")
    written.id(entry.id)
    written.title(entry.title)
    written.published(entry.published)
    written.updated(entry.updated)
    for author in entry.authors:
        written.author(_person(author.name, author.url))
    _add_categories(written, entry)
    written.summary(entry.summary)
    written.content(entry.html, type="html")
    written.syndicate.elements = elements
    written.syndicate.language = entry.language if entry.language != language else ""


def _add_categories(entry: Any, of: FeedEntry) -> None:
    for category in of.categories:
        entry.category(term=category.name)


def _person(name: str, url: str) -> dict[str, str]:
    return {"name": name, "uri": url} if url else {"name": name}


def _as_html(text: str) -> str:
    """Escape plain text for `description`, which readers take for HTML, if it could be: style sheets show the escapes."""
    if "<" not in text and unescape(text) == text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _styled(document: object, stylesheet: str) -> bytes:
    """Add the style sheet after the XML declaration (xml-stylesheet), if there is one."""
    assert isinstance(document, bytes)
    if not stylesheet:
        return document
    declaration, newline, rest = document.partition(b"\n")
    named = f'<?xml-stylesheet type="text/css" href="{stylesheet}"?>'.encode("ascii")
    return declaration + newline + named + newline + rest


class _RssChannel(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    elements: Sequence[Element] = ()
    prefixes: Sequence[str] = ()

    def extend_ns(self) -> dict[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in self.prefixes}

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        channel = rss[0]
        _rewrite_text(channel, "title", "description", "image/title")
        _append_all(channel, self.elements)
        return rss


class _RssItem(BaseEntryExtension):  # type: ignore[misc]  # as above
    elements: Sequence[Element] = ()

    def extend_rss(self, item: etree._Element) -> etree._Element:
        _rewrite_text(item, "title", "category")
        _append_all(item, self.elements)
        return item


class _AtomFeed(BaseExtension):  # type: ignore[misc]  # as above
    elements: Sequence[Element] = ()

    def extend_ns(self) -> dict[str, str]:
        return {prefix: NAMESPACES[prefix] for prefix in _ATOM_PREFIXES}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        _rewrite_text(feed, "title", "subtitle", "author/name")
        _append_all(feed, self.elements)
        return feed


class _AtomEntry(BaseEntryExtension):  # type: ignore[misc]  # as above
    elements: Sequence[Element] = ()
    language = ""

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        if self.language:
            entry.set(f"{{{NAMESPACES['xml']}}}lang", self.language)
        summary, content = entry.find("summary"), entry.find("content")
        assert summary is not None
        assert content is not None
        content.addprevious(summary)
        _rewrite_text(entry, "title", "summary", "author/name")
        _append_all(entry, self.elements)
        return entry


def _append_all(parent: etree._Element, elements: Sequence[Element]) -> None:
    for element in elements:
        append(parent, element)


def _rewrite_text(parent: etree._Element, *paths: str) -> None:
    for path in paths:
        for element in parent.findall(path):
            write_plain(element, element.text or "")
