"""What the author reads: whom, and what they published last."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST_HEADING = 90


class FollowState(StrEnum):
    """How far our Follow of an entry's actor has come."""

    NONE = "none"
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FeedState(StrEnum):
    """How an entry fares; all but `FRESH` is something that the author wants to know."""

    FRESH = "fresh"
    FAILING = "failing"
    GONE = "gone"
    """It is asked no more."""
    MOVED = "moved"
    """It lives at another address now, which has been taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The newest post of an entry, as lists show it."""

    title: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlogrollEntry:
    """One blog or account. `url` is its home page; `feed_url` and `actor` are empty where it has none.

    `rel` is XFN (words separated by spaces). `hidden` entries are shown to the author alone. `icon` is where its
    picture lies elsewhere, `picture` the path of our copy. `reason` says why `state` is what it is, and
    `follow_reason` the same of `follow`, in words for the author. `supplied` are the
    members that its account supplied and changes by an Update. `edited` says that she changed it by hand, so that no import undoes that.
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
    latest: Latest | None = None
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedPost:
    """A post of somebody whom the author reads, as much of it as is shown: never its full text.

    `guid` is what its source knows it by, `object` its id in the fediverse, or empty; `url` is empty where it has no
    page of its own. `title` is empty for what has
    none, `excerpt` for what is not to be shown without asking. `published` is None where nobody can tell.
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
        """Its title, or else its first words."""
        if self.title:
            return self.title
        if len(self.excerpt) <= LONGEST_HEADING:
            return self.excerpt or "Untitled"
        return self.excerpt[:LONGEST_HEADING].rpartition(" ")[0].rstrip(" ,.;:…") + "…"
