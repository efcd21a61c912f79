"""Read a JSON Feed, also that of the Blog Archive Format."""

import json
from typing import Any

from syndicate.content.text import clean, clean_name, plain
from syndicate.errors import NotAnExport
from syndicate.importers.feed.documents import ExportedFeed, date, slug_in, tags
from syndicate.importers.records import ExportedPost, SkippedItem
from syndicate.model.post import Enclosure, SourceFormat
from syndicate.translation import _
from syndicate.urls import join


def read(data: bytes, *, name: str, base: str) -> ExportedFeed:
    """Return the posts of a feed. Raises NotAnExport."""
    try:
        feed = json.loads(data.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise NotAnExport(_("{name} is not whole: {error}.", name=name, error=error)) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAnExport(_("{name} is JSON, but not a feed.", name=name))
    home = _text(feed.get("home_page_url")) or base
    document = ExportedFeed(
        title=clean_name(_text(feed.get("title"))),
        description=clean_name(_text(feed.get("description"))),
        home=_text(feed.get("home_page_url")),
    )
    document.redirect(_text(feed.get("feed_url")), "/feed/json/")
    for item in feed["items"]:
        if isinstance(item, dict):
            document.add(_post(item, home))
    document.home = document.home or _origin_of(document.posts)
    document.note_further_pages(name, _text(feed.get("next_url")))
    document.note_cut_texts(name)
    return document


def _post(item: dict[str, Any], home: str) -> ExportedPost | SkippedItem:
    raw = item.get("id")
    id = str(raw) if isinstance(raw, str | int | float) and str(raw) else ""
    url = _text(item.get("url")) or (id if id.startswith(("http://", "https://")) else "")
    title = clean_name(_text(item.get("title")), limit=500)
    if not id and not url:
        return SkippedItem(what=f"“{title[:100]}”", reason="it has neither an id nor an address")
    html, text = clean(_text(item.get("content_html"))), clean(_text(item.get("content_text")))
    authors = [each for each in (*_objects(item.get("authors")), item.get("author")) if isinstance(each, dict)]
    enclosures = [each for each in _objects(item.get("attachments")) if _text(each.get("url"))]
    return ExportedPost(
        source_id=f"feed {id or url}",
        title=title,
        link=url and join(home, url),
        guid=id,
        creator=clean_name(_text(authors[0].get("name"))) if authors else "",
        text=text or html,
        format=SourceFormat.MARKDOWN if text else SourceFormat.HTML,
        excerpt=plain(_text(item.get("summary"))),
        language=_text(item.get("language"))[:35],
        published=date(_text(item.get("date_published"))),
        modified=date(_text(item.get("date_modified"))),
        slug=slug_in(url),
        terms=tags([tag for tag in item.get("tags") or [] if isinstance(tag, str)]),
        image=_text(item.get("image")) or _text(item.get("banner_image")),
        enclosure=_enclosure(enclosures[0], home) if enclosures else None,
    )


def _enclosure(attachment: dict[str, Any], home: str) -> Enclosure:
    size, seconds = attachment.get("size_in_bytes"), attachment.get("duration_in_seconds")
    return Enclosure(
        url=join(home, _text(attachment.get("url"))),
        media_type=_text(attachment.get("mime_type")),
        length=int(size) if isinstance(size, int | float) and size >= 0 else 0,
        duration=int(seconds) if isinstance(seconds, int | float) and seconds >= 0 else 0,
    )


def _origin_of(posts: list[ExportedPost]) -> str:
    """Return the address of the site of the first post that has one."""
    return next((join(post.link, "/") for post in posts if post.link.startswith("http")), "")


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
