"""Create: somebody wrote something, perhaps an answer to us (ActivityPub §7.2)."""

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.addressing import reach, reach_of
from syndicate.activitypub.parse import origin
from syndicate.federation import replies
from syndicate.federation.context import FOR_GOOD, Context, Decision, ignored, refused
from syndicate.model.activity import Activity


async def handle(activity: Activity, context: Context) -> Decision:
    """Keep a reply to one of our posts as a comment; let everything else pass."""
    note = as_object(activity.raw.get("object"))
    if not note or activity.forwarded:
        return await _fetched(activity, context)
    if not as_id(note):
        return refused("object.id")
    return await replies.take(note, reach(activity.raw, note), activity.actor, context)


async def _fetched(activity: Activity, context: Context) -> Decision:
    """The object was only named, or came by somebody else's hand: its own origin says what it is."""
    if not activity.object or origin(activity.object) != origin(activity.actor):
        return refused("object.origin")
    try:
        note = await context.object(activity.object)
    except FOR_GOOD:
        return ignored("object.unavailable")
    return await replies.take(note, reach_of(note), as_id(note.get("attributedTo")), context)
