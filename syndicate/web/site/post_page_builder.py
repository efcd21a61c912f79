"""Builds the pages of single posts, with their comments, quotes and reactions, and the comment form.

A `RenderedDocument` has its cache dependencies; None is returned where there is no such page.
"""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from syndicate.comments.draft import Target
from syndicate.comments.quotes import list_shown as list_shown_quotes
from syndicate.comments.reader_form import TypedComment
from syndicate.content.html import largest_within, shown
from syndicate.media.kinds import type_by_name
from syndicate.model.post import Picture, Post, PostKind
from syndicate.storage import Store
from syndicate.storage.citations import Citation
from syndicate.storage.site_settings import SiteSettings
from syndicate.translation import _
from syndicate.urls import Urls
from syndicate.web.http.response_cache import RenderedDocument
from syndicate.web.site.frame import PageFrame
from syndicate.web.site.pages import CommentFormPage, Head, Link, Page, PagePage, Paging, PostPage, PostView
from syndicate.web.site.post_views import comment_view, post_view, quote_view, reaction_view
from syndicate.web.site.threads import CommentView

COMMENTS_PER_PAGE = 200
MAX_PREVIEW_WIDTH = 1200
"""Pixels of the picture that other programs show beside a link (Open Graph)."""
MAX_REACTIONS = 100
"""How many of the blogs that liked or reposted a post are named under it."""


class PostPageBuilder:
    """Builds and renders the pages of posts."""

    def __init__(self, frame: PageFrame, store: Store, settings: SiteSettings, urls: Urls) -> None:
        self._frame, self._store, self._settings, self._urls = frame, store, settings, urls

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
        site = await self._frame.site()
        citation = await self._store.citations.find(post.reference.address) if post.reference else None
        shown = self._view(post, citation=citation)
        full = replace(shown, form=post.path if self._takes_form(post) else "", takes_mail=self._takes_mail)
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
        rendered = self._frame.rendered(view, dependencies, representations=True)
        if not head.webmention:
            return rendered
        return replace(rendered, headers=(("Link", f'<{head.webmention}>; rel="webmention"'),))

    async def preview(self, post: Post) -> bytes:
        """Return the page of a post that readers do not see yet."""
        head = Head(title=post.heading, language=post.language, robots="noindex, nofollow")
        view = self._view(post)
        page = PagePage if post.kind is PostKind.PAGE else PostPage
        return self._frame.render(page(site=await self._frame.site(), head=head, post=view))

    async def comment_form(
        self,
        target: Target,
        typed: TypedComment,
        *,
        errors: Mapping[str, str],
        token: str,
        problem: str,
        sent: str,
    ) -> bytes:
        """Return the comment form for a post, or for a comment under it. It is never cached."""
        post, parent = target.post, target.parent
        head = replace(self._frame.head(_("Leave a comment"), "/comments/new", ()), robots="noindex", canonical="")
        view = CommentFormPage(
            site=await self._frame.site(),
            head=head,
            about=Link(label=post.heading, href=post.path),
            to=f"{post.path}#{parent.anchor}" if parent else post.path,
            answers=parent.author.name if parent else "",
            typed=typed,
            errors=errors,
            token=token,
            problem=problem,
            sent=sent,
            takes_mail=self._takes_mail,
        )
        return self._frame.render(view)

    # parts of pages

    def _view(self, post: Post, *, citation: Citation | None = None) -> PostView:
        return post_view(post, self._urls, self._settings.site.author, full_text=True, citation=citation)

    async def _comments(self, post: Post, page: int) -> tuple[tuple[CommentView, ...] | None, Paging | None]:
        """Return a page of the comments in chronological order, or None beyond the last page."""
        pages = max(-(-post.counts.comments // COMMENTS_PER_PAGE), 1)
        if page > pages:
            return None, None
        comments = await self._store.shown_comments.list_shown(
            post.id, limit=COMMENTS_PER_PAGE, skip=(page - 1) * COMMENTS_PER_PAGE
        )
        anchors = {comment.id: comment.anchor for comment in comments}
        has_form = self._takes_form(post)
        views = tuple(comment_view(comment, anchors, post, has_form=has_form) for comment in comments)
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

    def _post_head(self, post: Post, older: Post | None, newer: Post | None, page: int) -> Head:
        title = post.heading
        path = Urls.comments_page(post.path, page)
        has_comments = post.comments_open or post.counts.comments
        return replace(
            self._frame.head(title, path, self._frame.feeds.of_blog(), post.short_text),
            language=post.language,
            prev=self._urls.absolute(older.path) if older else "",
            next=self._urls.absolute(newer.path) if newer else "",
            activity_id=post.uri if post.federates else "",
            comments_feed=self._frame.feeds.of_comments(post.path, _("Comments on {title}", title=title))
            if has_comments
            else None,
            webmention=self._urls.webmention if self._takes_webmentions(post) else "",
            kind="article",
            image=None if post.content_warning else self._preview_picture(post),
            published=post.published,
            modified=post.updated,
            tags=tuple(term.name for term in post.tags),
        )

    @property
    def _takes_mail(self) -> bool:
        """Whether the comment form asks for a mail address: there is a mail server for the notice of an answer."""
        return self._settings.config.mail.is_complete

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


POST_PAGE_BUILDER = web.AppKey("post page builder", PostPageBuilder)
