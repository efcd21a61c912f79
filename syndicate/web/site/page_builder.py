"""Builds the pages of the blog: reads posts, comments and the blogroll from the store and renders them.

The public methods return a `RenderedDocument` with its cache dependencies, or None where there is no such page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from aiohttp import web

from syndicate.comments.draft import Target
from syndicate.comments.quotes import list_shown as list_shown_quotes
from syndicate.comments.reader_form import TypedComment
from syndicate.content import markdown
from syndicate.content.html import largest_within, shown
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.media.kinds import type_by_name
from syndicate.model.post import Picture, Post, PostKind, TermKind
from syndicate.publishing.listings import Listing
from syndicate.storage import Store
from syndicate.storage.citations import Citation
from syndicate.storage.look import look_of
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.feed_links import with_readers
from syndicate.web.site.frame import PageFrame, paging
from syndicate.web.site.pages import (
    AboutPage,
    ArchivePage,
    ArchivesPage,
    ArchiveYear,
    CommentFormPage,
    CountedLink,
    DialogPage,
    Head,
    HomePage,
    Link,
    Page,
    PagePage,
    Paging,
    PostPage,
    PostView,
    SearchPage,
    SubscribePage,
)
from syndicate.web.site.post_views import comment_view, post_view, quote_view, reaction_view
from syndicate.web.site.rendering import MONTHS
from syndicate.web.site.safe_html import SafeHtml
from syndicate.web.site.threads import CommentView

COMMENTS_PER_PAGE = 200
MAX_PREVIEW_WIDTH = 1200
"""Pixels of the picture that other programs show beside a link (Open Graph)."""
PACES = (
    (1, _("one every day")),
    (2, _("one every second day")),
    (3, _("one every third day")),
    (7, _("one every week")),
    (14, _("one every second week")),
)
MAX_TERMS = 500
MAX_REACTIONS = 100
"""How many of the blogs that liked or reposted a post are named under it."""
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
    """Builds and renders the pages."""

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
            head=replace(self._list_head(listing, paging, comments=True), micropub=self._urls.micropub),
            posts=tuple(self._view(post) for post in [*pinned, *others]),
            paging=paging,
        )
        rendered = self.frame.rendered(view, listing.dependencies)
        return replace(rendered, headers=(("Link", f'<{self._urls.micropub}>; rel="micropub"'),))

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
        site = await self.frame.site()
        citation = await self._store.citations.find(post.reference.address) if post.reference else None
        shown = self._view(post, full_text=True, citation=citation)
        full = replace(shown, form=post.path if self._takes_form(post) else "")
        cited = await self._store.shown_comments.list_reactions(post.id, limit=MAX_REACTIONS)
        reactions = tuple(reaction_view(comment) for comment in cited)
        dependencies = ("site", f"post:{post.id}", f"talk:{post.id}")
        if is_page:
            view: Page = PagePage(
                site=site, head=head, post=full, comments=comments, comments_paging=paging, reactions=reactions
            )
        else:
            view = PostPage(
                site=site,
                head=head,
                post=full,
                comments=comments,
                comments_paging=paging,
                quotes=await self._quotes(post) if page == 1 else (),
                reactions=reactions,
                newer=self._neighbour(newer),
                older=self._neighbour(older),
            )
        rendered = self.frame.rendered(view, dependencies, representations=True)
        if not head.webmention:
            return rendered
        return replace(rendered, headers=(("Link", f'<{head.webmention}>; rel="webmention"'),))

    async def preview(self, post: Post) -> bytes:
        """Return the page of a post that readers do not see yet."""
        head = Head(title=post.heading, language=post.language, robots="noindex, nofollow")
        view = self._view(post, full_text=True)
        page = PagePage if post.kind is PostKind.PAGE else PostPage
        return self.frame.render(page(site=await self.frame.site(), head=head, post=view))

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

    async def dialog(self, path: str, **page: str) -> bytes:
        """Return a page with a form. It is never cached."""
        head = replace(self.frame.head(page["heading"], path, ()), robots="noindex", canonical="")
        return self.frame.render(DialogPage(site=await self.frame.site(), head=head, action=path, **page))

    async def comment_form(
        self,
        target: Target,
        typed: TypedComment,
        *,
        errors: Mapping[str, str],
        token: str,
        problem: str,
        is_sent: bool,
    ) -> bytes:
        """Return the comment form for a post, or for a comment under it. It is never cached."""
        post, parent = target.post, target.parent
        head = replace(self.frame.head(_("Leave a comment"), "/comments/new", ()), robots="noindex", canonical="")
        view = CommentFormPage(
            site=await self.frame.site(),
            head=head,
            about=Link(label=post.heading, href=post.path),
            to=f"{post.path}#{parent.anchor}" if parent else post.path,
            answers=parent.author.name if parent else "",
            typed=typed,
            errors=errors,
            token=token,
            problem=problem,
            is_sent=is_sent,
        )
        return self.frame.render(view)

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

    def _view(self, post: Post, *, full_text: bool = False, citation: Citation | None = None) -> PostView:
        return post_view(post, self._urls, self._settings.site.author, full_text=full_text, citation=citation)

    async def _list_page(self, listing: Listing, page: int) -> tuple[list[Post], Paging | None]:
        size = self._settings.site.posts_per_page
        posts = await listing.fetch(size, (page - 1) * size)
        pages = max(-(-await listing.total() // size), page)
        return posts, paging(listing.path, page, pages)

    async def _comments(self, post: Post, page: int) -> tuple[tuple[CommentView, ...] | None, Paging | None]:
        """Return a page of the comments in chronological order, or None beyond the last page."""
        pages = max(-(-post.counts.comments // COMMENTS_PER_PAGE), 1)
        if page > pages:
            return None, None
        comments = await self._store.shown_comments.list_shown(
            post.id, limit=COMMENTS_PER_PAGE, skip=(page - 1) * COMMENTS_PER_PAGE
        )
        anchors = {comment.id: comment.anchor for comment in comments}
        takes_replies = post.federates and post.comments_open
        form = post.path if self._takes_form(post) else ""
        views = tuple(comment_view(comment, anchors, takes_replies, form) for comment in comments)
        if pages == 1:
            return views, None
        newer = f"{Urls.comments_page(post.path, page + 1)}#comments" if page < pages else ""
        older = "" if page == 1 else f"{Urls.comments_page(post.path, page - 1)}#comments"
        return views, Paging(page=page, pages=pages, newer=newer, older=older)

    async def _quotes(self, post: Post) -> tuple[CommentView, ...]:
        """Return the quotes that the author shows."""
        shown = await list_shown_quotes(self._store, post.id)
        return tuple(quote_view(quote, number) for number, quote in enumerate(shown, 1))

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

    # heads of pages

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

    def _post_head(self, post: Post, older: Post | None, newer: Post | None, page: int) -> Head:
        title = post.heading
        path = Urls.comments_page(post.path, page)
        has_comments = post.comments_open or post.counts.comments
        return replace(
            self.frame.head(title, path, self.frame.feeds.of_blog(), post.short_text),
            language=post.language,
            prev=self._urls.absolute(older.path) if older else "",
            next=self._urls.absolute(newer.path) if newer else "",
            activity_id=post.uri if post.federates else "",
            comments_feed=self.frame.feeds.of_comments(post.path, _("Comments on %(title)s") % {"title": title})
            if has_comments
            else None,
            webmention=self._urls.webmention if self._takes_webmentions(post) else "",
            kind="article",
            image=None if post.content_warning else self._preview_picture(post),
            published=post.published,
            modified=post.updated,
            tags=tuple(term.name for term in post.tags),
        )

    def _takes_form(self, post: Post) -> bool:
        return post.comments_open and post.kind is PostKind.POST and self._settings.comments.form

    def _takes_webmentions(self, post: Post) -> bool:
        return post.comments_open and self._settings.comments.webmentions

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


PAGE_BUILDER = web.AppKey("page builder", PageBuilder)
