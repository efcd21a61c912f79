"""Documents for feed readers, and blogrolls as OPML. Pure: the same feed always makes the same bytes."""

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
    """`feed` as a document, by a press that keeps nothing. Raises ValueError as `FragmentCache.render` does."""
    return FragmentCache().render(feed, format)
