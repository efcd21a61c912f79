"""FeatureRequest: an account asks to add a local actor to a collection (FEP-7aa9)."""

from syndicate.activitypub.access import as_id
from syndicate.activitypub.vocabulary import FEATURE_CONTEXT
from syndicate.federation.inbox.context import Decision, InboxContext, ignored, refused
from syndicate.federation.inbox.rejections import reject
from syndicate.model.activity import Activity


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Reject the request, as `canFeature` of local actors says."""
    requested = context.local_actors.of_uri(activity.object)
    if requested is None:
        return ignored("feature.not-ours")
    request = {
        "id": activity.id,
        "type": "FeatureRequest",
        "actor": activity.actor,
        "object": activity.object,
        "instrument": as_id(activity.raw.get("instrument")),
    }
    verdict = refused("feature.not-allowed")
    return await reject(activity, request, context, verdict, by=requested.actor, json_context=FEATURE_CONTEXT)
