"""What counts as news of a post for those to whom feeds are pushed. A minor change is none."""

from dataclasses import replace
from hashlib import sha256

from syndicate.model.post import Counts, Post

NEVER = "-"
"""The news of a post of which nobody was ever told."""


def news_of(post: Post) -> str:
    """A digest of what readers were last told that a post is, or NEVER. Counts are no news."""
    if post.news:
        return post.news
    return sha256(repr(replace(post, counts=Counts())).encode(errors="replace")).hexdigest()[:32]


def news_after(before: Post | None, *, minor: bool) -> str:
    """What a text that takes the place of `before` keeps as its news; empty where the text itself is news."""
    if not minor:
        return ""
    return news_of(before) if before is not None and before.is_public else NEVER
