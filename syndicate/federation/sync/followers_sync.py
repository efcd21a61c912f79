"""Do those whom the blog follows believe so too? Followers synchronisation (FEP-8fcf), as the one who follows.

A sender's signed header says who of our server follows it. Where that is not what we believe, a row says that it is to
be asked; a worker reads its list, later. Whom it does not list, it sends nothing: then the blog does not follow it any
more. Where it lists the blog, which does not follow it, it is told so by an Undo.
"""

from datetime import timedelta

import structlog

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.collections import following, is_collection, listed
from syndicate.activitypub.parse import origin
from syndicate.activitypub.synchronization import digest_of
from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteUnavailable
from syndicate.federation.inbox.context import Context
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Tables
from syndicate.storage.followers_sync import SyncRequest
from syndicate.storage.leases import LEASE_DURATION
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

WAITS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=12))
MOST_ATTEMPTS = len(WAITS) + 1
MOST_PAGES = 10
MOST_LISTED = 1000
"""There are few actors of ours: a longer list of them is none."""


class SynchronizationWorker:
    """Asks those of whom there is doubt, one after another."""

    def __init__(self, context: Context, clock: Clock) -> None:
        self._context, self._store, self._clock = context, context.store, clock
        self._loop = WorkerLoop("synchronization", clock, lambda: context.store.synchronizations.next_due(clock()))

    def wake(self) -> None:
        """There may be something new."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run(self.work)

    async def work(self) -> bool:
        """Ask the one that is due; False if none is."""
        now = self._clock()
        due = await self._store.synchronizations.next_due(now)
        if due is None or due > now:
            return False
        doubt = await self._store.transaction(lambda tx: tx.synchronizations.claim(now=now, until=now + LEASE_DURATION))
        if doubt is not None:
            with (
                self._store.hold_leases("synchronizations", (doubt.actor,)),
                isolated("list of followers", actor=doubt.actor),
            ):
                if doubt.attempts > MOST_ATTEMPTS:  # it trips us up each time
                    await self._store.transaction(lambda tx: tx.synchronizations.complete(doubt.actor, now=now))
                else:
                    await self._ask(doubt)
        return doubt is not None

    async def _ask(self, doubt: SyncRequest) -> None:
        try:
            ids = await self._listed(doubt)
        except RemoteUnavailable as error:
            if doubt.attempts < MOST_ATTEMPTS:
                due = self._clock() + WAITS[doubt.attempts - 1]
                await self._store.transaction(lambda tx: tx.synchronizations.postpone(doubt.actor, due))
                return
            log.info("list of followers not read", actor=doubt.actor, problem=str(error))
            ids = None
        except RemoteError as error:
            log.info("list of followers not read", actor=doubt.actor, problem=str(error))
            ids = None
        await self._store.transaction(lambda tx: self._settle(tx, doubt, ids))

    async def _listed(self, doubt: SyncRequest) -> set[str] | None:
        """Those of our server whom it lists; None where that is not the list that it told of. Raises RemoteError."""
        ours = f"{self._context.urls.base}/"
        found: set[str] = set()
        ahead: object = doubt.url
        for _ in range(MOST_PAGES):
            page = as_object(ahead)
            if not page:
                address = as_id(ahead)
                if origin(address) != origin(doubt.actor):
                    return None
                _, page = await self._context.fetcher.fetch_collection(address, sign=self._context.signer.sign_get)
            if not is_collection(page) or len(listed(page)) > MOST_LISTED:
                return None
            found.update(id for id in map(as_id, listed(page)) if id.startswith(ours))
            ahead = following(page)
            if ahead is None:
                return found if digest_of(found) == doubt.digest else None
        return None

    async def _settle(self, tx: Tables, doubt: SyncRequest, ids: set[str] | None) -> None:
        await tx.synchronizations.complete(doubt.actor, now=self._clock())
        entry = await tx.blogroll.find_by_actor(doubt.actor)
        if ids is None or entry is None:
            return
        is_listed = self._context.local_actors.blog.actor.uri in ids
        if entry.follow is FollowState.ACCEPTED and not is_listed:
            await tx.blogroll.set_follow(entry.id, FollowState.REJECTED, await tx.blogroll.follow_uri(entry.id))
            await tx.versions.move("blogroll")
            log.warning("no longer followed, says its server", actor=doubt.actor)
        elif entry.follow in (FollowState.NONE, FollowState.REJECTED) and is_listed:
            await self._take_back(tx, entry)

    async def _take_back(self, tx: Tables, entry: BlogrollEntry) -> None:
        actor = await tx.remote_actors.find(entry.actor)
        if actor is None:
            return
        follow = await tx.blogroll.follow_uri(entry.id)
        undone = self._context.outbox.follow_again(follow, actor.uri)
        await self._context.outbox.answer(tx, "Undo", undone, to=actor.uri, inbox=actor.inbox)
        log.info("follow taken back that was never ended", actor=actor.uri)
