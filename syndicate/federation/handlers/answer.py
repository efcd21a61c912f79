"""Accept and Reject: the answer to a Follow of ours (ActivityPub §7.6, §7.7)."""

from syndicate.federation.context import Context, Decision, done, refused
from syndicate.model.activity import Activity, Verdict
from syndicate.model.blogroll import FollowState
from syndicate.storage import Tables


async def accept(activity: Activity, context: Context) -> Decision:
    """They let us follow."""
    return await _answered(activity, context, FollowState.ACCEPTED)


async def reject(activity: Activity, context: Context) -> Decision:
    """They do not, or no longer."""
    return await _answered(activity, context, FollowState.REJECTED)


async def _answered(activity: Activity, context: Context, state: FollowState) -> Decision:
    """Only by the one whom we asked, and only about what we asked."""
    entry = await context.store.blogroll.by_actor(activity.actor)
    if entry is None or await context.store.blogroll.follow_uri(entry.id) != activity.object or not activity.object:
        return refused("follow.not-asked")

    async def settle(tx: Tables) -> Verdict:
        await tx.blogroll.set_follow(entry.id, state, activity.object)
        await tx.editions.move("blogroll")
        return done(f"follow.{state.value}")

    return settle
