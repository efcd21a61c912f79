"""Block: an account blocks the blog (ActivityPub §7.9)."""

from syndicate.federation.inbox.context import Decision, InboxContext, done, ignored
from syndicate.model.activity import Activity, Verdict
from syndicate.model.blogroll import FollowState
from syndicate.storage import Tables

REASON = "The account has blocked this blog."


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Remove the actor from the followers, and end our Follow of it."""
    ours = context.local_actors.followable(activity.object)
    if ours is None:
        return ignored("block.not-ours")

    async def part(tx: Tables) -> Verdict:
        followed = await tx.followers.delete(ours.id, activity.actor)
        if followed:
            await tx.versions.move("followers")
        if not await _end_follow(tx, activity.actor) and not followed:
            return ignored("block.no-follower")
        return done("block.unfollowed")

    return part


async def _end_follow(tx: Tables, actor: str) -> bool:
    entry = await tx.blogroll.find_by_actor(actor)
    if entry is None or entry.follow not in (FollowState.ACCEPTED, FollowState.PENDING):
        return False
    await tx.blogroll.set_follow(entry.id, FollowState.REJECTED, await tx.blogroll.follow_uri(entry.id), reason=REASON)
    await tx.versions.move("blogroll")
    return True
