"""XML elements as values, and how to append them to an lxml tree.

Text is written with hexadecimal references (`&#x26;`, `&#x3C;`): only this form is read as plain text both by readers
that take titles for HTML and by those that do not (RSS Advisory Board, Best Practices Profile, "title").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

NAMESPACES: Mapping[str, str] = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "source": "http://source.scripting.com/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "xml": "http://www.w3.org/XML/1998/namespace",
}

_MARKUP = re.compile("([&<])")
_REFERENCES = {"&": "#x26", "<": "#x3C"}


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Names may have a prefix from `NAMESPACES`; attributes without a value are not written."""

    name: str
    text: str = ""
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    children: tuple["Element", ...] = ()


def append(parent: etree._Element, element: Element) -> None:
    """Append `element` to `parent`. Text and values must be clean."""
    written = etree.SubElement(parent, _qualified(element.name))
    for name, value in element.attributes.items():
        if value != "":
            written.set(_qualified(name), str(value))
    if element.text:
        write_plain(written, element.text)
    for child in element.children:
        append(written, child)


def write_plain(element: etree._Element, text: str) -> None:
    """Set the content of `element` to plain `text` in a form that all readers understand."""
    first, *rest = _MARKUP.split(text)
    element.text = first
    for markup, behind in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[markup])
        reference.tail = behind
        element.append(reference)


def _qualified(name: str) -> str:
    prefix, colon, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name
