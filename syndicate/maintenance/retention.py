"""Deletes rows and files that are too old or no longer referenced. docs/operations.md has the table of periods."""

import asyncio
from datetime import datetime, timedelta

from syndicate.clock import Clock
from syndicate.comments import notice_requests, records
from syndicate.comments.facts import REJECTION_RETENTION
from syndicate.federation.actors.throttled_transport import IRRELEVANT_RETENTION
from syndicate.indieauth import grants
from syndicate.media import MediaFiles
from syndicate.storage import Store, Tables
from syndicate.urls import Urls
from syndicate.websub.senders import MAX_FAILING_TIME
from syndicate.websub.subscriber import Subscriber
from syndicate.workers.loop import isolated

INTERVAL = timedelta(hours=1)
RAW_ACTIVITY_RETENTION = timedelta(days=30)
ACTIVITY_RETENTION = timedelta(days=90)
DELIVERY_RETENTION = timedelta(days=180)
OTHER_DELIVERY_RETENTION = timedelta(days=7)
HOST_RETENTION = timedelta(days=30)
SUBSCRIPTION_REQUEST_RETENTION = timedelta(hours=2)
UNDO_RETENTION = timedelta(days=7)
REPLY_REQUEST_RETENTION = timedelta(days=90)
MENTION_RETENTION = timedelta(days=90)
DELETED_COMMENT_RETENTION = timedelta(days=30)
ACTOR_RETENTION = timedelta(days=90)
REMOTE_TOMBSTONE_RETENTION = timedelta(days=180)
OVERDUE_REFETCH_RETENTION = timedelta(days=30)
MAX_HOSTS = 50_000
BATCH_SIZE = 1000
"""Rows deleted in one transaction; the inbox waits for each transaction."""


class Retention:
    """`quiet_after` is how long a blog of the blogroll may publish nothing before it is marked as quiet."""

    def __init__(
        self,
        store: Store,
        files: MediaFiles,
        urls: Urls,
        subscriber: Subscriber,
        clock: Clock,
        *,
        quiet_after: timedelta,
    ) -> None:
        self._store, self._files, self._urls = store, files, urls
        self._subscriber, self._clock = subscriber, clock
        self._quiet_after = quiet_after

    async def run(self) -> None:
        """Apply every hour until cancelled."""
        while True:
            with isolated("retention"):
                await self.apply()
            await asyncio.sleep(INTERVAL.total_seconds())

    async def apply(self) -> None:
        """Delete what is too old. Raises StorageError."""
        await self._store.transaction(self._prune)
        for name in await self._store.transaction(lambda tx: tx.media.delete_unused(BATCH_SIZE)):
            if await self._store.media.find_by_name(name) is None:
                self._files.remove(name)
        await self._prune_actors()
        await self._prune_tombstones()

    async def _prune_actors(self) -> None:
        before = self._clock() - ACTOR_RETENTION
        after: str | None = ""
        while after is not None:
            after = await self._prune_actors_after(after, before)

    async def _prune_actors_after(self, after: str, before: datetime) -> str | None:
        return await self._store.transaction(
            lambda tx: tx.remote_actors.prune(fetched_before=before, after=after, limit=BATCH_SIZE)
        )

    async def _prune_tombstones(self) -> None:
        before = self._clock() - REMOTE_TOMBSTONE_RETENTION
        while await self._store.transaction(
            lambda tx: tx.tombstones.prune_of_others(before, ours=self._urls.base, limit=BATCH_SIZE)
        ):
            pass

    async def _prune(self, tx: Tables) -> None:
        now = self._clock()
        await tx.inbox_queue.prune(raw_before=now - RAW_ACTIVITY_RETENTION, before=now - ACTIVITY_RETENTION)
        await tx.inbox_queue.prune_refusals()
        await tx.deliveries.prune(now - DELIVERY_RETENTION, others=now - OTHER_DELIVERY_RETENTION)
        await tx.outbox.prune(now - DELIVERY_RETENTION)
        await tx.tombstones.prune_undone(now - UNDO_RETENTION)
        await tx.authorizations.prune_requests(now - REPLY_REQUEST_RETENTION)
        await tx.received_webmentions.prune(now - MENTION_RETENTION)
        await tx.received_notes.prune(now - MENTION_RETENTION)
        for comment in await tx.comments.list_withdrawn(now - DELETED_COMMENT_RETENTION, BATCH_SIZE):
            await records.erase(tx, comment, ours=self._urls.base)
        await notice_requests.prune(tx, now)
        await grants.prune(tx, now)
        await tx.comment_records.prune_rejections(now - REJECTION_RETENTION)
        await self._mark_quiet_blogs(tx, now)
        await tx.refetch_queue.prune(
            overdue=now - OVERDUE_REFETCH_RETENTION, passed_over=now - IRRELEVANT_RETENTION, now=now
        )
        await tx.synchronizations.prune(now - HOST_RETENTION)
        await tx.earlier_keys.prune_introductions(now - HOST_RETENTION)
        await tx.hosts.prune(before=now - HOST_RETENTION, kept=MAX_HOSTS)
        await tx.subscriptions.prune(
            ended=now, failing_since=now - MAX_FAILING_TIME, asked=now - SUBSCRIPTION_REQUEST_RETENTION
        )
        await self._subscriber.prune(tx)

    async def _mark_quiet_blogs(self, tx: Tables, now: datetime) -> None:
        """Render the blogroll again when a blog has become quiet, since no other event does that."""
        until = now - self._quiet_after
        if await tx.blogroll.has_become_quiet(after=until - 2 * INTERVAL, until=until):
            await tx.versions.move("river")
