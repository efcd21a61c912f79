"""Find the entries that an imported list names: a feed is known by its own address, anything else by that of its page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from syndicate.feeds.opml import Outline
from syndicate.model.blogroll import BlogrollEntry


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A feed that is on the list already, in words for the author."""

    what: str


class ListIndex:
    """Entries by their addresses, for lists of thousands, and which of them the list at hand has named."""

    def __init__(self, entries: Iterable[BlogrollEntry]) -> None:
        self._feeds: dict[str, BlogrollEntry] = {}
        self._others: dict[str, BlogrollEntry] = {}
        self._listed: set[str] = set()
        for entry in entries:
            self.add(entry)

    def add(self, entry: BlogrollEntry, *, is_listed: bool = False) -> None:
        """Add an entry, or replace it; of several with one page, the first is found by that."""
        for feed in filter(None, (entry.former_feed, entry.feed_url)):
            self._feeds[feed.rstrip("/")] = entry
        for address in filter(None, (entry.url, entry.actor, entry.handle.lower())):
            first = self._others.get(address.rstrip("/"))
            if first is None or first.id == entry.id:
                self._others[address.rstrip("/")] = entry
        if is_listed:
            self._listed.add(entry.id)

    def find_handle(self, handle: str) -> BlogrollEntry | PassedOver | None:
        """Find the entry of an account."""
        return self._others.get(handle.lower().rstrip("/"))

    def find_outline(self, outline: Outline) -> BlogrollEntry | PassedOver | None:
        """Find the entry of an outline. A feed that the list names twice is passed over, and so is the same blog in
        another format, or with its comments.
        """
        known = self._feeds.get(outline.xml_url.rstrip("/")) if outline.xml_url else None
        page = self._others.get(outline.html_url.rstrip("/")) if outline.html_url else None
        if known is None and page is not None and not (outline.xml_url and page.feed_url):
            known = page
        if known is not None and known.id in self._listed:
            return PassedOver(f"{outline.title} ({outline.xml_url or outline.html_url}): it is listed twice")
        if known is None and page is not None and _FORMATS.fullmatch(_below(outline.xml_url, outline.html_url)):
            return PassedOver(f"{outline.title} ({outline.xml_url}): another feed of {page.name} is on the list")
        return known


_FORMATS = re.compile(
    r"(?:comments/)?feed(?:/(?:rss2?|rdf|atom|json))?/?|(?:feed|rss|atom|index)\.(?:xml|json)|\?feed=[\w-]+"
)
"""What stands behind the address of a blog in those of its feed in some format, and of that of all its comments."""


def _below(feed: str, page: str) -> str:
    """Return a feed's address relative to a page, whatever the scheme; "-" if it is elsewhere."""
    below, root = feed.partition("://")[2], page.partition("://")[2].rstrip("/") + "/"
    return below.removeprefix(root) if below.startswith(root) else "-"
