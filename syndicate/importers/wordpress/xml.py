"""Read the XML of a WordPress export as a stream.

In come chunks of XML; out go the children of `channel`, each complete and valid only until the next one, so that
memory grows with the largest item and not with the file. The limits of libxml2 stay in force (256 levels, 10 MB of
text in one element): no blog needs more.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """The XML ends too early or is malformed. `unfinished` is the title of the item in which this happens, or empty."""

    line: int
    reason: str
    unfinished: str


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


def read_channel(chunks: Iterator[bytes]) -> Iterator[etree._Element | Breakage]:
    """Yield the children of `channel`, and finally a Breakage if the document is incomplete."""
    parser = etree.XMLPullParser(
        events=("end",),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    unfinished = ""
    for failure in _fed(parser, chunks):
        for _, element in parser.read_events():
            if not isinstance(element, etree._Element):
                continue
            depth = _depth(element)
            if depth == 2:
                yield element
                unfinished = ""
            elif depth == 3 and element.tag == "title":
                unfinished = text_of(element)
            if depth <= 2:
                _forget(element)
        if failure:
            reason = _PLACE.sub("", failure.msg or "")
            yield Breakage(line=failure.lineno or 0, reason=reason, unfinished=unfinished)


_PLACE = re.compile(r"( line \d++)?, line \d++, column \d++\Z")


def _fed(parser: etree.XMLPullParser, chunks: Iterator[bytes]) -> Iterator[etree.XMLSyntaxError | None]:
    """Feed the parser, yielding after each chunk; the last step raises the error, if there is one."""
    try:
        for chunk in chunks:
            parser.feed(chunk)
            yield None
        parser.close()
    except etree.XMLSyntaxError as error:
        yield error


def _depth(element: etree._Element) -> int:
    """Return 0 for the root, 1 for the channel, 2 and 3 for what is in it, 4 for everything below or elsewhere."""
    above = list(zip(range(4), element.iterancestors(), strict=False))
    if len(above) >= 2 and above[-2][1].tag != "channel":
        return 4
    return len(above)


def _forget(element: etree._Element) -> None:
    """Remove the preceding siblings. The element itself must stay: the parser still appends to it."""
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
