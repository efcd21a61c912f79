"""The XML of a WordPress export, read as a stream.

A stream of bytes comes in, the children of `channel` go out, each whole and only until the next one is asked for,
so that memory grows with the largest item and not with the file. What exports have wrong with them and WordPress
itself reads nevertheless is repaired on the way: control characters, bytes that are no text, blank lines before
the declaration, HTML's names for characters. A document type declaration is refused before the parser sees it:
no export has one, and entities are the way in for bombs and for the reading of files.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import BinaryIO

from lxml import etree

from syndicate.errors import NotAnExport

_CHUNK = 64 * 1024
_HEAD = 256 * 1024
"""How far the root element may lie from the start of the file; WordPress writes 2 KB of comments before it."""

_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_ENCODING = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|(windows-|cp)125\d|koi8-[ru]|shift_jis|euc-(jp|kr)|gb(2312|k|18030)|big5",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*+)[^<>]*+>")
_WXR = re.compile(r"""xmlns:[\w.-]++\s*+=\s*+["']https?://wordpress\.org/export/1\.\d/["']""")
_WXR_TAG = re.compile(r"\{https?://wordpress\.org/export/1\.\d/(excerpt/)?\}(.+)")

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not allow."""
_REFERENCE = re.compile("&(?:#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
_LONGEST_REFERENCE = 40
_XML_ENTITIES = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}

_PREFIXES = {
    "{http://purl.org/dc/elements/1.1/}": "dc:",
    "{http://purl.org/rss/1.0/modules/content/}": "content:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """The XML ends too early or cannot be read on. `unfinished` is the title of the item in which it does, or empty."""

    line: int
    reason: str
    unfinished: str


def read_channel(stream: BinaryIO, *, name: str) -> Iterator[etree._Element | Breakage]:
    """The children of `channel` in the export that `stream` holds, then a Breakage where it is not whole.

    `name` is the file's, for messages. Looks at the beginning at once, and raises NotAnExport where it is
    something else.
    """
    head = _read(stream, _HEAD)
    decoder = codecs.getincrementaldecoder(_encoding(head, name))(errors="replace")
    text = decoder.decode(head)
    root = _root(text, name)
    return _children(_repaired(text, root, decoder, stream))


def local_name(element: etree._Element) -> str:
    """`wp:post_id`, `content:encoded`, `title`: prefixes as WordPress writes them, whatever the file calls them."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag
    if wxr := _WXR_TAG.fullmatch(tag):
        return f"excerpt:{wxr[2]}" if wxr[1] else f"wp:{wxr[2]}"
    namespace, _, local = tag.rpartition("}")
    return _PREFIXES.get(namespace + "}", "other:") + local


def text_of(element: etree._Element) -> str:
    """All text within an element. Old exports have unescaped HTML in titles, hence text below the element too."""
    if len(element) == 0:
        return element.text or ""
    return "".join(part for part in element.itertext() if isinstance(part, str))


def _read(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _encoding(head: bytes, name: str) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(b"\x1f\x8b"):
        raise NotAnExport(f"{name} is compressed with gzip; unpack it and import the .xml file within.")
    if head.startswith(b"PK\x03\x04"):
        raise NotAnExport(f"{name} is a ZIP archive; unpack it and import the .xml files within.")
    if b"\0" in head[:1024]:
        raise NotAnExport(f"{name} is a binary file. {_WHAT_TO_DO}")
    declared = _ENCODING.search(head[:1024])
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if not _TEXT_ENCODING.fullmatch(encoding):
        raise NotAnExport(f"{name} says that its encoding is {encoding}, which is unknown; save it as UTF-8.")
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        raise NotAnExport(f"{name} says that its encoding is {encoding}, which is unknown; save it as UTF-8.") from None
    return "utf-8-sig" if found == "utf-8" else found


_WHAT_TO_DO = "In WordPress choose Tools → Export → All content, and import the .xml file that it gives you."


def _root(head: str, name: str) -> int:
    """Where the root element begins. Raises NotAnExport where the document is not an export."""
    at = _after_prolog(head, name)
    root = _ROOT.match(head, at)
    if root is None:
        raise NotAnExport(f"{name} is {_kind_of_text(head)}. {_WHAT_TO_DO}")
    if root[1] != "rss":
        raise NotAnExport(f"{name} is {_kind_of_xml(root[1])}, not a WordPress export. {_WHAT_TO_DO}")
    if not _WXR.search(root[0]):
        raise NotAnExport(f"{name} is an ordinary RSS feed, not a WordPress export. {_WHAT_TO_DO}")
    return at


def _after_prolog(head: str, name: str) -> int:
    """Past declaration, comments and processing instructions (XML 1.0 §2.8), where nothing else may stand."""
    at = 0
    while True:
        at = _after_space(head, at)
        if head.startswith("<!--", at):
            at = _after(head, "-->", at + 4)
        elif head.startswith("<?", at):
            at = _after(head, "?>", at + 2)
        elif head.startswith("<!", at):
            if _HTML_DOCTYPE.match(head, at):
                raise NotAnExport(f"{name} is a web page, not a WordPress export. {_WHAT_TO_DO}")
            raise NotAnExport(
                f"{name} has a document type declaration, which no WordPress export has and which may be an attack; "
                "it was not read. Export the blog again."
            )
        else:
            return at


def _after_space(head: str, at: int) -> int:
    """XML allows nothing before the declaration; plugins that end in blank lines put them there all the same."""
    space = _SPACE.match(head, at)
    return space.end() if space else at


def _after(head: str, what: str, start: int) -> int:
    found = head.find(what, start)
    return len(head) if found < 0 else found + len(what)


_SPACE = re.compile(r"[\s\ufeff]++")
_HTML_DOCTYPE = re.compile(r"<!doctype\s++html\b(?!\s*+\[)", re.IGNORECASE)


def _kind_of_text(head: str) -> str:
    start = head.lstrip("\ufeff \t\r\n")[:1]
    if not start:
        return "empty"
    if "<?xml" in head[1:]:
        return "not readable as XML, because text stands before “<?xml”; delete what stands there"
    if start in "{[":
        return "JSON, not a WordPress export"
    return "not XML, so it is no WordPress export"


def _kind_of_xml(root: str) -> str:
    match root.lower():
        case "html" | "head" | "body" | "script":
            return "a web page"
        case "feed":
            return "an Atom feed"
        case "opml":
            return "a list of subscriptions (OPML)"
        case _:
            return f"an XML document of another kind (“{root[:40]}”)"


def _repaired(head: str, root: int, decoder: codecs.IncrementalDecoder, stream: BinaryIO) -> Iterator[bytes]:
    """UTF-8 that the parser can take, from the root element on; blank lines stand for what came before."""
    yield b"\n" * head.count("\n", 0, root)
    text = head[root:]
    while chunk := stream.read(_CHUNK):
        at = _unfinished_reference(text)
        yield _repair(text[:at])
        text = text[at:] + decoder.decode(chunk)
    yield _repair(text + decoder.decode(b"", final=True))


def _unfinished_reference(text: str) -> int:
    """Where a reference begins that the end of the chunk may have cut through, or the end."""
    at = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
    return len(text) if at < 0 or ";" in text[at:] else at


def _repair(text: str) -> bytes:
    return _REFERENCE.sub(_resolved, _ILLEGAL.sub("", text)).encode()


def _resolved(reference: re.Match[str]) -> str:
    """XML's own entities as they are; HTML's as numbers, which mean the same in XML and in HTML within CDATA."""
    text = reference[0]
    if text in _XML_ENTITIES:
        return text
    if text[1] == "#":
        number = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
        return text if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""
    characters = html5.get(text[1:])
    return "".join(f"&#{ord(char)};" for char in characters) if characters else text


def _children(chunks: Iterator[bytes]) -> Iterator[etree._Element | Breakage]:
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


def _fed(parser: "etree.XMLPullParser", chunks: Iterator[bytes]) -> Iterator[etree.XMLSyntaxError | None]:
    """Feeds the parser, pausing after each chunk; the last pause brings the error, if there is one."""
    try:
        for chunk in chunks:
            parser.feed(chunk)
            yield None
        parser.close()
    except etree.XMLSyntaxError as error:
        yield error


def _depth(element: etree._Element) -> int:
    """0 for the root, 1 for the channel, 2 and 3 for what is in it, 4 for all below and for what stands elsewhere."""
    above = list(zip(range(4), element.iterancestors(), strict=False))
    if len(above) >= 2 and above[-2][1].tag != "channel":
        return 4
    return len(above)


def _forget(element: etree._Element) -> None:
    """Drops what stands before. The element itself must stay: the parser still writes behind it."""
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
