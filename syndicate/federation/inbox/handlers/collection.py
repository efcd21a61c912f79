"""Add and Remove: somebody pins a post of her own, or no longer (ActivityPub §7.8, §7.9)."""

from syndicate.federation.inbox.context import Context, Decision, ignored
from syndicate.model.activity import Activity


async def handle(_activity: Activity, _context: Context) -> Decision:
    """What others pin is theirs: we show no profiles."""
    return ignored("collection.not-ours")
