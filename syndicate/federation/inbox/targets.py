"""Resolves an address to a post or comment."""

from syndicate.comments import targets
from syndicate.federation.inbox.context import InboxContext
from syndicate.model.comment import Comment
from syndicate.model.post import Post


async def locate(context: InboxContext, address: str) -> tuple[Post | None, Comment | None]:
    """Find the post with any address that it ever had, or the comment with its id or its place on the post's page."""
    return await targets.locate(context.store, context.urls, address)
