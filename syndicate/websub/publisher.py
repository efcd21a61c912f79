"""Detects changed feeds and enqueues pushes to their subscribers and to other hubs.

For each feed with subscribers or hubs, a row stores the version that was last announced. Commits wake this worker; if
the version of the feed differs, the new version and the push are written in one transaction. So publishing knows nothing
of WebSub, a crash loses nothing, and a change that is reverted before the worker runs is never announced.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from syndicate.activitypub.parse import authority_of
from syndicate.clock import Clock
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind
from syndicate.storage.subscriptions import RequestMode, SubscriptionRequest, Topic
from syndicate.websub.hub import intent
from syndicate.websub.topics import Topics
from syndicate.workers.loop import WorkerLoop, isolated

log = structlog.get_logger()

MIN_INTERVAL_SECONDS = 1.0
"""Between two comparisons, however much is committed."""
BATCH_SIZE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTargets:
    """Who is notified: other `hubs` about `feeds`, and subscribers if this blog is a hub (`subscribers`)."""

    subscribers: bool = True
    hubs: Sequence[str] = ()
    feeds: Sequence[str] = ()


class PushWorker:
    def __init__(
        self, store: Store, topics: Topics, clock: Clock, audience: PushTargets, *, slice: int = BATCH_SIZE
    ) -> None:
        self._store, self._topics, self._clock, self._audience = store, topics, clock, audience
        self._batch_size = slice
        self._pinged = tuple(audience.feeds) if audience.hubs else ()
        self._ids = IdsInOrder()
        self._loop = WorkerLoop("push", clock, self._next_due)

    def wake(self) -> None:
        """Check soon, because something may have changed."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._loop.run(self._work_and_pause)

    async def _work_and_pause(self) -> bool:
        busy = await self.work()
        await asyncio.sleep(MIN_INTERVAL_SECONDS)
        return busy

    async def _next_due(self) -> datetime | None:
        """Return None: this worker reacts to commits, and nothing is due by time."""
        return None

    async def work(self) -> bool:
        """Compare all feeds that have subscribers or hubs; False if nothing had changed."""
        announced = await self._look()
        passed = ""
        while (topic := await self._store.subscriptions.find_expanding(after=passed)) is not None:
            before, passed = passed, topic.push
            with isolated("push", topic=topic.topic):
                await self._expand(topic)
                passed = before
        return announced

    # detecting changes

    async def _look(self) -> bool:
        known = {topic.topic: topic for topic in await self._store.subscriptions.list_topics()}
        heard = (
            set(await self._store.subscriptions.list_subscribed_topics(self._clock()))
            if self._audience.subscribers
            else set()
        )
        announced = False
        for address in dict.fromkeys([*self._pinged, *sorted(heard)]):
            with isolated("compare feed", topic=address):
                before = known[address].version if address in known else ""
                announced = await self._compare(address, before, heard=address in heard) or announced
        for address in known.keys() - heard - set(self._pinged):
            await self._store.transaction(partial(self._forget, address=address))
        return announced

    async def _compare(self, address: str, before: str, *, heard: bool) -> bool:
        version = await self._topics.version(address)
        if version is None:
            await self._deny(address)
        if version is None or version == before:
            return False
        return await self._announce(address, before, version, heard=heard)

    async def _announce(self, address: str, before: str, version: str, *, heard: bool) -> bool:
        now = self._clock()
        push = self._ids.new(now) if heard else ""
        pings = [self._ping(hub, address, now) for hub in self._audience.hubs] if address in self._pinged else []

        async def body(tx: Tables) -> bool:
            if not await tx.subscriptions.start_push(address, before=before, version=version, push=push):
                return False
            for ping in pings:
                await tx.deliveries.enqueue(ping)
            return True

        announced = await self._store.transaction(body)
        if announced:
            log.info("feed changed", topic=address)
        return announced

    def _ping(self, hub: str, address: str, now: datetime) -> Delivery:
        return Delivery(
            activity=self._ids.new(now),
            kind=DeliveryKind.PING,
            inbox=hub,
            host=authority_of(hub),
            object=address,
            due=now,
            changed=now,
        )

    async def _forget(self, tx: Tables, address: str) -> None:
        await tx.subscriptions.delete_topic(address, self._clock())

    # enqueueing deliveries

    async def _expand(self, topic: Topic) -> None:
        """Expand a batch of a push into deliveries."""
        now = self._clock()

        async def body(tx: Tables) -> None:
            found = await tx.subscriptions.list_live(topic.topic, after=topic.reached, now=now, limit=self._batch_size)
            for subscription in found:
                await tx.deliveries.enqueue(
                    Delivery(
                        activity=topic.push,
                        kind=DeliveryKind.WEBSUB,
                        inbox=subscription.callback,
                        host=authority_of(subscription.callback),
                        object=topic.topic,
                        due=now,
                        changed=now,
                    )
                )
            await tx.subscriptions.advance_push(topic, found[-1].callback if len(found) == self._batch_size else None)

        await self._store.transaction(body)

    async def _deny(self, address: str) -> None:
        """End the subscriptions to a feed that no longer exists, and notify the subscribers."""
        now = self._clock()

        async def body(tx: Tables) -> bool:
            found = await tx.subscriptions.list_live(address, after="", now=now, limit=self._batch_size)
            for subscription in found:
                await tx.subscriptions.delete(address, subscription.callback)
                request = SubscriptionRequest(
                    id=self._ids.new(now),
                    mode=RequestMode.DENIED,
                    topic=address,
                    callback=subscription.callback,
                    host=subscription.host,
                    asked=now,
                )
                await tx.subscriptions.save_request(request)
                await tx.deliveries.enqueue(intent(request))
            await tx.subscriptions.delete_topic(address, now)
            return len(found) == self._batch_size

        while await self._store.transaction(body):
            pass
