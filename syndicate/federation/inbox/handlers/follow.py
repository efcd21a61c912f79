"""Follow: an account wants to follow a local actor (ActivityPub §7.5)."""

from collections.abc import Sequence

from syndicate.activitypub import render
from syndicate.activitypub.parse import authority_of, host_of, origin
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.actors.software import SOFTWARE_LOOKUP_DELAY
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.federation.inbox.rejections import reject
from syndicate.federation.outbox import featured
from syndicate.model.activity import Activity, Verdict
from syndicate.model.actor import LocalActor, RemoteActor
from syndicate.model.post import Post
from syndicate.storage import Tables
from syndicate.storage.followers import Follower
from syndicate.transport.address import is_denied_host


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Save the follower and accept, each time it asks: Mastodon follows again after a key rotation and waits for an
    answer to the new id."""
    ours = context.local_actors.followable(activity.object)
    if ours is None:
        return ignored("follow.not-ours")
    undone = await context.store.tombstones.find(activity.id)
    if undone is not None and undone.origin == origin(activity.actor):
        return ignored("follow.undone")
    try:
        actor = await context.actors.get(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    if not _is_usable_inbox(actor, context):
        return refused("follow.inbox-refused")
    follower = Follower(
        local_actor=ours.id,
        actor=actor.uri,
        follow=activity.id,
        inbox=actor.shared_inbox or actor.inbox,
        since=context.clock(),
    )
    follow = render.follow_as_received(activity.id, activity.actor, activity.object)
    newest = await featured.fallback_posts(context.store, context.local_actors, ours)

    async def accept(tx: Tables) -> Verdict:
        if await tx.foreign_inboxes.is_full(actor.uri):
            return refused("follow.inbox-refused")
        new = await tx.followers.save(follower)
        await tx.versions.move("followers")
        await tx.hosts.schedule_software_check(authority_of(follower.inbox), context.clock() + SOFTWARE_LOOKUP_DELAY)
        await context.outbox.send_to(tx, "Accept", follow, to=actor.uri, inbox=actor.inbox, by=ours)
        if new and await tx.followers.list_on_server(ours.id, origin(actor.uri), after="", limit=2) == [actor.uri]:
            await _unpin(tx, newest, actor, ours, context)
        return done("follow.accepted" if new else "follow.renewed")

    return accept


async def _unpin(
    tx: Tables, posts: Sequence[Post], actor: RemoteActor, ours: LocalActor, context: InboxContext
) -> None:
    """Remove the newest posts from the featured collection of a server with its first follower: from now on it receives
    the posts themselves."""
    for post in posts:
        await context.outbox.send_to(
            tx, "Remove", post.uri, to=actor.uri, inbox=actor.inbox, by=ours, target=ours.featured
        )


def _is_usable_inbox(actor: RemoteActor, context: InboxContext) -> bool:
    """Whether the inbox of an actor may be used: on its own host, or on another public one (any if private peers are
    allowed, else its id could not have been fetched), but never on ours."""
    if origin(actor.inbox) == origin(actor.uri):
        return True
    is_public = is_denied_host(host_of(actor.uri)) or not is_denied_host(host_of(actor.inbox))
    return is_public and origin(actor.inbox) != origin(context.urls.base)


async def reject_blocked(activity: Activity, context: InboxContext) -> Decision:
    """Answer a blocked account with a Reject, so that its Follow does not stay pending for ever."""
    ours = context.local_actors.followable(activity.object)
    if ours is None:
        return ignored("follow.not-ours")
    follow = render.follow_as_received(activity.id, activity.actor, activity.object)
    return await reject(activity, follow, context, refused("sender.blocked"), by=ours)
