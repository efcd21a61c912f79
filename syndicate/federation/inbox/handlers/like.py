"""Like, and the reactions with an emoji that Misskey and Pleroma send (ActivityPub §7.10, FEP-c0e0)."""

from syndicate.federation.inbox import reactions
from syndicate.federation.inbox.context import Decision, InboxContext
from syndicate.model.activity import Activity


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Count a like, once per actor and emoji."""
    return await reactions.like(activity, context)
