"""Rotates the keys of a local actor without losing followers.

Servers disagree about changed keys: GoToSocial refuses another key of an actor, unless an Update signed with the old
one announced it; Mastodon accepts any; Misskey caches a key by its id for half a day. So the Update is sent first,
signed with the old key, while all other activities of the actor wait. When delivery was attempted to each server, or
after ten minutes, the new key replaces the old one, under an id of its own. A server that could not be reached gets the
Update later, still signed with the old key, and `key_introduction` serves those that refuse the new one.

The Ed25519 key is replaced, too, since a leak of one key may have leaked both. The old one stays listed for two
days, because Mastodon 4.7 takes an actor without any known key for another person.
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

ANNOUNCEMENT_TIMEOUT = timedelta(minutes=10)
OLD_PROOF_KEY_RETENTION = timedelta(hours=48)


class KeyRotation:
    """Performs the rotations that `keys rotate` requests, and publishes changed profiles."""

    def __init__(self, store: Store, local_actors: LocalActors, outbox: Outbox, clock: Clock) -> None:
        self._store, self._local_actors, self._outbox, self._clock = store, local_actors, outbox, clock

    async def step(self) -> None:
        """Begin requested rotations, and complete those whose Update was sent. Raises KeyUnusable."""
        for actor in self._local_actors.changing():
            if actor.next_keys is not None:
                if await self._may_complete(actor):
                    await self._complete(actor)
            elif actor.rotation == ASKED:
                await self._begin(actor)
            elif self._clock() - (actor.rotated or self._clock()) >= OLD_PROOF_KEY_RETENTION:
                await self._drop_old_proof_key(actor)

    async def publish_changes(self) -> None:
        """Publish the Update of every local actor whose profile has changed since the last one."""
        for identity in self._local_actors:
            digest_key, digest = _digest_key(identity.profile), _digest(identity.profile)
            if await self._store.key_values.find(digest_key) != digest:
                await self._store.transaction(partial(self._publish_change, identity, digest_key, digest))

    async def _publish_change(self, identity: SigningActor, digest_key: str, digest: str, tx: Tables) -> None:
        await tx.advisory_lock(digest_key)
        before = await tx.key_values.find(digest_key)
        if before == digest:  # another process has published it
            return
        await tx.key_values.save(digest_key, digest)
        await tx.versions.move("actor")
        if before is not None:
            await self._outbox.profile(tx, identity.profile)

    async def _begin(self, actor: StoredActor) -> None:
        keys = self._next_keys(actor)
        profile = self._local_actors.with_keys(actor.id, keys)

        async def begin(tx: Tables) -> bool:
            if not await tx.local_actors.begin_rotation(actor.id, keys=keys, now=self._clock()):
                return False  # another process has begun
            await tx.local_actors.set_rotation(actor.id, await self._outbox.profile(tx, profile))
            return True

        if await self._store.transaction(begin):
            log.info("key rotation started", actor=actor.uri)
        await self._local_actors.renew()

    def _next_keys(self, actor: StoredActor) -> KeySet:
        """Generate the next keys, each under a new fragment of the actor's id."""
        key, proof_key = self._local_actors.keyring.make_next(actor.id)
        fragment = new_id(self._clock())
        return KeySet(
            key_id=f"{actor.uri}#key-{fragment}",
            public_key_pem=public_pem(key),
            proof_key_id=f"{actor.uri}#ed25519-key-{fragment}",
            proof_key=multikey(proof_key),
        )

    async def _may_complete(self, actor: StoredActor) -> bool:
        began = actor.rotated or self._clock()
        return self._clock() - began >= ANNOUNCEMENT_TIMEOUT or await self._store.fanouts.is_attempted(
            actor.rotation, self._clock()
        )

    async def _complete(self, actor: StoredActor) -> None:
        await self._store.transaction(partial(self._switch, actor))
        await self._local_actors.renew()
        log.info("key rotation completed", actor=actor.uri)

    async def _switch(self, actor: StoredActor, tx: Tables) -> None:
        assert actor.next_keys is not None
        profile = self._local_actors.with_keys(actor.id, actor.next_keys)
        await tx.key_values.save(_digest_key(profile), _digest(profile))  # the Update has published it
        await tx.local_actors.end_rotation(actor.id, self._clock())
        await tx.versions.move("actor")

    async def _drop_old_proof_key(self, actor: StoredActor) -> None:
        await self._store.transaction(lambda tx: tx.local_actors.delete_old_proof_key(actor.id))
        await self._local_actors.renew()
        await self.publish_changes()
        log.info("earlier proof key removed", actor=actor.uri)


def _digest_key(profile: Profile) -> str:
    return f"profile:{profile.actor.id}"


def _digest(profile: Profile) -> str:
    return sha256(json.dumps(render.actor(profile), sort_keys=True).encode()).hexdigest()
