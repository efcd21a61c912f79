"""Build feeds from posts and comments: choose the entries, and render the document."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from syndicate.config import FeedsConfig
from syndicate.feeds import (
    Feed,
    FeedAuthor,
    FeedDocument,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    FragmentCache,
    Podcast,
)
from syndicate.model.post import Post
from syndicate.publishing.feed_entries import EntryBuilder
from syndicate.publishing.listings import Listing
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import STYLESHEET, Urls

MAX_COMMENTS = 20
"""Entries in a feed of comments."""
MAX_CACHED_PAGES = 8
"""Pages of entries kept in memory, so that the other formats need no further query."""
TTL_MINUTES = 60
MAX_OPEN_POSTS = 500
"""Posts of the open archive document: the archive builder closes it as soon as it has as many as the live feed."""


COUNTS = "counts"
"""Dependency name of the comment counts, which feeds show but which are no news."""


def dependencies_of_posts(selection: Listing) -> tuple[str, ...]:
    """Return the dependencies of a feed of posts, apart from the comment counts."""
    return (*selection.dependencies, *(("volumes",) if selection.kind == "home" else ()))


def dependencies_of_comments(post: Post | None) -> tuple[str, ...]:
    """Return the dependencies of a feed of comments."""
    return ("site", f"post:{post.id}", f"talk:{post.id}") if post else ("site", "comments", "withdrawals")


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a list of posts with their entries, the length of the whole list, and the database version it was
    read at. `archive` is the number of the newest archive document and the last post of the open one (None without
    one); None on pages that link to no archive.
    """

    version: int
    shown: tuple[tuple[Post, FeedEntry], ...]
    total: int
    archive: tuple[int, str | None] | None

    @property
    def entries(self) -> tuple[FeedEntry, ...]:
        return tuple(entry for _, entry in self.shown)


class FeedBuilder:
    """Builds feeds of posts and comments.

    `founded` dates a feed that never had an entry, `actor` is the blog's actor id, and `hubs` are named in live
    feeds. Fragments are cached only for feeds with many readers, so that a crawler that walks through all others does
    not evict them.
    """

    def __init__(
        self,
        store: Store,
        settings: SiteSettings,
        config: FeedsConfig,
        urls: Urls,
        *,
        founded: datetime,
        icon: str,
        actor: str,
        hubs: tuple[str, ...] = (),
    ) -> None:
        self._store, self._settings, self._config, self._urls = store, settings, config, urls
        self._founded, self._icon, self._actor = founded, urls.absolute(icon), actor
        self._hubs = hubs
        self._entries = EntryBuilder(settings, config, urls)
        self._fragments = FragmentCache()
        self._pages: dict[tuple[str, int], _Page] = {}

    async def render_posts(
        self, selection: Listing, format: FeedFormat, page: int = 1, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument | None:
        """Return a page of the posts of a listing (page 1 is the live feed), or None beyond the last page. Entries
        with the fingerprints `without` are left out.
        """
        there = await self._page(selection, page)
        pages = max(-(-there.total // self._config.length), 1)
        if page > pages:
            return None
        feed = self._feed(
            path=selection.path,
            page=selection.path,
            title=selection.title,
            format=format,
            entries=there.entries,
        )
        if page == 1 and selection.kind != "search":
            feed = replace(feed, hubs=self._hubs)

        def address(number: int) -> str:
            return self._urls.absolute(self._urls.feed_page(selection.path, format.value, number))

        if pages > 1:
            feed = replace(
                feed,
                self_url=address(page),
                first=address(1),
                previous=address(page - 1) if page > 1 else None,
                next=address(page + 1) if page < pages else None,
                last=address(pages),
            )
        if there.archive is not None:
            feed = replace(feed, prev_archive=self._newest_archive(format, *there.archive))
        fragments = self._fragments if page == 1 and selection.kind != "search" else FragmentCache()
        return fragments.render(feed, format, without=without)

    async def _page(self, selection: Listing, page: int) -> "_Page":
        """Return the entries of a page, cached for all formats until the database changes."""
        version = self._store.database.version()
        known = self._pages.get((selection.path, page))
        if known is not None and known.version == version:
            return known
        length = self._config.length
        posts = await selection.fetch(length, (page - 1) * length)
        edited = await self._list_edited() if selection.kind == "home" else []
        archive = None
        if page == 1:
            posts = [*posts, *edited]
            if selection.kind == "home":
                archive = await self._store.post_archive.newest(), await self.find_open_archive()
        else:
            posts = [post for post in posts if post.id not in {one.id for one in edited}]
        made = _Page(version, self._entries_of(posts, known.shown if known else ()), await selection.total(), archive)
        self._pages[selection.path, page] = made
        if len(self._pages) > MAX_CACHED_PAGES:
            del self._pages[next(iter(self._pages))]
        return made

    async def _list_edited(self) -> list[Post]:
        """Return the posts that the live feed shows although they are too old for it, since they were changed: clients
        do not read archive documents again (RFC 5005 §4.1).
        """
        oldest = await self._store.post_archive.key_at(self._config.length - 1)
        return [] if oldest is None else await self._store.post_archive.list_edited(oldest, self._config.length)

    def _newest_archive(self, format: FeedFormat, newest: int, last: str | None) -> str | None:
        """Return the address of the newest archive document: of the open one if it has a post that the live feed has
        not.
        """
        urls = self._urls
        if last:
            return urls.absolute(urls.open_archive_document(format.value, newest + 1, last))
        return urls.absolute(urls.archive_document(format.value, newest)) if newest else None

    async def find_open_archive(self) -> str | None:
        """Return the id of the last post of the open archive document; None while the live feed has all of its
        posts.
        """
        oldest = await self._store.post_archive.key_at(self._config.length - 1)
        return None if oldest is None else await self._store.post_archive.last_unarchived(oldest)

    def _entries_of(
        self, posts: list[Post], before: tuple[tuple[Post, FeedEntry], ...]
    ) -> tuple[tuple[Post, FeedEntry], ...]:
        """Return each post with its entry; the entry object is reused for a post that has not changed."""
        known = {post.id: (post, entry) for post, entry in before}
        shown = []
        for post in posts:
            there = known.get(post.id)
            shown.append(there if there is not None and there[0] == post else (post, self._entries.post(post)))
        return tuple(shown)

    async def render_open_archive(self, volume: int, last: str, format: FeedFormat) -> FeedDocument:
        """Return the open archive document. Its address changes when it grows, since clients read none twice."""
        posts = await self._store.post_archive.list_open(MAX_OPEN_POSTS)
        address = self._urls.absolute(self._urls.open_archive_document(format.value, volume, last))
        return await self.render_archive(volume, posts, format, open_at=address)

    async def render_archive(
        self, volume: int, posts: list[Post], format: FeedFormat, *, open_at: str = ""
    ) -> FeedDocument:
        """Return an archive document (RFC 5005 §4); `open_at` is the address of the open one.

        It changes only when one of its posts changes. It therefore always names the document after it; until that
        exists, its address redirects to the live feed.
        """

        def address(number: int) -> str:
            return self._urls.absolute(self._urls.archive_document(format.value, number))

        feed = self._feed(path="/", page="/", title="", format=format, entries=tuple(map(self._entries.post, posts)))
        return FragmentCache().render(
            replace(
                feed,
                self_url=open_at or address(volume),
                current=self._urls.absolute(self._urls.feed("/", format.value)),
                prev_archive=address(volume - 1) if volume > 1 else None,
                next_archive=None if open_at else address(volume + 1),
                is_archive=True,
                blogroll_url="",
            ),
            format,
        )

    async def render_from_the_first(self, start: date, days: int, today: date, format: FeedFormat) -> FeedDocument:
        """Return the archive post by post: the first post on the day `start`, the next one `days` later, up to
        `today`.

        Depends on the archive and the date alone: the address holds all of the state.
        """
        shown = (today - start).days // days + 1
        total = await self._store.totals.get("posts")
        last = max(min(shown, total), 0)
        first = max(last - self._config.length, 0)
        posts = await self._store.post_lists.list_oldest(skip=first, limit=last - first) if last else []
        entries = [
            self._repeated(post, start + timedelta(days=days * (first + place)), f"{start}-every-{days}")
            for place, post in enumerate(posts)
        ]
        address = self._urls.absolute(self._urls.from_first(format.value, start, days))
        feed = self._feed(path="/", page="/", title="From the beginning", format=format, entries=tuple(entries[::-1]))
        return FragmentCache().render(
            replace(feed, id=address, self_url=address, founded=self._midnight(min(start, today))), format
        )

    def _repeated(self, post: Post, day: date, series: str) -> FeedEntry:
        """Return the entry of a post repeated on a day, with its own date and id, so that readers show it as new."""
        shown = self._midnight(day)
        entry = self._entries.post(post)
        return replace(entry, id=f"{post.uri}#from-{series}", published=shown, updated=shown)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._settings.site.zone)

    async def render_comments(
        self, post: Post | None, format: FeedFormat, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument:
        """Return the comments of a post, or of the whole site, without the entries that have these fingerprints."""
        placed = await self._store.shown_comments.list_newest_shown(post=post.id if post else None, limit=MAX_COMMENTS)
        title = f"Comments on {post.heading}" if post else "Comments"
        feed = self._feed(
            path=post.path if post else "/comments/",
            page=post.path if post else "/",
            title=title,
            format=format,
            entries=tuple(self._entries.comment(comment) for comment in placed),
        )
        fragments = FragmentCache() if post else self._fragments
        return fragments.render(replace(feed, hubs=self._hubs), format, without=without)

    def _feed(self, *, path: str, page: str, title: str, format: FeedFormat, entries: tuple[FeedEntry, ...]) -> Feed:
        site = self._settings.site
        self_url = self._urls.absolute(self._urls.feed(path, format.value))
        return Feed(
            id=self._urls.absolute(path),
            title=f"{title} – {site.name}" if title else site.name,
            subtitle=site.tagline,
            home_url=self._urls.absolute(page),
            self_url=self_url,
            language=site.language,
            updated=max((entry.updated for entry in entries), default=None),
            founded=self._founded,
            author=FeedAuthor(name=site.author or site.name, url=self._urls.home),
            icon_url=self._icon,
            picture=FeedPicture(url=self._icon, media_type="image/png"),
            licence_url=site.licence,
            ttl_minutes=TTL_MINUTES,
            account=f"@{site.account}",
            actor=self._actor,
            stylesheet=STYLESHEET,
            blogroll_url=self._urls.absolute("/blogroll.opml") if self._config.source_blogroll else "",
            podcast=Podcast(
                email=self._config.podcast_email,
                category=self._config.podcast_category,
                picture_url=self._config.podcast_image,
                explicit=self._config.podcast_explicit,
            ),
            entries=entries,
        )
