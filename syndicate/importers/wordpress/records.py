"""What a WordPress export holds, as values.

`importers/wordpress/export.py` reads them from the file, whoever imports turns them into posts, comments and files of ours.
Text is Unicode, instants are aware UTC, HTML is clean but not yet safe. Addresses of mail and of computers, which
exports carry for every commenter, have no field here, so that they cannot be kept by mistake.
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
    """A category or tag. `wp_id` stands in addresses such as `/?cat=5`."""

    term: Term
    wp_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAuthor:
    """Who may write. `login` is what posts name as their `creator`; `nicename` stands in `/author/<nicename>/`, and
    `wp_id` in `/?author=1`."""

    login: str
    nicename: str
    display_name: str
    wp_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedComment:
    """What somebody said under a post.

    `parent` is the `wp_id` of the comment that it answers, which may be missing from the export. `user_id` is set
    where the writer was logged in. `type` is `comment`, `pingback`, `trackback` or a word of some plugin's.
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

    `guid` is as it stands in the file, byte for byte. `title` and `excerpt` are plain text. `more` is the HTML
    before the author's "read more" mark, None where there is none. `html` may hold galleries that only
    `wordpress_html.resolve_galleries` can fill, once all attachments are known. `published` is None for a draft
    that was never dated. `old_slugs` are those that it had before. `lost_shortcodes` are what only plugins could show.
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
    """An uploaded file. `url` is where it can be fetched, `link` the page that WordPress made about it."""

    wp_id: int
    url: str
    title: str
    alt: str
    parent_id: int | None
    link: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedItem:
    """What was not taken from the export, and why: for the author to read. `is_ordinary` is what nobody misses: menus,
    what lies in the bin, what plugins keep as posts."""

    what: str
    reason: str
    is_ordinary: bool = False


Exported = ExportedSite | ExportedAuthor | ExportedTerm | ExportedPost | ExportedAttachment | SkippedItem
