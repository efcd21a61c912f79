"""FeatureRequest: an account asks to add a local actor to a collection (FEP-7aa9)."""

from syndicate.activitypub.access import as_id
from syndicate.activitypub.vocabulary import FEATURE_CONTEXT
from syndicate.errors import PERMANENT_REMOTE_ERRORS
from syndicate.federation.inbox.context import Context, Decision, ignored, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables


async def handle(activity: Activity, context: Context) -> Decision:
    """Reject the request, as `canFeature` of local actors says."""
    identity = context.local_actors.of_uri(activity.object)
    if identity is None:
        return ignored("feature.not-ours")
    try:
        actor = await context.actors.get(activity.actor)
    except PERMANENT_REMOTE_ERRORS:
        return ignored("actor.unavailable")
    request = {
        "id": activity.id,
        "type": "FeatureRequest",
        "actor": activity.actor,
        "object": activity.object,
        "instrument": as_id(activity.raw.get("instrument")),
    }

    async def reject(tx: Tables) -> Verdict:
        await context.outbox.send_to(
            tx, "Reject", request, to=actor.uri, inbox=actor.inbox, context=FEATURE_CONTEXT, by=identity.actor
        )
        return refused("feature.not-allowed")

    return reject
