"""Read one item of a WordPress export into a post, a page or an attachment.

In come the fields of an item; out come values, or the reason for skipping it. WordPress stores everything as a kind
of post, including menus, revisions and shop orders; only posts, pages and files are imported.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, tzinfo

from syndicate.content.own_format import POST_FIELD
from syndicate.content.text import plain
from syndicate.importers.records import (
    ExportedAttachment,
    ExportedBlock,
    ExportedComment,
    ExportedPost,
    ExportedReaction,
    ReactionCount,
    SkippedItem,
)
from syndicate.importers.wordpress.comments import read_comments
from syndicate.importers.wordpress.fields import Fields, instant, named, number, plain_line, slug_of, term, web_address
from syndicate.importers.wordpress.html import before_more, embedded, lost_shortcodes, to_html, with_footnotes
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
_LANGUAGE = "language"
"""The taxonomy in which Polylang keeps the language of a post."""
_LANGUAGE_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SILENT_TAXONOMIES = frozenset({"category", "post_tag", "tag", "post_format", "language", "nav_menu"})

Items = Iterator[ExportedPost | ExportedAttachment | ExportedBlock | ExportedReaction | ReactionCount | SkippedItem]


def read_item(fields: Fields, *, timezone: tzinfo) -> Items:
    """Yield the values of an item: first what was skipped of it, then the item unless it was skipped as a whole.

    `timezone` is that of the old blog, for dates in local time.
    """
    post_type = fields.text("wp:post_type") or "post"
    title = plain_line(fields.raw("title"))
    what = named(post_type, title, fields.text("wp:post_id"))
    status = fields.text("wp:status")
    wp_id = fields.number("wp:post_id")
    if status in _TRASH:
        yield SkippedItem(what=what, reason=_TRASH[status], is_ordinary=True)
    elif post_type == "attachment":
        yield _attachment(fields, wp_id, title, what)
    elif post_type == "wp_block":
        if wp_id is not None:
            yield ExportedBlock(wp_id=wp_id, html=to_html(fields.raw("content:encoded")))
    elif post_type not in _KINDS:
        yield SkippedItem(
            what=what,
            reason=f"only posts, pages and files are taken, and this is of the type “{post_type}”",
            is_ordinary=True,
        )
    elif wp_id is None and not any(map(fields.text, ("title", "link", "guid", "content:encoded"))):
        yield SkippedItem(what=what, reason="there is nothing in it")
    else:
        yield from _post(fields, wp_id, title, what, timezone)


def _attachment(fields: Fields, wp_id: int | None, title: str, what: str) -> ExportedAttachment | SkippedItem:
    url = web_address(fields.text("wp:attachment_url")) or web_address(fields.text("guid"))
    if not url:
        return SkippedItem(what=what, reason="it does not say where the file is (wp:attachment_url)")
    meta = dict(reversed(_meta(fields)))
    return ExportedAttachment(
        wp_id=wp_id,
        url=url,
        title=title,
        alt=plain_line(meta.get("_wp_attachment_image_alt", "")) or plain_line(fields.raw("excerpt:encoded")),
        parent_id=fields.number("wp:post_parent"),
        link=web_address(fields.text("link")),
        file=meta.get("_wp_attached_file", ""),
    )


def _post(fields: Fields, wp_id: int | None, title: str, what: str, timezone: tzinfo) -> Items:
    published = instant(fields.text("wp:post_date_gmt"), fields.text("wp:post_date"), timezone, fields.text("pubDate"))
    comments = []
    targets = tuple(filter(None, (fields.raw("guid"), web_address(fields.text("link")))))
    for comment in read_comments(fields, of=what, targets=targets, timezone=timezone):
        if isinstance(comment, ExportedComment):
            comments.append(comment)
        else:
            yield comment
    for taxonomy, count in Counter(one.get("domain", "") for one in fields.all("category")).items():
        if taxonomy and taxonomy not in _SILENT_TAXONOMIES:
            reason = "posts are sorted by categories and tags only"
            yield SkippedItem(what=f"“{taxonomy[:40]}” of a post", reason=reason, is_ordinary=True, count=count)
    yield _assembled(fields, wp_id, title, published, tuple(comments), timezone)


def _state(fields: Fields) -> tuple[PostState, str]:
    """Return the state of a post, and why it is a draft if WordPress does not call it one."""
    status = fields.text("wp:status")
    if status not in _STATES:
        return PostState.DRAFT, f"its status “{status[:40]}” is unknown"
    if fields.text("wp:post_password"):
        return PostState.PASSWORD, ""
    return _STATES[status], "it waited for review" if status == "pending" else ""


def _assembled(
    fields: Fields,
    wp_id: int | None,
    title: str,
    published: datetime | None,
    comments: tuple[ExportedComment, ...],
    timezone: tzinfo,
) -> ExportedPost:
    content = fields.raw("content:encoded")
    meta = _meta(fields)
    first = dict(reversed(meta))
    slug = slug_of(fields.text("wp:post_name"))
    old_slugs = dict.fromkeys(slug_of(value) for key, value in meta if key == "_wp_old_slug")
    link, guid = web_address(fields.text("link")), fields.raw("guid")
    kind = _KINDS[fields.text("wp:post_type") or "post"]
    state, reason = _state(fields)
    return ExportedPost(
        source_id=_source_id(wp_id, guid or link, title, fields),
        wp_id=wp_id,
        kind=kind,
        title=title,
        link=link,
        guid=guid,
        aliases=_numbered(wp_id, kind),
        creator=fields.text("dc:creator"),
        text=with_footnotes(to_html(content), first.get("footnotes", "")),
        more=before_more(content),
        excerpt=plain(to_html(fields.raw("excerpt:encoded"))),
        language=_language(fields),
        published=published,
        modified=instant(fields.text("wp:post_modified_gmt"), fields.text("wp:post_modified"), timezone),
        comments_open=fields.text("wp:comment_status") == "open",
        slug=slug,
        old_slugs=tuple(old for old in old_slugs if old and old != slug),
        state=state,
        draft_reasons=(reason,) if reason else (),
        sticky=fields.text("wp:is_sticky") == "1",
        terms=_terms(fields),
        thumbnail_id=number(first.get("_thumbnail_id", "")),
        enclosure=next(_enclosures(meta), None),
        comments=comments,
        lost_shortcodes=lost_shortcodes(content),
        linked=embedded(content),
        own=next(_own(fields, "wp:postmeta"), ""),
        own_comments=tuple(own for one in fields.all("wp:comment") for own in _own(Fields(one), "wp:commentmeta")),
    )


def _source_id(wp_id: int | None, address: str, title: str, fields: Fields) -> str:
    """Return what identifies the item in the old blog: its number and guid, as far as it has them."""
    if wp_id is None and not address:
        address = f"{fields.text('wp:post_date')} {title}"
    return f"wordpress {'-' if wp_id is None else wp_id} {address}"


def _numbered(wp_id: int | None, kind: PostKind) -> tuple[str, ...]:
    """Return the addresses of a post by its number."""
    if wp_id is None:
        return ()
    return (f"/?p={wp_id}", f"/?page_id={wp_id}") if kind is PostKind.PAGE else (f"/?p={wp_id}",)


def _language(fields: Fields) -> str:
    slugs = (one.get("nicename", "") for one in fields.all("category") if one.get("domain") == _LANGUAGE)
    tag = next(slugs, "").replace("_", "-")
    return tag if _LANGUAGE_TAG.fullmatch(tag) else ""


def _own(fields: Fields, name: str) -> Iterator[str]:
    """Return what this program wrote, unchanged."""
    for meta in map(Fields, fields.all(name)):
        if meta.text("wp:meta_key") == POST_FIELD:
            yield meta.raw("wp:meta_value")


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


def _enclosures(meta: list[tuple[str, str]]) -> Iterator[Enclosure]:
    """Read the enclosures. WordPress stores address, length and type on a line each (`do_enclose`)."""
    for key, value in meta:
        if key != "enclosure":
            continue
        url, length, media_type, *_ = [*(line.strip() for line in value.split("\n", 3)), "", "", ""]
        if web_address(url):
            known_type = media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
            yield Enclosure(url=url, media_type=known_type, length=number(length) or 0)
