"""Removes followers whose inbox answers 404 or 410, if their actors are gone, too."""

from functools import partial

import structlog

from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteGone
from syndicate.federation.actors.remote_actors import Actors
from syndicate.storage import Store, Tables

log = structlog.get_logger()

MAX_CHECKED = 20


class GoneFollowers:
    """Checks the followers behind an inbox that is gone."""

    def __init__(self, store: Store, actors: Actors, clock: Clock) -> None:
        self._store, self._actors, self._clock = store, actors, clock

    async def check(self, inbox: str) -> None:
        """Refetch the followers behind an inbox, and remove those that are gone."""
        for actor in await self._store.followers.list_by_inbox(inbox, limit=MAX_CHECKED):
            try:
                await self._actors.refresh(actor, limited=False)
            except RemoteGone:
                await self._store.transaction(partial(self._remove, actor))
                log.info("follower removed", actor=actor)
            except RemoteError:
                continue

    async def _remove(self, actor: str, tx: Tables) -> None:
        await tx.followers.delete_actor(actor)
        await tx.versions.move("followers")
