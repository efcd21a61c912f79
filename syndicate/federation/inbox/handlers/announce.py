"""Announce: a boost of a post, or a member's activity forwarded by a group (ActivityPub §7.11, FEP-1b12)."""

from syndicate.activitypub.access import as_object
from syndicate.federation.inbox import forwarded, reactions
from syndicate.federation.inbox.context import Decision, InboxContext
from syndicate.model.activity import Activity


async def handle(activity: Activity, context: InboxContext) -> Decision:
    """Count a boost of a post; verify a forwarded activity at its origin."""
    inner = as_object(activity.raw.get("object"))
    if forwarded.is_forwarded_activity(inner):
        return await forwarded.decide(inner, context)
    return await reactions.share(activity, context)
