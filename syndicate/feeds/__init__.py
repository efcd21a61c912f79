"""Documents for feed readers, and blogrolls as OPML. Pure: the same feed always makes the same bytes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from types import MappingProxyType

from syndicate.feeds import atom, jsonfeed, rss
from syndicate.feeds.document import (
    Conversation,
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedDocument,
    FeedEnclosure,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    InReplyTo,
    Podcast,
)

__all__ = [
    "RENDERERS",
    "Conversation",
    "Feed",
    "FeedAuthor",
    "FeedCategory",
    "FeedDocument",
    "FeedEnclosure",
    "FeedEntry",
    "FeedFormat",
    "FeedPicture",
    "InReplyTo",
    "Podcast",
    "render",
]

RENDERERS: Mapping[FeedFormat, Callable[[Feed], FeedDocument]] = MappingProxyType(
    {
        FeedFormat.RSS: rss.render,
        FeedFormat.ATOM: atom.render,
        FeedFormat.JSON: jsonfeed.render,
    }
)


def render(feed: Feed, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
    """`feed` as a document; `without` the entries that somebody has, by their fingerprints (RFC 3229 for feeds).

    Raises ValueError only when the feed's own addresses or dates are unusable.
    """
    prints = {fingerprint(entry): entry for entry in feed.entries}
    entries = tuple(entry for print, entry in prints.items() if print not in without)
    document = RENDERERS[format](replace(feed, entries=entries))
    return replace(document, fingerprints=frozenset(prints))


def fingerprint(entry: FeedEntry) -> str:
    """Tells an entry from what it was before."""
    return sha256(repr(entry).encode(errors="replace")).hexdigest()[:16]
