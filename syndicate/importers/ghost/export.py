"""Read a Ghost export (JSON): posts, pages, tags and the names of authors.

Of the tables that hold passwords, tokens and settings only names are read. The export holds no comments, members'
texts or pictures.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicate.content import markdown
from syndicate.content.players import with_links
from syndicate.content.text import clean, clean_name, plain
from syndicate.content.written_dates import NoDate, parse_date
from syndicate.errors import InputError, NotAnExport
from syndicate.importers.file_kinds import kind_of_export
from syndicate.importers.ghost.cards import from_lexical, from_mobiledoc
from syndicate.importers.packed import MAX_EXPORT_BYTES, exports_in
from syndicate.importers.records import (
    Exported,
    ExportedAuthor,
    ExportedPost,
    ExportedRedirect,
    ExportedSite,
    ExportedTerm,
    ImportNote,
    SkippedItem,
)
from syndicate.model.post import PostKind, PostState, Term, TermKind
from syndicate.translation import _
from syndicate.urls import Urls

_OWN_ADDRESS = "__GHOST_URL__"
_SIZE = re.compile(r"(/content/images)/size/[wh]\d+(?:[wh]\d+)?(?:/format/\w+)?(?=/)")
_WHAT_TO_DO = _("In Ghost choose Settings → Advanced → Import/Export → Export content, and import that JSON file.")
_TOKEN = re.compile(r"\{(\w+)\}|:(\w+)")
_HIDDEN_TABLES = {"members": "member", "subscribers": "mail subscriber", "comments": "comment"}


@dataclass(frozen=True)
class GhostExport:
    """An export file. `base` is the old blog's address, and `pattern` that of its posts below it, such as
    `/{year}/{slug}/`. `timezone` decides about the days in addresses.
    """

    path: Path
    base: str
    timezone: tzinfo
    pattern: str = "/{slug}/"
    origin: str = "ghost"

    def read(self) -> Iterator[Exported]:
        """Return everything in the export. Raises NotAnExport, OSError; InputError for an unusable pattern."""
        settings = {_text(row.get("key")): _text(row.get("value")) for row in self._table("settings")}
        yield ExportedSite(
            title=clean_name(settings.get("title", "")),
            description=clean_name(settings.get("description", "")),
            addresses=(self.base,),
        )
        yield ExportedRedirect(address="/rss/", leads_to="/feed/")
        yield from self._authors()
        for tag in self._tags.values():
            if not _is_internal(tag):
                yield ExportedTerm(term=_term(tag))
                yield ExportedRedirect(
                    address=f"{Urls.tag(_term(tag).slug)}rss/", leads_to=f"{Urls.tag(_term(tag).slug)}feed/"
                )
        for row in self._table("posts"):
            yield self._post(row)
        for table, name in _HIDDEN_TABLES.items():
            if rows := self._table(table):
                yield ImportNote(text=f"not imported: {len(rows)} × {name}: Ghost's export does not hold all of them")

    # tables

    @cached_property
    def _data(self) -> Mapping[str, Any]:
        for name, stream in exports_in(self.path, (".json",)):
            raw = stream.read(MAX_EXPORT_BYTES)
            text = raw.decode("utf-8-sig", errors="replace")
            try:
                document = json.loads(text)
            except (ValueError, RecursionError) as error:
                other = kind_of_export(text, but="import ghost")
                what = other or (
                    f"is not whole: {error}." if text.lstrip()[:1] in ("{", "[") else "is not a Ghost export."
                )
                raise NotAnExport(f"{name} {what}" + ("" if other else f" {_WHAT_TO_DO}")) from error
            if (data := _data_of(document)) is not None:
                return data
            if kind := kind_of_export(text, but="import ghost"):
                raise NotAnExport(f"{name} {kind}")
            raise NotAnExport(_("{name} is not a Ghost export. {advice}", name=name, advice=_WHAT_TO_DO))
        raise NotAnExport(_("{name} holds no export.", name=self.path.name))

    def _table(self, name: str) -> list[dict[str, Any]]:
        rows = self._data.get(name)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @cached_property
    def _tags(self) -> dict[str, dict[str, Any]]:
        return {str(row.get("id")): row for row in self._table("tags")}

    @cached_property
    def _users(self) -> dict[str, dict[str, Any]]:
        return {str(row.get("id")): row for row in self._table("users")}

    @cached_property
    def _meta(self) -> dict[str, dict[str, Any]]:
        return {str(row.get("post_id")): row for row in self._table("posts_meta")}

    @cached_property
    def _tags_of(self) -> dict[str, list[str]]:
        return self._joined("posts_tags", "tag_id")

    @cached_property
    def _authors_of(self) -> dict[str, list[str]]:
        return self._joined("posts_authors", "author_id")

    def _joined(self, table: str, column: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in sorted(self._table(table), key=lambda row: _number(row.get("sort_order"))):
            found.setdefault(str(row.get("post_id")), []).append(str(row.get(column)))
        return found

    def _authors(self) -> Iterator[ExportedAuthor]:
        for id, user in self._users.items():
            name = clean_name(_text(user.get("name")))
            if name:
                yield ExportedAuthor(login=id, nicename=_text(user.get("slug")), display_name=name)

    # posts

    def _post(self, row: Mapping[str, Any]) -> ExportedPost | SkippedItem:
        id, title = str(row.get("id") or row.get("uuid") or ""), clean_name(_text(row.get("title")), limit=500)
        slug = _text(row.get("slug"))
        if not id and not slug:
            return SkippedItem(what=f"post “{title[:100]}”", reason="it has neither an id nor a slug")
        meta = self._meta.get(id, {})
        state, reason = _state(row, meta)
        is_page = row.get("type") == "page" or bool(row.get("page"))
        published = _date(row.get("published_at")) or (
            _date(row.get("created_at")) if state is PostState.DRAFT else None
        )
        text, linked = with_links(self._local(_html(row)))
        tags = [self._tags[tag] for tag in self._tags_of.get(id, []) if tag in self._tags]
        authors = self._authors_of.get(id) or [str(row.get("author_id") or "")]
        kind = PostKind.PAGE if is_page else PostKind.POST
        return ExportedPost(
            source_id=f"ghost {id or slug}",
            kind=kind,
            title="" if title == "(Untitled)" else title,
            link=self._address(kind, slug, id, published, tags, authors),
            guid=id,
            creator=authors[0],
            text=text,
            excerpt=plain(_text(row.get("custom_excerpt"))),
            published=published,
            modified=_date(row.get("updated_at")),
            slug=slug,
            state=state,
            draft_reasons=(reason,) if reason else (),
            sticky=bool(row.get("featured")),
            terms=tuple(_term(tag) for tag in tags if not _is_internal(tag)),
            image=self._local(_text(row.get("feature_image")) or _text(row.get("image"))),
            image_alt=plain(_text(meta.get("feature_image_alt")) or _text(row.get("feature_image_alt"))),
            language=_text(row.get("locale")),
            linked=linked,
        )

    def _local(self, text: str) -> str:
        return _SIZE.sub(r"\1", clean(text).replace(_OWN_ADDRESS, self.base))

    def _address(
        self, kind: PostKind, slug: str, id: str, date: datetime | None, tags: list[dict[str, Any]], authors: list[str]
    ) -> str:
        if kind is PostKind.PAGE:
            return f"{self.base}/{slug}/"
        local = date.astimezone(self.timezone) if date else None
        public = [tag for tag in tags if not _is_internal(tag)]
        author = self._users.get(authors[0], {})
        values = {
            "slug": slug,
            "id": id,
            "year": f"{local:%Y}" if local else "",
            "month": f"{local:%m}" if local else "",
            "day": f"{local:%d}" if local else "",
            "primary_tag": _term(public[0]).slug if public else "all",
            "primary_author": _text(author.get("slug")),
        }

        def value(token: re.Match[str]) -> str:
            name = token[1] or token[2]
            if name not in values:
                raise InputError(
                    _("--addresses: {token} is unknown; known are {names}", token=token[0], names=", ".join(values))
                )
            return values[name]

        return f"{self.base}{_TOKEN.sub(value, self.pattern)}"


def _data_of(document: object) -> Mapping[str, Any] | None:
    """Return the tables, which newer versions wrap in `db` and `data`."""
    if isinstance(document, dict) and isinstance(document.get("db"), list) and document["db"]:
        document = document["db"][0]
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    is_export = isinstance(document, dict) and isinstance(document.get("posts"), list)
    return document if isinstance(document, dict) and is_export else None


def _state(row: Mapping[str, Any], meta: Mapping[str, Any]) -> tuple[PostState, str]:
    """Return the state of a post, and why it is a draft if Ghost does not call it one."""
    status, visibility = _text(row.get("status")), _text(row.get("visibility")) or "public"
    if status == "draft":
        return PostState.DRAFT, ""
    if status == "sent" or row.get("email_only") or meta.get("email_only"):
        return PostState.DRAFT, "it was sent by mail only"
    if status not in ("published", "scheduled"):
        return PostState.DRAFT, f"its status “{status[:40]}” is unknown"
    if visibility != "public":
        return PostState.PRIVATE, ""
    return (PostState.PUBLISHED if status == "published" else PostState.SCHEDULED), ""


def _html(row: Mapping[str, Any]) -> str:
    if html := _text(row.get("html")):
        return html
    if source := _text(row.get("markdown")):
        return markdown.to_html(source)
    text = from_lexical(_text(row.get("lexical"))) or from_mobiledoc(_text(row.get("mobiledoc")))
    return text or "".join(f"<p>{line}</p>" for line in _text(row.get("plaintext")).split("\n\n") if line.strip())


def _date(value: object) -> datetime | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        return parse_date(_text(value), UTC)
    except NoDate:
        return None


def _is_internal(tag: Mapping[str, Any]) -> bool:
    return _text(tag.get("name")).startswith("#") or tag.get("visibility") == "internal"


def _term(tag: Mapping[str, Any]) -> Term:
    name = clean_name(_text(tag.get("name")))
    slug = _text(tag.get("slug")) or name
    return Term(kind=TermKind.TAG, slug=slug, name=name or slug, description=plain(_text(tag.get("description"))))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
