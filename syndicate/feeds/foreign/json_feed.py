"""Parse JSON Feed, 1.0 and 1.1."""

import json
from datetime import datetime
from typing import Any

from syndicate.errors import DocumentUnusable
from syndicate.feeds._text import language_tag
from syndicate.feeds.foreign.dates import date_of
from syndicate.feeds.foreign.feed import (
    MAX_CATEGORIES,
    MAX_HUBS,
    MAX_LENGTH,
    MAX_TEXT_LENGTH,
    ForeignEntry,
    ForeignFeed,
    distinct,
    entry_of,
    line,
    web_address,
)


def parse_json(text: str, address: str, now: datetime) -> ForeignFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentUnusable(f"{address}: is not valid JSON") from error
    if not isinstance(document, dict) or "jsonfeed.org" not in str(document.get("version"))[:MAX_LENGTH]:
        raise DocumentUnusable(f"{address}: is not a feed")
    items = (_json_entry(item, address, now) for item in _objects(document.get("items")))
    entries = [entry for entry in items if entry is not None]
    entries.sort(key=lambda entry: entry.published or now, reverse=True)
    hubs = [_text(hub.get("url")) for hub in _objects(document.get("hubs"))[:MAX_HUBS] if hub.get("type") == "WebSub"]
    return ForeignFeed(
        title=line(_text(document.get("title"))),
        tagline=line(_text(document.get("description"))),
        url=web_address(address, _text(document.get("home_page_url"))),
        language=language_tag(line(_text(document.get("language")))[:35]),
        icon=web_address(address, _text(document.get("icon")) or _text(document.get("favicon"))),
        self_url=web_address(address, _text(document.get("feed_url"))),
        hubs=tuple(filter(None, (web_address(address, hub) for hub in hubs))),
        entries=distinct(entries),
    )


def _json_entry(item: dict[str, Any], address: str, now: datetime) -> ForeignEntry | None:
    id, author = item.get("id"), item.get("author")
    authors = [*_objects(item.get("authors")), *([author] if isinstance(author, dict) else [])]
    url = web_address(address, _text(item.get("url")) or _text(item.get("external_url")))
    plain = _text(item.get("content_text")) if not item.get("content_html") else ""
    published = date_of(_text(item.get("date_published")), now)
    return entry_of(
        guid=str(id) if isinstance(id, str | int | float) and str(id) else url,
        url=url,
        title=_text(item.get("title")),
        title_is_text=True,
        author=line(next((_text(each.get("name")) for each in authors if each.get("name")), "")),
        html=(_text(item.get("summary")) or _text(item.get("content_html")) or plain.replace("<", "&lt;"))[
            :MAX_TEXT_LENGTH
        ],
        categories=tuple(_text(tag)[:MAX_LENGTH] for tag in _list(item.get("tags"))[:MAX_CATEGORIES]),
        published=published,
        updated=date_of(_text(item.get("date_modified")), now) or published,
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
