"""Feeds of the blogroll (new entries) and of the river (new posts of the entries, as excerpts).

Entries and posts from the database come in, feed documents go out.
"""

from datetime import datetime
from html import escape

from syndicate.feeds import Feed, FeedAuthor, FeedDocument, FeedEntry, FeedFormat, FeedPicture
from syndicate.feeds.fragment_cache import FragmentCache
from syndicate.model.blogroll import BlogrollEntry
from syndicate.storage import Store
from syndicate.storage.feed_entries import RiverPost
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import STYLESHEET, Urls

MAX_ENTRIES = 50
TTL_MINUTES = 60
BLOGROLL = "/blogroll/"
RIVER = "/blogroll/river/"


class BlogrollFeeds:
    """Builds the feeds. `founded` is the date of a feed that never had an entry."""

    def __init__(self, store: Store, settings: SiteSettings, urls: Urls, founded: datetime, icon: str) -> None:
        self._store, self._settings, self._urls = store, settings, urls
        self._founded, self._icon = founded, urls.absolute(icon)
        self._fragments = FragmentCache()

    async def of_blogs(self, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
        """Return the feed of entries, newest first, without those whose fingerprints are in `without`."""
        entries = [self._blog(entry) for entry in await self._store.blogroll.list_newest(MAX_ENTRIES)]
        feed = self._feed(BLOGROLL, "Blogroll", f"Whom {self._byline} reads", format, entries)
        return self._fragments.render(feed, format, without=without)

    async def of_posts(self, format: FeedFormat, *, without: frozenset[str] = frozenset()) -> FeedDocument:
        """Return the feed of the river, newest first, without posts whose fingerprints are in `without`."""
        entries = [
            self._post(post) for post in await self._store.feed_entries.list_river(before=None, limit=MAX_ENTRIES)
        ]
        feed = self._feed(RIVER, "River", f"News of the blogs that {self._byline} reads", format, entries)
        return self._fragments.render(feed, format, without=without)

    @property
    def _byline(self) -> str:
        return self._settings.site.author or self._settings.site.name

    def _feed(self, path: str, title: str, subtitle: str, format: FeedFormat, entries: list[FeedEntry]) -> Feed:
        site = self._settings.site
        return Feed(
            id=self._urls.absolute(path),
            title=f"{title} – {site.name}",
            subtitle=subtitle,
            home_url=self._urls.absolute(path),
            self_url=self._urls.absolute(self._urls.feed(path, format.value)),
            language=site.language,
            updated=max((entry.updated for entry in entries), default=None),
            founded=self._founded,
            author=FeedAuthor(name=self._byline, url=self._urls.home),
            icon_url=self._icon,
            picture=FeedPicture(url=self._icon, media_type="image/png"),
            ttl_minutes=TTL_MINUTES,
            stylesheet=STYLESHEET,
            entries=tuple(entries),
        )

    def _blog(self, entry: BlogrollEntry) -> FeedEntry:
        added = entry.added or self._founded
        url = entry.url or entry.feed_url
        text = entry.tagline or entry.name
        return FeedEntry(
            id=f"urn:uuid:{entry.id}",
            url=url or self._urls.absolute(BLOGROLL),
            title=entry.name,
            html=f'<p>{escape(text)}</p><p><a href="{escape(url)}">{escape(entry.name)}</a></p>',
            summary=text,
            published=added,
            updated=added,
            language=entry.language,
        )

    def _post(self, shown: RiverPost) -> FeedEntry:
        post = shown.post
        text = f"<p>{escape(post.excerpt)}</p>" if post.excerpt else ""
        source = (
            f'<a href="{escape(shown.blog_url)}">{escape(shown.blog)}</a>' if shown.blog_url else escape(shown.blog)
        )
        return FeedEntry(
            id=f"urn:uuid:{shown.id}",
            url=post.url or shown.blog_url or self._urls.absolute(RIVER),
            title=f"{shown.blog}: {post.heading}",
            html=f"{text}<p>{source}</p>",
            summary=post.excerpt or post.heading,
            published=shown.published,
            updated=max(post.updated or shown.published, shown.published),
            authors=(FeedAuthor(name=post.author or shown.blog, url=shown.blog_url),),
            language=shown.language,
        )
