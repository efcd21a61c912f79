"""What a validator, and the readers that people use, hold against a feed: our own rules, made from the specifications.

In comes a document with the address that it was fetched from; out comes a list of findings in words, empty for
a good feed. RSS 2.0 with the RSS Advisory Board's profile, RFC 4287, RFC 4685, RFC 5005, JSON Feed 1.1, OPML 2.0.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from syndicate.feeds import FeedDocument, FeedFormat

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
THR = "{http://purl.org/syndication/thread/1.0}"
WFW = "{http://wellformedweb.org/CommentAPI/}"
XML = "{http://www.w3.org/XML/1998/namespace}"

NAMESPACES = frozenset(
    {
        "http://www.w3.org/2005/Atom",
        "http://purl.org/rss/1.0/modules/content/",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/rss/1.0/modules/slash/",
        "http://purl.org/rss/1.0/modules/syndication/",
        "http://purl.org/syndication/thread/1.0",
        "http://wellformedweb.org/CommentAPI/",
        "http://search.yahoo.com/mrss/",
        "http://purl.org/syndication/history/1.0",
        "http://backend.userland.com/creativeCommonsRssModule",
        "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "https://podcastindex.org/namespace/1.0",
    }
)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_REPLACED = "\ufffd"
_RFC_822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d\d:\d\d:\d\d (GMT|[+-]\d{4})"
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_BCP_47 = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URI = re.compile(
    r"https?://[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]+(/[A-Za-z0-9._~%!$&'()*+,;=:@/-]*)?(\?[^\s#<>\"\\^`{|}]*)?(#[^\s#<>\"\\^`{|}]*)?"
)
_MIME = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")
_MARKUP_IN_TITLE = re.compile(rb"<(?:title|name)>[^<]*&(?:lt|amp);")
_PICTURES = re.compile(r"\.(gif|jpe?g|png)(\?|$)", re.IGNORECASE)
_FORBIDDEN_TAGS = frozenset(
    {
        "script",
        "style",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "link",
        "meta",
        "base",
        "head",
        "svg",
        "math",
        "form",
        "input",
        "bdo",
    }
)
_RELATIONS = frozenset(
    {
        "alternate",
        "self",
        "hub",
        "first",
        "previous",
        "next",
        "last",
        "prev-archive",
        "next-archive",
        "current",
        "license",
        "enclosure",
        "replies",
    }
)
_PERIODS = frozenset({"hourly", "daily", "weekly", "monthly", "yearly"})
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Finding = str


def findings(document: FeedDocument, *, url: str, now: datetime) -> list[Finding]:
    """Everything that is wrong with `document`, fetched from `url` at `now`."""
    lint: dict[str, Callable[[bytes, str, datetime], Iterator[Finding]]] = {
        FeedFormat.RSS.media_type: rss,
        FeedFormat.ATOM.media_type: atom,
        FeedFormat.JSON.media_type: json_feed,
    }
    return [*lint[document.media_type](document.body, url, now)]


def rss(body: bytes, url: str, now: datetime) -> Iterator[Finding]:
    root = _parsed(body)
    if root is None:
        yield "not well-formed"
        return
    yield from _xml(root, body)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        yield "no channel of RSS 2.0"
        return
    for name in ("title", "link", "description"):
        if not _text(channel, name).strip():
            yield f"channel without {name}"
    yield from _self_link(channel, url, "application/rss+xml")
    if channel.find(f"{ATOM}link[@rel='alternate']") is not None:
        yield "an alternate atom:link in the channel is taken for the site"
    yield from _rss_dates(channel, now)
    yield from _language(_text(channel, "language"))
    if channel.find("ttl") is not None and not (_text(channel, "ttl").isdecimal() and int(_text(channel, "ttl")) > 0):
        yield "ttl is no positive number"
    yield from _image(channel)
    yield from _order(channel, "item")
    items = channel.findall("item")
    yield from _unique("guid", [_text(item, "guid") for item in items])
    for item in items:
        yield from _item(item)
    if any(item.find(f"{SLASH}comments") is not None for item in items) and channel.find("lastBuildDate") is None:
        yield "slash:comments without lastBuildDate"


def _item(item: etree._Element) -> Iterator[Finding]:
    guid = item.find("guid")
    if guid is None or not (guid.text or "").strip() or guid.get("isPermaLink") != "false":
        yield "item without a guid that says it is no permalink"
    title = item.find("title")
    if title is not None and not _whole(title).strip():
        yield "blank title"
    if item.find("author") is not None:
        yield "author is a mail address"
    names = [child.tag for child in item]
    for name in set(names) - {"category", f"{DC}creator", f"{MEDIA}content", f"{ATOM}link"}:
        if names.count(name) > 1:
            yield f"{name} more than once"
    if not _text(item, "description").strip():
        yield "no description"
    encoded = f"{CONTENT}encoded"
    if encoded in names and ("description" not in names or names.index("description") > names.index(encoded)):
        yield "content:encoded before description"
    yield from _html(_text(item, encoded))
    yield from _html(_text(item, "description"))
    for name in ("link", "comments", f"{WFW}commentRss"):
        if item.find(name) is not None:
            yield from _url(_text(item, name))
    for enclosure in item.findall("enclosure"):
        yield from _enclosure(enclosure.get("url"), enclosure.get("type"), enclosure.get("length"))
    for media in (*item.findall(f"{MEDIA}content"), *item.findall(f"{MEDIA}thumbnail")):
        yield from _url(media.get("url"))
        if media.get("fileSize", "1") == "0" or media.get("type", "a/b") == "":
            yield "empty attribute of media"
    if item.find(f"{MEDIA}group") is not None:
        yield "a media:group of one"


def _rss_dates(channel: etree._Element, now: datetime) -> Iterator[Finding]:
    built = _text(channel, "lastBuildDate")
    dates = [_text(item, "pubDate") for item in channel.findall("item")]
    for date in (built, *dates):
        yield from _rfc_822(date, now)
    read = [parsedate_to_datetime(date) for date in dates if _RFC_822.fullmatch(date)]
    if _RFC_822.fullmatch(built) and any(date > parsedate_to_datetime(built) for date in read):
        yield "lastBuildDate older than an item"


def _image(channel: etree._Element) -> Iterator[Finding]:
    image = channel.find("image")
    if image is None:
        return
    if _text(image, "title") != _text(channel, "title") or _text(image, "link") != _text(channel, "link"):
        yield "the image is not the channel's"
    if not _PICTURES.search(_text(image, "url")):
        yield "the image is no gif, jpg or png"
    if int(_text(image, "width") or 1) > 144 or int(_text(image, "height") or 1) > 400:
        yield "the image is too large"


def atom(body: bytes, url: str, now: datetime) -> Iterator[Finding]:
    root = _parsed(body)
    if root is None:
        yield "not well-formed"
        return
    yield from _xml(root, body)
    if root.tag != f"{ATOM}feed":
        yield "no Atom feed"
        return
    if "atom" in root.nsmap:
        yield "the prefix atom in an Atom feed"
    if root.get(f"{XML}base") is not None:
        yield "xml:base at the root"
    yield from _language(root.get(f"{XML}lang", ""))
    yield from _atom_text(root)
    yield from _self_link(root, url, "application/atom+xml")
    if root.find(f"{ATOM}link[@rel='alternate']") is None:
        yield "feed without a page"
    yield from _order(root, f"{ATOM}entry")
    entries = root.findall(f"{ATOM}entry")
    updated = [_text(entry, f"{ATOM}updated") for entry in entries]
    yield from _unique("id", [_text(entry, f"{ATOM}id") for entry in entries])
    yield from _unique("updated", updated)
    for date in (_text(root, f"{ATOM}updated"), *updated):
        yield from _rfc_3339(date, now)
    if updated and datetime.fromisoformat(_text(root, f"{ATOM}updated")) < max(map(datetime.fromisoformat, updated)):
        yield "the feed is older than an entry"
    for entry in entries:
        yield from _atom_entry(entry, has_author=root.find(f"{ATOM}author") is not None, now=now)


def _atom_entry(entry: etree._Element, *, has_author: bool, now: datetime) -> Iterator[Finding]:
    yield from _atom_text(entry)
    if not has_author and entry.find(f"{ATOM}author") is None:
        yield "entry without an author"
    yield from _rfc_3339(_text(entry, f"{ATOM}published"), now)
    names = [child.tag for child in entry]
    if f"{ATOM}summary" in names and names.index(f"{ATOM}summary") > names.index(f"{ATOM}content"):
        yield "summary behind content"
    content = entry.find(f"{ATOM}content")
    if content is None or content.get("type") != "html" or not (content.text or "").strip():
        yield "entry without HTML"
    else:
        yield from _html(content.text or "")
    links = entry.findall(f"{ATOM}link")
    alternates = [link for link in links if link.get("rel", "alternate") == "alternate"]
    if len(alternates) != 1 or links[0] is not alternates[0] or alternates[0].get("type") != "text/html":
        yield "the first link is not the page"
    for link in links:
        yield from _link(link)
        if link.get("rel") == "enclosure":
            yield from _enclosure(link.get("href"), link.get("type"), link.get("length", 1))
            if link.get("length") == "0":
                yield "enclosure without bytes"
    for answered in entry.findall(f"{THR}in-reply-to"):
        if not answered.get("ref"):
            yield "thr:in-reply-to without ref"
    yield from _language(entry.get(f"{XML}lang", ""))


def _atom_text(parent: etree._Element) -> Iterator[Finding]:
    """RFC 4287 §4.1: id, title and updated occur once; titles are plain and not empty."""
    for name in ("id", "title", "updated"):
        found = parent.findall(f"{ATOM}{name}")
        if len(found) != 1 or not _whole(found[0]).strip():
            yield f"{parent.tag} without one {name}"
        elif found[0].get("type", "text") != "text":
            yield "a title that is not plain"
    for author in parent.findall(f"{ATOM}author"):
        if not _text(author, f"{ATOM}name").strip():
            yield "author without a name"
        if author.find(f"{ATOM}email") is not None:
            yield "a mail address"
        if author.find(f"{ATOM}uri") is not None:
            yield from _url(_text(author, f"{ATOM}uri"))
    for category in parent.findall(f"{ATOM}category"):
        if not category.get("term"):
            yield "category without a term"


def json_feed(body: bytes, url: str, now: datetime) -> Iterator[Finding]:
    try:
        feed = json.loads(body.decode())
    except ValueError:
        yield "not JSON"
        return
    yield from (f"control characters in {text!r}" for text in _strings(feed) if _CONTROL.search(text))
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title"):
        yield "no JSON Feed 1.1"
    if feed.get("feed_url") != url:
        yield "feed_url is not where it was fetched"
    for name in ("home_page_url", "feed_url", "next_url", "icon", "favicon"):
        if name in feed:
            yield from _url(feed[name])
    yield from _language(feed.get("language", ""))
    yield from _json_authors(feed)
    if any(set(hub) != {"type", "url"} for hub in feed.get("hubs", [])):
        yield "a hub is a type and an address"
    yield from _unique("id", [item.get("id", "") for item in feed["items"]])
    yield from _unique("date_modified", [item.get("date_modified", "") for item in feed["items"]])
    for item in feed["items"]:
        yield from _json_item(item, now)


def _json_item(item: dict[str, Any], now: datetime) -> Iterator[Finding]:
    if not isinstance(item.get("id"), str) or not item["id"].strip():
        yield "item without an id"
    if "title" in item and not item["title"].strip():
        yield "blank title"
    if not item.get("content_html"):
        yield "item without content"
    yield from _html(item.get("content_html", ""))
    for name in ("url", "image"):
        if name in item:
            yield from _url(item[name])
    for name in ("date_published", "date_modified"):
        yield from _rfc_3339(item.get(name, ""), now)
    yield from _json_authors(item)
    yield from _language(item.get("language", ""))
    if any(not isinstance(tag, str) or not tag.strip() for tag in item.get("tags", [])):
        yield "blank tag"
    for attachment in item.get("attachments", []):
        yield from _enclosure(attachment.get("url"), attachment.get("mime_type"), attachment.get("size_in_bytes", 0))


def _json_authors(of: dict[str, Any]) -> Iterator[Finding]:
    if "author" in of:
        yield "author is of JSON Feed 1.0"
    for author in of.get("authors", []):
        if not author.get("name"):
            yield "author without a name"
        if "url" in author:
            yield from _url(author["url"])


def opml(body: bytes) -> Iterator[Finding]:
    root = _parsed(body)
    if root is None:
        yield "not well-formed"
        return
    yield from _xml(root, body)
    if root.tag != "opml" or root.get("version") != "2.0":
        yield "no OPML 2.0"
    head, outlines = root.find("head"), root.findall("body//outline")
    if head is None or not outlines:
        yield "no head or an empty body"
        return
    for element in head:
        if element.tag not in ("title", "dateModified", "ownerName"):
            yield f"{element.tag} in the head"
    for outline in outlines:
        yield from _outline(outline)


_OUTLINE = frozenset({"text", "title", "type", "xmlUrl", "htmlUrl", "url", "description", "language", "category"})


def _outline(outline: etree._Element) -> Iterator[Finding]:
    if set(outline.keys()) - _OUTLINE:
        yield f"attributes of another format: {sorted(set(outline.keys()) - _OUTLINE)}"
    if not outline.get("text", "").strip():
        yield "outline without text"
    if outline.get("type") == "rss" and not (outline.get("xmlUrl") and outline.get("title")):
        yield "a feed without an address or title"
    if outline.get("type") == "link" and not outline.get("url"):
        yield "a link without an address"
    if outline.get("type") is None and set(outline.keys()) != {"text"}:
        yield "a folder with more than a text"
    for name in ("xmlUrl", "htmlUrl", "url"):
        if name in outline.keys():  # noqa: SIM118 - an element's keys are its attributes
            yield from _url(outline.get(name))
    yield from _language(outline.get("language", ""))


# rules for all


def _parsed(body: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False))
    except etree.XMLSyntaxError:
        return None


def _xml(root: etree._Element, body: bytes) -> Iterator[Finding]:
    if root.getroottree().docinfo.encoding != "UTF-8":
        yield "not UTF-8"
    if b"xsl" in body[: body.index(root.tag.rpartition("}")[2].encode())]:
        yield "a transformation that browsers no longer make"
    if _MARKUP_IN_TITLE.search(body):
        yield "markup in a title that is not spelled with hexadecimal references"
    for element in root.iter(etree.Element):
        for namespace in element.nsmap.values():
            if namespace not in NAMESPACES:
                yield f"namespace {namespace}"
        for text in (element.text or "", element.tail or "", *map(str, element.attrib.values())):
            if _CONTROL.search(text):
                yield f"control characters in {text!r}"
            if _REPLACED in text and not str(element.tag).endswith(("guid", "}id", "}in-reply-to")):
                yield f"a broken character in {text!r}"
        if element.tag == "link" or str(element.tag).endswith(("}updatePeriod", "}license")):
            yield from _word(element)


def _word(element: etree._Element) -> Iterator[Finding]:
    text = element.text or ""
    if str(element.tag).endswith("}updatePeriod"):
        if text not in _PERIODS:
            yield f"updatePeriod {text!r}"
        return
    yield from _url(text)


def _self_link(parent: etree._Element, url: str, type: str) -> Iterator[Finding]:
    links = parent.findall(f"{ATOM}link")
    own = [link for link in links if link.get("rel") == "self"]
    if [link.get("href") for link in own] != [url] or own[0].get("type") != type:
        yield "not one self link with its type and the address that it was fetched from"
    for link in links:
        yield from _link(link)


def _link(link: etree._Element) -> Iterator[Finding]:
    if link.get("rel") not in _RELATIONS:
        yield f"link relation {link.get('rel')}"
    if "type" in link.keys() and not _MIME.fullmatch(link.get("type", "")):  # noqa: SIM118
        yield "link with a wrong type"
    if link.get(f"{THR}count") is not None and link.get("rel") != "replies":
        yield "thr:count where nobody replies"
    yield from _url(link.get("href"))


def _enclosure(url: str | None, type: str | None, length: str | int | None) -> Iterator[Finding]:
    yield from _url(url)
    if not _MIME.fullmatch(type or ""):
        yield f"enclosure of type {type!r}"
    if not str(length).isdecimal():
        yield f"enclosure of length {length!r}"


def _order(parent: etree._Element, entry: str) -> Iterator[Finding]:
    names = [child.tag for child in parent]
    if entry in names and any(name != entry for name in names[names.index(entry) :]):
        yield "metadata behind the entries"


def _unique(what: str, values: list[str]) -> Iterator[Finding]:
    if len(set(values)) != len(values):
        yield f"{what} twice"


def _url(url: object) -> Iterator[Finding]:
    if not isinstance(url, str) or not url.isascii() or not _URI.fullmatch(url) or not urlsplit(url).hostname:
        yield f"no absolute ASCII address: {url!r}"


def _language(language: str) -> Iterator[Finding]:
    if language and not _BCP_47.fullmatch(language):
        yield f"language {language!r}"


def _rfc_822(date: str, now: datetime) -> Iterator[Finding]:
    if not _RFC_822.fullmatch(date):
        yield f"no RFC 822 date: {date!r}"
        return
    instant = parsedate_to_datetime(date)
    if _WEEKDAYS[instant.weekday()] != date[:3]:
        yield f"wrong weekday: {date}"
    if instant > now:
        yield f"in the future: {date}"


def _rfc_3339(date: str, now: datetime) -> Iterator[Finding]:
    if not _RFC_3339.fullmatch(date):
        yield f"no RFC 3339 date: {date!r}"
    elif datetime.fromisoformat(date) > now:
        yield f"in the future: {date}"


def _html(html: str) -> Iterator[Finding]:
    reader = _Html()
    reader.feed(html)
    reader.close()
    yield from reader.findings


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN_TAGS or "-" in tag or ":" in tag:
            self.findings.append(f"<{tag}> in HTML")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.findings.append(f"{name} in HTML")
            if name in ("href", "src") and not re.match("(https?|mailto):", value or ""):
                self.findings.append(f"relative address in HTML: {value}")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)


def _text(parent: etree._Element, name: str) -> str:
    found = parent.find(name)
    return "" if found is None else _whole(found)


def _whole(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())
