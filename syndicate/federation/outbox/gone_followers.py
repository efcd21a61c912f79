"""Followers whose inbox answers that it is gone: asked for once more, and let go when they are gone too."""

from functools import partial

import structlog

from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteGone
from syndicate.federation.actors.remote_actors import Actors
from syndicate.storage import Store, Tables

log = structlog.get_logger()

ASKED = 20


class GoneFollowers:
    def __init__(self, store: Store, actors: Actors, clock: Clock) -> None:
        self._store, self._actors, self._clock = store, actors, clock

    async def check(self, inbox: str) -> None:
        """See who of those behind an inbox is still there."""
        for actor in await self._store.followers.list_by_inbox(inbox, limit=ASKED):
            try:
                await self._actors.refresh(actor, by_stranger=False)
            except RemoteGone:
                await self._store.transaction(partial(self._let_go, actor))
                log.info("follower gone", actor=actor)
            except RemoteError:
                continue

    async def _let_go(self, actor: str, tx: Tables) -> None:
        await tx.followers.delete_actor(actor)
        await tx.versions.move("followers")
