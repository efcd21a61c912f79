"""Announce: somebody boosts a post; or a group passes on what its members did (ActivityPub §7.11, FEP-1b12)."""

from syndicate.activitypub.access import as_id, as_object, types
from syndicate.activitypub.addressing import Reach, reach_of
from syndicate.activitypub.parse import origin
from syndicate.federation import replies
from syndicate.federation.context import Context, Decision, done, ignored, private
from syndicate.federation.replies import locate
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables
from syndicate.storage.reactions import Reaction

PASSED_ON = frozenset({"Create", "Update"})


async def handle(activity: Activity, context: Context) -> Decision:
    """Count a boost of a post of ours; look at the origin of what a group passes on."""
    inner = as_object(activity.raw.get("object"))
    if PASSED_ON.intersection(types(inner.get("type"))):
        # a Group (Lemmy, NodeBB) passes on what a member did: only what the member's own server says counts
        return await replies.fetch(as_id(inner.get("object")), as_object(inner.get("object")), {}, context)
    post, comment = await locate(context, activity.object)
    if post is None or comment is not None or not post.federates:
        return ignored("announce.elsewhere")
    if reach_of(activity.raw) is Reach.PRIVATE:
        return private("announce.private")
    undone = await context.store.tombstones.find(activity.id)
    if undone is not None and undone.origin == origin(activity.actor):
        return ignored("announce.undone")
    reaction = Reaction(
        uri=activity.id, post=post.id, kind="share", actor=activity.actor, content="", received=context.clock()
    )

    async def count(tx: Tables) -> Verdict:
        if not await tx.reactions.add(reaction):
            return ignored("announce.repeated")
        await tx.editions.move(f"talk:{post.id}")
        return done("announce.counted")

    return count
