"""Read the page of a Blog Archive: an h-feed in HTML, for archives without a JSON feed."""

from typing import Any

from lxml import etree, html

from syndicate.content.text import clean_name
from syndicate.errors import NotAnExport
from syndicate.importers.feed.documents import ExportedFeed, date, slug_in, tags
from syndicate.importers.records import ExportedPost
from syndicate.translation import _
from syndicate.urls import join


def read(data: bytes, *, name: str, base: str) -> ExportedFeed:
    """Return the posts of a page. Raises NotAnExport."""
    try:
        page = html.document_fromstring(data.decode("utf-8", errors="replace"))
    except (etree.LxmlError, ValueError) as error:
        raise NotAnExport(_("{name} cannot be read: {error}", name=name, error=error)) from error
    document = ExportedFeed(title=clean_name(page.findtext(".//title") or ""))
    entries: Any = page.xpath(f"//*[{_has('h-entry')}]")
    for entry in entries:
        post = _post(entry, base)
        if post is not None:
            document.posts.append(post)
    document.home = next((join(post.link, "/") for post in document.posts if post.link), "")
    return document


def _post(entry: Any, base: str) -> ExportedPost | None:
    address = next(iter(entry.xpath(f".//*[{_has('u-url')}]/@href")), "")
    content = next(iter(entry.xpath(f".//*[{_has('e-content')}]")), None)
    if not address or content is None:
        return None
    dated = entry.xpath(f".//*[{_has('dt-published')}]")
    written = next((found.get("datetime") or found.text_content() for found in dated), "")
    title = next((found.text_content() for found in entry.xpath(f".//*[{_has('p-name')}]")), "")
    return ExportedPost(
        source_id=f"feed {address}",
        title=clean_name(title, limit=500),
        link=join(base, address),
        guid=address,
        text=(content.text or "")
        + "".join(etree.tostring(child, encoding="unicode", method="html") for child in content),
        published=date(written),
        slug=slug_in(address),
        terms=tags([found.text_content() for found in entry.xpath(f".//*[{_has('p-category')}]")]),
    )


def _has(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
