"""The featured collection: the pinned posts, or the newest ones for servers without a follower.

A server fetches it when it first discovers an account, before anybody there follows it. From the first follower on it
receives the posts themselves, and would show the newest ones a second time as pinned.
"""

from collections.abc import Sequence

from syndicate.federation.actors.local_actors import LocalActors
from syndicate.model.actor import LocalActor, Role
from syndicate.model.post import Post
from syndicate.storage import Store

MAX_NEWEST = 5
MAX_PINNED = 20


async def pinned(store: Store, actor: LocalActor) -> list[Post]:
    """Return the pinned posts. Only the blog pins posts."""
    if actor.role is not Role.BLOG:
        return []
    return await _announced(store, await store.post_lists.list_pinned(MAX_PINNED))


async def fallback_posts(store: Store, local_actors: LocalActors, actor: LocalActor) -> list[Post]:
    """Return the newest posts of an account that has pinned none."""
    subject = local_actors.subject_of(actor.id)
    if subject is not None:
        posts = await store.post_lists.list_by_terms(subject[0], [subject[1]], limit=MAX_NEWEST)
    elif actor.role is Role.BLOG and not await pinned(store, actor):
        posts = await store.post_lists.list_federated(before=None, limit=MAX_NEWEST)
    else:
        return []
    return await _announced(store, posts)


async def _announced(store: Store, posts: Sequence[Post]) -> list[Post]:
    """Return the posts that other servers may have."""
    pending = await store.announcements.filter_pending([post.id for post in posts])
    return [post for post in posts if post.federates and post.id not in pending]
