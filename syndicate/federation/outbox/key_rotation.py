"""Changing the keys of an actor of ours, so that everybody comes along.

Servers disagree about changed keys: GoToSocial refuses an actor whose key is another one, unless an Update that tells
of it came signed with the old; Mastodon takes any; Misskey remembers a key by its id for half a day. So the news goes
out first, signed with the old key, while every other activity of the actor waits; when each server was told once, or
after ten minutes, the new key takes its place, under an id of its own. Whoever could not be reached gets the news later,
still signed with the old key, and `introductions` tells whoever refuses the new one.

The Ed25519 key changes along: who could read one could read both. The old one stays listed for two days, since Mastodon
4.7 takes an actor of whose keys it knows none for another person.
"""

import json
from datetime import timedelta
from functools import partial
from hashlib import sha256

import structlog

from syndicate.activitypub import render
from syndicate.activitypub.render import Profile
from syndicate.clock import Clock
from syndicate.federation.actors.local_actors import LocalActors, SigningActor
from syndicate.federation.outbox.outbox import Outbox
from syndicate.model.ids import new_id
from syndicate.signatures import multikey, public_pem
from syndicate.storage import Store, Tables
from syndicate.storage.actors import ASKED, KeySet, StoredActor

log = structlog.get_logger()

LONGEST = timedelta(minutes=10)
OLD_PROOF_KEY_LISTED = timedelta(hours=48)


class KeyRotation:
    """Does what `keys rotate` asks for, and tells what else has changed about an account."""

    def __init__(self, store: Store, local_actors: LocalActors, outbox: Outbox, clock: Clock) -> None:
        self._store, self._local_actors, self._outbox, self._clock = store, local_actors, outbox, clock

    async def step(self) -> None:
        """Begin what is asked for, end what everybody knows of. Raises KeyUnusable."""
        for actor in self._local_actors.changing():
            if actor.next_keys is not None:
                if await self._is_time(actor):
                    await self._end(actor)
            elif actor.rotation == ASKED:
                await self._begin(actor)
            elif self._clock() - (actor.rotated or self._clock()) >= OLD_PROOF_KEY_LISTED:
                await self._drop_old_proof_key(actor)

    async def tell_changes(self) -> None:
        """Tell followers' servers what an account looks like now, where that has changed since they were last told:
        its name, its words, its picture."""
        for identity in self._local_actors:
            fact, digest = _fact(identity.profile), _digest(identity.profile)
            if await self._store.key_values.find(fact) != digest:
                await self._store.transaction(partial(self._tell_change, identity, fact, digest))

    async def _tell_change(self, identity: SigningActor, fact: str, digest: str, tx: Tables) -> None:
        await tx.advisory_lock(fact)
        before = await tx.key_values.find(fact)
        if before == digest:  # another process has told it
            return
        await tx.key_values.save(fact, digest)
        await tx.versions.move("actor")
        if before is not None:
            await self._outbox.profile(tx, identity.profile)

    async def _begin(self, actor: StoredActor) -> None:
        keys = self._next_keys(actor)
        profile = self._local_actors.with_keys(actor.id, keys)

        async def tell(tx: Tables) -> bool:
            if not await tx.local_actors.begin_rotation(actor.id, keys=keys, now=self._clock()):
                return False  # another process has begun
            await tx.local_actors.set_rotation(actor.id, await self._outbox.profile(tx, profile))
            return True

        if await self._store.transaction(tell):
            log.info("key change told", actor=actor.uri)
        await self._local_actors.renew()

    def _next_keys(self, actor: StoredActor) -> KeySet:
        """Made, each under another fragment of the actor's id."""
        key, proof_key = self._local_actors.keyring.make_next(actor.id)
        fragment = new_id(self._clock())
        return KeySet(
            key_id=f"{actor.uri}#key-{fragment}",
            public_key_pem=public_pem(key),
            proof_key_id=f"{actor.uri}#ed25519-key-{fragment}",
            proof_key=multikey(proof_key),
        )

    async def _is_time(self, actor: StoredActor) -> bool:
        began = actor.rotated or self._clock()
        return self._clock() - began >= LONGEST or await self._store.deliveries.is_attempted(
            actor.rotation, self._clock()
        )

    async def _end(self, actor: StoredActor) -> None:
        await self._store.transaction(partial(self._switch, actor))
        await self._local_actors.renew()
        log.info("key changed", actor=actor.uri)

    async def _switch(self, actor: StoredActor, tx: Tables) -> None:
        assert actor.next_keys is not None
        profile = self._local_actors.with_keys(actor.id, actor.next_keys)
        await tx.key_values.save(_fact(profile), _digest(profile))  # which the news has told
        await tx.local_actors.end_rotation(actor.id, self._clock())
        await tx.versions.move("actor")

    async def _drop_old_proof_key(self, actor: StoredActor) -> None:
        await self._store.transaction(lambda tx: tx.local_actors.delete_old_proof_key(actor.id))
        await self._local_actors.renew()
        await self.tell_changes()
        log.info("earlier proof key listed no longer", actor=actor.uri)


def _fact(profile: Profile) -> str:
    return f"profile:{profile.actor.id}"


def _digest(profile: Profile) -> str:
    return sha256(json.dumps(render.actor(profile), sort_keys=True).encode()).hexdigest()
