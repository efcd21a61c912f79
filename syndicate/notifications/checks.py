"""Notices what no arrival tells of: servers and feeds that do not answer, and a backup that is due."""

import asyncio
from datetime import timedelta

from syndicate.clock import Clock, from_text
from syndicate.delivery.circuit import is_failing
from syndicate.storage import Store, Tables
from syndicate.storage.key_values import LAST_BACKUP
from syndicate.storage.notifications import NotificationKind

INTERVAL_SECONDS = 600.0
MAX_BACKUP_AGE = timedelta(days=7)
FEED_FAILING_AFTER = timedelta(days=3)
NOTIFICATION_RETENTION = timedelta(days=90)
MAX_FOUND = 20


class NotificationChecks:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def run(self) -> None:
        """Work until cancelled. Raises StorageError."""
        while True:
            await self.check()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def check(self) -> None:
        found = [*await self._failing(), *await self._feeds(), *await self._backup()]
        now = self._clock()

        async def body(tx: Tables) -> None:
            await tx.notifications.delete_before(now - NOTIFICATION_RETENTION)
            for kind, subject in found:
                await tx.notifications.add(kind, subject, now)

        await self._store.transaction(body)

    async def _failing(self) -> list[tuple[NotificationKind, str]]:
        """A server that fails is a subject together with the day since which it does."""
        hosts = [host for host in await self._store.hosts.list_failing() if is_failing(host)]
        subjects = dict.fromkeys(f"{host.server} {host.failing_since:%Y-%m-%d}" for host in hosts)
        return [(NotificationKind.DELIVERY, subject) for subject in list(subjects)[:MAX_FOUND]]

    async def _feeds(self) -> list[tuple[NotificationKind, str]]:
        failing = await self._store.feed_polls.list_failing(self._clock() - FEED_FAILING_AFTER)
        return [(NotificationKind.FEED, f"{one.since:%Y-%m-%d} {one.name}") for one in failing[:MAX_FOUND]]

    async def _backup(self) -> list[tuple[NotificationKind, str]]:
        """Once for each backup that has become old, and for a blog whose desk is a week old without any."""
        last = await self._store.key_values.find(LAST_BACKUP)
        account = await self._store.admin_account.find()
        since = from_text(last) if last else account.created if account else None
        if since is None or self._clock() - since <= MAX_BACKUP_AGE:
            return []
        return [(NotificationKind.BACKUP, f"{'last' if last else 'none'} {since:%Y-%m-%d}")]
