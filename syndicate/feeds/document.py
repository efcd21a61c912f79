"""What a feed is before it is written down, and what it is after.

`Feed` and its entries are plain values: whoever fills them has chosen the posts, made the HTML safe and its
addresses absolute. `FeedDocument` is what goes over the wire. The same feed always makes the same document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never


class FeedFormat(StrEnum):
    """The languages that feed readers speak."""

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
    """Who wrote something. `url` is empty where they have no page."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCategory:
    """A category or tag: `term` for machines (a slug), `label` for people."""

    term: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEnclosure:
    """A file that comes with an entry. `length` in bytes and `duration` in seconds, 0 where not known."""

    url: str
    media_type: str
    length: int = 0
    duration: int = 0

    @property
    def is_episode(self) -> bool:
        """Whether it is something to listen to or to watch, as podcasts are."""
        return self.media_type.startswith(("audio/", "video/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPicture:
    """A picture that stands for a feed or an entry. Sizes in pixels, 0 where not known."""

    url: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InReplyTo:
    """What a comment answers (RFC 4685 §3): the id of the post or comment, and where people read that."""

    ref: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where an entry is talked about in the fediverse: the ActivityPub id of the post, its collection of replies, and
    a page that leads whoever wants to reply to her own server."""

    id: str
    replies: str
    reply_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """What directories of podcasts ask of a feed with episodes: one of Apple's categories, a square picture, and
    whether it is for adults only."""

    category: str = ""
    picture_url: str = ""
    explicit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A post or a comment in a feed.

    `id` is written as it is, in every format. `title` is plain text, empty for a note; `summary` is plain text;
    `html` is safe and holds absolute addresses only. `comments_url` is the page's place for comments,
    `comments_feed_url` and `comments_atom_url` are the entry's own comments feed as RSS and as Atom.
    `comment_count` of None says that nobody counts; `comments_updated` is when the newest comment came.
    `conversation` is None for what is not in the fediverse. `news` stands for what subscribers were told that it is: empty for
    what it is now, and `-` where they were told nothing.
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
        """The file that makes it an episode of a podcast."""
        return next((enclosure for enclosure in self.enclosures if enclosure.is_episode), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed in no format yet; `entries` stand in the order of the document, newest first.

    `updated` is None for a feed that never had an entry, which then dates from `founded`. `self_url` and the
    paging addresses (RFC 5005) are those of the format that is asked for. `is_archive` marks a document whose
    content stays as it is. `account` is the handle in the fediverse (`@notes@blog.example`) and `actor` its id.
    `stylesheet` makes XML readable for somebody who opens it in a browser; `blogroll_url` is that of an OPML file.
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
    entries: tuple[FeedEntry, ...] = ()

    def onward(self) -> Iterator[tuple[str, str]]:
        """Relation and address of every other document that it leads to (RFC 5005 §3, §4)."""
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
    """A feed as it goes over the wire.

    `etag` is a weak validator (RFC 9110 §8.8.1), which proxies leave alone. `version` tells whether there is anything
    new to read: comment counts do not move it. `last_modified` is in whole seconds. `skipped` names the entries that could
    not be written, `fingerprints` are those of all entries of the feed. `self_url` and `hubs` are what it says of itself.
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
