"""Counts what the author's page of numbers shows: followers once a day, and the rest every hour.

Counting reads whole tables, so no request does it: the page reads what was counted last.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.storage import Store, Tables
from syndicate.storage.counted_numbers import COUNTED, CountedNumbers, render_numbers
from syndicate.workers.loop import isolated

INTERVAL = timedelta(hours=1)
MONTHS_COUNTED = timedelta(days=730)
DELIVERIES_COUNTED = timedelta(days=30)
MAX_NAMES = 20
MAX_POSTS = 20
BATCH_SIZE = 500
BLOG = "blog"


class NumbersCount:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def run(self) -> None:
        """Count every hour until cancelled."""
        while True:
            with isolated("numbers"):
                await self.count()
            await asyncio.sleep(INTERVAL.total_seconds())

    async def count(self) -> None:
        """Count, and save what was counted. Raises StorageError."""
        numbers = await self._counted(self._clock())

        async def save(tx: Tables) -> None:
            await tx.numbers.save_followers(numbers.at.date(), numbers.followers)
            await tx.key_values.save(COUNTED, render_numbers(numbers))

        await self._store.transaction(save)

    async def _counted(self, now: datetime) -> CountedNumbers:
        table, since = self._store.numbers, now - MONTHS_COUNTED
        servers: Counter[str] = Counter()
        for inbox, followers in await self._store.followers.count_by_inbox(BLOG):
            servers[authority_of(inbox)] += followers
        servers = +servers
        top = dict(servers.most_common(MAX_NAMES))
        return CountedNumbers(
            at=now,
            followers=await self._store.followers.count(BLOG),
            servers=top,
            other_servers=len(servers) - len(top),
            software=await self._by_software(servers),
            comments=await table.count_comments_by_month(since),
            likes=await table.count_reactions_by_month("like", since),
            boosts=await table.count_reactions_by_month("share", since),
            posts=tuple(await table.list_most_answered(MAX_POSTS)),
            deliveries=await table.count_deliveries(now - DELIVERIES_COUNTED),
        )

    async def _by_software(self, servers: Mapping[str, int]) -> dict[str, int]:
        """Count the followers by the software of their servers; an empty name is that of unknown ones."""
        found: Counter[str] = Counter()
        for hosts in _batches(list(servers)):
            software = await self._store.hosts.list_software(hosts)
            for host in hosts:
                found[software.get(host, "")] += servers[host]
        return dict(found.most_common(MAX_NAMES))


def _batches(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + BATCH_SIZE] for start in range(0, len(names), BATCH_SIZE))
