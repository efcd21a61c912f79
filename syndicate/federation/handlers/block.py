"""Block: somebody no longer wants to hear of us (ActivityPub §7.9)."""

from syndicate.federation.context import Context, Decision, done, ignored
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables


async def handle(activity: Activity, context: Context) -> Decision:
    """They follow no longer, and nothing is sent to them."""
    ours = context.identities.followable(activity.object)
    if ours is None:
        return ignored("block.not-ours")

    async def unfollow(tx: Tables) -> Verdict:
        if not await tx.followers.remove(ours.id, activity.actor):
            return ignored("block.no-follower")
        await tx.editions.move("followers")
        return done("block.unfollowed")

    return unfollow
