"""Values for a feed before and after rendering.

`Feed` and its entries are plain values, whose HTML is sanitized and whose addresses are absolute. `FeedDocument` is
the rendered document. The same feed always gives the same document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never


class FeedFormat(StrEnum):
    """The formats of feed documents."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        match self:
            case FeedFormat.RSS:
                return "application/rss+xml; charset=utf-8"
            case FeedFormat.ATOM:
                return "application/atom+xml; charset=utf-8"
            case FeedFormat.JSON:
                return "application/feed+json; charset=utf-8"
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAuthor:
    """The author of an entry. `url` is empty without a page."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCategory:
    """A category or tag. Names that differ are different categories, as in the feeds of WordPress."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEnclosure:
    """A file attached to an entry. `length` in bytes and `duration` in seconds, 0 if unknown."""

    url: str
    media_type: str
    length: int = 0
    duration: int = 0

    @property
    def is_episode(self) -> bool:
        """Whether it is audio or video, as in a podcast."""
        return self.media_type.startswith(("audio/", "video/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPicture:
    """A picture of a feed or an entry. Sizes in pixels, 0 if unknown."""

    url: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InReplyTo:
    """What a comment replies to (RFC 4685 §3): the id of the post or comment, and its page."""

    ref: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The conversation about an entry in the fediverse: the ActivityPub id of the post, its collection of replies,
    and the page for replying from another server.
    """

    id: str
    replies: str
    reply_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """What podcast directories require of a feed with episodes: one of Apple's categories, a square picture, whether it
    is explicit, and the owner's mail address, by which some verify whose podcast it is.
    """

    email: str = ""
    category: str = ""
    picture_url: str = ""
    explicit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A post or a comment in a feed.

    `id` is written unchanged in every format. `title` is plain text, empty for a note; `summary` is plain text;
    `html` is sanitized and contains absolute addresses only. `comments_url` is the comment section of the page;
    `comments_feed_url` and `comments_atom_url` are the comments feed as RSS and Atom. `comment_count` is None if
    unknown; `comments_updated` is the date of the newest comment. `conversation` is None for an entry that is not in
    the fediverse. `news` identifies the state that was last announced to subscribers: empty for the current one, `-`
    if none was.
    """

    id: str
    url: str
    title: str = ""
    html: str = ""
    summary: str = ""
    published: datetime
    updated: datetime
    authors: tuple[FeedAuthor, ...] = ()
    categories: tuple[FeedCategory, ...] = ()
    enclosures: tuple[FeedEnclosure, ...] = ()
    picture: FeedPicture | None = None
    language: str = ""
    comments_url: str = ""
    comments_feed_url: str = ""
    comments_atom_url: str = ""
    comment_count: int | None = None
    comments_updated: datetime | None = None
    in_reply_to: InReplyTo | None = None
    conversation: Conversation | None = None
    news: str = ""

    @property
    def episode(self) -> FeedEnclosure | None:
        """The file that makes the entry a podcast episode."""
        return next((enclosure for enclosure in self.enclosures if enclosure.is_episode), None)

    def __hash__(self) -> int:
        """Return a hash of the fields that tell entries apart: each rendering looks up every entry of the feed."""
        return hash((self.id, self.updated, self.html))


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed before rendering; `entries` are in the order of the document, newest first.

    `updated` is None for a feed that never had an entry, which is then dated `founded`. `self_url` and the paging
    addresses (RFC 5005) are those of the requested format. `is_archive` marks a document whose content does not
    change. `account` is the handle in the fediverse (`@notes@blog.example`) and `actor` its id. `stylesheet` makes
    XML readable in a browser; `blogroll_url` is the address of an OPML file. `has_episodes` is found when the feed is
    normalized.
    """

    id: str
    title: str
    subtitle: str = ""
    home_url: str
    self_url: str
    language: str = ""
    updated: datetime | None = None
    founded: datetime
    author: FeedAuthor
    icon_url: str = ""
    picture: FeedPicture | None = None
    licence_url: str = ""
    hubs: tuple[str, ...] = ()
    first: str | None = None
    previous: str | None = None
    next: str | None = None
    last: str | None = None
    prev_archive: str | None = None
    next_archive: str | None = None
    current: str | None = None
    is_archive: bool = False
    ttl_minutes: int | None = None
    account: str = ""
    actor: str = ""
    stylesheet: str = ""
    blogroll_url: str = ""
    podcast: Podcast = Podcast()
    has_episodes: bool = False
    entries: tuple[FeedEntry, ...] = ()

    def without_onward_links(self) -> "Feed":
        """Return the feed without the addresses of other documents, which change as the archive grows."""
        return replace(
            self, first=None, previous=None, next=None, last=None, prev_archive=None, next_archive=None, current=None
        )

    def onward(self) -> Iterator[tuple[str, str]]:
        """Yield relation and address of the linked documents (RFC 5005 §3, §4)."""
        relations = {
            "first": self.first,
            "previous": self.previous,
            "next": self.next,
            "last": self.last,
            "prev-archive": self.prev_archive,
            "next-archive": self.next_archive,
            "current": self.current,
        }
        return ((relation, address) for relation, address in relations.items() if address)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A rendered feed.

    `etag` is a weak validator (RFC 9110 §8.8.1), which proxies do not change. `version` changes when there is
    something new to read; comment counts do not change it. `last_modified` is in whole seconds. `skipped` lists the
    entries that could not be rendered, `fingerprints` are those of all entries. `self_url` and `hubs` are those of
    the feed.
    """

    body: bytes
    media_type: str
    etag: str
    version: str
    last_modified: datetime
    skipped: tuple[str, ...] = ()
    fingerprints: frozenset[str] = frozenset()
    self_url: str = ""
    hubs: tuple[str, ...] = ()
