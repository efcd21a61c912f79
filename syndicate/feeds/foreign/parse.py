"""Parse the feeds of other blogs: RSS 0.9 to 2.0, Atom 0.3 and 1.0, JSON Feed.

In come bytes, out goes a `ForeignFeed`. The content is not trusted: lengths are limited, addresses checked,
impossible dates dropped. XML is processed as a stream of tags, so the size of a feed costs time but no memory. Custom
entities are refused. Pure.
"""

from dataclasses import replace
from datetime import datetime

from syndicate.errors import DocumentUnusable
from syndicate.feeds.foreign.feed import ForeignFeed
from syndicate.feeds.foreign.json_feed import parse_json
from syndicate.feeds.foreign.xml_parser import parse_xml
from syndicate.feeds.foreign_xml import decoded, has_replaced

DAMAGED = "some of its bytes are not valid UTF-8; they are left out"


def parse_feed(body: bytes, *, address: str, now: datetime, charset: str = "") -> ForeignFeed:
    """Parse a feed found at `address`; `charset` is that of its `Content-Type`.

    Raises DocumentUnusable if it is not a feed, declares entities, or is not in the encoding that it names.
    """
    try:
        text = decoded(body, charset=charset, errors="strict").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError as error:
        raise DocumentUnusable(f"{address}: its text is not in the encoding that it names") from error
    feed = parse_json(text, address, now) if text.startswith("{") else parse_xml(text, address, now).result()
    return replace(feed, fault=feed.fault or DAMAGED) if has_replaced(text, body) else feed
