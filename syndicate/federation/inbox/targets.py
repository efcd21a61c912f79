"""Resolves an address to a post or comment."""

from syndicate.content.text import canonical_path
from syndicate.federation.inbox.context import Context
from syndicate.model.comment import Comment
from syndicate.model.post import Post
from syndicate.urls import Urls


async def locate(context: Context, address: str) -> tuple[Post | None, Comment | None]:
    """Find the post with any address that it ever had, or the comment with its id or its place on the post's page."""
    post, comment = await _at_address(context, address)
    anchor = address.partition("#")[2]
    if post is not None and comment is None and anchor.startswith("comment-"):
        comment = await context.store.comments.find_by_anchor(post.id, anchor)
    return post, comment


async def _at_address(context: Context, address: str) -> tuple[Post | None, Comment | None]:
    for uri in dict.fromkeys((address, address.partition("#")[0])) if address else ():
        post = await context.store.posts.find_by_uri(uri) or await context.store.posts.find_by_alias(uri)
        if post is not None:
            return post, None
        comment = await context.store.comments.find_by_uri(uri)
        if comment is not None:
            return await context.store.posts.find(comment.post), comment
    path = context.urls.path_of(address) if address else None
    return (None, None) if path is None else await _at_path(context, canonical_path(path))


async def _at_path(context: Context, path: str) -> tuple[Post | None, Comment | None]:
    """Find the post or comment at one of our paths, with or without a trailing slash."""
    posts, comments = context.store.posts, context.store.comments
    for spelled in Urls.candidates(path):
        uri = context.urls.absolute(spelled)
        post = await posts.find_by_path(spelled) or await posts.find_by_alias(spelled) or await posts.find_by_uri(uri)
        if post is not None:
            return post, None
        comment = await comments.find_by_uri(uri)
        if comment is not None:
            return await posts.find(comment.post), comment
    return None, None
