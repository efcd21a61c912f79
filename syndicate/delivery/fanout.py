"""Expands fan-outs into deliveries: one per inbox of the followers and participants, batch by batch."""

from collections.abc import Callable, Sequence
from datetime import datetime

from syndicate.clock import Clock
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery
from syndicate.storage.fanouts import Fanout
from syndicate.workers.queue import Row, SingleRowWorker

EXPANSION_LIMIT = 500


class FanoutWorker(SingleRowWorker[Fanout]):
    """Expands one batch of the oldest fan-out after another."""

    name = "fan-out"
    table = "fanouts"

    def __init__(self, store: Store, clock: Clock, *, host_of: Callable[[str], str]) -> None:
        super().__init__(store.leased_rows, clock)
        self._store, self._host_of = store, host_of

    async def next_due(self, now: datetime) -> datetime | None:
        return await self._store.fanouts.next_due(now)

    async def claim_one(self, now: datetime, until: datetime) -> Fanout | None:
        return await self._store.transaction(lambda tx: tx.fanouts.claim(now=now, until=until))

    def rows(self, fanout: Fanout) -> Sequence[Row]:
        return [(fanout.activity, fanout.audience)]

    def about(self, fanout: Fanout) -> dict[str, str]:
        return {"activity": fanout.activity}

    async def perform(self, fanout: Fanout) -> None:
        await self._store.transaction(lambda tx: self._expand_batch(tx, fanout))

    async def _expand_batch(self, tx: Tables, fanout: Fanout) -> None:
        activity = await tx.outbox.get(fanout.activity)
        if activity is None:
            await tx.fanouts.complete(fanout)
            return
        now = self._clock()
        inboxes = await tx.followers.list_inboxes(fanout.audience, after=fanout.reached, limit=EXPANSION_LIMIT)
        is_first = fanout.post_uri and not fanout.reached
        others = await tx.fanouts.list_participant_inboxes(fanout.post_uri) if is_first else []
        for inbox in dict.fromkeys([*others, *inboxes]):
            await tx.deliveries.enqueue(
                Delivery(
                    activity=activity.id,
                    inbox=inbox,
                    host=self._host_of(inbox),
                    object=activity.object,
                    post=activity.post,
                    due=now,
                    changed=now,
                )
            )
        if len(inboxes) < EXPANSION_LIMIT:
            await tx.fanouts.complete(fanout)
        else:
            await tx.fanouts.advance(fanout, inboxes[-1])
