"""What became of what was sent: for the author's pages and for `syndicate deliveries`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import Clock
from syndicate.content.text import excerpt, plain
from syndicate.delivery import circuit
from syndicate.errors import PostNotFound
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState
from syndicate.storage.outbox import OutboxActivity

MAX_RETRIES = 1000
MESSAGE_FIELDS = ("detail", "error_description", "error", "message", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A delivery. `said` is its activity, if it is one and still stored; `next` when it is tried next, while it waits;
    `answer` the message of the server."""

    delivery: Delivery
    said: OutboxActivity | None = None
    next: datetime | None = None
    answer: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.delivery.state is DeliveryState.WAITING

    @property
    def last(self) -> datetime | None:
        """When it was tried last, or settled otherwise."""
        return self.delivery.changed if self.delivery.attempts or not self.is_waiting else None


class DeliveryOverview:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def report(self, deliveries: Iterable[Delivery]) -> list[DeliveryReport]:
        """Return each with its activity, and with the next attempt that the circuit of its server allows."""
        said: dict[str, OutboxActivity | None] = {}
        paused: dict[str, list[datetime]] = {}
        reports = []
        for delivery in deliveries:
            if delivery.kind is DeliveryKind.ACTIVITY and delivery.activity not in said:
                said[delivery.activity] = await self._store.outbox.get(delivery.activity)
            if delivery.state is DeliveryState.WAITING and delivery.queue_key not in paused:
                host = await self._store.hosts.find(delivery.queue_key)
                paused[delivery.queue_key] = [until for until in (host.paused_until, host.asked_until) if until]
            reports.append(
                DeliveryReport(
                    delivery=delivery,
                    said=said.get(delivery.activity),
                    next=max([delivery.due, *paused.get(delivery.queue_key, [])])
                    if delivery.state is DeliveryState.WAITING
                    else None,
                    answer=message_of(delivery.answer),
                )
            )
        return reports

    async def find(self, key: str) -> list[Delivery]:
        """Return the deliveries of what `key` denotes: a post by its slug, even a deleted one, an answer, a follow by
        its id or the handle, or an activity. Raises PostNotFound."""
        ids = await self.find_activities(key)
        found = await self._store.delivery_lists.list_by_activities(ids)
        post = await self._store.posts.find_by_slug(key)
        if post is not None:
            others = await self._store.delivery_lists.list_by_post(post.id)
            found += [delivery for delivery in others if delivery.activity not in ids]
        return found

    async def find_activities(self, key: str) -> list[str]:
        """Return the ids of the activities about what `key` denotes. Raises PostNotFound."""
        store = self._store
        post = await store.posts.find_by_slug(key)
        deleted = await store.tombstones.list_by_slug(key)
        answer = await store.comments.find(key)
        named = await store.remote_actors.find_by_handle(f"@{key.lstrip('@')}") if "@" in key else None
        keys = [key, *(gone.uri for gone in deleted)]
        keys += [known.uri for known in (post, answer, named) if known is not None]
        ids = {id: None for name in keys for id in await store.outbox.list_ids_about(name)}
        if post is None and not deleted and answer is None and not ids:
            raise PostNotFound(f"there is no post, reply, follow or activity {key!r}")
        return list(ids)

    async def retry(self, deliveries: Sequence[Delivery]) -> int:
        """Send again what was given up, and try at once what a server has not taken yet, together with all that waits for
        that server. Return how many of `deliveries` are sent again."""
        waiting = [delivery for delivery in deliveries if delivery.state is DeliveryState.WAITING and delivery.attempts]

        async def body(tx: Tables) -> int:
            for queue in {delivery.queue_key for delivery in waiting}:
                await _end_pause(tx, queue, self._clock())
            return len(waiting) + sum([await tx.deliveries.retry(delivery, self._clock()) for delivery in deliveries])

        return await self._store.transaction(body)


async def _end_pause(tx: Tables, queue: str, now: datetime) -> None:
    """Close the circuit of a server, and make its deliveries due, except while the server itself has asked to wait."""
    await tx.hosts.save(circuit.after_contact(await tx.hosts.find(queue)), now=now)
    await tx.deliveries.resume_queue(queue, now, tried=True)


def message_of(answer: str) -> str:
    """Return the message in a server's answer, which may be JSON (RFC 9457, or as Mastodon sends it) or an HTML page."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return excerpt(plain(answer), words=20)
    named = (said.get(name) for name in MESSAGE_FIELDS) if isinstance(said, dict) else ()
    return next((text for text in named if isinstance(text, str) and text), answer[:120])
