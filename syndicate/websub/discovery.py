"""Which hubs a document names, and what it calls itself (WebSub §4). Pure; nothing in the document is believed.

The `Link` header counts before what the document says. There that is a `<link>` in Atom, RSS or the head of a page, or
the fields of JSON Feed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree
from yarl import URL

from syndicate.content.tags import Tag, tokens
from syndicate.errors import AddressDenied
from syndicate.transport.link import parse_links
from syndicate.transport.url import read_url

ATOM = "{http://www.w3.org/2005/Atom}"
ENTRIES = frozenset({"item", "entry"})
MOST_READ = 256 * 1024
"""Links stand at the head of a feed."""
MOST_HUBS = 3

_DECLARATION = b"<!ENTITY"
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Who wants to be sent `topic` may subscribe at any of the hubs."""

    topic: str
    hubs: tuple[str, ...]


def discover(links: Iterable[str], body: bytes, media_type: str, *, address: str) -> Offer | None:
    """What is offered for the document that was found at `address`, after redirects; None where no hub is named.

    `links` are the values of its `Link` headers. A document that does not say what it is called is called by its address.
    """
    header = [(rel, link.target) for link in parse_links(links) for rel in ("hub", "self") if rel in link.rels]
    hubs = _addresses(header, "hub", address)
    topics = _addresses(header, "self", address)
    if not hubs or not topics:
        said = [*_said(body[:MOST_READ], body, media_type)]
        hubs = hubs or _addresses(said, "hub", address)
        topics = topics or _addresses(said, "self", address)
    if not hubs:
        return None
    return Offer(topic=topics[0] if topics else address, hubs=tuple(hubs[:MOST_HUBS]))


def _addresses(links: Iterable[tuple[str, str]], rel: str, base: str) -> list[str]:
    found: dict[str, None] = {}
    for name, target in links:
        if name == rel:
            try:
                url = read_url(str(URL(base).join(URL(target.strip()))))
            except (AddressDenied, ValueError):
                continue
            found[str(url.with_fragment(None))] = None
    return list(found)


def _said(head: bytes, body: bytes, media_type: str) -> Iterator[tuple[str, str]]:
    """(rel, address) of what the document itself names."""
    if head.lstrip()[:1] == b"{":
        yield from _of_json(body)
    elif "html" in media_type.lower():
        yield from _of_page(_text(head, media_type))
    elif _DECLARATION not in head.upper():
        yield from _of_xml(head)


def _of_json(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        return
    if not isinstance(feed, dict):
        return
    if isinstance(feed.get("feed_url"), str):
        yield "self", feed["feed_url"]
    hubs = feed.get("hubs")
    for hub in hubs if isinstance(hubs, list) else []:
        if isinstance(hub, dict) and str(hub.get("type")).lower() == "websub" and isinstance(hub.get("url"), str):
            yield "hub", hub["url"]


def _of_page(html: str) -> Iterator[tuple[str, str]]:
    """What stands in its head: the body may hold what strangers said."""
    for token in tokens(html):
        if not isinstance(token, Tag):
            continue
        if token.name == "body" or (token.name == "head" and token.closing):
            return
        if token.name == "link":
            for rel in token.value("rel").lower().split():
                yield rel, token.value("href")


def _of_xml(head: bytes) -> Iterator[tuple[str, str]]:
    """What stands before the first entry."""
    parser = etree.XMLPullParser(
        events=("start",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        parser.feed(head)
        for _, element in parser.read_events():
            if not isinstance(element, etree._Element):
                continue
            name = str(element.tag)
            if name.rpartition("}")[2] in ENTRIES:
                return
            if name == f"{ATOM}link":
                for rel in (element.get("rel") or "").lower().split():
                    yield rel, element.get("href") or ""
    except (etree.LxmlError, ValueError):
        return


def _text(head: bytes, media_type: str) -> str:
    found = _CHARSET.search(media_type)
    try:
        return head.decode(found[1] if found else "utf-8", "replace")
    except LookupError:
        return head.decode("utf-8", "replace")
