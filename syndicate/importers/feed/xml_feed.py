"""Read an RSS or Atom feed of a whole blog, also Blogger's exports, which are Atom."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape

from lxml import etree

from syndicate.content.text import clean, clean_name, plain
from syndicate.errors import NotAnExport
from syndicate.feeds.foreign_xml import decoded, with_sound_references
from syndicate.importers.feed import blogger
from syndicate.importers.feed.documents import ExportedFeed, date, slug_in, summary_beside, tags
from syndicate.importers.feed.elements import RSS_CONTENT, Element, child, children, local, text
from syndicate.importers.records import ExportedComment, ExportedPost, ExportedReply, SkippedItem
from syndicate.model.comment import CommentState
from syndicate.model.post import Enclosure
from syndicate.translation import _
from syndicate.urls import join

_END = re.compile(r"</(?:[\w.-]+:)?(?:rss|RDF|feed)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.DOTALL)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_TITLE = re.compile(r"<title[^>]*>(?:\s*<!\[CDATA\[)?([^<\]]+)")
_COMMENT_FRAGMENT = re.compile(r"comment-?\d+|c\d+", re.IGNORECASE)


def read(data: bytes, *, name: str, base: str) -> ExportedFeed | None:
    """Return the posts and comments of a feed; None if it is another XML document. Raises NotAnExport."""
    source = with_sound_references(decoded(data))
    if "<!ENTITY" in source[:65536]:
        raise NotAnExport(_("{name} declares entities of its own, which no feed does; it was not read.", name=name))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    source = re.sub(r"\A\s*<\?xml[^>]*\?>", "", source)
    source, rest = _whole_entries(source)
    root = etree.fromstring(source.encode(errors="ignore"), parser)
    if root is None:
        return None
    if local(root) not in ("rss", "RDF", "feed"):
        return None
    document = _Feed(root, name, base).read()
    if rest is not None:
        title = _TITLE.search(rest)
        what = f"“{clean_name(plain(title[1]))}”" if title else "the rest of the file"
        document.others.append(SkippedItem(what=what, reason=f"{name} is not whole and ends there"))
    document.note_cut_texts(name)
    return document


def _whole_entries(source: str) -> tuple[str, str | None]:
    """Return a document up to its last whole entry, and what follows if it is cut off, so that no half of an entry is
    read; None for a whole document."""
    if _END.search(source):
        return source, None
    last = next(reversed(list(_ENTRY_END.finditer(source))), None)
    place = last.end() if last else len(source)
    return source[:place], source[place:]


class _Feed:
    def __init__(self, root: Element, name: str, base: str) -> None:
        self._root, self._name = root, name
        self._is_atom = local(root) == "feed"
        channel = root if self._is_atom else child(root, "channel")
        self._channel = root if channel is None else channel
        self._home = self._link_of(self._channel) or base

    def read(self) -> ExportedFeed:
        channel = self._channel
        document = ExportedFeed(
            title=clean_name(plain(text(channel, "title"))),
            description=clean_name(plain(text(channel, "subtitle") or text(channel, "description"))),
            home=self._link_of(channel),
        )
        for link in children(channel, "link"):
            relation, address = link.get("rel", ""), link.get("href", "")
            if relation in ("next", "prev-archive"):
                document.note_further_pages(self._name, address)
            elif relation == "self":
                document.redirect(address, "/feed/atom/" if self._is_atom else "/feed/")
        entries = list(self._entries())
        if any(map(blogger.is_entry, entries)):
            blogger.read(entries, document)
            return document
        for entry in entries:
            self._add(entry, document)
        return document

    def _entries(self) -> Iterator[Element]:
        for element in self._root.iter(etree.Element):
            if local(element) in ("item", "entry") and element is not self._root:
                yield element

    def _add(self, entry: Element, document: ExportedFeed) -> None:
        link = self._link_of(entry)
        id = text(entry, "guid") or text(entry, "id")
        title = self._title(entry)
        if not id and not link:
            document.others.append(SkippedItem(what=f"“{title[:100]}”", reason="it has neither an id nor an address"))
        elif target := self._answered(entry, link):
            comment = self._comment(entry, id or link, link)
            if comment is None:
                document.others.append(SkippedItem(what=f"comment {id or link}", reason="its date cannot be read"))
            else:
                document.replies.append(ExportedReply(targets=target, comment=comment))
        else:
            document.posts.append(self._post(entry, id, link, title))

    def _answered(self, entry: Element, link: str) -> tuple[str, ...]:
        """Return what a comment answers: by its thread (RFC 4685), or by its address with a fragment."""
        bare, _separator, fragment = link.partition("#")
        reply = child(entry, "in-reply-to")
        if reply is not None:
            return tuple(filter(None, (reply.get("ref", ""), reply.get("href", ""), bare if fragment else "")))
        return (bare,) if _COMMENT_FRAGMENT.fullmatch(fragment) else ()

    def _post(self, entry: Element, id: str, link: str, title: str) -> ExportedPost:
        html = self._html(entry)
        guid = child(entry, "guid")
        if not link and id.startswith("http") and (guid is None or guid.get("isPermaLink") != "false"):
            link = id
        summary = text(entry, "description") if text(entry, "encoded") or text(entry, "content") else ""
        return ExportedPost(
            source_id=f"feed {id or link}",
            title=title,
            link=link,
            guid=id,
            creator=self._author(entry),
            text=html,
            excerpt=summary_beside(html, summary or (text(entry, "summary") if text(entry, "content") else "")),
            published=self._published(entry),
            modified=date(text(entry, "updated") or text(entry, "modified")),
            slug=slug_in(link),
            terms=tags([one.get("label") or one.get("term") or one.text or "" for one in children(entry, "category")]),
            enclosure=self._enclosure(entry),
        )

    def _comment(self, entry: Element, id: str, link: str) -> ExportedComment | None:
        published = self._published(entry)
        if published is None:
            return None
        fragment = link.partition("#")[2]
        number = "".join(re.findall(r"\d+", fragment or id)[-1:])
        return ExportedComment(
            id=id,
            anchor=fragment or f"comment-{number or slug_in(link) or id}",
            guid=id,
            author_name=self._author(entry),
            author_url=self._author_url(entry),
            published=published,
            html=self._html(entry),
            state=CommentState.APPROVED,
        )

    def _published(self, entry: Element) -> datetime | None:
        return next(
            (
                found
                for name in ("pubDate", "published", "issued", "date", "updated")
                if (found := date(text(entry, name)))
            ),
            None,
        )

    def _html(self, entry: Element) -> str:
        encoded = child(entry, "encoded", RSS_CONTENT)
        if encoded is not None and (encoded.text or "").strip():
            return clean(encoded.text or "")
        for name in ("content", "description", "summary"):
            element = child(entry, name)
            if element is not None and (html := _content(element)):
                return html
        return ""

    def _title(self, entry: Element) -> str:
        title = child(entry, "title")
        if title is None:
            return ""
        kind = title.get("type", "text" if self._is_atom else "html")
        raw = title.text or "" if len(title) == 0 else "".join(map(str, title.itertext()))
        return clean_name(raw if kind in ("text", "xhtml") else plain(raw), limit=500)

    def _author(self, entry: Element) -> str:
        author = child(entry, "author")
        name = text(author, "name") if author is not None and len(author) else text(entry, "creator")
        written = name or (author.text or "" if author is not None else "")
        found = re.search(r"\((.*)\)", written)
        return clean_name(found[1] if "@" in written and found else "" if "@" in written else written)

    def _author_url(self, entry: Element) -> str:
        author = child(entry, "author")
        return text(author, "uri") if author is not None else ""

    def _link_of(self, element: Element) -> str:
        links = list(children(element, "link"))
        plain_links = [found for link in links if not link.get("href") and (found := (link.text or "").strip())]
        alternates = [link.get("href", "") for link in links if link.get("rel", "alternate") == "alternate"]
        found = next(iter([*plain_links, *filter(None, alternates)]), "")
        return join(_base(element), found) if found and _base(element) else found

    def _enclosure(self, entry: Element) -> Enclosure | None:
        found = child(entry, "enclosure")
        if found is None:
            found = next((link for link in children(entry, "link") if link.get("rel") == "enclosure"), None)
        if found is None or not (address := found.get("url") or found.get("href")):
            return None
        length = found.get("length", "")
        size = int(length) if length.isdecimal() and len(length) < 15 else 0
        return Enclosure(url=join(self._home, address), media_type=found.get("type", ""), length=size)


def _content(element: Element) -> str:
    kind = element.get("type", "")
    if kind == "xhtml":
        return "".join(etree.tostring(one, encoding="unicode", method="html", with_tail=False) for one in element)
    raw = clean(element.text or "")
    if kind in ("text", "text/plain"):
        return "".join(f"<p>{escape(part)}</p>" for part in raw.split("\n\n") if part.strip())
    return raw.strip()


def _base(element: Element) -> str:
    found = ""
    for each in (element, *element.iterancestors()):
        if base := each.get("{http://www.w3.org/XML/1998/namespace}base"):
            found = join(base, found) if found else base
    return found
