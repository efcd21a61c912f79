"""Posts and comments → feed documents: which are in, and what is said of them."""

from datetime import datetime
from html import escape

from syndicate.config import SiteConfig
from syndicate.content.text import excerpt, plain
from syndicate.feeds import (
    Feed,
    FeedAuthor,
    FeedCategory,
    FeedDocument,
    FeedEnclosure,
    FeedEntry,
    FeedFormat,
    FeedPicture,
    InReplyTo,
    render,
)
from syndicate.model.post import Post
from syndicate.publishing.selections import Selection, author_slug
from syndicate.storage import Store
from syndicate.storage.comments import PlacedComment
from syndicate.urls import Urls

LENGTH = 20
TTL_MINUTES = 60
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})


class FeedDesk:
    """Makes feeds. `founded` dates a feed that never had an entry."""

    def __init__(self, store: Store, site: SiteConfig, urls: Urls, founded: datetime, icon: str) -> None:
        self._store, self._site, self._urls = store, site, urls
        self._founded, self._icon = founded, urls.absolute(icon)

    async def of_posts(self, selection: Selection, format: FeedFormat) -> FeedDocument:
        posts = await selection.fetch(LENGTH, 0)
        feed = self._feed(
            path=selection.path,
            page=selection.path,
            title=selection.title,
            format=format,
            entries=tuple(self._post(post) for post in posts),
        )
        return render(feed, format)

    async def of_comments(self, post: Post | None, format: FeedFormat) -> FeedDocument:
        """The comments of a post, or of the whole site."""
        placed = await self._store.comments.newest_shown(post=post.id if post else None, limit=LENGTH)
        title = f"Comments on {post.title or post.excerpt[:60]}" if post else "Comments"
        feed = self._feed(
            path=post.path if post else "/comments/",
            page=post.path if post else "/",
            title=title,
            format=format,
            entries=tuple(self._comment(comment) for comment in placed),
        )
        return render(feed, format)

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
            entries=entries,
        )

    def _post(self, post: Post) -> FeedEntry:
        url = self._urls.absolute(post.path)
        author = post.author or self._site.author
        takes_part = post.comments_open or post.counts.comments
        picture = post.picture
        return FeedEntry(
            id=post.guid,
            url=url,
            title=post.title,
            html=f"<p><strong>{escape(post.warning)}</strong></p>{post.html}" if post.warning else post.html,
            summary=post.summary or post.excerpt,
            published=post.published,
            updated=post.updated,
            authors=(FeedAuthor(name=author, url=self._urls.absolute(self._urls.author(author_slug(author)))),)
            if author
            else (),
            categories=tuple(FeedCategory(term=term.slug, label=term.name) for term in post.terms),
            enclosures=(
                FeedEnclosure(
                    url=post.enclosure.url, media_type=post.enclosure.media_type, length=post.enclosure.length
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
            comment_count=post.counts.comments if takes_part else None,
        )

    def _comment(self, placed: PlacedComment) -> FeedEntry:
        comment = placed.comment
        page = self._urls.absolute(placed.post_path)
        about = placed.post_title or "a note"
        return FeedEntry(
            id=comment.uri,
            url=f"{page}#{comment.anchor}",
            title=f"{comment.author.name} on {about}",
            html=comment.html,
            summary=excerpt(plain(comment.html)),
            published=comment.published,
            updated=comment.updated,
            authors=(FeedAuthor(name=comment.author.name, url=comment.author.url),),
            in_reply_to=InReplyTo(ref=placed.parent_uri or placed.post_guid, href=page),
        )
