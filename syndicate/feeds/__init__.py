"""Documents for feed readers, and blogrolls as OPML. Pure: the same feed always makes the same bytes."""

from collections.abc import Callable, Mapping
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


def render(feed: Feed, format: FeedFormat) -> FeedDocument:
    """`feed` as a document. Raises ValueError only when the feed's own addresses or dates are unusable."""
    return RENDERERS[format](feed)
