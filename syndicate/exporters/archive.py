"""Renders the Blog Archive format: `feed.json`, an `index.html` that needs no program, and the files in `uploads/`. Pure."""

import json
from html import escape
from typing import Any

from syndicate.clock import to_wire
from syndicate.config import SiteConfig
from syndicate.exporters.entries import ExportEntry
from syndicate.exporters.texts import header_of
from syndicate.model.post import SourceFormat
from syndicate.urls import Urls

VERSION = "https://jsonfeed.org/version/1.1"
UPLOADS = "uploads/"


def feed_start(site: SiteConfig, urls: Urls) -> str:
    """Return the feed up to its items."""
    fields = {
        "version": VERSION,
        "title": site.name,
        "home_page_url": urls.home,
        "description": site.tagline,
        "language": site.language,
        "authors": [{"name": site.author, "url": urls.home}] if site.author else [],
    }
    present = {name: value for name, value in fields.items() if value}
    return json.dumps(present, ensure_ascii=False).removesuffix("}") + ', "items": ['


def feed_item(entry: ExportEntry, urls: Urls) -> str:
    post, made = entry.post, entry.made
    fields: dict[str, Any] = {
        "id": post.guid,
        "url": urls.absolute(post.path),
        "title": post.title,
        "content_html": _with_uploads(entry, urls),
        "content_text": made.source if made.source_format is SourceFormat.MARKDOWN else "",
        "summary": post.summary,
        "date_published": to_wire(post.published),
        "date_modified": to_wire(post.updated),
        "authors": [{"name": post.author}] if post.author else [],
        "tags": [term.name for term in post.terms],
        "language": post.language,
        "_syndicate": header_of(entry, made.image),
    }
    return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)


def page_start(site: SiteConfig) -> str:
    title = escape(site.name)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(site.language)}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body class="h-feed">\n<h1 class="p-name">{title}</h1>\n'
    )


def page_item(entry: ExportEntry, urls: Urls) -> str:
    post = entry.post
    heading = f'<h2 class="p-name">{escape(post.title)}</h2>\n' if post.title else ""
    date = to_wire(post.published)
    return (
        f'<article class="h-entry">\n{heading}<p><a class="u-url" href="{escape(urls.absolute(post.path))}">'
        f'<time class="dt-published" datetime="{date}">{date[:10]}</time></a></p>\n'
        f'<div class="e-content">\n{_with_uploads(entry, urls)}\n</div>\n</article>\n'
    )


PAGE_END = "</body>\n</html>\n"


def _with_uploads(entry: ExportEntry, urls: Urls) -> str:
    """Return the HTML with the addresses of files changed to those in the archive."""
    html = entry.post.html
    for file in entry.files:
        if file.name is None:
            continue
        for path in filter(None, (file.path, urls.media(file.name))):
            for quoted in (escape(urls.absolute(path)), urls.absolute(path)):
                html = html.replace(f'"{quoted}"', f'"{UPLOADS}{file.name}"')
    return html
