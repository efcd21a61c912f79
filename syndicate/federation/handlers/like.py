"""Like, and the reactions with an emoji that Misskey and Pleroma send (ActivityPub §7.10, FEP-c0e0)."""

from syndicate.activitypub.access import as_text
from syndicate.activitypub.parse import origin
from syndicate.content.text import clean_name
from syndicate.federation.context import Context, Decision, done, ignored
from syndicate.federation.replies import locate
from syndicate.model.activity import Activity, Verdict
from syndicate.storage import Tables
from syndicate.storage.reactions import Reaction

LONGEST_EMOJI = 32


async def handle(activity: Activity, context: Context) -> Decision:
    """Count it, once per actor and emoji."""
    post, comment = await locate(context, activity.object)
    if post is None or comment is not None or not post.federates:
        return ignored("like.elsewhere")
    undone = await context.store.tombstones.find(activity.id)
    if undone is not None and undone.origin == origin(activity.actor):
        return ignored("like.undone")
    reaction = Reaction(
        uri=activity.id,
        post=post.id,
        kind="like",
        actor=activity.actor,
        content=clean_name(as_text(activity.raw.get("content")), limit=LONGEST_EMOJI),
        received=context.clock(),
    )

    async def count(tx: Tables) -> Verdict:
        if not await tx.reactions.add(reaction):
            return ignored("like.repeated")
        await tx.editions.move(f"talk:{post.id}")
        return done("like.counted")

    return count
