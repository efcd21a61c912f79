"""Finds the post or comment that an address of this blog stands for."""

from syndicate.comments.draft import Target
from syndicate.content.text import canonical_path
from syndicate.model.comment import Comment
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.urls import Urls


async def locate(store: Tables, urls: Urls, address: str) -> tuple[Post | None, Comment | None]:
    """Find the post with any address that it ever had, or the comment with its id or its place on the post's page."""
    post, comment = await _at_address(store, urls, address)
    anchor = address.partition("#")[2]
    if post is not None and comment is None and anchor:
        comment = await store.comments.find_by_anchor(post.id, anchor)
    return post, comment


async def find_target(store: Tables, urls: Urls, address: str) -> Target | None:
    """Find the public post that an address leads to, and the comment under it that the fragment names."""
    if urls.path_of(address) is None:
        return None
    post, comment = await locate(store, urls, address)
    return Target(post=post, parent=comment) if post is not None and post.is_public else None


async def _at_address(store: Tables, urls: Urls, address: str) -> tuple[Post | None, Comment | None]:
    for uri in dict.fromkeys((address, address.partition("#")[0])) if address else ():
        post = await store.posts.find_by_uri(uri) or await store.posts.find_by_alias(uri)
        if post is not None:
            return post, None
        comment = await store.comments.find_by_uri(uri)
        if comment is not None:
            return await store.posts.find(comment.post), comment
    path = urls.path_of(address) if address else None
    return (None, None) if path is None else await _at_path(store, urls, canonical_path(path))


async def _at_path(store: Tables, urls: Urls, path: str) -> tuple[Post | None, Comment | None]:
    """Find the post or comment at one of our paths, with or without a trailing slash."""
    posts, comments = store.posts, store.comments
    for spelled in Urls.candidates(path):
        uri = urls.absolute(spelled)
        post = await posts.find_by_path(spelled) or await posts.find_by_alias(spelled) or await posts.find_by_uri(uri)
        if post is not None:
            return post, None
        comment = await comments.find_by_uri(uri)
        if comment is not None:
            return await posts.find(comment.post), comment
    return None, None
