"""Other people's feeds → what we show of them. Nothing in them is believed: text is cleaned, addresses are checked."""

import json
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urljoin

from syndicate.errors import DocumentUnusable
from syndicate.feeds._address import ascii_url_or_nothing
from syndicate.feeds._text import one_line

LONGEST = 300
_DECLARATION = b"<!ENTITY"
_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFeed:
    """What a feed says of itself. `url` is its home page, or empty."""

    title: str
    tagline: str
    url: str
    language: str


def parse_feed(body: bytes, *, address: str) -> ForeignFeed:
    """RSS, Atom or JSON Feed. Raises DocumentUnusable for what is none of these, or declares entities."""
    if _DECLARATION in body[:_HEAD].upper():
        raise DocumentUnusable(f"{address}: declares entities of its own")
    if body.lstrip()[:1] == b"{":
        return _json(body, address)
    import feedparser  # 150 ms that only a command that follows a feed pays

    parsed = feedparser.parse(BytesIO(body))  # given bytes, it would open the file or address that they name
    if not parsed.version:
        raise DocumentUnusable(f"{address}: is no feed")
    feed = parsed.feed
    return _feed(feed.get("title"), feed.get("subtitle"), feed.get("link"), feed.get("language"), address=address)


def _json(body: bytes, address: str) -> ForeignFeed:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DocumentUnusable(f"{address}: is no JSON") from error
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version")):
        raise DocumentUnusable(f"{address}: is no feed")
    title, tagline, url, language = (
        document.get(name) for name in ("title", "description", "home_page_url", "language")
    )
    return _feed(title, tagline, url, language, address=address)


def _feed(title: object, tagline: object, url: object, language: object, *, address: str) -> ForeignFeed:
    home = urljoin(address, url) if isinstance(url, str) and url else ""
    return ForeignFeed(
        title=_text(title),
        tagline=_text(tagline),
        url=ascii_url_or_nothing(home),
        language=_text(language)[:35],
    )


def _text(value: object) -> str:
    return one_line(value)[:LONGEST] if isinstance(value, str) else ""
