"""Add and Remove: an account pins or unpins a post of its own (ActivityPub §7.8, §7.9)."""

from syndicate.federation.inbox.context import Decision, InboxContext, ignored
from syndicate.model.activity import Activity


async def handle(_activity: Activity, _context: InboxContext) -> Decision:
    """Ignore pins of others, since profiles are not shown here."""
    return ignored("collection.not-ours")
