"""Introduces a changed key to servers that refuse it.

A server that keeps the key it once saw (GoToSocial) or does not know the id of the new one (Mastodon 4.7) answers 401.
It takes the new key in an Update of the actor signed with a key that it knows, which may be any earlier one: the
server need not have had a follower when the key was changed.
"""

from datetime import timedelta

from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import SigningActor
from syndicate.federation.outbox.outbox import Outbox
from syndicate.storage import Store

REPEAT_AFTER = timedelta(days=1)
"""A server may answer 401 for other reasons: it is bothered once a day at most."""


class Introductions:
    def __init__(self, store: Store, outbox: Outbox, clock: Clock) -> None:
        self._store, self._outbox, self._clock = store, outbox, clock

    async def are_due(self, identity: SigningActor, inbox: str) -> bool:
        """Whether an inbox that refused an actor's key has not been sent the Update recently."""
        if not identity.earlier:
            return False
        at = await self._store.earlier_keys.introduced_at(identity.actor.id, inbox, identity.newest_key_id)
        return at is None or self._clock() - at >= REPEAT_AFTER

    async def update(self, identity: SigningActor) -> str:
        """Make the Update of an actor as it is now; returns the activity's id."""
        return await self._store.transaction(lambda tx: self._outbox.profile_update(tx, identity.profile))

    async def record(self, identity: SigningActor, inbox: str) -> None:
        """Remember that an inbox was sent the Update."""
        now = self._clock()
        await self._store.transaction(
            lambda tx: tx.earlier_keys.set_introduced(identity.actor.id, inbox, identity.newest_key_id, now)
        )
