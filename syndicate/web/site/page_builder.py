"""Builds the lists of posts and the fixed pages of the blog: reads the store and renders what it holds.

The public methods return a `RenderedDocument` with its cache dependencies, or None where there is no such page.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from aiohttp import web

from syndicate.comments.notice_requests import NoticeState
from syndicate.content import markdown
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.model.post import Post, TermKind
from syndicate.publishing.listings import Listing
from syndicate.storage import Store
from syndicate.storage.look import look_of
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.feed_links import with_readers
from syndicate.web.site.frame import PageFrame, paging
from syndicate.web.site.pages import (
    AboutPage,
    AnswerNoticePage,
    ArchivePage,
    ArchivesPage,
    ArchiveYear,
    CountedLink,
    DialogPage,
    Head,
    HomePage,
    Link,
    Paging,
    PostView,
    SearchPage,
    SubscribePage,
)
from syndicate.web.site.post_views import post_view
from syndicate.web.site.rendering import MONTHS
from syndicate.web.site.safe_html import SafeHtml

PACES = (
    (1, _("one every day")),
    (2, _("one every second day")),
    (3, _("one every third day")),
    (7, _("one every week")),
    (14, _("one every second week")),
)
MAX_TERMS = 500
READABLE_BY_SCRIPTS = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Link"))
"""For the home page: programs that run in a browser find there where to sign in and to write."""
LIST_KINDS = {
    "category": _("Category"),
    "tag": _("Tag"),
    "author": _("Author"),
    "year": _("Year"),
    "month": _("Month"),
    "day": _("Day"),
}
"""What lists are called above their headings."""


@dataclass(frozen=True, slots=True)
class Series:
    """The choice of a reader who reads all posts from the first one on: a start date and the days between two
    posts."""

    start: date
    days: int


class PageBuilder:
    """Builds and renders every page but those of posts."""

    def __init__(
        self, frame: PageFrame, store: Store, settings: SiteSettings, urls: Urls, local_actors: LocalActors
    ) -> None:
        self.frame, self._store, self._settings, self._urls = frame, store, settings, urls
        self._blog_actor = local_actors.blog

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
            site=await self.frame.site(),
            head=replace(self._list_head(listing, paging, comments=True), programs=self._urls.programs),
            posts=tuple(self._view(post) for post in [*pinned, *others]),
            paging=paging,
        )
        rendered = self.frame.rendered(view, listing.dependencies)
        links = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in self._urls.programs)
        return replace(rendered, headers=(("Link", links), *READABLE_BY_SCRIPTS))

    async def archive(self, listing: Listing, page: int) -> RenderedDocument | None:
        """Return the posts of a term, author or period, or None for a period without posts or beyond the last page."""
        posts, paging = await self._list_page(listing, page)
        if not posts and (page > 1 or listing.kind in ("year", "month", "day")):
            return None
        view = ArchivePage(
            site=await self.frame.site(),
            head=self._list_head(listing, paging),
            kind=LIST_KINDS.get(listing.kind, ""),
            heading=self._heading(listing),
            description=listing.description,
            posts=tuple(self._view(post) for post in posts),
            paging=paging,
        )
        return self.frame.rendered(view, listing.dependencies)

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
            site=await self.frame.site(),
            head=self.frame.head(_("Archives"), "/archives/", self.frame.feeds.of_blog()),
            years=tuple(years),
            categories=await self._counted(TermKind.CATEGORY),
            tags=await self._counted(TermKind.TAG),
        )
        return self.frame.rendered(view, ("site",))

    async def search(self, listing: Listing, page: int) -> RenderedDocument:
        """Return the results of a search, or the empty search form if there are no words."""
        size = self._settings.site.posts_per_page
        posts = await listing.fetch(size + 1, (page - 1) * size) if listing.title else []
        view = SearchPage(
            site=await self.frame.site(),
            head=replace(
                self.frame.head(
                    _("Search"),
                    listing.path,
                    self.frame.feeds.of_list(listing.path, self._heading(listing) if listing.title else "")[:1],
                ),
                robots="noindex",
                canonical="",
            ),
            words=listing.title,
            posts=tuple(self._view(post) for post in posts[:size]),
            newer="" if page == 1 else listing.path + (f"page/{page - 1}/" if page > 2 else ""),
            older=f"{listing.path}page/{page + 1}/" if len(posts) > size else "",
        )
        return replace(self.frame.rendered(view, ("site",)), cache_control="private, max-age=60")

    async def subscribe(self, today: date, series: Series | None = None, problem: str = "") -> RenderedDocument:
        """Return the page about subscribing. `series` is what a reader has chosen to read from the beginning."""
        series_feeds = with_readers(self.frame.feeds.of_series(series.start, series.days)) if series else ()
        view = SubscribePage(
            site=await self.frame.site(),
            head=self.frame.head(_("Subscribe"), "/subscribe/", self.frame.feeds.of_blog()),
            feeds=(
                *with_readers(self.frame.feeds.of_blog()),
                self.frame.feeds.of_comments("/comments/", _("Comments"), _("What readers say")),
            ),
            opml=self._urls.absolute("/blogroll.opml"),
            series=series_feeds,
            start=str(series.start if series else today),
            every=series.days if series else 2,
            paces=PACES,
            problem=problem,
        )
        return self.frame.rendered(view, ("site",))

    async def dialog(self, path: str, *, others: tuple[Link, ...] = (), **page: str) -> bytes:
        """Return a page with a form. It is never cached."""
        head = replace(self.frame.head(page["heading"], path, ()), robots="noindex", canonical="")
        return self.frame.render(
            DialogPage(site=await self.frame.site(), head=head, action=path, others=others, **page)
        )

    async def answer_notice(self, state: NoticeState, *, is_done: bool = False) -> bytes:
        """Return the page on which a reader confirms or ends the notice of an answer. It is never cached."""
        head = replace(
            self.frame.head(_("Notice of an answer"), "/comments/notice/", ()), robots="noindex", canonical=""
        )
        return self.frame.render(
            AnswerNoticePage(site=await self.frame.site(), head=head, state=state.name.lower(), is_done=is_done)
        )

    async def about(self) -> RenderedDocument:
        """Return the built-in about page."""
        first = await self._store.post_lists.list_oldest(skip=0, limit=1)
        about = markdown.render(look_of(self._settings).about, base=self._urls.home)
        view = AboutPage(
            about=SafeHtml(about),
            site=await self.frame.site(),
            head=self.frame.head(_("About"), "/about/", self.frame.feeds.of_blog()),
            since=first[0].published if first else None,
            post_count=await self._store.totals.get("posts"),
        )
        return self.frame.rendered(view, ("site",))

    # parts of pages

    def _view(self, post: Post) -> PostView:
        return post_view(post, self._urls, self._settings.site.author)

    async def _list_page(self, listing: Listing, page: int) -> tuple[list[Post], Paging | None]:
        size = self._settings.site.posts_per_page
        posts = await listing.fetch(size, (page - 1) * size)
        pages = max(-(-await listing.total() // size), page)
        return posts, paging(listing.path, page, pages)

    async def _counted(self, kind: TermKind) -> tuple[CountedLink, ...]:
        counts = await self._store.totals.starting_with(f"term:{kind}:")
        href = self._urls.category if kind is TermKind.CATEGORY else self._urls.tag
        return tuple(
            CountedLink(label=term.name, href=href(term.slug), count=counts[term.slug])
            for term in await self._store.terms.list_all(kind)
            if term.slug in counts
        )[:MAX_TERMS]

    def _list_head(self, listing: Listing, paging: Paging | None, *, comments: bool = False) -> Head:
        page = paging.page if paging else 1
        path = listing.path if page == 1 else f"{listing.path}page/{page}/"
        head = self.frame.head(
            self._heading(listing),
            path,
            self.frame.feeds.of_list(listing.path, self._heading(listing) if listing.title else ""),
            listing.description,
        )
        return replace(
            head,
            prev=self._urls.absolute(paging.newer) if paging and paging.newer else "",
            next=self._urls.absolute(paging.older) if paging and paging.older else "",
            activity_id=self._blog_actor.actor.uri if listing.kind == "home" and page == 1 else "",
            comments_feed=self.frame.feeds.of_comments("/comments/", _("Comments")) if comments else None,
        )

    def _heading(self, listing: Listing) -> str:
        if listing.kind in ("month", "day"):
            year, month, *day = (int(part) for part in listing.title.split("-"))
            return f"{day[0]} {MONTHS[month - 1]} {year}" if day else f"{MONTHS[month - 1]} {year}"
        return listing.title


PAGE_BUILDER = web.AppKey("page builder", PageBuilder)
