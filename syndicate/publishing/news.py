"""Decide what counts as news of a post for WebSub subscribers. A minor change does not."""

from dataclasses import replace
from hashlib import sha256

from syndicate.model.post import Counts, Post

NEVER = "-"
"""The news of a post that was never announced."""


def news_of(post: Post) -> str:
    """Return a digest of the post as it was last announced to readers, or NEVER. Comment counts are not part of it."""
    if post.news:
        return post.news
    return sha256(repr(replace(post, counts=Counts())).encode(errors="replace")).hexdigest()[:32]


def news_after(before: Post | None, *, minor: bool) -> str:
    """Return the news to store with a text that replaces `before`; empty if the new text is news itself."""
    if not minor:
        return ""
    return news_of(before) if before is not None and before.is_public else NEVER
