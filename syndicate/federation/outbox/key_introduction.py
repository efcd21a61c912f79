"""Introduces a changed key to servers that refuse it.

A server that pins the first key it saw (GoToSocial) or does not know the id of the new one (Mastodon 4.7) answers 401.
It accepts the new key in an Update of the actor that is signed with a key it knows. That may be any earlier one, since
the server need not have had a follower when the key was changed.
"""

from datetime import timedelta

from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import SigningActor
from syndicate.federation.outbox.outbox import Outbox
from syndicate.storage import Store

INTRODUCTION_INTERVAL = timedelta(days=1)
"""A server may answer 401 for other reasons, so it gets the Update at most once a day."""


class Introductions:
    """Knows which inboxes were sent the Update of an actor."""

    def __init__(self, store: Store, outbox: Outbox, clock: Clock) -> None:
        self._store, self._outbox, self._clock = store, outbox, clock

    async def are_due(self, identity: SigningActor, inbox: str) -> bool:
        """Whether an inbox that refused an actor's key has not been sent the Update recently."""
        if not identity.earlier:
            return False
        at = await self._store.earlier_keys.introduced_at(identity.actor.id, inbox, identity.newest_key_id)
        return at is None or self._clock() - at >= INTRODUCTION_INTERVAL

    async def update(self, identity: SigningActor) -> str:
        """Create the Update of an actor as it is now, and return the activity's id."""
        return await self._store.transaction(lambda tx: self._outbox.profile_update(tx, identity.profile))

    async def record(self, identity: SigningActor, inbox: str) -> None:
        """Remember that an inbox was sent the Update."""
        now = self._clock()
        await self._store.transaction(
            lambda tx: tx.earlier_keys.set_introduced(identity.actor.id, inbox, identity.newest_key_id, now)
        )
