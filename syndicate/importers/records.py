"""The values that an export of another program holds.

A reader (such as `importers/wordpress/export.py`) takes them from the file; the importer turns them into posts,
comments and files. Text is Unicode, dates are aware UTC, HTML is not sanitized yet. Mail and IP addresses, which
exports contain for every commenter, have no field here and therefore cannot be stored by mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicate.model.comment import CommentState
from syndicate.model.post import Enclosure, PostKind, PostState, SourceFormat, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedSite:
    """The old blog. `addresses` are those of its home page, the canonical one first; they may have a path."""

    title: str = ""
    description: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTerm:
    """A category or tag. `wp_id` is used in addresses such as `/?cat=5`."""

    term: Term
    wp_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAuthor:
    """An author. Posts name the `login` as their `creator`; `nicename` is used in `/author/<nicename>/`, `wp_id` in
    `/?author=1`. Without a `display_name` the author of the site stands for it.
    """

    login: str
    nicename: str
    display_name: str
    wp_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedComment:
    """A comment on a post.

    `url` is where the original can be read, or empty. `id` is its id in the export, and `parent` that of the comment that it replies to, which may be missing from the
    export. `anchor` is the fragment of its old address. `guid` is its id in feeds, empty if it has none.
    """

    id: str
    parent: str | None = None
    anchor: str
    guid: str = ""
    url: str = ""
    author_name: str
    author_url: str = ""
    published: datetime
    html: str
    state: CommentState


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPost:
    """A post or page.

    `source_id` is its identity in the program that it comes from. `guid` is unchanged, byte for byte. `link` is its
    address or path, and `aliases` are further ones. `title` and `excerpt` are plain text. `more` is the HTML before
    the "read more" mark, or None. `text` is HTML unless `format` says otherwise, and may contain placeholders that
    `wordpress.html` fills once the whole export is known. `draft_reasons` are the reasons why `state` is not public
    although the export does not say so. `published` is None for a draft that was never dated. `old_slugs` are its
    former slugs. The picture before the text is `thumbnail_id`, the number of an attachment, or `image`.
    `lost_shortcodes` are those that only plugins could render, `linked` the names of players and other embedded
    content of which a link remains. `own` and `own_comments` are the post and its comments as this program wrote them,
    where it made the export.
    """

    source_id: str
    kind: PostKind = PostKind.POST
    title: str = ""
    link: str = ""
    guid: str = ""
    aliases: tuple[str, ...] = ()
    creator: str = ""
    text: str
    format: SourceFormat = SourceFormat.HTML
    more: str | None = None
    excerpt: str = ""
    language: str = ""
    published: datetime | None
    modified: datetime | None = None
    comments_open: bool = True
    slug: str = ""
    old_slugs: tuple[str, ...] = ()
    state: PostState = PostState.PUBLISHED
    draft_reasons: tuple[str, ...] = ()
    sticky: bool = False
    terms: tuple[Term, ...] = ()
    wp_id: int | None = None
    thumbnail_id: int | None = None
    image: str = ""
    image_alt: str = ""
    enclosure: Enclosure | None = None
    comments: tuple[ExportedComment, ...] = ()
    lost_shortcodes: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    own: str = ""
    own_comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedReply:
    """A comment that the export lists apart from its post. `targets` are ids in feeds and addresses of the post, any
    of which it may be known by.
    """

    targets: tuple[str, ...]
    comment: ExportedComment


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedBlock:
    """A reusable block, whose text stands in the posts that refer to its number."""

    wp_id: int
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAttachment:
    """An uploaded file. `url` is its address, `link` the page that WordPress made for it, `file` its path below the
    folder of uploads.
    """

    wp_id: int | None
    url: str
    title: str = ""
    alt: str = ""
    parent_id: int | None = None
    link: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedRedirect:
    """An address of a list or feed of the old blog, and the path of the same here."""

    address: str
    leads_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedReaction:
    """A like or boost (`kind`: `like` or `share`) of whom the export names the author: `actor` is the address of a
    profile or site, `uri` the id. `targets` are ids in feeds and addresses of the post.
    """

    targets: tuple[str, ...]
    kind: str
    uri: str
    actor: str
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionCount:
    """Reactions of a kind that is not shown here, or whose authors the export does not name."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportNote:
    """A remark about the export for the author; nothing is missing because of it."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedItem:
    """A skipped part of the export, with the reason, for the author. `is_ordinary` marks what is always skipped:
    menus, trash, and posts that are internal data of plugins. With a `count`, items of one kind are reported together.
    """

    what: str
    reason: str
    is_ordinary: bool = False
    count: int = 0


Exported = (
    ExportedSite
    | ExportedAuthor
    | ExportedTerm
    | ExportedPost
    | ExportedReply
    | ExportedBlock
    | ExportedAttachment
    | ExportedRedirect
    | ExportedReaction
    | ReactionCount
    | ImportNote
    | SkippedItem
)


class Source(Protocol):
    """An export, which can be read repeatedly. `origin` names the program that made it."""

    @property
    def origin(self) -> str: ...

    def read(self) -> Iterator[Exported]:
        """Return the values in it. Raises NotAnExport, OSError."""
