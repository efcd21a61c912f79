"""Map posts and comments to entries of feeds."""

from html import escape
from urllib.parse import quote

from syndicate.config import FeedsConfig
from syndicate.content import warning
from syndicate.content.direction import in_language
from syndicate.content.html import for_readers, shows
from syndicate.content.reference_line import reference_line
from syndicate.content.text import excerpt, plain
from syndicate.feeds import (
    Conversation,
    FeedAuthor,
    FeedCategory,
    FeedEnclosure,
    FeedEntry,
    FeedPicture,
    InReplyTo,
)
from syndicate.model.post import Picture, Post, Reference, ReferenceKind
from syndicate.publishing.listings import author_slug
from syndicate.publishing.news import news_of
from syndicate.storage.shown_comments import PlacedComment
from syndicate.storage.site_settings import SiteSettings
from syndicate.urls import Urls


class EntryBuilder:
    """Builds entries. `config` says how much of a post they hold."""

    def __init__(self, settings: SiteSettings, config: FeedsConfig, urls: Urls) -> None:
        self._settings, self._config, self._urls = settings, config, urls

    def post(self, post: Post) -> FeedEntry:
        """Return the entry of a post."""
        url = self._urls.absolute(post.path)
        author = post.author or self._settings.site.author
        takes_part = post.comments_open or post.counts.comments
        picture = None if post.content_warning else post.picture
        return FeedEntry(
            id=post.guid,
            url=url,
            title=post.title,
            html=in_language(self._content(post), post.language, self._settings.site.language),
            summary=post.short_text,
            published=post.published,
            updated=post.updated,
            authors=(FeedAuthor(name=author, url=self._urls.absolute(self._urls.author(author_slug(author)))),)
            if author
            else (),
            categories=tuple(FeedCategory(name=term.name) for term in post.terms),
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
            comment_count=post.counts.announced_comments if takes_part else None,
            conversation=Conversation(
                id=post.uri,
                replies=f"{post.uri}/replies",
                reply_url=self._urls.absolute(f"/reply/?to={quote(post.uri, safe=':/')}") if post.comments_open else "",
            )
            if post.federates
            else None,
            in_reply_to=_answered(post.reference),
            news=news_of(post),
        )

    def _content(self, post: Post) -> str:
        """Return what a feed shows of a post: its cover picture and the text. A sensitive post is folded behind its
        content warning, with its picture; of its picture and text only the warning remains in an excerpt.
        """
        if self._config.content != "full":
            cover = "" if post.content_warning else _cover(post.picture)
            return cover + _beginning(post.short_text, self._urls.absolute(post.path))
        html = for_readers(post.html)
        if post.picture is None or not shows(html, post.picture.url):
            html = _cover(post.picture) + html
        html = (reference_line(post.reference) if post.reference else "") + html
        return warning.behind(post.content_warning, html)

    def comment(self, placed: PlacedComment) -> FeedEntry:
        """Return the entry of a comment."""
        comment = placed.comment
        page = self._urls.absolute(placed.post_path)
        about = placed.post_title or "a note"
        notice, _ = warning.apart(comment.html)
        return FeedEntry(
            id=comment.uri,
            url=f"{page}#{comment.anchor}",
            title=f"{comment.author.name} on {about}",
            html=in_language(comment.html, comment.language, self._settings.site.language),
            summary=notice or excerpt(plain(comment.html)),
            published=comment.published,
            updated=comment.updated,
            authors=(FeedAuthor(name=comment.author.name, url=comment.author.url),),
            language=comment.language,
            in_reply_to=InReplyTo(ref=placed.parent_uri or placed.post_guid, href=page),
        )


def _cover(picture: Picture | None) -> str:
    """Return the paragraph with a post's picture, for the beginning of its text."""
    if picture is None:
        return ""
    size = f' width="{picture.width}" height="{picture.height}"' if picture.width and picture.height else ""
    return f'<p><img src="{escape(picture.url)}" alt="{escape(picture.alt)}"{size}></p>'


def _answered(reference: Reference | None) -> InReplyTo | None:
    """Return what a post answers (RFC 4685)."""
    if reference is None or reference.kind is not ReferenceKind.REPLY:
        return None
    return InReplyTo(ref=reference.object or reference.address, href=reference.address)


def _beginning(summary: str, url: str) -> str:
    """Return the excerpt that a feed shows when the author wants the rest to be read on the page."""
    return f'<p>{escape(summary)}</p><p><a href="{escape(url)}">Read on</a></p>'
