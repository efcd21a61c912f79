"""Deletes the accounts of the blog from the fediverse, for good (ActivityPub §6.4, a Delete of the actor).

Every server that may know an account gets its Delete. From then on nothing else is sent, inboxes and documents answer
410, and the blog goes on as a site with feeds. Other servers never accept a deleted account again.
"""

from datetime import datetime

import structlog

from syndicate.activitypub.vocabulary import PUBLIC
from syndicate.clock import Clock, from_text, to_text
from syndicate.errors import InputError
from syndicate.federation.actors.local_actors import BLOG, DELETED, LocalActors
from syndicate.federation.outbox.distribution import Distribution
from syndicate.model.actor import LocalActor, Role
from syndicate.model.blogroll import FollowState
from syndicate.storage import Store, Tables
from syndicate.translation import _
from syndicate.urls import Urls

log = structlog.get_logger()

BATCH_SIZE = 500
ENDED = "The blog's account was deleted."


class AccountDeletion:
    def __init__(self, store: Store, local_actors: LocalActors, urls: Urls, clock: Clock) -> None:
        self._store, self._local_actors, self._clock = store, local_actors, clock
        self._distribution = Distribution(local_actors, urls, clock)

    async def require_possible(self) -> None:
        """Raises InputError if the account is deleted already, or cannot be deleted now."""
        if at := await deleted_at(self._store):
            raise InputError(_("the account was deleted on {at:%Y-%m-%d}; nothing more is sent or accepted", at=at))
        if self._local_actors.changing():
            raise InputError(_("the keys are being changed; please try again in ten minutes"))

    async def delete(self) -> int:
        """Delete the accounts, and return to how many inboxes that is sent. Raises InputError."""
        await self.require_possible()
        inboxes = await self._store.transaction(self._delete)
        await self._local_actors.renew()
        log.info("account deleted", inboxes=inboxes)
        return inboxes

    async def _delete(self, tx: Tables) -> int:
        await tx.advisory_lock(DELETED)
        inboxes: set[str] = set()
        for identity in self._local_actors:
            if identity.actor.role is not Role.SERVER:
                inboxes |= await self._enqueue_delete(tx, identity.actor)
        await tx.key_values.save(DELETED, to_text(self._clock()))
        for identity in self._local_actors:
            await self._forget_followers(tx, identity.actor)
        for entry in await tx.blogroll.list_all(hidden=True):
            if entry.follow in (FollowState.ACCEPTED, FollowState.PENDING):
                await tx.blogroll.set_follow(entry.id, FollowState.NONE, "", reason=ENDED)
        await tx.versions.move("actor", "site", "followers", "blogroll")
        return len(inboxes)

    async def _enqueue_delete(self, tx: Tables, actor: LocalActor) -> set[str]:
        """Enqueue the Delete of an actor for its followers; that of the blog for every server that is known."""
        activity = self._distribution.activity(
            "Delete", actor.uri, by=actor, about=actor.uri, published=self._clock(), to=[PUBLIC]
        )
        await tx.outbox.save(activity)
        inboxes: set[str] = set()
        after = ""
        while found := await tx.followers.list_inboxes(actor.id, after=after, limit=BATCH_SIZE):
            inboxes.update(found)
            after = found[-1]
        if actor.id == BLOG:
            inboxes.update(await tx.remote_actors.list_inboxes())
        for inbox in sorted(inboxes):
            await self._distribution.send(tx, activity, inbox)
        return inboxes

    async def _forget_followers(self, tx: Tables, actor: LocalActor) -> None:
        while followers := await tx.followers.list_page(actor.id, before=None, limit=BATCH_SIZE):
            for follower in followers:
                await tx.followers.delete(actor.id, follower.actor)


async def deleted_at(store: Tables) -> datetime | None:
    """Return when the account was deleted, or None."""
    found = await store.key_values.find(DELETED)
    return from_text(found) if found else None
