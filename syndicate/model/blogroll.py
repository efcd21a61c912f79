"""The blogroll: what the author reads, and the latest posts of each entry."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_HEADING_LENGTH = 90


class FollowState(StrEnum):
    """The state of our Follow of an entry's actor."""

    NONE = "none"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FeedState(StrEnum):
    """The state of an entry's feed; all but `FRESH` are reported to the author."""

    FRESH = "fresh"
    FAILING = "failing"
    GONE = "gone"
    """It is not polled any more."""
    MOVED = "moved"
    """It has moved to another address, which replaced the old one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestPost:
    """The newest post of an entry, as lists show it."""

    title: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollEntry:
    """One blog or account. `url` is its home page; `feed_url` and `actor` are empty where it has none.

    `rel` is XFN (words separated by spaces). `hidden` entries are shown only to the author. `icon` is the address of
    its picture elsewhere, `picture` the path of our copy. `reason` says why `state` is what it is, and
    `follow_reason` the same of `follow`, in text for the author. `supplied` are the members that its account supplied
    and changes by an Update. `edited` says that the author changed it by hand, so that no import overwrites that.
    `former_feed` is the address of the feed before it moved, or empty.
    """

    id: str
    name: str
    tagline: str = ""
    url: str = ""
    feed_url: str = ""
    actor: str = ""
    handle: str = ""
    category: str = ""
    position: int = 0
    language: str = ""
    rel: str = ""
    notes: str = ""
    icon: str = ""
    picture: str = ""
    hidden: bool = False
    edited: bool = False
    follow: FollowState = FollowState.NONE
    follow_reason: str = ""
    supplied: frozenset[str] = frozenset()
    state: FeedState = FeedState.FRESH
    reason: str = ""
    latest: LatestPost | None = None
    added: datetime | None = None
    former_feed: str = ""

    def is_feed(self, address: str) -> bool:
        """Return whether the entry's feed has this address, or had it before it moved."""
        return address in (self.feed_url, self.former_feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPost:
    """A post of a blogroll entry, reduced to what the river shows: never its full text.

    `guid` is its id in its feed, `object` its id in the fediverse, or empty; `url` is empty where it has no
    page of its own. `title` is empty for what has
    none, `excerpt` for what is not to be shown without asking. `published` is None if unknown.
    """

    guid: str
    object: str = ""
    url: str
    title: str
    author: str = ""
    excerpt: str = ""
    published: datetime | None
    updated: datetime | None = None

    @property
    def heading(self) -> str:
        """Return its title, or else its first words."""
        if self.title:
            return self.title
        if len(self.excerpt) <= MAX_HEADING_LENGTH:
            return self.excerpt or "Untitled"
        return self.excerpt[:MAX_HEADING_LENGTH].rpartition(" ")[0].rstrip(" ,.;:…") + "…"
