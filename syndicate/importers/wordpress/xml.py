"""Parse the XML of a WordPress export record by record.

In comes XML as text; out go the children of `channel`, one at a time, so that memory grows with the largest item and
not with the file. Each item is parsed by itself: a broken one costs only itself. The limits of libxml2 stay in force
(256 levels, 10 MB of text in one element): no blog needs more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

_WXR_TAG = re.compile(r"\{https?://wordpress\.org/export/1\.\d/(excerpt/)?\}(.+)")
_PREFIXES = {
    "{http://purl.org/dc/elements/1.1/}": "dc:",
    "{http://purl.org/rss/1.0/modules/content/}": "content:",
}
_USUAL = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "wp": "http://wordpress.org/export/1.2/",
}
_PREFIX = re.compile(r"[<\s]([A-Za-z_][\w.-]{0,40}):[A-Za-z_][\w.-]*(?=[\s/>=])")
_MARK = re.compile(r"<!\[CDATA\[|<item(?:\s[^<>]*+)?(?<!/)>|</item\s*+>")
_MAX_MARK_LENGTH = 64
_ROOT = re.compile(r"\s*+<rss\b[^<>]*+>")
_FRAME = re.compile(r"</?(?:rss|channel)(?:\s[^<>]*+)?>")
_END = re.compile(r"</(?:channel|rss)\s*+>\s*+\Z")
_TITLE = re.compile(r"<title>(.*?)(?:</title>|\Z)", re.DOTALL)
_CDATA_MARKS = re.compile(r"<!\[CDATA\[|\]\]>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """A part of the XML that is malformed or ends too early. `unfinished` is the title of the item, or empty;
    `is_end` says that the file ends here.
    """

    line: int
    reason: str
    unfinished: str
    is_end: bool


def local_name(element: etree._Element) -> str:
    """Return names with the prefixes that WordPress uses, whatever prefixes the file uses (`wp:post_id`, `title`)."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag
    if wxr := _WXR_TAG.fullmatch(tag):
        return f"excerpt:{wxr[2]}" if wxr[1] else f"wp:{wxr[2]}"
    namespace, _, local = tag.rpartition("}")
    return _PREFIXES.get(namespace + "}", "other:") + local


def text_of(element: etree._Element) -> str:
    """Return all text within an element, including its descendants: old exports have unescaped HTML in titles."""
    if len(element) == 0:
        return element.text or ""
    return "".join(part for part in element.itertext() if isinstance(part, str))


def read_channel(chunks: Iterator[str]) -> Iterator[etree._Element | Breakage]:
    """Yield the children of `channel`, and a Breakage for each part that cannot be parsed."""
    reading = _Reading()
    for segment in _segments(chunks):
        yield from reading.records(segment)


@dataclass(frozen=True, slots=True)
class _Segment:
    """An item, or what stands between two. `is_whole` is false if an item has no end, or if the file ends here."""

    text: str
    is_item: bool
    is_whole: bool = True
    is_last: bool = False


def _segments(chunks: Iterator[str]) -> Iterator[_Segment]:
    """Cut XML at its items. Marks within CDATA sections do not count, because posts may contain them."""
    parts: list[str] = []
    pending = ""
    in_cdata = in_item = False
    for chunk in chunks:
        text = pending + chunk
        start = position = 0
        while True:
            if in_cdata:
                if (end := text.find("]]>", position)) < 0:
                    break
                in_cdata, position = False, end + 3
                continue
            mark = _MARK.search(text, position)
            if mark is None:
                break
            position = mark.end()
            if mark[0] == "<![CDATA[":
                in_cdata = True
            elif mark[0].startswith("</"):
                if in_item:
                    yield _Segment("".join([*parts, text[start:position]]), is_item=True)
                    parts, start, in_item = [], position, False
            else:
                yield _Segment("".join([*parts, text[start : mark.start()]]), is_item=in_item, is_whole=not in_item)
                parts, start, in_item = [], mark.start(), True
        cut = max(position, len(text) - _MAX_MARK_LENGTH)
        parts.append(text[start:cut])
        pending = text[cut:]
    yield _Segment("".join([*parts, pending]), is_item=in_item, is_whole=not in_item, is_last=True)


class _Reading:
    """Keeps the namespaces that the root element declares, and counts lines."""

    def __init__(self) -> None:
        self._root = ""
        self._line = 1

    def records(self, segment: _Segment) -> Iterator[etree._Element | Breakage]:
        text = segment.text
        if not self._root and (root := _ROOT.match(text)):
            self._root = " ".join(root[0].split())
        at, self._line = self._line, self._line + text.count("\n")
        if segment.is_last and not _END.search(text):
            yield self._end(segment)
            text = "" if segment.is_item else text
        body = text if segment.is_item else _FRAME.sub("", text)
        if body.strip():
            yield from self._parsed(body, segment, at)

    def _end(self, segment: _Segment) -> Breakage:
        reason = "the file ends before its end tag" if not segment.is_item else "the file ends within this item"
        return Breakage(line=self._line, reason=reason, unfinished=_title(segment), is_end=True)

    def _parsed(self, body: str, segment: _Segment, line: int) -> Iterator[etree._Element | Breakage]:
        document = f"{_declaring(self._root, body)}<channel>{body}</channel></rss>".encode()
        root = None
        if not segment.is_whole:
            yield Breakage(line=line, reason="it has no end tag", unfinished=_title(segment), is_end=False)
        else:
            try:
                root = _document(document, recover=False)
            except etree.XMLSyntaxError as error:
                at, reason = line + max((error.lineno or 1) - 1, 0), _PLACE.sub("", error.msg or "")
                yield Breakage(line=at, reason=reason, unfinished=_title(segment), is_end=False)
                root = None if segment.is_item else _document(document, recover=True)
        if root is not None and len(root):
            yield from list(root[0])


def _declaring(root: str, body: str) -> str:
    """Return the root element with a namespace for each prefix in `body` that it does not declare: plugins and hosts
    write some without.
    """
    used = sorted(set(_PREFIX.findall(body)) - {"xml", "xmlns"})
    missing = [prefix for prefix in used if f"xmlns:{prefix}=" not in root]
    declared = "".join(f' xmlns:{prefix}="{_USUAL.get(prefix, f"urn:undeclared:{prefix}")}"' for prefix in missing)
    return f"{(root or '<rss>')[:-1]}{declared}>"


def _document(data: bytes, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _title(segment: _Segment) -> str:
    found = _TITLE.search(segment.text) if segment.is_item else None
    return _CDATA_MARKS.sub("", found[1]).strip() if found else ""


_PLACE = re.compile(r"( line \d++)?, line \d++, column \d++\Z")
