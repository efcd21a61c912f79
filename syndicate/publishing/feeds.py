"""Posts and comments → feed documents: which are in, and what is said of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape
from urllib.parse import quote

from syndicate.config import FeedsConfig, SiteConfig
from syndicate.content import warning
from syndicate.content.text import excerpt, plain
from syndicate.feeds import (
    Conversation,
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedDocument,
    FeedEnclosure,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    FragmentCache,
    InReplyTo,
    Podcast,
)
from syndicate.model.post import Post
from syndicate.publishing.listings import Listing, author_slug
from syndicate.publishing.news import news_of
from syndicate.storage import Store
from syndicate.storage.comments import PlacedComment
from syndicate.urls import STYLESHEET, Urls

LENGTH = 20
"""Comments in a feed of comments."""
SLICES = 8
"""Pages that are kept for the next format."""
TTL_MINUTES = 60


COUNTS = "counts"
"""The edition of how many comments there are, which feeds tell and which is no news."""


def dependencies_of_posts(selection: Listing) -> tuple[str, ...]:
    """The editions that a feed of posts depends on, apart from counts."""
    return (*selection.dependencies, *(("volumes",) if selection.kind == "home" else ()))


def dependencies_of_comments(post: Post | None) -> tuple[str, ...]:
    """The editions that a feed of comments depends on."""
    return ("site", f"post:{post.id}", f"talk:{post.id}") if post else ("site", "comments", "withdrawals")


@dataclass(frozen=True, slots=True)
class _Slice:
    """A page of a list of posts, each with its entry, and how many posts the list has; as of a version of the database."""

    version: int
    shown: tuple[tuple[Post, FeedEntry], ...]
    total: int

    @property
    def entries(self) -> tuple[FeedEntry, ...]:
        return tuple(entry for _, entry in self.shown)


class FeedBuilder:
    """Makes feeds. `founded` dates a feed that never had an entry; `account` and `actor` are who the blog is in the
    fediverse. `hubs` are named in feeds that go on. What was written for those that many read is kept: a stranger who goes
    through all others must not push it out."""

    def __init__(
        self,
        store: Store,
        site: SiteConfig,
        config: FeedsConfig,
        urls: Urls,
        *,
        founded: datetime,
        icon: str,
        actor: str,
        hubs: tuple[str, ...] = (),
    ) -> None:
        self._store, self._site, self._config, self._urls = store, site, config, urls
        self._founded, self._icon, self._actor = founded, urls.absolute(icon), actor
        self._hubs = hubs
        self._press = FragmentCache()
        self._slices: dict[tuple[str, int], _Slice] = {}

    async def of_posts(
        self, selection: Listing, format: FeedFormat, page: int = 1, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument | None:
        """A page of the posts of a selection, which is live on page 1; None beyond the last. Entries with the fingerprints
        `without` are left out."""
        there = await self._slice(selection, page)
        if not there.entries and page > 1:
            return None
        pages = max(-(-there.total // self._config.length), 1)
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
        if selection.kind == "home" and page == 1 and (newest := await self._store.posts.newest_archive_document()):
            feed = replace(feed, prev_archive=self._urls.absolute(self._urls.volume(format.value, newest)))
        press = self._press if page == 1 and selection.kind != "search" else FragmentCache()
        return press.render(feed, format, without=without)

    async def _slice(self, selection: Listing, page: int) -> "_Slice":
        """The entries of a page, read once for all formats: nobody has committed anything since."""
        version = self._store.database.version()
        known = self._slices.get((selection.path, page))
        if known is not None and known.version == version:
            return known
        length = self._config.length
        posts = await selection.fetch(length, (page - 1) * length)
        made = _Slice(version, self._entries_of(posts, known.shown if known else ()), await selection.total())
        self._slices[selection.path, page] = made
        if len(self._slices) > SLICES:
            del self._slices[next(iter(self._slices))]
        return made

    def _entries_of(
        self, posts: list[Post], before: tuple[tuple[Post, FeedEntry], ...]
    ) -> tuple[tuple[Post, FeedEntry], ...]:
        """Each post with its entry, which is the very one of before where the post is as it was."""
        known = {post.id: (post, entry) for post, entry in before}
        shown = []
        for post in posts:
            there = known.get(post.id)
            shown.append(there if there is not None and there[0] == post else (post, self._post(post)))
        return tuple(shown)

    async def of_volume(self, volume: int, posts: list[Post], format: FeedFormat) -> FeedDocument:
        """A document of the archive (RFC 5005 §4). It stays as it is unless one of its posts changes, so it names the
        volume after it whether that is there yet or not: until then its address leads to the live feed."""

        def address(number: int) -> str:
            return self._urls.absolute(self._urls.volume(format.value, number))

        feed = self._feed(path="/", page="/", title="", format=format, entries=tuple(map(self._post, posts)))
        return FragmentCache().render(
            replace(
                feed,
                self_url=address(volume),
                current=self._urls.absolute(self._urls.feed("/", format.value)),
                prev_archive=address(volume - 1) if volume > 1 else None,
                next_archive=address(volume + 1),
                is_archive=True,
                blogroll_url="",
            ),
            format,
        )

    async def from_the_first(self, start: date, days: int, today: date, format: FeedFormat) -> FeedDocument:
        """The archive post by post: the first one on the day `start`, the next one `days` later, as far as `today`.

        A function of the archive and the date: who has the address has the state.
        """
        shown = (today - start).days // days + 1
        total = await self._store.totals.get("posts")
        last = max(min(shown, total), 0)
        first = max(last - self._config.length, 0)
        posts = await self._store.posts.list_oldest(skip=first, limit=last - first) if last else []
        entries = [
            self._again(post, start + timedelta(days=days * (first + place)), f"{start}-every-{days}")
            for place, post in enumerate(posts)
        ]
        address = self._urls.absolute(self._urls.from_the_first(format.value, start, days))
        feed = self._feed(path="/", page="/", title="From the beginning", format=format, entries=tuple(entries[::-1]))
        return FragmentCache().render(
            replace(feed, id=address, self_url=address, founded=self._midnight(min(start, today))), format
        )

    def _again(self, post: Post, day: date, series: str) -> FeedEntry:
        """A post shown anew on a day: with a date and an id of this showing, so that readers take it for something new."""
        shown = self._midnight(day)
        entry = self._post(post)
        return replace(entry, id=f"{post.uri}#from-{series}", published=shown, updated=shown)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._site.zone)

    async def of_comments(
        self, post: Post | None, format: FeedFormat, *, without: frozenset[str] = frozenset()
    ) -> FeedDocument:
        """The comments of a post, or of the whole site; without those of these fingerprints."""
        placed = await self._store.comments.list_newest_shown(post=post.id if post else None, limit=LENGTH)
        title = f"Comments on {post.heading}" if post else "Comments"
        feed = self._feed(
            path=post.path if post else "/comments/",
            page=post.path if post else "/",
            title=title,
            format=format,
            entries=tuple(self._comment(comment) for comment in placed),
        )
        press = FragmentCache() if post else self._press
        return press.render(replace(feed, hubs=self._hubs), format, without=without)

    def _feed(self, *, path: str, page: str, title: str, format: FeedFormat, entries: tuple[FeedEntry, ...]) -> Feed:
        site = self._site
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
                category=self._config.podcast_category,
                picture_url=self._config.podcast_image,
                explicit=self._config.podcast_explicit,
            ),
            entries=entries,
        )

    def _post(self, post: Post) -> FeedEntry:
        url = self._urls.absolute(post.path)
        author = post.author or self._site.author
        takes_part = post.comments_open or post.counts.comments
        picture = None if post.notice else post.picture
        return FeedEntry(
            id=post.guid,
            url=url,
            title=post.title,
            html=_content(post) if self._config.content == "full" else _beginning(post.in_short, url),
            summary=post.in_short,
            published=post.published,
            updated=post.updated,
            authors=(FeedAuthor(name=author, url=self._urls.absolute(self._urls.author(author_slug(author)))),)
            if author
            else (),
            categories=tuple(FeedCategory(term=term.slug, label=term.name) for term in post.terms),
            enclosures=(
                FeedEnclosure(
                    url=post.enclosure.url,
                    media_type=post.enclosure.media_type,
                    length=post.enclosure.length,
                    duration=post.enclosure.duration,
                ),
            )
            if post.enclosure
            else (),
            picture=FeedPicture(
                url=picture.url,
                alt=picture.alt,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
            )
            if picture
            else None,
            language=post.language,
            comments_url=f"{url}#comments" if takes_part else "",
            comments_feed_url=self._urls.absolute(self._urls.feed(post.path, "rss")) if takes_part else "",
            comments_atom_url=self._urls.absolute(self._urls.feed(post.path, "atom")) if takes_part else "",
            comment_count=post.counts.comments_told if takes_part else None,
            conversation=Conversation(
                id=post.uri,
                replies=f"{post.uri}/replies",
                reply_url=self._urls.absolute(f"/reply/?to={quote(post.uri, safe=':/')}") if post.comments_open else "",
            )
            if post.federates
            else None,
            news=news_of(post),
        )

    def _comment(self, placed: PlacedComment) -> FeedEntry:
        comment = placed.comment
        page = self._urls.absolute(placed.post_path)
        about = placed.post_title or "a note"
        notice, _ = warning.apart(comment.html)
        return FeedEntry(
            id=comment.uri,
            url=f"{page}#{comment.anchor}",
            title=f"{comment.author.name} on {about}",
            html=comment.html,
            summary=notice or excerpt(plain(comment.html)),
            published=comment.published,
            updated=comment.updated,
            authors=(FeedAuthor(name=comment.author.name, url=comment.author.url),),
            in_reply_to=InReplyTo(ref=placed.parent_uri or placed.post_guid, href=page),
        )


def _content(post: Post) -> str:
    """The text of a post; what is sensitive stands behind its warning, the post's picture too."""
    if not post.notice:
        return post.html
    picture = post.picture
    shown = f'<p><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"></p>' if picture else ""
    return warning.behind(post.notice, ("" if picture and picture.url in post.html else shown) + post.html)


def _beginning(summary: str, url: str) -> str:
    """What stands for a post where its author wants the rest to be read on her page."""
    return f'<p>{escape(summary)}</p><p><a href="{escape(url)}">Read on</a></p>'
