"""Render and parse feeds, and render and parse OPML. Pure: the same feed always gives the same bytes."""

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
from syndicate.feeds.fragment_cache import FragmentCache

__all__ = [
    "Conversation",
    "Feed",
    "FeedAuthor",
    "FeedCategory",
    "FeedDocument",
    "FeedEnclosure",
    "FeedEntry",
    "FeedFormat",
    "FeedPicture",
    "FragmentCache",
    "InReplyTo",
    "Podcast",
    "render",
]


def render(feed: Feed, format: FeedFormat) -> FeedDocument:
    """Render `feed` without a cache. Raises ValueError as `FragmentCache.render` does."""
    return FragmentCache().render(feed, format)
