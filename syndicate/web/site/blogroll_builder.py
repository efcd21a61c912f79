"""Builds the pages of the blogroll and of the river, the newest posts of its blogs."""

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from aiohttp import web

from syndicate.blogroll.documents import BLOGROLL, RIVER
from syndicate.clock import Clock, to_text
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.model.blogroll import BlogrollEntry
from syndicate.storage import Store
from syndicate.storage.feed_entries import RiverPost
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.blogroll_pages import BlogrollGroup, BlogrollItem, BlogrollPage, RiverItem, RiverPage
from syndicate.web.site.frame import PageFrame, paging
from syndicate.web.site.pages import Link

RIVER_POSTS_PER_PAGE = 50
BLOGS_PER_PAGE = 500
DEPENDENCIES = ("site", "blogroll", "river")


class BlogrollPages:
    """Builds and renders the pages of the blogroll."""

    def __init__(
        self,
        frame: PageFrame,
        store: Store,
        settings: SiteSettings,
        urls: Urls,
        local_actors: LocalActors,
        clock: Clock,
    ) -> None:
        self._frame, self._store, self._settings, self._urls = frame, store, settings, urls
        self._local_actors, self._clock = local_actors, clock

    async def blogroll(self, page: int) -> RenderedDocument | None:
        """Return a page of the blogroll, or None beyond the last page."""
        table, skip = self._store.blogroll, (page - 1) * BLOGS_PER_PAGE
        entries = await table.list_page(self._settings.config.blogroll.order, limit=BLOGS_PER_PAGE, skip=skip)
        if not entries and page > 1:
            return None
        pages = max(-(-await table.count() // BLOGS_PER_PAGE), page)
        path = BLOGROLL if page == 1 else f"{BLOGROLL}page/{page}/"
        view = BlogrollPage(
            site=await self._frame.site(),
            head=self._frame.head(
                _("Blogroll"),
                path,
                self._frame.feeds.of_list(BLOGROLL, _("Blogroll")),
                _("The blogs that {author} reads", author=self._byline),
            ),
            groups=tuple(
                BlogrollGroup(title=category, entries=tuple(self._blog(entry) for entry in group))
                for category, group in groupby(entries, key=lambda entry: entry.category)
            ),
            paging=paging(BLOGROLL, page, pages),
            opml=self._urls.absolute("/blogroll.opml"),
            river=RIVER,
            account=self._blogroll_account(),
        )
        return self._frame.rendered(view, DEPENDENCIES)

    async def river(self, before: tuple[str, str] | None) -> RenderedDocument | None:
        """Return a page of the river, or None if there are no older posts."""
        found = await self._store.feed_entries.list_river(before=before, limit=RIVER_POSTS_PER_PAGE + 1)
        if before and not found:
            return None
        last = found[RIVER_POSTS_PER_PAGE - 1] if len(found) > RIVER_POSTS_PER_PAGE else None
        description = _("News of the blogs that {author} reads", author=self._byline)
        head = self._frame.head(_("River"), RIVER, self._frame.feeds.of_list(RIVER, _("River")), description)
        view = RiverPage(
            site=await self._frame.site(),
            head=replace(head, robots="noindex", canonical="" if before else head.canonical),
            posts=tuple(self._river_item(post) for post in found[:RIVER_POSTS_PER_PAGE]),
            is_first=before is None,
            older=f"{RIVER}?before={to_text(last.published)},{last.id}" if last else "",
            account=self._blogroll_account(),
        )
        return self._frame.rendered(view, DEPENDENCIES)

    def _blog(self, entry: BlogrollEntry) -> BlogrollItem:
        latest = entry.latest
        quiet = timedelta(days=self._settings.config.blogroll.quiet_after)
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
        return self._settings.site.author or self._settings.site.name


BLOGROLL_PAGES = web.AppKey("blogroll pages", BlogrollPages)
