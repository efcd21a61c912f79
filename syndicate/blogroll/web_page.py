"""Read a page of another site: its metadata, and the feeds and the account that it links to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import html as lxml_html

from syndicate.config.values import LANGUAGE
from syndicate.content.text import clean_name
from syndicate.transport.link import parse_links
from syndicate.transport.message import Response
from syndicate.urls import join

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
MAYBE_FEED_TYPES = ("text/xml", "application/xml", "application/json")
"""Types that old blogs and JSON Feed 1.0 use, and other documents, too."""
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
MAX_TAGLINE_LENGTH = 300
MAX_LINKS = 500
MAX_FEEDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFeed:
    """A feed that a page links to."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """The metadata of a page, and its links. `feeds` are what may be feeds, the likeliest first."""

    title: str = ""
    description: str = ""
    language: str = ""
    icon: str = ""
    feeds: tuple[LinkedFeed, ...] = ()
    actor: str = ""


def read_page(response: Response) -> WebPage:
    """Return what a page says; a document that cannot be parsed has only the links of its headers."""
    linked = [*_header_links(response)]
    try:
        page = lxml_html.document_fromstring(response.body)
    except (ValueError, lxml_html.etree.LxmlError):
        return WebPage(feeds=_feeds(linked))
    base = next((join(response.url, each.get("href") or "") for each in page.iter("base")), "") or response.url
    links = list(_links(page, base))
    return WebPage(
        title=clean_name(_meta(page, "og:site_name") or page.findtext(".//title") or ""),
        description=short(_meta(page, "description") or _meta(page, "og:description")),
        language=_language(page),
        icon=_icon(links),
        feeds=_feeds([*links, *linked]),
        actor=next((href for rels, kind, _, href in links if "alternate" in rels and kind in ACTIVITY_TYPES), ""),
    )


Link = tuple[frozenset[str], str, str, str]
"""Relations, media type, title, address."""


def _header_links(response: Response) -> Iterator[Link]:
    for link in parse_links(response.all("Link")):
        href = join(response.url, link.target)
        if href.startswith(("http://", "https://")):
            yield link.rels, link.type, link.title, href


def _feeds(links: list[Link]) -> tuple[LinkedFeed, ...]:
    """Return the links to feeds: those of posts, then what may be feeds, then those of comments."""
    ranked = [(rank, link) for link in links[: 2 * MAX_LINKS] if (rank := _rank(link)) is not None]
    ranked.sort(key=lambda each: each[0])
    found = {href: LinkedFeed(title=clean_name(title), url=href) for _, (_, _, title, href) in reversed(ranked)}
    return tuple(reversed(found.values()))[:MAX_FEEDS]


def _rank(link: Link) -> int | None:
    """Return how unlikely a link leads to the feed of a site's posts; None if it leads to no feed."""
    relations, media_type, title, href = link
    if "alternate" in relations and media_type in FEED_TYPES:
        rank = 0
    elif "feed" in relations and media_type in ("", *FEED_TYPES, *MAYBE_FEED_TYPES):
        rank = 1
    elif "alternate" in relations and media_type in MAYBE_FEED_TYPES:
        rank = 2 + MAYBE_FEED_TYPES.index(media_type)
    else:
        return None
    return rank + 10 * (_of_comments(title, href))


def _of_comments(title: str, href: str) -> bool:
    """Return whether a feed is that of comments, as blog programs name and address it; a title may just be about them."""
    parts = urlsplit(href)
    return (
        "comments" in parts.path.lower().split("/")
        or "feed=comments" in parts.query.lower()
        or bool(_COMMENT_FEED.search(title.lower()))
    )


_COMMENT_FEED = re.compile(
    r"\bcomments? feed$|\bkommentar-?feed$|^(?:comments|kommentare|commentaires|comentarios)$|^comments (?:on|for) "
)


def _links(page: lxml_html.HtmlElement, base: str) -> Iterator[Link]:
    for number, link in enumerate(page.iter("link")):
        if number >= MAX_LINKS:
            return
        href = join(base, (link.get("href") or "").strip())
        if href.startswith(("http://", "https://")):
            media_type = (link.get("type") or "").lower().partition(";")[0].strip()
            yield frozenset((link.get("rel") or "").lower().split()), media_type, link.get("title") or "", href


def _icon(links: list[Link]) -> str:
    """Return the touch icon, else the favicon, if it is a bitmap."""
    for relation in ("apple-touch-icon", "apple-touch-icon-precomposed", "icon"):
        for relations, media_type, _, href in links:
            path = urlsplit(href).path.lower()
            if relation in relations and "svg" not in media_type and not path.endswith((".svg", ".ico")):
                return href
    return ""


def _meta(page: lxml_html.HtmlElement, name: str) -> str:
    return next(
        (meta.get("content") or "" for meta in page.iter("meta") if name in (meta.get("name"), meta.get("property"))),
        "",
    )


def _language(page: lxml_html.HtmlElement) -> str:
    tag = (page.get("lang") or "").strip()
    return tag if LANGUAGE.fullmatch(tag) else ""


def short(text: str) -> str:
    """Return a tagline."""
    return clean_name(text, limit=MAX_TAGLINE_LENGTH)
