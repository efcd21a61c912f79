"""Read one item of a WordPress export into a post, a page or an attachment.

In come the fields of an item; out come values, or the reason for skipping it. WordPress stores everything as a kind
of post, including menus, revisions and shop orders; only posts, pages and files are imported.
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from syndicate.content.text import plain
from syndicate.importers.wordpress.comments import read_comments
from syndicate.importers.wordpress.fields import Fields, instant, named, number, plain_line, slug_of, term, web_address
from syndicate.importers.wordpress.html import before_more, lost_shortcodes, to_html, with_footnotes
from syndicate.importers.records import ExportedAttachment, ExportedComment, ExportedPost, SkippedItem
from syndicate.importers.wordpress.xml import text_of
from syndicate.model.post import Enclosure, PostKind, PostState, Term, TermKind

_KINDS = {"post": PostKind.POST, "page": PostKind.PAGE}
_STATES = {
    "publish": PostState.PUBLISHED,
    "future": PostState.SCHEDULED,
    "draft": PostState.DRAFT,
    "pending": PostState.DRAFT,
    "private": PostState.PRIVATE,
}
_TRASH = {"trash": "it is in WordPress's bin", "auto-draft": "it is an empty draft that WordPress made by itself"}
_TERM_KINDS = {"category": TermKind.CATEGORY, "post_tag": TermKind.TAG, "tag": TermKind.TAG}
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]{1,64}/[A-Za-z0-9.+-]{1,64}")


def read_item(fields: Fields, *, timezone: tzinfo) -> Iterator[ExportedPost | ExportedAttachment | SkippedItem]:
    """Yield the values of an item: first what was skipped of it, then the item unless it was skipped as a whole.

    `timezone` is that of the old blog, for dates in local time.
    """
    post_type = fields.text("wp:post_type") or "post"
    title = plain_line(fields.raw("title"))
    what = named(post_type, title, fields.text("wp:post_id"))
    status = fields.text("wp:status")
    wp_id = fields.number("wp:post_id")
    if wp_id is None:
        yield SkippedItem(what=what, reason="it has no number (wp:post_id)")
    elif status in _TRASH:
        yield SkippedItem(what=what, reason=_TRASH[status], is_ordinary=True)
    elif post_type == "attachment":
        yield _attachment(fields, wp_id, title, what)
    elif post_type not in _KINDS:
        yield SkippedItem(
            what=what,
            reason=f"only posts, pages and files are taken, and this is of the type “{post_type}”",
            is_ordinary=True,
        )
    elif status not in _STATES:
        yield SkippedItem(what=what, reason=f"its status “{status}” is unknown")
    else:
        yield from _post(fields, wp_id, title, what, timezone)


def _attachment(fields: Fields, wp_id: int, title: str, what: str) -> ExportedAttachment | SkippedItem:
    url = web_address(fields.text("wp:attachment_url")) or web_address(fields.text("guid"))
    if not url:
        return SkippedItem(what=what, reason="it does not say where the file is (wp:attachment_url)")
    alt = next((value for key, value in _meta(fields) if key == "_wp_attachment_image_alt"), "")
    return ExportedAttachment(
        wp_id=wp_id,
        url=url,
        title=title,
        alt=plain_line(alt) or plain_line(fields.raw("excerpt:encoded")),
        parent_id=fields.number("wp:post_parent"),
        link=web_address(fields.text("link")),
        slug=slug_of(fields.text("wp:post_name")),
    )


def _post(fields: Fields, wp_id: int, title: str, what: str, timezone: tzinfo) -> Iterator[ExportedPost | SkippedItem]:
    state = PostState.PASSWORD if fields.text("wp:post_password") else _STATES[fields.text("wp:status")]
    published = instant(fields.text("wp:post_date_gmt"), fields.text("wp:post_date"), timezone)
    if published is None and state in {PostState.PUBLISHED, PostState.SCHEDULED}:
        yield SkippedItem(what=what, reason=f"its date “{fields.text('wp:post_date')[:40]}” cannot be read")
        return
    comments = []
    for comment in read_comments(fields, of=what, timezone=timezone):
        if isinstance(comment, SkippedItem):
            yield comment
        else:
            comments.append(comment)
    yield _assembled(fields, wp_id, title, state, published, tuple(comments), timezone)


def _assembled(
    fields: Fields,
    wp_id: int,
    title: str,
    state: PostState,
    published: datetime | None,
    comments: tuple[ExportedComment, ...],
    timezone: tzinfo,
) -> ExportedPost:
    content = fields.raw("content:encoded")
    meta = _meta(fields)
    first = dict(reversed(meta))
    slug = slug_of(fields.text("wp:post_name"))
    old_slugs = dict.fromkeys(slug_of(value) for key, value in meta if key == "_wp_old_slug")
    return ExportedPost(
        wp_id=wp_id,
        kind=_KINDS[fields.text("wp:post_type") or "post"],
        title=title,
        link=web_address(fields.text("link")),
        guid=fields.raw("guid"),
        creator=fields.text("dc:creator"),
        html=with_footnotes(to_html(content), first.get("footnotes", "")),
        more=before_more(content),
        excerpt=plain(to_html(fields.raw("excerpt:encoded"))),
        published=published,
        modified=instant(fields.text("wp:post_modified_gmt"), fields.text("wp:post_modified"), timezone),
        comments_open=fields.text("wp:comment_status") == "open",
        slug=slug,
        old_slugs=tuple(old for old in old_slugs if old and old != slug),
        state=state,
        parent_id=fields.number("wp:post_parent"),
        sticky=fields.text("wp:is_sticky") == "1",
        terms=_terms(fields),
        post_format=_post_format(fields),
        thumbnail_id=number(first.get("_thumbnail_id", "")),
        enclosures=tuple(_enclosures(meta)),
        comments=comments,
        lost_shortcodes=lost_shortcodes(content),
    )


def _meta(fields: Fields) -> list[tuple[str, str]]:
    metas = (Fields(meta) for meta in fields.all("wp:postmeta"))
    return [(meta.text("wp:meta_key"), meta.text("wp:meta_value")) for meta in metas]


def _terms(fields: Fields) -> tuple[Term, ...]:
    """Read the terms. WXR 1.0 names each term twice, once without its slug."""
    terms: dict[tuple[TermKind, str], Term] = {}
    for category in fields.all("category"):
        kind = _TERM_KINDS.get(category.get("domain", ""))
        if kind and (found := term(kind, slug=category.get("nicename", ""), name=text_of(category))):
            terms.setdefault((kind, found.slug), found)
    return tuple(terms.values())


def _post_format(fields: Fields) -> str:
    formats = (one.get("nicename", "") for one in fields.all("category") if one.get("domain") == "post_format")
    return next(formats, "").removeprefix("post-format-")


def _enclosures(meta: list[tuple[str, str]]) -> Iterator[Enclosure]:
    """Read the enclosures. WordPress stores address, length and type on a line each (`do_enclose`)."""
    for key, value in meta:
        if key != "enclosure":
            continue
        url, length, media_type, *_ = [*(line.strip() for line in value.split("\n", 3)), "", "", ""]
        if web_address(url):
            known_type = media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
            yield Enclosure(url=url, media_type=known_type, length=number(length) or 0)
