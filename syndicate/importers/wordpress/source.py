"""Convert the bytes of a WordPress export to XML that a parser accepts.

In comes a stream; out goes text in chunks, starting with the root element. The beginning decides whether the file is
an export at all. Errors that WordPress itself tolerates are repaired and counted: control characters, invalid bytes,
bare ampersands, warnings and blank lines before the declaration, HTML entities. A document type declaration is
refused before a parser sees it: no export has one, and entities allow expansion bombs and reading local files.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import BinaryIO

from syndicate.errors import NotAnExport
from syndicate.importers.file_kinds import kind_of_export
from syndicate.translation import _

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
_REFERENCE = re.compile("&(?:(?:#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_UNDECODED = re.compile("[\udc80-\udcff]")
"""Bytes that are not UTF-8, as Python's `surrogateescape` spells them."""
_MARKUP = re.compile(r"[&<\]]")
_MAX_MARKUP_LENGTH = 40
_XML_ENTITIES = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}


@dataclass(slots=True)
class RepairCounts:
    """How much of a file had to be repaired."""

    ampersands: int = 0
    controls: int = 0
    bytes: int = 0

    def __str__(self) -> str:
        numbers = {"bare &": self.ampersands, "control character": self.controls, "byte that is no UTF-8": self.bytes}
        return ", ".join(f"{number} × {name}" for name, number in numbers.items() if number)


def read_xml(stream: BinaryIO, *, name: str, repairs: RepairCounts | None = None) -> Iterator[str]:
    """Return the XML from the root element on, with blank lines for what precedes it, so that line numbers are right.

    `name` is the file name for messages; `repairs` counts. Raises NotAnExport at once if the file is not a WordPress
    export, with a line that says what it is and what to do.
    """
    repairs = repairs or RepairCounts()
    head = _read(stream, _MAX_HEAD_BYTES)
    encoding = _encoding(head, name)
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    text = decoder.decode(head)
    return _repaired(text, _root(text, name), decoder, stream, repairs)


def _read(stream: BinaryIO, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _encoding(head: bytes, name: str) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head[:32]:
        raise NotAnExport(_("{name} is a binary file. {what_to_do}", name=name, what_to_do=_WHAT_TO_DO))
    declared = _ENCODING.search(head[:1024])
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if not _TEXT_ENCODING.fullmatch(encoding):
        raise NotAnExport(
            _(
                "{name} says that its encoding is {encoding}, which is unknown; save it as UTF-8.",
                name=name,
                encoding=encoding,
            )
        )
    return "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding


_WHAT_TO_DO = "In WordPress choose Tools → Export → All content, and import the .xml file that it gives you."


def _root(head: str, name: str) -> int:
    """Return where the root element begins. Raises NotAnExport if the document is not an export."""
    at = _after_prolog(head, name)
    root = _ROOT.match(head, at)
    if (root is None or root[1] != "rss") and (start := _LATE_START.search(head, at)):
        at = _after_prolog(head, name, start.start())
        root = _ROOT.match(head, at)
    other = kind_of_export(head)
    if other and (root is None or root[1] != "rss" or not _WXR.search(root[0])):
        raise NotAnExport(f"{name} {other}")
    if root is None:
        raise NotAnExport(
            _(
                "{name} is {kind_of_text}. {what_to_do}",
                name=name,
                kind_of_text=_kind_of_text(head),
                what_to_do=_WHAT_TO_DO,
            )
        )
    if root[1] != "rss":
        raise NotAnExport(
            _(
                "{name} is {kind_of_xml}, not a WordPress export. {what_to_do}",
                name=name,
                kind_of_xml=_kind_of_xml(root[1]),
                what_to_do=_WHAT_TO_DO,
            )
        )
    if not _WXR.search(root[0]):
        raise NotAnExport(
            _("{name} is an ordinary RSS feed, not a WordPress export. {what_to_do}", name=name, what_to_do=_WHAT_TO_DO)
        )
    return at


_LATE_START = re.compile(r"<\?xml\s|<rss\s")
"""Where the export begins if a warning of PHP or other text stands before it."""


def _after_prolog(head: str, name: str, at: int = 0) -> int:
    """Skip the declaration, comments and processing instructions (XML 1.0 §2.8); nothing else may precede the root."""
    while True:
        at = _after_space(head, at)
        if head.startswith("<!--", at):
            at = _after(head, "-->", at + 4)
        elif head.startswith("<?", at):
            at = _after(head, "?>", at + 2)
        elif head.startswith("<!", at):
            if _HTML_DOCTYPE.match(head, at):
                raise NotAnExport(
                    _("{name} is a web page, not a WordPress export. {what_to_do}", name=name, what_to_do=_WHAT_TO_DO)
                )
            raise NotAnExport(
                _(
                    "{name} has a document type declaration, which no WordPress export has and which may be an attack; "
                    "it was not read. Export the blog again.",
                    name=name,
                )
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


def _repaired(
    head: str, root: int, decoder: codecs.IncrementalDecoder, stream: BinaryIO, repairs: RepairCounts
) -> Iterator[str]:
    yield "\n" * head.count("\n", 0, root)
    repair = _Repair(repairs)
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

    def __init__(self, repairs: RepairCounts) -> None:
        self._in_cdata = False
        self._repairs = repairs

    def __call__(self, text: str) -> str:
        text, undecoded = _UNDECODED.subn(_as_windows_1252, text)
        text, controls = _ILLEGAL.subn("", text)
        self._repairs.bytes += undecoded
        self._repairs.controls += controls
        parts = []
        position = after_end = 0
        while True:
            end = text.find("]]>" if self._in_cdata else "<![CDATA[", position)
            stretch = text[position:end] if end >= 0 else text[position:]
            if not self._in_cdata:  # an end without a beginning is text
                at = after_end - position if after_end else 0
                stretch = stretch[:at] + _REFERENCE.sub(self._resolved, stretch[at:].replace("]]>", "]]&gt;"))
            parts.append(stretch)
            if end < 0:
                return "".join(parts)
            after_end = end + len("]]>") if self._in_cdata else 0
            self._in_cdata = not self._in_cdata
            position = end

    def _resolved(self, reference: re.Match[str]) -> str:
        """Keep XML entities, write HTML entities as numbers, escape bare ampersands, and drop numbers that XML 1.0
        §2.2 forbids.
        """
        text = reference[0]
        if text in _XML_ENTITIES:
            return text
        if text[1:2] == "#":
            number = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
            return text if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""
        if characters := html5.get(text[1:]):
            return "".join(f"&#{ord(char)};" for char in characters)
        self._repairs.ampersands += 1
        return f"&amp;{text[1:]}"


def _as_windows_1252(byte: re.Match[str]) -> str:
    """Return the character that old programs meant by a byte that is not UTF-8."""
    return bytes([ord(byte[0]) - 0xDC00]).decode("cp1252", errors="replace")
