"""Render and parse OPML, the format of blogrolls (opml.org/spec2).

Files come from WordPress (`wp-links-opml.php`), Feedbin, NetNewsWire, FreshRSS or an editor, so names may be empty,
ampersands unescaped and the declared encoding wrong. Custom entities are refused; everything else that can be parsed
is, and the rest is listed as skipped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import NoReturn
from urllib.parse import urlsplit
from xml.parsers import expat

from lxml import etree

from syndicate.errors import NotAnExport
from syndicate.feeds._address import ascii_url, ascii_url_or_nothing
from syndicate.feeds._text import language_tag, one_line
from syndicate.feeds._xml import Element, append
from syndicate.feeds.foreign_xml import decoded, has_replaced, with_sound_references
from syndicate.translation import _

MAX_OUTLINES = 5_000
MAX_BYTES = 16 * 1024 * 1024
_MAX_LEFT_OUT = 1_000

_MAX_DEPTH = 8
"""Deeper folders are treated as this level, because the names of folders are kept for each level."""
_MAX_NAME_LENGTH = 200
_FOLDER_SEPARATOR = " / "
_NO_NAMES = frozenset({"[unknown]", "unknown feed", "untitled", "(untitled)", "no title"})
"""What readers write for a feed whose name they do not know."""
XFN = frozenset(
    {"me", "contact", "acquaintance", "friend", "met", "co-worker", "colleague", "co-resident", "neighbor"}
    | {"child", "parent", "sibling", "spouse", "kin", "muse", "crush", "date", "sweetheart"}
)
"""XFN 1.1; other values of `rel` could have a meaning for browsers."""


def xfn(rel: str) -> str:
    """Return the XFN terms in `rel`."""
    return " ".join(word for word in rel.lower().split() if word in XFN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One blog of a list. `category` is the path of its folders, joined by ` / `; `rel` holds XFN terms."""

    title: str
    xml_url: str = ""
    html_url: str = ""
    description: str = ""
    category: str = ""
    language: str = ""
    rel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedOutline:
    """Something that was not imported, with the reason for the author."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlList:
    """The content of a file."""

    title: str
    outlines: tuple[Outline, ...]
    left_out: tuple[SkippedOutline, ...]


# out


def render(
    title: str, owner_name: str, date_modified: datetime, outlines: Iterable[Outline], *, feeds_only: bool = False
) -> bytes:
    """Render valid OPML 2.0, which WordPress imports with the taglines.

    With `feeds_only`, blogs without a feed are left out: feed readers make empty folders of them.

    There is a folder for each category, in order of first appearance; blogs without a category precede them. XFN is
    shown only on the blogroll's page: OPML has no attribute for it.
    """
    opml = etree.Element("opml", version="2.0")
    append(opml, Element("head", children=tuple(_head(one_line(title), one_line(owner_name), date_modified))))
    listed = (outline for outline in outlines if not feeds_only or ascii_url_or_nothing(outline.xml_url))
    append(opml, Element("body", children=tuple(_body(one_line(title), listed))))
    return etree.tostring(opml, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _head(title: str, owner_name: str, date_modified: datetime) -> Iterable[Element]:
    yield Element("title", title)
    yield Element("dateModified", format_datetime(date_modified.replace(microsecond=0)))
    if owner_name:
        yield Element("ownerName", owner_name)


def _body(title: str, outlines: Iterable[Outline]) -> Iterable[Element]:
    folders: dict[str, list[Element]] = {"": []}
    for outline in outlines:
        leaf = _leaf(outline)
        if leaf is not None:
            folders.setdefault(one_line(outline.category), []).append(leaf)
    loose = folders.pop("")
    if not loose and not folders:
        return [Element("outline", attributes={"text": title or "Blogroll"})]  # a body must not be empty
    return loose + [
        Element("outline", attributes={"text": category}, children=tuple(leaves))
        for category, leaves in folders.items()
    ]


def _leaf(outline: Outline) -> Element | None:
    """Return None for a blog without an address, such as an account that is only followed."""
    xml_url = ascii_url_or_nothing(outline.xml_url)
    html_url = ascii_url_or_nothing(outline.html_url)
    if not (xml_url or html_url):
        return None
    name = one_line(outline.title) or _host(html_url or xml_url)
    address = {"type": "rss", "xmlUrl": xml_url} if xml_url else {"type": "link", "url": html_url}
    return Element(
        "outline",
        attributes={
            "text": name,
            "title": name,
            **address,
            "htmlUrl": html_url,
            "description": one_line(outline.description),
            "language": language_tag(outline.language),
            "category": _category_attribute(outline.category),
        },
    )


def _category_attribute(category: str) -> str:
    """Return the attribute, such as `/Friends/Near`; commas separate categories in it."""
    path = "/".join(one_line(category).replace(",", " ").split(_FOLDER_SEPARATOR))
    return f"/{path}" if path else ""


# in


def parse(data: bytes) -> OpmlList:
    """Parse everything that can be parsed. Raises NotAnExport if the file is not OPML or declares entities."""
    if len(data) > MAX_BYTES:
        raise NotAnExport(
            _("The file is larger than {size} MB; that is not a list of blogs.", size=MAX_BYTES // 1024 // 1024)
        )
    text = decoded(data).lstrip("\ufeff \t\r\n")
    reading = _read(text)
    if reading.broken_at in _REPAIRABLE:
        reading = _read(with_sound_references(text))
    if not reading.is_opml:
        raise NotAnExport(_("The file is not OPML: it does not begin with <opml>."))
    if has_replaced(text, data):
        reading.leave_out("some characters", "They are no valid UTF-8, and the names lack them.")
    return reading.result()


_ERRORS = expat.errors.codes
_REPAIRABLE = frozenset(
    _ERRORS[message]
    for message in (
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_UNDEFINED_ENTITY,
        expat.errors.XML_ERROR_BAD_CHAR_REF,
    )
)


def _read(text: str) -> "_Reading":
    reading = _Reading()
    parser = expat.ParserCreate("utf-8")  # UTF-8 by now, whatever the declaration says
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(text.encode(errors="ignore"), True)
    except expat.ExpatError as error:
        reading.break_off(error.code, f"line {error.lineno}, column {error.offset + 1}")
    return reading


def _refuse_declarations(*_declaration: object) -> NoReturn:
    raise NotAnExport(_("The file declares a document type (<!DOCTYPE …>), which OPML does not need; it is not read."))


@dataclass(slots=True)
class _Reading:
    """Collects outlines from the events of the parser, without recursion and with bounded memory."""

    is_opml: bool = False
    broken_at: int = 0
    title: list[str] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    left_out: list[SkippedOutline] = field(default_factory=list)
    _tags: list[str] = field(default_factory=list)
    _folders: list[str] = field(default_factory=list)
    _too_many: int = 0
    _unnamed: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._tags:
            self.is_opml = tag.lower() == "opml"
        self._tags.append(tag.lower())
        if self.is_opml and self._tags[-1] == "outline":
            self._outline({name.lower(): one_line(value) for name, value in attributes.items()})

    def end(self, _tag: str) -> None:
        if self._tags.pop() == "outline" and self.is_opml:
            self._folders.pop()

    def text(self, text: str) -> None:
        if len(self._tags) == 3 and self._tags[1:] == ["head", "title"]:
            self.title.append(text)

    def break_off(self, code: int, where: str) -> None:
        self.broken_at = code
        self.left_out.append(SkippedOutline(what=where, reason=f"The file breaks off here: {expat.ErrorString(code)}."))

    def leave_out(self, what: str, reason: str) -> None:
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(SkippedOutline(what=what, reason=reason))
        else:
            self._unnamed += 1

    def result(self) -> OpmlList:
        left_out = [*self.left_out]
        if self._too_many:
            reason = f"Only the first {MAX_OUTLINES:,} blogs of a file are taken."
            left_out.append(SkippedOutline(what=f"{self._too_many:,} more", reason=reason))
        if self._unnamed:
            left_out.append(
                SkippedOutline(what=f"{self._unnamed:,} more", reason="They have no usable address either.")
            )
        return OpmlList(
            title=one_line("".join(self.title))[:_MAX_NAME_LENGTH],
            outlines=tuple(self.outlines),
            left_out=tuple(left_out),
        )

    def _outline(self, attributes: dict[str, str]) -> None:
        path = self._folders[-1] if self._folders else ""
        if not _is_leaf(attributes):
            self._folders.append(self._below(path, _name(attributes)))
            return
        self._folders.append(path)
        if len(self.outlines) >= MAX_OUTLINES:
            self._too_many += 1
            return
        self._leaf(attributes, path)

    def _below(self, path: str, name: str) -> str:
        if not name or len(self._folders) >= _MAX_DEPTH:
            return path
        return f"{path}{_FOLDER_SEPARATOR}{name}" if path else name

    def _leaf(self, attributes: dict[str, str], path: str) -> None:
        name = _name(attributes)
        xml_url = self._address(attributes.get("xmlurl", ""), name, "feed")
        html_url = self._address(attributes.get("htmlurl", "") or _url(attributes), name, "page")
        if not (xml_url or html_url):
            if not (attributes.get("xmlurl") or attributes.get("htmlurl") or _url(attributes)):
                self.leave_out(name or "an outline without a name", "It has no address.")
            return
        self.outlines.append(
            Outline(
                title=name or _host(html_url or xml_url),
                xml_url=xml_url,
                html_url=html_url,
                description="" if attributes.get("description", "") == name else attributes.get("description", ""),
                category=path or _first_category(attributes.get("category", "")),
                language=language_tag(attributes.get("language", "")),
                rel=xfn(attributes.get("rel", "")),
            )
        )

    def _address(self, url: str, name: str, of: str) -> str:
        if not url:
            return ""
        try:
            return ascii_url(url)
        except ValueError as error:
            self.leave_out(name or url[:_MAX_NAME_LENGTH], f"The address of its {of} cannot be used: {error}.")
            return ""


def _is_leaf(attributes: dict[str, str]) -> bool:
    """Whether an outline is a blog: folders have no address. WordPress writes an empty `xmlUrl` for a blog without a
    feed.
    """
    return (
        "xmlurl" in attributes
        or "htmlurl" in attributes
        or bool(_url(attributes))
        or attributes.get("type", "").lower() in ("rss", "link", "atom")
    )


def _url(attributes: dict[str, str]) -> str:
    """Return the address of the blog. `url` is the target of a `link`; in an `include` it is another list."""
    return attributes.get("url", "") if attributes.get("type", "").lower() != "include" else ""


def _name(attributes: dict[str, str]) -> str:
    """Return the name. As in WordPress's importer, `title` precedes `text`; its exporter may leave either empty."""
    names = (attributes.get(name, "") for name in ("title", "text"))
    return next((name for name in names if name and name.lower() not in _NO_NAMES), "")[:_MAX_NAME_LENGTH].strip()


def _first_category(categories: str) -> str:
    """Return the first category: `/Boston/Weather,/Food` gives `Boston / Weather`."""
    folders = [folder.strip() for folder in categories.partition(",")[0].split("/")]
    return _FOLDER_SEPARATOR.join([folder for folder in folders if folder][:_MAX_DEPTH])


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
