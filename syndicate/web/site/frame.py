"""What all pages have in common: the navigation, the head, and how they are rendered and cached."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from syndicate.errors import StorageError
from syndicate.federation.outbox.account_deletion import deleted_at
from syndicate.model.media_names import name_of_smaller
from syndicate.model.post import Picture
from syndicate.storage import Store
from syndicate.storage.look import LookPicture, look_of
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.feed_links import FeedLinks
from syndicate.web.site.pages import ErrorPage, FeedLink, Head, Link, Page, Paging, Site
from syndicate.web.site.rendering import PageRenderer

MAX_NAVIGATION_PAGES = 6
MAX_NAVIGATION_CANDIDATES = 100
MAX_AVATAR_WIDTH, MAX_HEADER_WIDTH = 480, 1600
HTML = "text/html; charset=utf-8"
NAVIGATION = (
    Link(label=_("Archives"), href="/archives/"),
    Link(label=_("Blogroll"), href="/blogroll/"),
    Link(label=_("Subscribe"), href="/subscribe/"),
)
ABOUT = Link(label=_("About"), href="/about/")


class PageFrame:
    """Makes the site and the head of every page, and renders it."""

    def __init__(self, store: Store, settings: SiteSettings, urls: Urls, pages: PageRenderer) -> None:
        self._store, self._settings, self._urls, self._pages = store, settings, urls, pages

    @property
    def feeds(self) -> FeedLinks:
        return FeedLinks(self._urls, self._settings.site.name)

    async def site(self) -> Site:
        """Return the site with the author's own pages in its navigation."""
        pages = [
            Link(label=title, href=path)
            for path, title in await self._store.post_lists.list_page_links(MAX_NAVIGATION_CANDIDATES)
        ]
        roots = await self._store.legacy_redirects.list_roots()
        about = await self._store.posts.find_by_path("/about/") or await self._store.posts.find_by_alias("/about/")
        own = about is not None and about.is_public
        who = Link(label=about.title or _("About"), href=about.path) if about and own else ABOUT
        pages = [page for page in pages if _is_top_level(page.href, roots) and page.href != who.href]
        site = self._site_with(who, *pages[:MAX_NAVIGATION_PAGES])
        return replace(site, handle="", federates=False) if await deleted_at(self._store) else site

    def _site_with(self, *pages: Link) -> Site:
        """Return the site with these pages in its navigation, after the fixed entries."""
        config, look = self._settings.site, look_of(self._settings)
        return Site(
            title=config.name,
            tagline=config.tagline,
            author=config.author,
            language=config.language,
            url=self._urls.home,
            handle=f"@{config.account}",
            navigation=(*NAVIGATION, *(pages or (ABOUT,))),
            avatar=Urls.media(look.picture.within(MAX_AVATAR_WIDTH)[0]) if look.picture else "",
            avatar_alt=look.picture.alt if look.picture else "",
            header=_header(look.header) if look.header else None,
            licence=Link(label=_("Licence"), href=config.licence) if config.licence else None,
        )

    def head(self, title: str, path: str, feeds: tuple[FeedLink, ...] = (), description: str = "") -> Head:
        """Return the head of the page at `path`."""
        site = self._settings.site
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

    def rendered(self, page: Page, dependencies: Sequence[str], *, representations: bool = False) -> RenderedDocument:
        """Render a page. With `representations`, ActivityStreams has the same address and responses vary by
        `Accept`."""
        return RenderedDocument(
            body=self._pages.render(page),
            media_type=HTML,
            dependencies=tuple(dependencies),
            vary="Accept, Accept-Encoding" if representations else "Accept-Encoding",
        )

    def render(self, page: Page) -> bytes:
        """Render a page that is not cached."""
        return self._pages.render(page)

    async def error(self, status: int, heading: str, text: str) -> bytes:
        """Return an error page, which is never cached.

        For server errors it is built from the settings alone, since the database may be the cause.
        """
        head = Head(title=heading, language=self._settings.site.language, robots="noindex", feeds=self.feeds.of_blog())
        site = self._site_with() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else await self._site_if_readable()
        return self._pages.render(ErrorPage(site=site, head=head, status=status, heading=heading, text=text))

    async def _site_if_readable(self) -> Site:
        try:
            return await self.site()
        except StorageError:
            return self._site_with()


def _header(picture: LookPicture) -> Picture:
    name, media_type = picture.within(MAX_HEADER_WIDTH)
    forms = [f"{Urls.media(name_of_smaller(picture.name, width))} {width}w" for width in picture.widths]
    return Picture(url=Urls.media(name), alt=picture.alt, media_type=media_type, srcset=", ".join(forms))


def paging(base: str, page: int, pages: int) -> Paging | None:
    """Return the position of a page in the list at `base`, or None if there is only one page."""
    if pages <= 1:
        return None
    newer = "" if page == 1 else base if page == 2 else f"{base}page/{page - 1}/"
    older = f"{base}page/{page + 1}/" if page < pages else ""
    return Paging(page=page, pages=pages, newer=newer, older=older)


def _is_top_level(path: str, roots: Sequence[str]) -> bool:
    """Return whether a page is at the top level, below the root or below the directory of an imported blog."""
    root = next((root for root in roots if path.startswith(f"{root}/")), "")
    return path.removeprefix(root).strip("/").count("/") == 0
