"""Read a WordPress export (WXR 1.0 to 1.2) as a stream of values: posts, pages, comments, terms, authors, files.

In come the bytes of a file of any size; out comes one value at a time in the file's order, so that memory grows only
with the largest item. What cannot be used comes out as a `SkippedItem` with the reason. Galleries and reusable blocks
in the HTML still have to be filled (`wordpress.html.resolve_galleries`), and the HTML is not sanitized yet.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from syndicate.importers.packed import exports_in
from syndicate.importers.records import (
    Exported,
    ExportedAuthor,
    ExportedSite,
    ExportedTerm,
    ImportNote,
    SkippedItem,
)
from syndicate.importers.wordpress.fields import Fields, named, nicename, person, plain_line, term
from syndicate.importers.wordpress.items import read_item
from syndicate.importers.wordpress.source import RepairCounts, read_xml
from syndicate.importers.wordpress.xml import Breakage, local_name, read_channel, text_of
from syndicate.model.post import TermKind

_ABOUT_THE_SITE = frozenset({"title", "link", "description", "wp:base_blog_url"})
_RECORDS = frozenset({"item", "wp:author", "wp:category", "wp:tag", "wp:term"})

_MACHINERY = {
    "custom_css": "style sheet of a theme",
    "customize_changeset": "change of a theme",
    "nav_menu": "menu",
    "nav_menu_item": "menu entry",
    "oembed_cache": "copy of something shown from elsewhere",
    "post_format": "name of a post format",
    "revision": "earlier version of a text",
    "user_request": "request of a user",
    "wp_font_face": "font",
    "wp_font_family": "font family",
    "wp_global_styles": "style of a theme",
    "wp_navigation": "menu",
    "wp_template": "template",
    "wp_template_part": "part of a template",
    "wp_theme": "name of a theme",
}
"""Internal post types and taxonomies of WordPress; they are counted instead of listed."""


@dataclass(frozen=True, slots=True)
class WordPressExport:
    """Export files of one blog, each as WordPress or WordPress.com gives it: XML, gzip or ZIP. `timezone` is that of
    the blog, because drafts have dates in local time only.
    """

    paths: tuple[Path, ...]
    timezone: tzinfo
    origin: str = "wordpress"

    def read(self) -> Iterator[Exported]:
        for path in self.paths:
            for name, stream in exports_in(path, (".xml",)):
                yield from read_export(stream, name=name, timezone=self.timezone)


def read_export(stream: BinaryIO, *, name: str, timezone: tzinfo = UTC) -> Iterator[Exported]:
    """Return everything in the export `stream`. `name` is the file name for messages.

    `timezone` is that of the old blog: drafts have dates in local time only. Raises NotAnExport at once if the
    beginning is not that of an export; later only errors of `stream` itself are raised. A truncated file yields all
    complete values, then the place where it ends; an item that is broken is left out by name.
    """
    repairs = RepairCounts()
    return _Reading(name, timezone, repairs).values(read_channel(read_xml(stream, name=name, repairs=repairs)))


class _Reading:
    """State kept between the children of the channel."""

    def __init__(self, name: str, timezone: tzinfo, repairs: RepairCounts) -> None:
        self._name = name
        self._repairs = repairs
        self._timezone = timezone
        self._about: dict[str, str] = {}
        self._is_begun = False
        self._version = ""
        self._slugs_by_name: dict[str, str] = {}
        self._machinery: Counter[str] = Counter()

    def values(self, children: Iterator[etree._Element | Breakage]) -> Iterator[Exported]:
        ends = []
        for child in children:
            if isinstance(child, Breakage):
                ends.append(self._broken(child))
                continue
            tag = local_name(child)
            if tag in _RECORDS:
                yield from self._begun()
                yield from self._record(tag, Fields(child))
            elif tag == "wp:wxr_version":
                self._version = text_of(child).strip()
            elif tag in _ABOUT_THE_SITE:
                self._about.setdefault(tag, text_of(child).strip())
        if self._about:
            yield from self._begun()
        for kind, count in self._machinery.items():
            yield SkippedItem(
                what=f"{count} × {_MACHINERY[kind]} ({kind})", reason="WordPress keeps it for itself", is_ordinary=True
            )
        if text := str(self._repairs):
            yield ImportNote(text=f"repaired in {self._name}: {text}")
        yield from ends

    def _begun(self) -> Iterator[ExportedSite]:
        """Return the site once, before the first record: everything about it precedes the records."""
        if self._is_begun:
            return
        self._is_begun = True
        about = self._about
        yield ExportedSite(
            title=plain_line(about.get("title", "")),
            description=plain_line(about.get("description", "")),
            addresses=tuple(filter(None, (about.get("wp:base_blog_url"), about.get("link")))),
        )

    def _record(self, tag: str, fields: Fields) -> Iterator[Exported]:
        kind = fields.text("wp:post_type") or fields.text("wp:term_taxonomy")
        if kind in _MACHINERY:
            self._machinery[kind] += 1
        elif tag == "item":
            yield from read_item(fields, timezone=self._timezone)
        elif tag == "wp:author":
            yield _author(fields)
        elif tag == "wp:category":
            yield self._category(fields)
        elif tag == "wp:tag":
            yield _term(TermKind.TAG, fields, "wp:tag_slug", "wp:tag_name", "wp:tag_description")
        elif kind == "category":
            names = ("wp:term_slug", "wp:term_name", "wp:term_description", "wp:term_parent")
            yield _term(TermKind.CATEGORY, fields, *names)
        elif kind == "post_tag":
            yield _term(TermKind.TAG, fields, "wp:term_slug", "wp:term_name", "wp:term_description")
        else:
            what = named(f"term of “{kind[:40]}”", plain_line(fields.raw("wp:term_name")), fields.text("wp:term_id"))
            yield SkippedItem(what=what, reason="posts are sorted by categories and tags only", is_ordinary=True)

    def _category(self, fields: Fields) -> ExportedTerm | SkippedItem:
        """Read a category. WXR 1.0 gives the name of the parent, later versions its slug; parents precede their
        children.
        """
        names = ("wp:category_nicename", "wp:cat_name", "wp:category_description", "wp:category_parent")
        category = _term(TermKind.CATEGORY, fields, *names)
        if self._version != "1.0" or isinstance(category, SkippedItem):
            return category
        found = category.term
        self._slugs_by_name[found.name] = found.slug
        parent = plain_line(fields.raw("wp:category_parent"))
        return replace(category, term=replace(found, parent=self._slugs_by_name.get(parent, found.parent)))

    def _broken(self, breakage: Breakage) -> SkippedItem:
        where = f"line {breakage.line}: {breakage.reason}"
        what = f"“{breakage.unfinished[:100]}”" if breakage.unfinished else "a part of the file"
        if not breakage.is_end:
            return SkippedItem(what=what, reason=f"it is broken in {self._name}, {where}")
        what = f"{what} and all behind it" if breakage.unfinished else "the rest of the file"
        return SkippedItem(what=what, reason=f"{self._name} is not whole: {where}. What stands before was read.")


def _author(fields: Fields) -> ExportedAuthor | SkippedItem:
    login = fields.text("wp:author_login")
    if not login:
        return SkippedItem(what="an author", reason="there is no name to log in with (wp:author_login)")
    return ExportedAuthor(
        login=login,
        nicename=nicename(login),
        display_name=person(fields.raw("wp:author_display_name")),
        wp_id=fields.number("wp:author_id"),
    )


def _term(
    kind: TermKind, fields: Fields, slug: str, name: str, description: str, parent: str = ""
) -> ExportedTerm | SkippedItem:
    found = term(
        kind,
        slug=fields.text(slug),
        name=fields.raw(name),
        parent=fields.text(parent),
        description=fields.raw(description),
    )
    if found is not None:
        return ExportedTerm(term=found, wp_id=fields.number("wp:term_id"))
    return SkippedItem(what=f"a {kind}", reason="it has neither a name nor a slug")
