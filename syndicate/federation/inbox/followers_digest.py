"""Detects that another server's digest of its followers here differs from ours (FEP-8fcf), and requests a comparison.

`federation.sync.followers_sync` does the comparison later.
"""

from datetime import timedelta

from syndicate.activitypub.parse import origin
from syndicate.activitypub.synchronization import HEADER, SynchronizationOffer, digest_of, parse_offer
from syndicate.federation.inbox.context import InboxContext
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.signatures import Message, Signature
from syndicate.storage import Tables

MIN_INTERVAL = timedelta(hours=1)
"""The minimum time between two comparisons with an actor."""


async def differing_offer(
    message: Message, signature: Signature, signer: str, context: InboxContext
) -> SynchronizationOffer | None:
    """Return the digest that the signer of a request offers, if it is covered by the signature and differs from
    ours."""
    if HEADER not in signature.covered or len(message.values(HEADER)) != 1:
        return None
    offer = parse_offer(message.values(HEADER)[0])
    entry = await context.store.blogroll.find_by_actor(signer)
    known = await context.store.remote_actors.find(signer)
    if offer is None or entry is None or known is None:
        return None
    if offer.collection != known.followers or origin(offer.url) != origin(signer):
        return None
    return None if offer.digest in _fitting(entry, context) else offer


def _fitting(entry: BlogrollEntry, context: InboxContext) -> set[str]:
    """Return the digests that match our state; while our Follow is pending, both do."""
    follows, follows_not = digest_of([context.local_actors.blog.actor.uri]), digest_of([])
    match entry.follow:
        case FollowState.ACCEPTED:
            return {follows}
        case FollowState.PENDING:
            return {follows, follows_not}
        case _:
            return {follows_not}


async def ask_later(tx: Tables, signer: str, offer: SynchronizationOffer) -> None:
    """Save a request to fetch the list of an actor."""
    now = tx.clock()
    await tx.synchronizations.enqueue(signer, url=offer.url, digest=offer.digest, now=now, not_since=now - MIN_INTERVAL)
