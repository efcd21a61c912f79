"""Links to the feeds of the blog, as heads of pages and the page about subscribing show them."""

from dataclasses import replace
from datetime import date
from urllib.parse import quote

from syndicate.feeds import FeedFormat
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.site.pages import FeedLink, Link

READER_LINKS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F{}"),
    ("Inoreader", "https://www.inoreader.com/?add_feed={}"),
    ("Feedbin", "https://feedbin.com/?subscribe={}"),
    ("NewsBlur", "https://www.newsblur.com/?url={}"),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url={}"),
)
FEED_NAMES = {FeedFormat.RSS: "RSS", FeedFormat.ATOM: "Atom", FeedFormat.JSON: "JSON Feed"}


class FeedLinks:
    """Makes links to the feeds of the blog with this name."""

    def __init__(self, urls: Urls, blog_name: str) -> None:
        self._urls, self._blog_name = urls, blog_name

    def of_blog(self) -> tuple[FeedLink, ...]:
        """Return the feeds of all posts."""
        links = self.below("/", self._blog_name)
        return tuple(
            replace(link, about=_("All posts in full, as {format}", format=name))
            for link, name in zip(links, FEED_NAMES.values(), strict=True)
        )

    def of_list(self, path: str, title: str) -> tuple[FeedLink, ...]:
        """Return the feeds of the list at `path`; the title of the blog's own list is empty."""
        return self.below(path, f"{title} – {self._blog_name}" if title else self._blog_name)

    def below(self, path: str, title: str) -> tuple[FeedLink, ...]:
        """Return the feeds below the address of a page, in the order RSS, Atom, JSON."""
        return tuple(
            FeedLink(
                title=f"{title} ({name})",
                media_type=_media_type(format),
                href=self._urls.absolute(self._urls.feed(path, format.value)),
            )
            for format, name in FEED_NAMES.items()
        )

    def of_series(self, start: date, days: int) -> tuple[FeedLink, ...]:
        """Return the feeds that replay all posts from the first one on."""
        return tuple(
            FeedLink(
                title=_("From the beginning ({format})", format=name),
                media_type=_media_type(format),
                href=self._urls.absolute(self._urls.from_first(format, start, days)),
            )
            for format, name in FEED_NAMES.items()
        )

    def of_comments(self, path: str, title: str, about: str = "") -> FeedLink:
        """Return the feed of the comments at `path`."""
        return FeedLink(
            title=f"{title} – {self._blog_name}",
            media_type="application/rss+xml",
            href=self._urls.absolute(self._urls.feed(path, "rss")),
            about=about,
        )


def with_readers(feeds: tuple[FeedLink, ...]) -> tuple[FeedLink, ...]:
    """Add reader links to the first feed only: every reader supports it, and one set of links per page is enough."""
    return (replace(feeds[0], readers=reader_links(feeds[0].href)), *feeds[1:])


def reader_links(feed: str) -> tuple[Link, ...]:
    """Return links that open a feed in common readers, the last one in an application on the reader's device."""
    address = quote(feed, safe="")
    links = [Link(label=name, href=template.format(address)) for name, template in READER_LINKS]
    return (*links, Link(label=_("an app on this device"), href=f"feed:{feed}"))


def _media_type(format: FeedFormat) -> str:
    """Return the media type of a format without parameters."""
    return format.media_type.partition(";")[0]
