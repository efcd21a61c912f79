"""Renders a WordPress export (WXR 1.2), which WordPress imports, and this program without loss. Pure.

What WordPress does not know stands in the field `_syndicate` of each item: the post as a Markdown file with its header,
and of a comment what `comments.json` says of it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import quote
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from syndicate.config import SiteConfig
from syndicate.content.own_format import POST_FIELD
from syndicate.content.text import slugify
from syndicate.exporters.entries import ExportEntry, NumberedComment
from syndicate.exporters.lists import comment_fields
from syndicate.model.comment import CommentKind, CommentState
from syndicate.model.post import Post, PostKind, PostState, Term, TermKind
from syndicate.storage.media import MediaFile
from syndicate.urls import Urls

GENERATOR = "https://wordpress.org/?v=6.8"
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0"
\txmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:wfw="http://wellformedweb.org/CommentAPI/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
TAIL = "</channel>\n</rss>\n"
STATUS = {
    PostState.PUBLISHED: "publish",
    PostState.SCHEDULED: "future",
    PostState.DRAFT: "draft",
    PostState.PRIVATE: "private",
    PostState.PASSWORD: "private",
}
APPROVED = {CommentState.APPROVED: "1", CommentState.PENDING: "0", CommentState.SPAM: "spam"}
TAXONOMY = {TermKind.CATEGORY: "category", TermKind.TAG: "post_tag"}
UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tag(name: str, text: object) -> str:
    return f"<{name}>{escape(UNWRITABLE.sub('', str(text)))}</{name}>\n"


def cdata(name: str, text: str, attributes: str = "") -> str:
    whole = UNWRITABLE.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}{attributes}><![CDATA[{whole}]]></{name}>\n"


def meta(key: str, value: str, *, of: str = "post") -> str:
    inner = cdata("wp:meta_key", key) + cdata("wp:meta_value", value)
    return f"<wp:{of}meta>\n{inner}</wp:{of}meta>\n"


def head(site: SiteConfig, urls: Urls, authors: Iterable[str], terms: Iterable[Term]) -> Iterator[str]:
    """Yield everything before the items: the blog, its authors, and its terms, parents first."""
    yield HEAD
    yield tag("title", site.name) + tag("link", urls.base) + tag("description", site.tagline)
    yield tag("language", site.language) + tag("wp:wxr_version", "1.2")
    yield tag("wp:base_site_url", urls.base) + tag("wp:base_blog_url", urls.base)
    for number, author in enumerate(authors, 1):
        names = cdata("wp:author_login", login_of(author)) + cdata("wp:author_display_name", author)
        yield f"<wp:author>\n{tag('wp:author_id', number)}{names}</wp:author>\n"
    for number, term in enumerate(_parents_first(list(terms)), 1):
        yield _term(term, number)
    yield tag("generator", GENERATOR)


def login_of(author: str) -> str:
    return slugify(author) or "author"


def _parents_first(terms: list[Term]) -> list[Term]:
    known = {(term.kind, term.slug): term for term in terms}

    def depth(term: Term) -> int:
        steps, parent = 0, term.parent
        while parent and steps < len(terms):
            above = known.get((term.kind, parent))
            steps, parent = steps + 1, above.parent if above else None
        return steps

    return sorted(terms, key=lambda term: (term.kind.value, depth(term), term.slug))


def _term(term: Term, number: int) -> str:
    if term.kind is TermKind.TAG:
        inner = cdata("wp:tag_slug", quote(term.slug)) + cdata("wp:tag_name", term.name)
        inner += cdata("wp:tag_description", term.description) if term.description else ""
        return f"<wp:tag>\n{tag('wp:term_id', number)}{inner}</wp:tag>\n"
    inner = cdata("wp:category_nicename", quote(term.slug)) + cdata("wp:category_parent", quote(term.parent or ""))
    inner += cdata("wp:cat_name", term.name)
    inner += cdata("wp:category_description", term.description) if term.description else ""
    return f"<wp:category>\n{tag('wp:term_id', number)}{inner}</wp:category>\n"


@dataclass(slots=True)
class Items:
    """Renders items, one after another. `zone` is that of the blog, for the dates that WordPress shows."""

    urls: Urls
    zone: ZoneInfo
    _moments: set[tuple[str, str, datetime]] = field(default_factory=set)
    _attached: set[str] = field(default_factory=set)

    def render(
        self, entry: ExportEntry, markdown: str, files: dict[str, MediaFile], first_number: int
    ) -> Iterator[str]:
        """Yield the item of a post, then one for each of its files that has none yet, numbered from `first_number` on."""
        new = [(path, file) for path, file in sorted(files.items()) if path not in self._attached]
        self._attached.update(path for path, _ in new)
        yield self._item(entry, markdown)
        for number, (path, file) in enumerate(new, first_number):
            yield self._attachment(number, path, file, entry)

    def _item(self, entry: ExportEntry, markdown: str) -> str:
        post = entry.post
        parts = [
            tag("title", post.title),
            tag("link", self.urls.absolute(post.path)),
            cdata("dc:creator", login_of(post.author)) if post.author else "",
            tag("guid", post.guid).replace("<guid>", '<guid isPermaLink="false">'),
            tag("description", ""),
            cdata("content:encoded", post.html or "<p>&nbsp;</p>"),
            cdata("excerpt:encoded", post.summary),
            tag("wp:post_id", entry.number),
            *self._dates(post),
            tag("wp:comment_status", "open" if post.comments_open else "closed"),
            cdata("wp:post_name", quote(post.slug)),
            tag("wp:status", STATUS[post.state]),
            tag("wp:post_parent", 0) + tag("wp:menu_order", 0),
            tag("wp:post_type", "page" if post.kind is PostKind.PAGE else "post"),
            tag("wp:is_sticky", int(post.pinned)),
            *(_category(term) for term in post.terms),
            *(meta("_wp_old_slug", slug) for slug in _old_slugs(entry)),
            _enclosure(post),
            meta(POST_FIELD, markdown),
            *(_comment(entry, it, self.zone) for it in entry.comments),
        ]
        return f"<item>\n{''.join(parts)}</item>\n"

    def _dates(self, post: Post) -> tuple[str, ...]:
        """Return the dates. WordPress takes equal title, date and type for one post, so the seconds differ."""
        moment = post.published
        while (post.kind.value, post.title, moment) in self._moments:
            moment += timedelta(seconds=1)
        self._moments.add((post.kind.value, post.title, moment))
        return (
            tag("wp:post_date", _local(moment, self.zone)),
            tag("wp:post_date_gmt", _local(moment, UTC)),
            tag("wp:post_modified", _local(post.updated, self.zone)),
            tag("wp:post_modified_gmt", _local(post.updated, UTC)),
        )

    def _attachment(self, number: int, path: str, file: MediaFile, entry: ExportEntry) -> str:
        name = path.rsplit("/", 1)[-1]
        uploads = "/wp-content/uploads/"
        attached = path.partition(uploads)[2] if uploads in path else name
        parts = [
            tag("title", name),
            tag("link", self.urls.absolute(path)),
            tag("guid", self.urls.absolute(path)).replace("<guid>", '<guid isPermaLink="false">'),
            cdata("content:encoded", ""),
            tag("wp:post_id", number),
            tag("wp:post_date_gmt", _local(entry.post.published, UTC)),
            tag("wp:status", "inherit"),
            tag("wp:post_parent", entry.number),
            tag("wp:post_type", "attachment"),
            cdata("wp:attachment_url", self.urls.absolute(path)),
            meta("_wp_attached_file", attached),
            meta("_wp_attachment_image_alt", file.alt) if file.alt else "",
        ]
        return f"<item>\n{''.join(parts)}</item>\n"


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _category(term: Term) -> str:
    nicename = escape(quote(term.slug), {'"': "&quot;"})
    return cdata("category", term.name, f' domain="{TAXONOMY[term.kind]}" nicename="{nicename}"')


def _old_slugs(entry: ExportEntry) -> list[str]:
    """Return the slugs that the post had at an address like its own."""
    start = entry.post.path.rstrip("/").rpartition("/")[0]
    found = (alias.rstrip("/").rpartition("/") for alias in entry.aliases if "?" not in alias)
    return [slug for before, _, slug in found if before == start and slug]


def _enclosure(post: Post) -> str:
    it = post.enclosure
    return meta("enclosure", f"{it.url}\n{it.length}\n{it.media_type}\n") if it else ""


def _comment(entry: ExportEntry, it: NumberedComment, zone: ZoneInfo) -> str:
    comment = it.comment
    parts = [
        tag("wp:comment_id", it.number),
        cdata("wp:comment_author", comment.author.name),
        tag("wp:comment_author_url", comment.author.url),
        tag("wp:comment_date", _local(comment.published, zone)),
        tag("wp:comment_date_gmt", _local(comment.published, UTC)),
        cdata("wp:comment_content", comment.html),
        tag("wp:comment_approved", APPROVED.get(comment.state, "trash")),
        tag("wp:comment_type", "comment" if comment.kind is CommentKind.REPLY else comment.kind.value),
        tag("wp:comment_parent", it.parent or 0),
        tag("wp:comment_user_id", 0),
        meta(POST_FIELD, json.dumps(comment_fields(entry, it), ensure_ascii=False), of="comment"),
    ]
    return f"<wp:comment>\n{''.join(parts)}</wp:comment>\n"
