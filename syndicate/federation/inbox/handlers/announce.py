"""Announce: a boost of a post, or a member's activity forwarded by a group (ActivityPub §7.11, FEP-1b12)."""

from syndicate.activitypub.access import as_object
from syndicate.activitypub.addressing import is_private_reaction
from syndicate.activitypub.parse import origin
from syndicate.federation.inbox import forwarded, reactions
from syndicate.federation.inbox.context import Context, Decision, done, ignored, private
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables
from syndicate.storage.reactions import Reaction


async def handle(activity: Activity, context: Context) -> Decision:
    """Count a boost of a post; verify a forwarded activity at its origin."""
    inner = as_object(activity.raw.get("object"))
    if forwarded.is_forwarded_activity(inner):
        return await forwarded.decide(inner, context)
    target = await reactions.target_of(activity.object, context)
    if target is None:
        return ignored("announce.elsewhere")
    post, comment = target
    if is_private_reaction(activity.raw):
        return private("announce.private")
    undone = await context.store.tombstones.find(activity.id)
    if undone is not None and undone.origin == origin(activity.actor):
        return ignored("announce.undone")
    reaction = Reaction(
        uri=activity.id,
        post=post.id,
        comment=comment.id if comment else None,
        kind="share",
        actor=activity.actor,
        content="",
        received=context.clock(),
    )

    async def count(tx: Tables) -> Verdict:
        if not await tx.reactions.add(reaction):
            return ignored("announce.repeated")
        await tx.versions.move(f"talk:{post.id}")
        return done("announce.counted")

    return count
