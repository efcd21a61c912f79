"""Builds the pages of the blog: reads posts, comments and the blogroll from the store and renders them.

The public methods return a `RenderedDocument` with its cache dependencies, or None where there is no such page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from itertools import groupby
from urllib.parse import quote

from aiohttp import web

from syndicate.blogroll.documents import BLOGROLL, RIVER
from syndicate.clock import Clock, to_text
from syndicate.config import Config
from syndicate.content.html import largest_within, shown
from syndicate.errors import StorageError
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.feeds import FeedFormat
from syndicate.media.kinds import type_by_name
from syndicate.model.blogroll import BlogrollEntry
from syndicate.model.comment import Comment, CommentSource
from syndicate.model.post import Picture, Post, PostKind, TermKind
from syndicate.publishing.listings import Listing, author_slug
from syndicate.storage import Store
from syndicate.storage.feed_entries import RiverPost
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.pages import (
    AboutPage,
    ArchivePage,
    ArchivesPage,
    ArchiveYear,
    BlogrollGroup,
    BlogrollItem,
    BlogrollPage,
    CommentsState,
    CommentView,
    CountedLink,
    DialogPage,
    ErrorPage,
    FeedLink,
    Head,
    HomePage,
    Link,
    Page,
    PagePage,
    Paging,
    PostPage,
    PostView,
    RiverItem,
    RiverPage,
    SafeHtml,
    SearchPage,
    Site,
    SubscribePage,
)
from syndicate.web.site.rendering import MONTHS, Pages

COMMENTS_PER_PAGE = 200
MAX_PREVIEW_WIDTH = 1200
"""Pixels of the picture that other programs show beside a link (Open Graph)."""
PACES = (
    (1, "one every day"),
    (2, "one every second day"),
    (3, "one every third day"),
    (7, "one every week"),
    (14, "one every second week"),
)
READER_LINKS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F{}"),
    ("Inoreader", "https://www.inoreader.com/?add_feed={}"),
    ("Feedbin", "https://feedbin.com/?subscribe={}"),
    ("NewsBlur", "https://www.newsblur.com/?url={}"),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url={}"),
)
MAX_NAVIGATION_PAGES = 6
MAX_NAVIGATION_CANDIDATES = 100
MAX_TERMS = 500
RIVER_POSTS_PER_PAGE = 50
BLOGS_PER_PAGE = 500
HTML = "text/html; charset=utf-8"
FEED_NAMES = {FeedFormat.RSS: "RSS", FeedFormat.ATOM: "Atom", FeedFormat.JSON: "JSON Feed"}
NAVIGATION = (
    Link(label="Archives", href="/archives/"),
    Link(label="Blogroll", href="/blogroll/"),
    Link(label="Subscribe", href="/subscribe/"),
)
ABOUT = Link(label="About", href="/about/")


@dataclass(frozen=True, slots=True)
class Series:
    """The choice of a visitor who reads all posts from the first one on: a start date and the days between two
    posts."""

    start: date
    days: int


def reader_links(feed: str) -> tuple[Link, ...]:
    """Return links that open a feed in common readers, the last one in an application on the visitor's device."""
    address = quote(feed, safe="")
    links = [Link(label=name, href=template.format(address)) for name, template in READER_LINKS]
    return (*links, Link(label="a program on this device", href=f"feed:{feed}"))


def _media_type(format: FeedFormat) -> str:
    """Return the media type of a format without parameters."""
    return format.media_type.partition(";")[0]


class PageBuilder:
    """Builds and renders the pages."""

    def __init__(
        self, store: Store, config: Config, urls: Urls, pages: Pages, local_actors: LocalActors, clock: Clock
    ) -> None:
        self._store, self._config, self._urls, self._pages = store, config, urls, pages
        self._local_actors, self._blog_actor, self._clock = local_actors, local_actors.blog, clock

    # pages

    async def home(self, listing: Listing, page: int) -> RenderedDocument | None:
        """Return the home page with the latest posts, or None beyond the last page."""
        posts, paging = await self._list_page(listing, page)
        if not posts and page > 1:
            return None
        pinned = await self._store.post_lists.list_pinned(5) if page == 1 else []
        pinned_ids = {post.id for post in pinned}
        others = [post for post in posts if post.id not in pinned_ids]
        view = HomePage(
            site=await self._site(),
            head=self._list_head(listing, paging, comments=True),
            posts=tuple(self._post(post) for post in [*pinned, *others]),
            paging=paging,
        )
        return self._rendered(view, listing.dependencies, representations=False)

    async def archive(self, listing: Listing, page: int) -> RenderedDocument | None:
        """Return the posts of a term, author or period, or None for a period without posts or beyond the last page."""
        posts, paging = await self._list_page(listing, page)
        if not posts and (page > 1 or listing.kind in ("year", "month", "day")):
            return None
        view = ArchivePage(
            site=await self._site(),
            head=self._list_head(listing, paging),
            kind=listing.kind,
            heading=self._heading(listing),
            description=listing.description,
            posts=tuple(self._post(post) for post in posts),
            paging=paging,
        )
        return self._rendered(view, listing.dependencies, representations=False)

    async def post(self, id: str, page: int) -> RenderedDocument | None:
        """Return a post or page with its comments, or None beyond their last page or if the post is not public."""
        post = await self._store.posts.find(id)
        if post is None or not post.is_public:
            return None
        comments, paging = await self._comments(post, page)
        if comments is None:
            return None
        is_page = post.kind is PostKind.PAGE
        older, newer = (None, None) if is_page else await self._store.post_lists.neighbours(post)
        head = self._post_head(post, older, newer, page)
        site = await self._site()
        post_view = self._post(post, full_text=True)
        dependencies = ("site", f"post:{post.id}", f"talk:{post.id}")
        if is_page:
            view: Page = PagePage(site=site, head=head, post=post_view, comments=comments, comments_paging=paging)
        else:
            view = PostPage(
                site=site,
                head=head,
                post=post_view,
                comments=comments,
                comments_paging=paging,
                newer=self._neighbour(newer),
                older=self._neighbour(older),
            )
        return self._rendered(view, dependencies, representations=True)

    async def preview(self, post: Post) -> bytes:
        """Return the page of a post that readers do not see yet."""
        head = Head(title=post.heading, language=post.language, robots="noindex, nofollow")
        view = self._post(post, full_text=True)
        page = PagePage if post.kind is PostKind.PAGE else PostPage
        return self._pages.render(page(site=await self._site(), head=head, post=view))

    async def archives(self) -> RenderedDocument:
        """Return the index of the archives."""
        months = await self._store.totals.starting_with("month:")
        years = [
            ArchiveYear(
                year=CountedLink(label=year, href=f"/{year}/", count=sum(months[month] for month in group)),
                months=tuple(
                    CountedLink(
                        label=MONTHS[int(month[5:]) - 1], href=f"/{month[:4]}/{month[5:]}/", count=months[month]
                    )
                    for month in group
                ),
            )
            for year, group in (
                (year, list(found))
                for year, found in groupby(sorted(months, reverse=True), key=lambda month: month[:4])
            )
        ]
        view = ArchivesPage(
            site=await self._site(),
            head=self._head("Archives", "/archives/", self._site_feeds()),
            years=tuple(years),
            categories=await self._counted(TermKind.CATEGORY),
            tags=await self._counted(TermKind.TAG),
        )
        return self._rendered(view, ("site",), representations=False)

    async def blogroll(self, page: int) -> RenderedDocument | None:
        """Return a page of the blogroll, or None beyond the last page."""
        table, skip = self._store.blogroll, (page - 1) * BLOGS_PER_PAGE
        entries = await table.list_page(self._config.blogroll.order, limit=BLOGS_PER_PAGE, skip=skip)
        if not entries and page > 1:
            return None
        pages = max(-(-await table.count() // BLOGS_PER_PAGE), page)
        path = BLOGROLL if page == 1 else f"{BLOGROLL}page/{page}/"
        view = BlogrollPage(
            site=await self._site(),
            head=self._head(
                "Blogroll", path, self._feeds_at(BLOGROLL, "Blogroll"), f"The blogs that {self._byline} reads"
            ),
            groups=tuple(
                BlogrollGroup(title=category, entries=tuple(self._blog(entry) for entry in group))
                for category, group in groupby(entries, key=lambda entry: entry.category)
            ),
            paging=self._paging(BLOGROLL, page, pages),
            opml=self._urls.absolute("/blogroll.opml"),
            river=RIVER,
            account=self._blogroll_account(),
        )
        return self._rendered(view, ("site", "blogroll", "river"), representations=False)

    async def river(self, before: tuple[str, str] | None) -> RenderedDocument | None:
        """Return a page of the river, or None if there are no older posts."""
        found = await self._store.feed_entries.list_river(before=before, limit=RIVER_POSTS_PER_PAGE + 1)
        if before and not found:
            return None
        last = found[RIVER_POSTS_PER_PAGE - 1] if len(found) > RIVER_POSTS_PER_PAGE else None
        description = f"News of the blogs that {self._byline} reads"
        head = self._head("River", RIVER, self._feeds_at(RIVER, "River"), description)
        view = RiverPage(
            site=await self._site(),
            head=replace(head, robots="noindex", canonical="" if before else head.canonical),
            posts=tuple(self._river_item(post) for post in found[:RIVER_POSTS_PER_PAGE]),
            is_first=before is None,
            older=f"{RIVER}?before={to_text(last.published)},{last.id}" if last else "",
            account=self._blogroll_account(),
        )
        return self._rendered(view, ("site", "blogroll", "river"), representations=False)

    def _blog(self, entry: BlogrollEntry) -> BlogrollItem:
        latest = entry.latest
        quiet = timedelta(days=self._config.blogroll.quiet_after)
        return BlogrollItem(
            name=entry.name,
            tagline=entry.tagline,
            url=entry.url,
            feed_url=entry.feed_url,
            handle=entry.handle,
            profile=entry.actor,
            rel=entry.rel,
            language=entry.language,
            picture=entry.picture,
            latest=Link(label=latest.title, href=latest.url or entry.url) if latest else None,
            latest_at=latest.at if latest else None,
            is_quiet=latest is not None and self._clock() - latest.at > quiet,
        )

    def _river_item(self, river_post: RiverPost) -> RiverItem:
        post = river_post.post
        return RiverItem(
            title=post.title,
            heading=post.heading,
            url=post.url or river_post.blog_url,
            blog=river_post.blog,
            blog_url=river_post.blog_url,
            author=post.author if post.author != river_post.blog else "",
            excerpt=post.excerpt,
            language=river_post.language,
            picture=river_post.picture,
            published=river_post.published,
        )

    def _blogroll_account(self) -> str:
        return f"@{self._local_actors.blogroll.profile.account}" if self._local_actors.blogroll else ""

    @property
    def _byline(self) -> str:
        return self._config.site.author or self._config.site.name

    async def search(self, listing: Listing, page: int) -> RenderedDocument:
        """Return the results of a search, or the empty search form if there are no words."""
        size = self._config.site.posts_per_page
        posts = await listing.fetch(size + 1, (page - 1) * size) if listing.title else []
        view = SearchPage(
            site=await self._site(),
            head=replace(
                self._head("Search", listing.path, self._feeds_of(listing)[:1]), robots="noindex", canonical=""
            ),
            words=listing.title,
            posts=tuple(self._post(post) for post in posts[:size]),
            newer="" if page == 1 else listing.path + (f"page/{page - 1}/" if page > 2 else ""),
            older=f"{listing.path}page/{page + 1}/" if len(posts) > size else "",
        )
        return replace(self._rendered(view, ("site",), representations=False), cache_control="private, max-age=60")

    async def subscribe(self, today: date, series: Series | None = None, problem: str = "") -> RenderedDocument:
        """Return the page about subscribing. `series` is what a visitor has chosen to read from the beginning."""
        series_feeds: tuple[FeedLink, ...] = ()
        if series is not None:
            series_feeds = self._with_readers(
                tuple(
                    FeedLink(
                        title=f"From the beginning ({name})",
                        media_type=_media_type(format),
                        href=self._urls.absolute(self._urls.from_first(format, series.start, series.days)),
                    )
                    for format, name in FEED_NAMES.items()
                )
            )
        view = SubscribePage(
            site=await self._site(),
            head=self._head("Subscribe", "/subscribe/", self._site_feeds()),
            feeds=(
                *self._with_readers(self._site_feeds()),
                self._comments_feed("/comments/", "Comments", "What readers say"),
            ),
            opml=self._urls.absolute("/blogroll.opml"),
            series=series_feeds,
            start=str(series.start if series else today),
            every=series.days if series else 2,
            paces=PACES,
            problem=problem,
        )
        return self._rendered(view, ("site",), representations=False)

    async def dialog(self, path: str, **page: str) -> bytes:
        """Return a page with a form. It is never cached."""
        head = replace(self._head(page["heading"], path, ()), robots="noindex", canonical="")
        return self._pages.render(DialogPage(site=await self._site(), head=head, action=path, **page))

    async def about(self) -> RenderedDocument:
        """Return the built-in about page."""
        first = await self._store.post_lists.list_oldest(skip=0, limit=1)
        view = AboutPage(
            site=await self._site(),
            head=self._head("About", "/about/", self._site_feeds()),
            since=first[0].published if first else None,
            post_count=await self._store.totals.get("posts"),
        )
        return self._rendered(view, ("site",), representations=False)

    async def error(self, status: int, heading: str, text: str) -> bytes:
        """Return an error page, which is never cached.

        For server errors it is built from the settings alone, since the database may be the cause.
        """
        head = Head(title=heading, language=self._config.site.language, robots="noindex", feeds=self._site_feeds())
        site = self._site_with() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else await self._site_if_readable()
        return self._pages.render(ErrorPage(site=site, head=head, status=status, heading=heading, text=text))

    async def _site_if_readable(self) -> Site:
        try:
            return await self._site()
        except StorageError:
            return self._site_with()

    def _rendered(self, page: Page, dependencies: Sequence[str], *, representations: bool) -> RenderedDocument:
        """Render a page. With `representations`, ActivityStreams has the same address and responses vary by
        `Accept`."""
        return RenderedDocument(
            body=self._pages.render(page),
            media_type=HTML,
            dependencies=tuple(dependencies),
            vary="Accept, Accept-Encoding" if representations else "Accept-Encoding",
        )

    # parts of pages

    async def _list_page(self, listing: Listing, page: int) -> tuple[list[Post], Paging | None]:
        size = self._config.site.posts_per_page
        posts = await listing.fetch(size, (page - 1) * size)
        pages = max(-(-await listing.total() // size), page)
        return posts, self._paging(listing.path, page, pages)

    @staticmethod
    def _paging(base: str, page: int, pages: int) -> Paging | None:
        if pages <= 1:
            return None
        newer = "" if page == 1 else base if page == 2 else f"{base}page/{page - 1}/"
        older = f"{base}page/{page + 1}/" if page < pages else ""
        return Paging(page=page, pages=pages, newer=newer, older=older)

    async def _comments(self, post: Post, page: int) -> tuple[tuple[CommentView, ...] | None, Paging | None]:
        """Return a page of the comments in chronological order, or None beyond the last page."""
        pages = max(-(-post.counts.comments // COMMENTS_PER_PAGE), 1)
        if page > pages:
            return None, None
        comments = await self._store.comments.list_shown(
            post.id, limit=COMMENTS_PER_PAGE, skip=(page - 1) * COMMENTS_PER_PAGE
        )
        anchors = {comment.id: comment.anchor for comment in comments}
        takes_replies = post.federates and post.comments_open
        views = tuple(self._comment(comment, anchors, takes_replies) for comment in comments)
        if pages == 1:
            return views, None
        newer = f"{Urls.comments_page(post.path, page + 1)}#comments" if page < pages else ""
        older = "" if page == 1 else f"{Urls.comments_page(post.path, page - 1)}#comments"
        return views, Paging(page=page, pages=pages, newer=newer, older=older)

    def _comment(self, comment: Comment, anchors: dict[str, str], takes_replies: bool) -> CommentView:
        author = comment.author
        return CommentView(
            anchor=comment.anchor,
            parent=anchors.get(comment.parent or "", ""),
            author=author.name,
            author_url=author.url,
            handle=author.handle,
            avatar=author.avatar,
            url="" if comment.source is CommentSource.OWN else comment.url,
            is_own=comment.source is CommentSource.OWN,
            reply_to=comment.uri if takes_replies and comment.source.is_federated else "",
            html=SafeHtml(comment.html),
            published=comment.published,
        )

    def _post(self, post: Post, *, full_text: bool = False) -> PostView:
        is_note = not post.title
        author = post.author or self._config.site.author
        picture = post.picture
        if picture is not None and picture.url in post.html:
            picture = None
        state = CommentsState.OPEN if post.comments_open else CommentsState.CLOSED
        return PostView(
            title=post.title,
            html=SafeHtml(post.html if full_text or is_note else ""),
            url=self._urls.absolute(post.path),
            uri=post.uri if post.federates else "",
            author=author,
            author_href=self._urls.author(author_slug(author)) if author else "",
            language=post.language,
            published=post.published,
            updated=post.updated,
            summary=post.summary,
            excerpt=post.excerpt,
            categories=tuple(Link(label=term.name, href=self._urls.category(term.slug)) for term in post.categories),
            tags=tuple(
                Link(label=term.name, href=self._urls.tag(term.slug))
                for term in post.tags
                if term.name.casefold() not in {category.name.casefold() for category in post.categories}
            ),
            picture=picture,
            enclosure=post.enclosure,
            sensitive=post.sensitive,
            warning=post.warning,
            is_note=is_note,
            pinned=post.pinned,
            comments=post.counts.comments,
            likes=post.counts.likes,
            shares=post.counts.shares,
            comments_state=state if post.federates else CommentsState.NONE if post.comments_open else state,
        )

    def _neighbour(self, post: Post | None) -> Link | None:
        return None if post is None else Link(label=post.heading, href=post.path)

    async def _counted(self, kind: TermKind) -> tuple[CountedLink, ...]:
        counts = await self._store.totals.starting_with(f"term:{kind}:")
        href = self._urls.category if kind is TermKind.CATEGORY else self._urls.tag
        return tuple(
            CountedLink(label=term.name, href=href(term.slug), count=counts[term.slug])
            for term in await self._store.terms.list_all(kind)
            if term.slug in counts
        )[:MAX_TERMS]

    async def _site(self) -> Site:
        pages = [
            Link(label=title, href=path)
            for path, title in await self._store.post_lists.list_page_links(MAX_NAVIGATION_CANDIDATES)
        ]
        roots = await self._store.legacy_redirects.list_roots()
        about = await self._store.posts.find_by_path("/about/") or await self._store.posts.find_by_alias("/about/")
        own = about is not None and about.is_public
        who = Link(label=about.title or "About", href=about.path) if about and own else ABOUT
        pages = [page for page in pages if _is_top_level(page.href, roots) and page.href != who.href]
        return self._site_with(who, *pages[:MAX_NAVIGATION_PAGES])

    def _site_with(self, *pages: Link) -> Site:
        """Return the site with these pages in its navigation, after the fixed entries."""
        config = self._config.site
        return Site(
            title=config.name,
            tagline=config.tagline,
            author=config.author,
            language=config.language,
            url=self._urls.home,
            handle=f"@{config.account}",
            navigation=(*NAVIGATION, *(pages or (ABOUT,))),
            licence=Link(label="Licence", href=config.licence) if config.licence else None,
        )

    # heads of pages

    def _head(self, title: str, path: str, feeds: tuple[FeedLink, ...], description: str = "") -> Head:
        site = self._config.site
        return Head(
            title=title,
            description=description,
            canonical=self._urls.absolute(path),
            language=site.language,
            feeds=feeds,
            blogroll=self._urls.absolute("/blogroll.opml"),
            rel_me=site.rel_me,
            creator=f"@{site.account}",
        )

    def _list_head(self, listing: Listing, paging: Paging | None, *, comments: bool = False) -> Head:
        page = paging.page if paging else 1
        path = listing.path if page == 1 else f"{listing.path}page/{page}/"
        head = self._head(self._heading(listing), path, self._feeds_of(listing), listing.description)
        return replace(
            head,
            prev=self._urls.absolute(paging.newer) if paging and paging.newer else "",
            next=self._urls.absolute(paging.older) if paging and paging.older else "",
            activity_id=self._blog_actor.actor.uri if listing.kind == "home" and page == 1 else "",
            comments_feed=self._comments_feed("/comments/", "Comments") if comments else None,
        )

    def _post_head(self, post: Post, older: Post | None, newer: Post | None, page: int) -> Head:
        title = post.heading
        path = Urls.comments_page(post.path, page)
        has_comments = post.comments_open or post.counts.comments
        return replace(
            self._head(title, path, self._site_feeds(), post.short_text),
            language=post.language,
            prev=self._urls.absolute(older.path) if older else "",
            next=self._urls.absolute(newer.path) if newer else "",
            activity_id=post.uri if post.federates else "",
            comments_feed=self._comments_feed(post.path, f"Comments on {title}") if has_comments else None,
            kind="article",
            image=None if post.content_warning else self._preview_picture(post),
            published=post.published,
            modified=post.updated,
            tags=tuple(term.name for term in post.tags),
        )

    def _preview_picture(self, post: Post) -> Picture | None:
        """Return the picture that represents the post elsewhere, of at most 1200 pixels if there is such a form."""
        picture = post.picture or self._first_picture(post)
        smaller = largest_within(picture.srcset, MAX_PREVIEW_WIDTH) if picture else None
        if picture is None or smaller is None:
            return picture
        address, width = smaller
        height = round(picture.height * width / picture.width) if picture.width else 0
        return Picture(url=address, alt=picture.alt, media_type=type_by_name(address), width=width, height=height)

    def _first_picture(self, post: Post) -> Picture | None:
        local = next((each for each in shown(post.html) if each.address.startswith(self._urls.base)), None)
        if local is None:
            return None
        return Picture(url=local.address, alt=local.alt, width=local.width, height=local.height, srcset=local.srcset)

    def _heading(self, listing: Listing) -> str:
        if listing.kind in ("month", "day"):
            year, month, *day = (int(part) for part in listing.title.split("-"))
            return f"{day[0]} {MONTHS[month - 1]} {year}" if day else f"{MONTHS[month - 1]} {year}"
        return listing.title

    def _feeds_of(self, listing: Listing) -> tuple[FeedLink, ...]:
        title = f"{self._heading(listing)} – {self._config.site.name}" if listing.title else self._config.site.name
        return tuple(
            FeedLink(
                title=f"{title} ({name})",
                media_type=_media_type(format),
                href=self._urls.absolute(self._urls.feed(listing.path, format.value)),
            )
            for format, name in FEED_NAMES.items()
        )

    def _site_feeds(self) -> tuple[FeedLink, ...]:
        return tuple(
            FeedLink(
                title=f"{self._config.site.name} ({name})",
                media_type=_media_type(format),
                href=self._urls.absolute(self._urls.feed("/", format.value)),
                about=f"All posts in full, as {name}",
            )
            for format, name in FEED_NAMES.items()
        )

    def _feeds_at(self, path: str, title: str) -> tuple[FeedLink, ...]:
        return tuple(
            FeedLink(
                title=f"{title} – {self._config.site.name} ({name})",
                media_type=format.media_type.partition(";")[0],
                href=self._urls.absolute(self._urls.feed(path, format.value)),
            )
            for format, name in FEED_NAMES.items()
        )

    def _with_readers(self, feeds: tuple[FeedLink, ...]) -> tuple[FeedLink, ...]:
        """Add reader links to the first feed only: every reader supports it, and one set of links per page is
        enough."""
        return (replace(feeds[0], readers=reader_links(feeds[0].href)), *feeds[1:])

    def _comments_feed(self, path: str, title: str, about: str = "") -> FeedLink:
        return FeedLink(
            title=title,
            media_type="application/rss+xml",
            href=self._urls.absolute(self._urls.feed(path, "rss")),
            about=about,
        )


def _is_top_level(path: str, roots: Sequence[str]) -> bool:
    """Return whether a page is at the top level, below the root or below the directory of an imported blog."""
    root = next((root for root in roots if path.startswith(f"{root}/")), "")
    return path.removeprefix(root).strip("/").count("/") == 0


PAGE_BUILDER = web.AppKey("page builder", PageBuilder)
