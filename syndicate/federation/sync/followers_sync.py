"""Followers synchronization (FEP-8fcf) from the follower's side.

A sender's signed header has a digest of its followers on our server. If it differs from ours, the inbox saves a row,
and this worker fetches the list later. If the blog is missing there, the sender sends it nothing: the follow is marked
as ended. If the blog is listed without following, an Undo is sent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.collections import following, is_collection, listed
from syndicate.activitypub.parse import origin
from syndicate.activitypub.synchronization import digest_of
from syndicate.clock import Clock
from syndicate.errors import RemoteError, RemoteUnavailable
from syndicate.federation.inbox.context import InboxContext
from syndicate.limits.backoff import Backoff
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage import Tables
from syndicate.storage.followers_sync import SyncRequest
from syndicate.workers.queue import Row, SingleRowWorker

log = structlog.get_logger()

BACKOFF = Backoff((timedelta(minutes=5), timedelta(hours=1), timedelta(hours=12)))
MAX_PAGES = 10
MAX_ITEMS = 1000
"""We have few actors, so a longer list is rejected."""


class SynchronizationWorker(SingleRowWorker[SyncRequest]):
    """Fetches the lists that are due, one after another."""

    name = "synchronization"
    table = "synchronizations"

    def __init__(self, context: InboxContext, clock: Clock) -> None:
        self._context, self._store = context, context.store
        super().__init__(context.store.leased_rows, clock)

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.synchronizations.next_due(now)

    async def claim_one(self, now: datetime, until: datetime) -> SyncRequest | None:
        return await self._store.transaction(lambda tx: tx.synchronizations.claim(now=now, until=until))

    def rows(self, request: SyncRequest) -> Sequence[Row]:
        return [(request.actor,)]

    def about(self, request: SyncRequest) -> dict[str, str]:
        return {"actor": request.actor}

    async def perform(self, request: SyncRequest) -> None:
        if request.attempts > BACKOFF.max_attempts:  # it failed unexpectedly each time
            now = self._clock()
            await self._store.transaction(lambda tx: tx.synchronizations.complete(request.actor, now=now))
            return
        await self._compare(request)

    async def _compare(self, request: SyncRequest) -> None:
        try:
            ids = await self._fetch_list(request)
        except RemoteUnavailable as error:
            if not BACKOFF.is_exhausted(request.attempts):
                due = self._clock() + BACKOFF.delay(request.attempts)
                await self._store.transaction(lambda tx: tx.synchronizations.postpone(request.actor, due))
                return
            log.info("list of followers not read", actor=request.actor, problem=str(error))
            ids = None
        except RemoteError as error:
            log.info("list of followers not read", actor=request.actor, problem=str(error))
            ids = None
        await self._store.transaction(lambda tx: self._settle(tx, request, ids))

    async def _fetch_list(self, request: SyncRequest) -> set[str] | None:
        """Return the actors of our server in the list; None if its digest is not the announced one. Raises
        RemoteError."""
        ours = f"{self._context.urls.base}/"
        found: set[str] = set()
        next_page: object = request.url
        for _ in range(MAX_PAGES):
            page = as_object(next_page)
            if not page:
                address = as_id(next_page)
                if origin(address) != origin(request.actor):
                    return None
                _, page = await self._context.fetcher.fetch_collection(address, sign=self._context.signer.sign_get)
            if not is_collection(page) or len(listed(page)) > MAX_ITEMS:
                return None
            found.update(id for id in map(as_id, listed(page)) if id.startswith(ours))
            next_page = following(page)
            if next_page is None:
                return found if digest_of(found) == request.digest else None
        return None

    async def _settle(self, tx: Tables, request: SyncRequest, ids: set[str] | None) -> None:
        await tx.synchronizations.complete(request.actor, now=self._clock())
        entry = await tx.blogroll.find_by_actor(request.actor)
        if ids is None or entry is None:
            return
        is_listed = self._context.local_actors.blog.actor.uri in ids
        if entry.follow is FollowState.ACCEPTED and not is_listed:
            await tx.blogroll.set_follow(entry.id, FollowState.REJECTED, await tx.blogroll.follow_uri(entry.id))
            await tx.versions.move("blogroll")
            log.warning("follow ended", actor=request.actor)
        elif entry.follow in (FollowState.NONE, FollowState.REJECTED) and is_listed:
            await self._undo(tx, entry)

    async def _undo(self, tx: Tables, entry: BlogrollEntry) -> None:
        actor = await tx.remote_actors.find(entry.actor)
        if actor is None:
            return
        follow = await tx.blogroll.follow_uri(entry.id)
        undone = self._context.outbox.render_follow(follow, actor.uri)
        await self._context.outbox.send_to(tx, "Undo", undone, to=actor.uri, inbox=actor.inbox)
        log.info("follow undone", actor=actor.uri)
