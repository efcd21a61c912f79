"""Render JSON Feed 1.1 (jsonfeed.org/version/1.1).

In comes a normalized feed; out goes a frame or an item as bytes. A note has no title, as the format recommends.
"""

import json
from datetime import datetime
from typing import Any

from syndicate.feeds.document import (
    Conversation,
    Feed,
    FeedAuthor,
    FeedEnclosure,
    FeedEntry,
)

_VERSION = "https://jsonfeed.org/version/1.1"


def frame(feed: Feed) -> tuple[bytes, bytes]:
    """Render everything except the items."""
    return _written(_feed(feed)).removesuffix(b"}") + b',"items":[', b"]}"


def item(entry: FeedEntry, feed: Feed) -> bytes:
    return _written(_item(entry, feed.language))


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _feed(feed: Feed) -> dict[str, Any]:
    picture = feed.picture.url if feed.picture else ""
    return _present(
        version=_VERSION,
        title=feed.title,
        home_page_url=feed.home_url,
        feed_url=feed.self_url,
        description=feed.subtitle,
        next_url=feed.next or feed.prev_archive,
        icon=picture or feed.icon_url,
        favicon=feed.icon_url,
        authors=[_author(feed.author)],
        language=feed.language,
        hubs=[{"type": "WebSub", "url": hub} for hub in feed.hubs],
        _activitypub=_present(account=feed.account, actor=feed.actor),
    )


def _item(entry: FeedEntry, language: str) -> dict[str, Any]:
    return _present(
        id=entry.id,
        url=entry.url,
        title=entry.title,
        content_html=entry.html,
        summary=entry.summary,
        image=entry.picture.url if entry.picture else "",
        date_published=_date(entry.published),
        date_modified=_date(entry.updated),
        authors=[_author(author) for author in entry.authors],
        tags=[category.name for category in entry.categories],
        language=entry.language if entry.language != language else "",
        attachments=[_attachment(enclosure) for enclosure in entry.enclosures],
        _activitypub=_conversation(entry.conversation) if entry.conversation else {},
    )


def _conversation(conversation: Conversation) -> dict[str, Any]:
    """An extension (JSON Feed 1.1, "Extensions"): how a reader finds the thread and lets its user join it."""
    return _present(id=conversation.id, replies=conversation.replies, reply_url=conversation.reply_url)


def _author(author: FeedAuthor) -> dict[str, Any]:
    return _present(name=author.name, url=author.url)


def _attachment(enclosure: FeedEnclosure) -> dict[str, Any]:
    return _present(
        url=enclosure.url,
        mime_type=enclosure.media_type,
        size_in_bytes=enclosure.length,
        duration_in_seconds=enclosure.duration,
    )


def _date(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _present(**members: Any) -> dict[str, Any]:
    """Omit empty members: the format has no null."""
    return {name: value for name, value in members.items() if value}
