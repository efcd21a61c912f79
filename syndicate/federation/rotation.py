"""Changing the key of an actor of ours, so that everybody comes along.

Servers disagree about changed keys: GoToSocial refuses an actor whose key is another one, unless an Update that tells
of it came signed with the old; Mastodon takes any. So the news goes out first, signed with the old key, while every
other activity of the actor waits; when each server was told once, or after ten minutes, the new key takes its place,
under the same id. Whoever could not be reached gets the news later, still signed with the old key.
"""

import json
from datetime import timedelta
from functools import partial
from hashlib import sha256

import structlog

from syndicate.activitypub import render
from syndicate.clock import Clock
from syndicate.federation.local import Identities, Identity
from syndicate.federation.outbox import Announcer
from syndicate.signatures import public_pem
from syndicate.storage import Store, Tables
from syndicate.storage.actors import ASKED, StoredActor

log = structlog.get_logger()

LONGEST = timedelta(minutes=10)


class Rotation:
    """Does what `keys rotate` asks for, and tells what else has changed about an account."""

    def __init__(self, store: Store, identities: Identities, announcer: Announcer, clock: Clock) -> None:
        self._store, self._identities, self._announcer, self._clock = store, identities, announcer, clock

    async def step(self) -> None:
        """Begin what is asked for, end what everybody knows of. Raises KeyUnusable."""
        for actor in self._identities.changing():
            if actor.rotation == ASKED:
                await self._begin(actor)
            elif await self._is_time(actor):
                await self._end(actor)

    async def tell_changes(self) -> None:
        """Tell followers' servers what an account looks like now, where that has changed since they were last told:
        its name, its words, its picture."""
        for identity in self._identities:
            fact = f"profile:{identity.actor.id}"
            digest = sha256(json.dumps(render.actor(identity.profile), sort_keys=True).encode()).hexdigest()
            before = await self._store.facts.find(fact)
            if before != digest:
                await self._store.transaction(partial(self._tell_change, identity, fact, digest, before is not None))

    async def _tell_change(self, identity: Identity, fact: str, digest: str, was_told: bool, tx: Tables) -> None:
        await tx.facts.put(fact, digest)
        await tx.editions.move("actor")
        if was_told:
            await self._announcer.profile(tx, identity.profile)

    async def _begin(self, actor: StoredActor) -> None:
        pem = public_pem(self._identities.keyring.make_next(actor.id))
        profile = self._identities.with_key(actor.id, pem)

        async def tell(tx: Tables) -> None:
            update = await self._announcer.profile(tx, profile)
            await tx.local_actors.begin_rotation(actor.id, next_key_pem=pem, update=update, now=self._clock())

        await self._store.transaction(tell)
        await self._identities.renew()
        log.info("key change told", actor=actor.uri)

    async def _is_time(self, actor: StoredActor) -> bool:
        began = actor.rotated or self._clock()
        return self._clock() - began >= LONGEST or await self._store.deliveries.is_told(actor.rotation, self._clock())

    async def _end(self, actor: StoredActor) -> None:
        await self._store.transaction(partial(self._switch, actor))
        await self._identities.renew()
        log.info("key changed", actor=actor.uri)

    async def _switch(self, actor: StoredActor, tx: Tables) -> None:
        await tx.local_actors.end_rotation(actor.id)
        await tx.editions.move("actor")
