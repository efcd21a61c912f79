"""Update: an object or actor has changed (ActivityPub §7.3)."""

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.addressing import reach
from syndicate.activitypub.parse import origin
from syndicate.activitypub.vocabulary import ACTOR_TYPES
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.actors import profiles
from syndicate.federation.actors.remote_actors import author_of
from syndicate.federation.inbox import received_notes, replies, timeline
from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Refetch an actor; update a comment or a post of a followed account, if the new version is newer."""
    document = as_object(activity.raw.get("object"))
    if activity.object == activity.actor or ACTOR_TYPES.intersection(types(document.get("type"))):
        return await _actor(activity, context)
    if not document or activity.forwarded:
        if origin(activity.object) != origin(activity.actor):
            return refused("object.origin")
        envelope = {} if activity.forwarded else activity.raw
        return await replies.fetch(activity.object, document, envelope, context)
    known = await context.store.comments.find_by_uri(as_id(document))
    if known is not None and known.author.uri != activity.actor:
        return refused("update.not-owner")
    reached = reach(activity.raw, document)
    decision = await timeline.take(document, reached, activity.actor, context) if known is None else None
    if decision is None:
        decision = await replies.take(document, reached, activity.actor, context)
    return await received_notes.keep_for_author(decision, document, activity.raw, activity.actor, context)


async def _actor(activity: Activity, context: InboxContext) -> Decision:
    """Refetch an actor: keys and inboxes in the body are not trusted."""
    if activity.object != activity.actor:
        return refused("update.not-owner")
    if await context.store.remote_actors.find(activity.actor) is None:
        return ignored("actor.unknown")
    try:
        actor = await context.actors.refresh(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    author = author_of(actor)

    async def renew(tx: Tables) -> Verdict:
        await profiles.follow_update(tx, actor)
        posts = await tx.comments.rename_author(author)
        await tx.versions.move(*(f"talk:{post}" for post in posts))
        return done("actor.updated")

    return renew
