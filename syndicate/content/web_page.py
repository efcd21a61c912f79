"""Reads what a web page says of itself, and where its object in the fediverse is. Pure."""

from dataclasses import dataclass

from lxml import html as lxml_html

from syndicate.content.text import clean_name
from syndicate.urls import join

ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
MAX_LINKS = 500
MAX_TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """The title and description of a page as plain text, its author, and the address of its object in the fediverse."""

    title: str = ""
    description: str = ""
    author: str = ""
    object: str = ""


def read_page(body: bytes, address: str) -> PageFacts:
    """Return what the page found at an address says; nothing of what cannot be read."""
    try:
        page = lxml_html.document_fromstring(body)
    except (ValueError, lxml_html.etree.LxmlError):
        return PageFacts()
    return PageFacts(
        title=clean_name(_meta(page, "og:title") or page.findtext(".//title") or ""),
        description=clean_name(_meta(page, "og:description") or _meta(page, "description"), limit=MAX_TEXT_LENGTH),
        author=clean_name(_meta(page, "author")),
        object=_object(page, address),
    )


def _object(page: lxml_html.HtmlElement, address: str) -> str:
    for number, link in enumerate(page.iter("link")):
        if number >= MAX_LINKS:
            break
        media_type = (link.get("type") or "").lower().partition(";")[0].strip()
        if "alternate" in (link.get("rel") or "").lower().split() and media_type in ACTIVITY_TYPES:
            return join(address, (link.get("href") or "").strip())
    return ""


def _meta(page: lxml_html.HtmlElement, name: str) -> str:
    found = (
        meta.get("content") or "" for meta in page.iter("meta") if name in (meta.get("name"), meta.get("property"))
    )
    return next(found, "")
