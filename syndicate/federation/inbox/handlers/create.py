"""Create: a reply to a post or comment, or a post of a followed account (ActivityPub §7.2)."""

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.addressing import reach
from syndicate.activitypub.parse import origin
from syndicate.federation.inbox import received_notes, replies, timeline
from syndicate.federation.inbox.context import Decision, InboxContext, refused
from syndicate.model.activity import Activity


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Save a reply as a comment, and a post of a followed account for the blogroll; ignore everything else."""
    note = as_object(activity.raw.get("object"))
    if not note or activity.forwarded:
        if origin(activity.object) != origin(activity.actor):
            return refused("object.origin")
        envelope = {} if activity.forwarded else activity.raw
        return await replies.fetch(activity.object, note, envelope, context)
    if not as_id(note):
        return refused("object.id")
    reached = reach(activity.raw, note)
    decision = await timeline.take(note, reached, activity.actor, context)
    if decision is None:
        decision = await replies.take(note, reached, activity.actor, context)
    return await received_notes.keep_for_author(decision, note, activity.raw, activity.actor, context)
