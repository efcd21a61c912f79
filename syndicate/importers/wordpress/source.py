"""Convert the bytes of a WordPress export to XML that a parser accepts.

In comes a stream; out goes UTF-8 in chunks, starting with the root element. The beginning decides whether the file is
an export at all. Errors that WordPress itself tolerates are repaired: control characters, invalid bytes, blank lines
before the declaration, HTML entities. A document type declaration is refused before a parser sees it: no export has
one, and entities allow expansion bombs and reading local files.
"""

import codecs
import re
from collections.abc import Iterator
from html.entities import html5
from typing import BinaryIO

from syndicate.errors import NotAnExport

_CHUNK_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 256 * 1024
"""How far from the start the root element may be; WordPress writes 2 KB of comments before it."""

_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_TEXT_ENCODING = re.compile(
    r"utf-?8|us-ascii|iso-8859-([1-9]|1[013-6])|(windows-|cp)125[0-8]|koi8-[ru]|shift_jis|euc-(jp|kr)"
    r"|gb(2312|k|18030)|big5",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*+)[^<>]*+>")
_WXR = re.compile(r"""xmlns:[\w.-]++\s*+=\s*+["']https?://wordpress\.org/export/1\.\d/["']""")

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 §2.2 does not allow."""
_REFERENCE = re.compile("&(?:#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(r"[&<\]]")
_MAX_MARKUP_LENGTH = 40
_XML_ENTITIES = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}


def read_xml(stream: BinaryIO, *, name: str) -> Iterator[bytes]:
    """Return the XML from the root element on, with blank lines for what precedes it, so that line numbers are right.

    `name` is the file name for messages. Raises NotAnExport at once if the file is not a WordPress export, with a
    line that says what it is and what to do.
    """
    head = _read(stream, _MAX_HEAD_BYTES)
    decoder = codecs.getincrementaldecoder(_encoding(head, name))(errors="replace")
    text = decoder.decode(head)
    return _repaired(text, _root(text, name), decoder, stream)


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
    if b"\0" in head[:32]:
        raise NotAnExport(f"{name} is a binary file. {_WHAT_TO_DO}")
    declared = _ENCODING.search(head[:1024])
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if not _TEXT_ENCODING.fullmatch(encoding):
        raise NotAnExport(f"{name} says that its encoding is {encoding}, which is unknown; save it as UTF-8.")
    return "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding


_WHAT_TO_DO = "In WordPress choose Tools → Export → All content, and import the .xml file that it gives you."


def _root(head: str, name: str) -> int:
    """Return where the root element begins. Raises NotAnExport if the document is not an export."""
    at = _after_prolog(head, name)
    root = _ROOT.match(head, at)
    if (root is None or root[1] != "rss") and "<?xml" in head[at:]:
        raise NotAnExport(f"{name} cannot be read, because something stands before “<?xml”; delete what stands there.")
    if root is None:
        raise NotAnExport(f"{name} is {_kind_of_text(head)}. {_WHAT_TO_DO}")
    if root[1] != "rss":
        raise NotAnExport(f"{name} is {_kind_of_xml(root[1])}, not a WordPress export. {_WHAT_TO_DO}")
    if not _WXR.search(root[0]):
        raise NotAnExport(f"{name} is an ordinary RSS feed, not a WordPress export. {_WHAT_TO_DO}")
    return at


def _after_prolog(head: str, name: str) -> int:
    """Skip the declaration, comments and processing instructions (XML 1.0 §2.8); nothing else may precede the root."""
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
    """Skip blank lines: XML allows nothing before the declaration, but plugins that end in blank lines put them
    there.
    """
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
    yield b"\n" * head.count("\n", 0, root)
    repair = _Repair()
    text = head[root:]
    while chunk := stream.read(_CHUNK_BYTES):
        # a piece of markup at the end of a chunk may be incomplete and waits for the next chunk
        cut = _MARKUP.search(text, max(0, len(text) - _MAX_MARKUP_LENGTH))
        at = cut.start() if cut else len(text)
        yield repair(text[:at])
        text = text[at:] + decoder.decode(chunk)
    yield repair(text + decoder.decode(b"", final=True))


class _Repair:
    """Remove characters that XML forbids and resolve HTML entities, except within CDATA, which contains HTML."""

    def __init__(self) -> None:
        self._in_cdata = False

    def __call__(self, text: str) -> bytes:
        text = _ILLEGAL.sub("", text)
        parts = []
        position = 0
        while True:
            end = text.find("]]>" if self._in_cdata else "<![CDATA[", position)
            stretch = text[position:end] if end >= 0 else text[position:]
            parts.append(stretch if self._in_cdata else _REFERENCE.sub(_resolved, stretch))
            if end < 0:
                return "".join(parts).encode()
            self._in_cdata = not self._in_cdata
            position = end


def _resolved(reference: re.Match[str]) -> str:
    """Keep XML entities, write HTML entities as numbers, and drop numbers that XML 1.0 §2.2 forbids."""
    text = reference[0]
    if text in _XML_ENTITIES:
        return text
    if text[1] == "#":
        number = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
        return text if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""
    characters = html5.get(text[1:])
    return "".join(f"&#{ord(char)};" for char in characters) if characters else text
