"""Who gets a post, in numbers."""

from aiohttp import web

from syndicate.activitypub.parse import authority_of
from syndicate.model.post import PostKind, Visibility
from syndicate.web.admin.pages.posts import PublishAudience
from syndicate.web.keys import LOCAL_ACTORS, SETTINGS, STORE

MAX_INBOXES_COUNTED = 2000
"""Servers are counted by looking at so many inboxes; of more it is said that there are more."""


async def audience_of(request: web.Request, kind: PostKind, visibility: Visibility) -> PublishAudience:
    """Return who is notified of a post of this kind and visibility."""
    if kind is PostKind.PAGE:
        return PublishAudience(is_page=True)
    store, config, actor = request.app[STORE], request.app[SETTINGS].config, request.app[LOCAL_ACTORS].blog.actor
    push = await store.subscriptions.count() if config.feeds.hub else 0
    if visibility is Visibility.LOCAL:
        return PublishAudience(push=push, hubs=len(config.feeds.hubs), is_local=True)
    inboxes = await store.followers.list_inboxes(actor.id, after="", limit=MAX_INBOXES_COUNTED + 1)
    return PublishAudience(
        followers=await store.followers.count(actor.id),
        servers=len({authority_of(inbox) for inbox in inboxes[:MAX_INBOXES_COUNTED]}),
        has_more_servers=len(inboxes) > MAX_INBOXES_COUNTED,
        push=push,
        hubs=len(config.feeds.hubs),
        is_quiet=visibility is Visibility.QUIET,
    )
