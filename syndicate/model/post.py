"""Posts and pages, and what an importer passes to the publisher."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SENSITIVE = "Sensitive content"
"""The content warning of a sensitive post that has no text of its own."""


class PostKind(StrEnum):
    """A page has an address of its own kind and is in no feed; it never federates."""

    POST = "post"
    PAGE = "page"


class PostState(StrEnum):
    """Only `published` is visible to anyone but the author."""

    PUBLISHED = "published"
    SCHEDULED = "scheduled"
    DRAFT = "draft"
    PRIVATE = "private"
    PASSWORD = "password"  # noqa: S105 - a state, no secret


class Visibility(StrEnum):
    """How far a published post is distributed."""

    PUBLIC = "public"
    QUIET = "quiet"
    """On the site and in feeds; in the fediverse Public stands in `cc` (unlisted)."""
    LOCAL = "local"
    """On the site and in feeds, never federated."""


class ObjectType(StrEnum):
    """The ActivityStreams type of a post."""

    ARTICLE = "Article"
    NOTE = "Note"


class QuotePolicy(StrEnum):
    """Who may quote a post (FEP-044f)."""

    ANYONE = "anyone"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class ReferenceKind(StrEnum):
    """What a post does with an address elsewhere; the values are the fields of its header."""

    REPLY = "in_reply_to"
    LIKE = "like_of"
    REPOST = "repost_of"


REFERENCE_WORDS = {
    ReferenceKind.REPLY: "In reply to",
    ReferenceKind.LIKE: "Likes",
    ReferenceKind.REPOST: "Boosts",
}
MAX_SHOWN_ADDRESS_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a post answers, likes or boosts: the address that its author gave, and the target's id in the fediverse, empty
    while that is not known or if it has none."""

    kind: ReferenceKind
    address: str
    object: str = ""

    @property
    def words(self) -> str:
        return REFERENCE_WORDS[self.kind]

    @property
    def shown(self) -> str:
        """The address as people read it."""
        short = self.address.partition("://")[2].rstrip("/")
        return short if len(short) <= MAX_SHOWN_ADDRESS_LENGTH else f"{short[: MAX_SHOWN_ADDRESS_LENGTH - 1]}…"


class SourceFormat(StrEnum):
    """The format of `source`."""

    MARKDOWN = "markdown"
    HTML = "html"


class TermKind(StrEnum):
    """The two kinds of terms."""

    CATEGORY = "category"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A category or a tag. `slug` is unique within its kind; `parent` is the parent category's slug."""

    kind: TermKind
    slug: str
    name: str
    parent: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture served by this blog. `url` is absolute; sizes are pixels, 0 where not known. `srcset` lists its smaller
    forms for browsers, or is empty."""

    url: str
    alt: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    srcset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to a post (RSS 2.0 `enclosure`). `length` in bytes and `duration` in seconds, 0 where not
    known."""

    url: str
    media_type: str
    length: int = 0
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An account that a post mentions: `handle` is `@user@host`, `actor` its id."""

    handle: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many approved comments, likes and shares a post has. `announced_comments` is the comment count shown in
    feeds."""

    comments: int = 0
    announced_comments: int = 0
    likes: int = 0
    shares: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post or page as it is stored.

    `uri` is its ActivityPub id and `guid` its id in feeds: both are stored and never change. `path` is the path of
    its page, from the root, percent-encoded. `html` is safe and holds absolute addresses only. `excerpt`
    is plain text that stands for the post in lists; `summary` and `teaser` are written by the author, or empty;
    `unsummarized` says that the fediverse gets no summary in place of those.
    `warning` is the content warning; `sensitive` may be true without one. `hashtags` of None means: all tags.
    `mentions` are the accounts that its text names and that were found. `news` identifies the text that readers were
    last notified of; it is empty if that is the current one. `reference` is what it answers, likes or boosts.
    """

    id: str
    uri: str
    guid: str
    kind: PostKind = PostKind.POST
    slug: str
    path: str
    title: str = ""
    html: str = ""
    excerpt: str = ""
    summary: str = ""
    teaser: str = ""
    unsummarized: bool = False
    language: str = "en"
    author: str = ""
    state: PostState = PostState.PUBLISHED
    visibility: Visibility = Visibility.PUBLIC
    published: datetime
    updated: datetime
    sensitive: bool = False
    warning: str = ""
    comments_open: bool = True
    pinned: bool = False
    picture: Picture | None = None
    type: ObjectType | None = None
    quotes: QuotePolicy = QuotePolicy.ANYONE
    hashtags: tuple[str, ...] | None = None
    mentions: tuple[Mention, ...] = ()
    enclosure: Enclosure | None = None
    terms: tuple[Term, ...] = ()
    news: str = ""
    reference: Reference | None = None
    counts: Counts = field(default_factory=Counts)

    @property
    def is_public(self) -> bool:
        """Whether it is visible to readers."""
        return self.state is PostState.PUBLISHED

    @property
    def is_reaction(self) -> bool:
        """Whether it only likes or boosts something, without words of its own."""
        is_reply = self.reference is None or self.reference.kind is ReferenceKind.REPLY
        return not is_reply and not (self.title or self.html or self.picture)

    @property
    def reaches_others(self) -> bool:
        """Whether other sites are notified of it: of pages and local posts they never are."""
        return self.is_public and self.kind is PostKind.POST and self.visibility is not Visibility.LOCAL

    @property
    def federates(self) -> bool:
        """Whether it is an object of the fediverse; a mere like or boost is an activity instead."""
        return self.reaches_others and not self.is_reaction

    @property
    def content_warning(self) -> str:
        """The text shown before a sensitive post, and instead of it where it is only mentioned; else empty."""
        return self.warning or (SENSITIVE if self.sensitive else "")

    @property
    def short_text(self) -> str:
        """The plain text that represents the post in lists: only the content warning, if there is one."""
        return self.content_warning or self.summary or self.excerpt or self._reference_text

    @property
    def heading(self) -> str:
        """A one-line name of the post, never empty: its title, the beginning of a note, what it answers, or its date."""
        words = self.title or self.content_warning or self.excerpt[:80] or self._reference_text
        return words or f"{self.published:%Y-%m-%d}"

    @property
    def _reference_text(self) -> str:
        return f"{self.reference.words} {self.reference.shown}" if self.reference else ""

    @property
    def object_type(self) -> ObjectType:
        """A title makes an Article, none a Note; the author's choice overrides."""
        return self.type or (ObjectType.ARTICLE if self.title else ObjectType.NOTE)

    @property
    def categories(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind is TermKind.CATEGORY)

    @property
    def tags(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.kind is TermKind.TAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """What an importer or command (a Markdown file, an import) passes to the publisher.

    `slug` is the post's identity. `draft_reasons` are the reasons why `state` is not public although the header does
    not say so explicitly. `excerpt` is the part before a "more" marker, if any. `date` is when it was or shall be
    first published, None for now. `terms` have slugs if the importer knows them. `kind` of None means: as it is, or a
    post. `source_id` is its identity in the system that it comes from. `guid`, `path` and `aliases` are kept from an
    older blog; paths start with `/` and may have a query, addresses on other hosts are whole. `base` is the address
    against which relative references in `source` are resolved; None means the post's own permalink. `local_files` is
    the directory in which relative references to files are looked up, None where there is none; `local_root` the
    enclosing directory, in which a reference from the root is looked up. `minor` says that the change shall not be
    announced.
    """

    slug: str
    source: str
    source_format: SourceFormat = SourceFormat.MARKDOWN
    kind: PostKind | None = None
    title: str = ""
    date: datetime | None = None
    modified: datetime | None = None
    terms: tuple[Term, ...] = ()
    summary: str = ""
    excerpt: str = ""
    teaser: str = ""
    unsummarized: bool = False
    language: str = ""
    author: str = ""
    state: PostState = PostState.PUBLISHED
    minor: bool = False
    draft_reasons: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    warning: str = ""
    comments_open: bool = True
    pinned: bool = False
    image: str = ""
    image_alt: str = ""
    type: ObjectType | None = None
    quotes: QuotePolicy = QuotePolicy.ANYONE
    hashtags: tuple[str, ...] | None = None
    enclosure: Enclosure | None = None
    reference: Reference | None = None
    guid: str | None = None
    source_id: str | None = None
    path: str | None = None
    aliases: tuple[str, ...] = ()
    base: str | None = None
    local_files: str | None = None
    local_root: str | None = None
