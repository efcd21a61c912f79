"""What others say about a post or a comment by the author: replies, likes, shares, and the whole conversation."""

from functools import partial

from aiohttp import web

from syndicate.activitypub import render
from syndicate.errors import NotFound
from syndicate.model.comment import Comment, CommentSource
from syndicate.model.post import Counts, Post
from syndicate.storage import Store
from syndicate.web.activitypub.collection import (
    MAX_CURSOR_LENGTH,
    PAGE_SIZE,
    Collection,
    CollectionPage,
    answer_collection,
    dated_cursor,
    embedded_page_uri,
    is_page,
    joined,
    page_of,
)
from syndicate.web.activitypub.documents import raise_gone
from syndicate.web.keys import LOCAL_ACTORS, STORE, URLS

REACTION_KINDS = {"likes": "like", "shares": "share"}


def dependencies_of(post: Post) -> tuple[str, ...]:
    """Return the versions on which a post and its conversation depend."""
    return f"post:{post.id}", f"talk:{post.id}"


async def get_replies(request: web.Request) -> web.StreamResponse:
    """Return the comments of a post by their remote ids, with the first page embedded."""
    post = await federated_post(request)
    return await answer_collection(request, _replies(request, post.uri, post, None))


async def get_comment_replies(request: web.Request) -> web.StreamResponse:
    """Return the replies to a comment by the author."""
    uri, comment, post = await _federated_comment(request)
    return await answer_collection(request, _replies(request, uri, post, comment.id))


def _replies(request: web.Request, of: str, post: Post, to: str | None) -> Collection:
    store, cursor = request.app[STORE], dated_cursor(request)
    return Collection(
        uri=f"{of}/replies",
        dependencies=dependencies_of(post),
        total=partial(store.shown_comments.count_replies, post.id, to=to),
        page=partial(_replies_page, store, post, to, cursor),
        cursor=joined(cursor),
        is_ordered=False,
        is_embedded=True,
    )


async def _replies_page(
    store: Store, post: Post, to: str | None, cursor: tuple[str, str] | None = None
) -> CollectionPage:
    found = await store.shown_comments.list_replies(post.id, after=cursor, limit=PAGE_SIZE + 1, to=to)
    return page_of(found, lambda row: row[0], lambda row: joined(row[1:]))


async def get_context(request: web.Request) -> web.StreamResponse:
    """Return the whole conversation, oldest first: the post and every approved comment (FEP-f228)."""
    store, post, cursor = request.app[STORE], await federated_post(request), dated_cursor(request)

    async def total() -> int:
        return await store.shown_comments.count_replies(post.id) + 1

    async def page() -> CollectionPage:
        replies = await _replies_page(store, post, None, cursor)
        return replies if cursor else CollectionPage([post.uri, *replies.items], replies.next)

    return await answer_collection(
        request,
        Collection(
            uri=f"{post.uri}/context",
            dependencies=dependencies_of(post),
            total=total,
            page=page,
            cursor=joined(cursor),
            is_embedded=True,
            more={"attributedTo": request.app[LOCAL_ACTORS].blog.actor.uri},
        ),
    )


async def get_reactions(request: web.Request) -> web.StreamResponse:
    """Return the likes or shares of a post by their ids, with the first page embedded."""
    post = await federated_post(request)
    return await answer_collection(request, _reactions(request, post.uri, post, None))


async def get_comment_reactions(request: web.Request) -> web.StreamResponse:
    """Return the likes or shares of a comment by the author."""
    uri, comment, post = await _federated_comment(request)
    return await answer_collection(request, _reactions(request, uri, post, comment.id))


def _reactions(request: web.Request, of: str, post: Post, to: str | None) -> Collection:
    store, name = request.app[STORE], request.match_info["kind"]
    received, _, item = request.query.get("after", "")[:MAX_CURSOR_LENGTH].partition(",")
    cursor = (received, item) if item and is_page(request) else None

    async def total() -> int:
        current = await store.posts.find(post.id) or post
        counts = await store.reactions.get_counts(to) if to else current.counts
        return counts.likes if name == "likes" else counts.shares

    return Collection(
        uri=f"{of}/{name}",
        dependencies=dependencies_of(post),
        total=total,
        page=partial(_reactions_page, store, post, to, REACTION_KINDS[name], cursor),
        cursor=joined(cursor),
        is_ordered=False,
        is_embedded=True,
    )


async def _reactions_page(
    store: Store, post: Post, to: str | None, kind: str, cursor: tuple[str, str] | None = None
) -> CollectionPage:
    found = await store.reactions.list_shown(post.id, to, kind, after=cursor, limit=PAGE_SIZE + 1)
    return page_of(found, lambda row: row[0], lambda row: f"{row[1]},{row[0]}")


async def interactions_of(
    request: web.Request, uri: str, post: Post, comment: Comment | None, counts: Counts
) -> render.InteractionCounts:
    """Return the counts and first pages of the replies, likes and shares of a post or of a comment by the author."""
    store, to = request.app[STORE], comment.id if comment else None
    replies = await store.shown_comments.count_replies(post.id, to=to)
    return render.InteractionCounts(
        replies=_summary(f"{uri}/replies", replies, await _replies_page(store, post, to)),
        likes=_summary(f"{uri}/likes", counts.likes, await _reactions_page(store, post, to, "like")),
        shares=_summary(f"{uri}/shares", counts.shares, await _reactions_page(store, post, to, "share")),
    )


def _summary(uri: str, total: int, page: CollectionPage) -> render.CollectionSummary:
    follow = None if page.next is None else embedded_page_uri(uri, page.next)
    return render.CollectionSummary(total=total, first=tuple(page.items), next=follow)


async def federated_post(request: web.Request) -> Post:
    """Return the post that the address names. Raises NotFound or Gone."""
    uri = request.app[URLS].post(request.match_info["id"])
    post = await request.app[STORE].posts.find_by_uri(uri)
    if post is None or not post.federates:
        await raise_gone(request, uri)
    return post


async def _federated_comment(request: web.Request) -> tuple[str, Comment, Post]:
    """Return the id of the comment by the author that the address names, with it and its post. Raises NotFound, Gone."""
    uri = request.app[URLS].comment(request.match_info["id"])
    comment, post = await own_comment(request, uri)
    if not post.federates:
        raise NotFound(uri)
    return uri, comment, post


async def own_comment(request: web.Request, uri: str) -> tuple[Comment, Post]:
    """Return a comment by the author and its public post. Raises NotFound or Gone."""
    comment = await request.app[STORE].comments.find_by_uri(uri)
    post = await request.app[STORE].posts.find(comment.post) if comment else None
    if comment is None or comment.source is not CommentSource.OWN or post is None or not post.is_public:
        await raise_gone(request, uri)
    return comment, post
