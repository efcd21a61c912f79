"""Render Atom (RFC 4287), with threads (RFC 4685) and archives (RFC 5005).

In comes a normalized feed; out goes a frame or an entry as bytes. Atom requires a title, so a note gets the beginning
of its text.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from syndicate.feeds import _feedgen
from syndicate.feeds._xml import Element
from syndicate.feeds.document import Feed, FeedEntry

_TOTALS = re.compile(rb"<thr:total>\d+</thr:total>")
_COUNTS = re.compile(rb'(<link rel="replies"[^<>]*?)(?: thr:(?:count|updated)="[^"]*")+(?=/>)')
_MAX_TITLE_LENGTH = 80


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Render everything except the entries."""
    return _feedgen.atom_frame(feed, _links(feed), [*_extras(feed)])


def entry(entry: FeedEntry, feed: Feed) -> bytes:
    return _feedgen.atom_entry(replace(entry, title=_title(entry)), feed, [*_entry(entry)])


def without_counts(entry: bytes) -> bytes:
    """Return an entry without the counts that change with every comment."""
    return _COUNTS.sub(rb"\1", _TOTALS.sub(b"", entry))


def _title(entry: FeedEntry) -> str:
    if entry.title:
        return entry.title
    if len(entry.summary) <= _MAX_TITLE_LENGTH:
        return entry.summary
    at_space = entry.summary.rfind(" ", 0, _MAX_TITLE_LENGTH + 1)
    return entry.summary[: at_space if at_space > 0 else _MAX_TITLE_LENGTH].rstrip() + "…"


def _links(feed: Feed) -> Iterator[dict[str, str]]:
    # The home page comes first: some readers take the first link for the site.
    yield {"rel": "alternate", "type": "text/html", "href": feed.home_url}
    yield {"rel": "self", "type": "application/atom+xml", "href": feed.self_url}
    yield from ({"rel": "hub", "href": hub} for hub in feed.hubs)
    yield from ({"rel": rel, "type": "application/atom+xml", "href": href} for rel, href in feed.onward())
    if feed.licence_url:
        yield {"rel": "license", "href": feed.licence_url}


def _extras(feed: Feed) -> Iterator[Element]:
    if feed.icon_url:
        yield Element("icon", feed.icon_url)
    if feed.picture:
        yield Element("logo", feed.picture.url)
    if feed.is_archive:
        yield Element("fh:archive")


def _entry(entry: FeedEntry) -> Iterator[Element]:
    yield _link("alternate", "text/html", entry.url)
    for enclosure in entry.enclosures:
        yield _link("enclosure", enclosure.media_type, enclosure.url, length=str(enclosure.length or ""))
    yield from _replies(entry)
    if entry.in_reply_to:
        href = entry.in_reply_to.href
        yield Element(
            "thr:in-reply-to",
            attributes={"ref": entry.in_reply_to.ref, "href": href, "type": "text/html" if href else ""},
        )


def _replies(entry: FeedEntry) -> Iterator[Element]:
    thread: dict[str, str] = {}
    if entry.comment_count is not None:
        thread["thr:count"] = str(entry.comment_count)
    if entry.comments_updated:
        thread["thr:updated"] = entry.comments_updated.isoformat()
    if entry.comments_url:
        yield _link("replies", "text/html", entry.comments_url, **thread)
    if entry.comments_atom_url:
        yield _link("replies", "application/atom+xml", entry.comments_atom_url, **thread)
    if entry.conversation:
        yield _link("replies", "application/activity+json", entry.conversation.replies, **thread)
    if entry.comment_count is not None:
        yield Element("thr:total", str(entry.comment_count))


def _link(rel: str, type: str, href: str, **more: str) -> Element:
    return Element("link", attributes={"rel": rel, "type": type, "href": href, **more})
