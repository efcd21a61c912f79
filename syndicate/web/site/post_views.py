"""Posts and comments as pages show them."""

from syndicate.activitypub.parse import host_of
from syndicate.model.comment import Comment, CommentSource
from syndicate.model.post import Post
from syndicate.publishing.listings import author_slug
from syndicate.storage.citations import Citation
from syndicate.storage.received_notes import ShownQuote
from syndicate.urls import Urls
from syndicate.web.site.pages import CommentsState, Link, PostView
from syndicate.web.site.safe_html import SafeHtml
from syndicate.web.site.threads import CommentView, ReactionView


def post_view(
    post: Post, urls: Urls, site_author: str, *, full_text: bool = False, citation: Citation | None = None
) -> PostView:
    """Return a post; lists show its text only if it is a note. `citation` is what is known of its reference."""
    is_note = not post.title
    author = post.author or site_author
    picture = post.picture
    if picture is not None and picture.url in post.html:
        picture = None
    state = CommentsState.OPEN if post.comments_open else CommentsState.CLOSED
    return PostView(
        title=post.title,
        html=SafeHtml(post.html if full_text or is_note else ""),
        url=urls.absolute(post.path),
        uri=post.uri if post.federates else "",
        author=author,
        author_href=urls.author(author_slug(author)) if author else "",
        language=post.language,
        published=post.published,
        updated=post.updated,
        summary=post.summary,
        excerpt=post.excerpt,
        categories=tuple(Link(label=term.name, href=urls.category(term.slug)) for term in post.categories),
        tags=tuple(
            Link(label=term.name, href=urls.tag(term.slug))
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
        reference=post.reference,
        citation=citation,
        comments_state=state if post.federates else CommentsState.NONE if post.comments_open else state,
    )


def comment_view(comment: Comment, anchors: dict[str, str], post: Post, *, has_form: bool = False) -> CommentView:
    """Return a comment under a post, which may have a comment form. `anchors` are those of the comments on its page, by
    id."""
    author = comment.author
    return CommentView(
        anchor=comment.anchor,
        parent=anchors.get(comment.parent or "", ""),
        author=author.name,
        author_url=author.url,
        handle=author.handle,
        avatar=author.avatar,
        url="" if comment.source is CommentSource.OWN else comment.url,
        host=host_of(author.uri) if comment.source is CommentSource.WEBMENTION else "",
        kind=comment.kind,
        is_own=comment.source is CommentSource.OWN,
        uri=comment.uri if post.federates and comment.is_federated else "",
        takes_replies=post.comments_open,
        form=Urls.comment_form(post.path, anchor=comment.anchor) if has_form else "",
        html=SafeHtml(comment.html),
        language=comment.language,
        published=comment.published,
        edited=comment.updated if comment.is_edited else None,
    )


def quote_view(quote: ShownQuote, number: int) -> CommentView:
    """Return a quote as it stands under its post."""
    return CommentView(
        anchor=f"quote-{number}",
        author=quote.name or quote.handle or host_of(quote.actor),
        author_url=quote.home,
        handle=quote.handle,
        avatar=quote.avatar,
        url=quote.url,
        html=SafeHtml(quote.html),
        published=quote.published,
    )


def reaction_view(comment: Comment) -> ReactionView:
    """Return a like or repost."""
    return ReactionView(kind=comment.kind, author=comment.author.name, url=comment.url, published=comment.published)
