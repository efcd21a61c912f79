"""Parse XML of other blogs as a stream of tags: strictly, else repaired, else with recovery."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from xml.parsers import expat

from lxml import etree

from syndicate.feeds.foreign.xml_reading import XmlReading
from syndicate.feeds.foreign_xml import with_sound_references

CHUNK_LENGTH = 64 * 1024
MAX_TAG_BYTES = 1024 * 1024
"""Of a tag or comment, which expat processes in one call that blocks all other threads."""
_NAMESPACES: Mapping[str, str] = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/XML/1998/namespace": "xml",
}
_REPAIRABLE = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_INVALID_TOKEN,
        expat.errors.XML_ERROR_UNDEFINED_ENTITY,
        expat.errors.XML_ERROR_BAD_CHAR_REF,
    )
)


def parse_xml(text: str, address: str, now: datetime) -> XmlReading:
    """Parse strictly, else with repaired character references, else with the recovery of libxml2."""
    reading, fault, code = _strictly(text, XmlReading(address, now))
    if code in _REPAIRABLE:
        text = with_sound_references(text)
        reading, fault, code = _strictly(text, XmlReading(address, now))
    if fault:
        reading = _recovering(text, XmlReading(address, now))
        reading.fault = fault
    return reading


def _strictly(text: str, reading: XmlReading) -> tuple[XmlReading, str, int]:
    """Return what was parsed, the error in words, and expat's number of the error."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")  # UTF-8 by now, whatever the declaration says
    parser.buffer_text = True
    parser.EntityDeclHandler = reading.refuse_entities
    parser.StartElementHandler = lambda tag, attributes: reading.start(
        prefixed(tag), {prefixed(name): value for name, value in attributes.items()}
    )
    parser.EndElementHandler = lambda _: reading.end()
    parser.CharacterDataHandler = reading.text
    fed = 0
    try:
        for at in range(0, len(text), CHUNK_LENGTH):  # in chunks, so that other threads can run
            piece = text[at : at + CHUNK_LENGTH].encode(errors="ignore")
            fed += len(piece)
            parser.Parse(piece, False)
            if fed - parser.CurrentByteIndex > MAX_TAG_BYTES:
                reading.refuse("holds a tag or comment that is larger than any is")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        where = f"line {error.lineno}, column {error.offset + 1}"
        return reading, f"its XML is broken ({expat.ErrorString(error.code)}: {where})", error.code
    return reading, "", 0


def prefixed(name: str) -> str:
    """Return `atom:entry` for `http://www.w3.org/2005/Atom entry`; names without namespace or in one of RSS get no
    prefix.
    """
    namespace, _, local = name.rpartition(" ")
    if not namespace:
        return local
    prefix = _NAMESPACES.get(namespace, "other")
    return f"{prefix}:{local}" if prefix else local


class _Target:
    """Passes the events of lxml's parser on."""

    def __init__(self, reading: XmlReading) -> None:
        self._reading = reading

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._reading.start(_from_lxml(tag), {_from_lxml(name): value for name, value in attributes.items()})

    def end(self, _: str) -> None:
        self._reading.end()

    def data(self, text: str) -> None:
        self._reading.text(text)

    def close(self) -> None:
        return None


def _from_lxml(name: str) -> str:
    """Return the prefixed name; an undeclared prefix has its usual meaning."""
    return prefixed(name[1:].replace("}", " ")) if name.startswith("{") else name


def _recovering(text: str, reading: XmlReading) -> XmlReading:
    if "<!ENTITY" in text:
        reading.refuse_entities()
    parser = etree.XMLParser(
        target=cast(Any, _Target(reading)),
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    data = text.encode(errors="ignore")
    try:
        for at in range(0, len(data), CHUNK_LENGTH):
            parser.feed(data[at : at + CHUNK_LENGTH])
        parser.close()
    except etree.LxmlError:
        pass  # what was parsed before counts, if anything was
    return reading
