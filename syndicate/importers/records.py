"""The values that a WordPress export holds.

A reader (such as `importers/wordpress/export.py`) takes them from the file; the importer turns them into posts, comments and files. Text
is Unicode, dates are aware UTC, HTML is not sanitized yet. Mail and IP addresses, which exports contain for every
commenter, have no field here and therefore cannot be stored by mistake.
"""

from dataclasses import dataclass
from datetime import datetime

from syndicate.model.comment import CommentState
from syndicate.model.post import Enclosure, PostKind, PostState, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedSite:
    """The old blog. `base_site_url` is that of the network, `base_blog_url` that of the blog itself."""

    title: str
    link: str
    base_site_url: str
    base_blog_url: str
    description: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTerm:
    """A category or tag. `wp_id` is used in addresses such as `/?cat=5`."""

    term: Term
    wp_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAuthor:
    """An author. Posts name the `login` as their `creator`; `nicename` is used in `/author/<nicename>/`, `wp_id` in
    `/?author=1`.
    """

    login: str
    nicename: str
    display_name: str
    wp_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedComment:
    """A comment on a post.

    `parent` is the `wp_id` of the comment that it replies to, which may be missing from the export. `user_id` is set
    if the author was logged in. `type` is `comment`, `pingback`, `trackback` or a plugin's own type.
    """

    wp_id: int
    parent: int | None
    author_name: str
    author_url: str
    user_id: int | None
    published: datetime
    html: str
    state: CommentState
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPost:
    """A post or page.

    `guid` is unchanged, byte for byte. `title` and `excerpt` are plain text. `more` is the HTML before the "read
    more" mark, or None. `html` may contain galleries, which `wordpress_html.resolve_galleries` fills once all
    attachments are known. `published` is None for a draft that was never dated. `old_slugs` are its former slugs.
    `lost_shortcodes` are those that only plugins could render.
    """

    wp_id: int
    kind: PostKind
    title: str
    link: str
    guid: str
    creator: str
    html: str
    more: str | None
    excerpt: str
    published: datetime | None
    modified: datetime | None
    comments_open: bool
    slug: str
    old_slugs: tuple[str, ...]
    state: PostState
    parent_id: int | None
    sticky: bool
    terms: tuple[Term, ...]
    post_format: str
    thumbnail_id: int | None
    enclosures: tuple[Enclosure, ...]
    comments: tuple[ExportedComment, ...]
    lost_shortcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAttachment:
    """An uploaded file. `url` is its address, `link` the page that WordPress made for it."""

    wp_id: int
    url: str
    title: str
    alt: str
    parent_id: int | None
    link: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedItem:
    """A skipped part of the export, with the reason, for the author. `is_ordinary` marks what is always skipped:
    menus, trash, and posts that are internal data of plugins.
    """

    what: str
    reason: str
    is_ordinary: bool = False


Exported = ExportedSite | ExportedAuthor | ExportedTerm | ExportedPost | ExportedAttachment | SkippedItem
