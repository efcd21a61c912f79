"""Sends activities: signs and POSTs each, and retries at once with the other signature dialect if the first is refused.

An inbox that refuses a changed key is sent the Update of the actor, signed with an earlier key; then the delivery is
repeated. The same holds for a server that refuses a signed fetch. The bytes of an activity are rendered once for all its deliveries.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from syndicate.activitypub.parse import host_of
from syndicate.activitypub.vocabulary import ACTIVITY_JSON
from syndicate.clock import Clock
from syndicate.delivery.attempt import send_request
from syndicate.delivery.retry import Attempt, DeliveryOutcome, outcome_of
from syndicate.delivery.worker import SendResult
from syndicate.federation.actors.local_actors import LocalActors, SigningActor
from syndicate.federation.outbox.key_introduction import Introductions
from syndicate.signatures import Dialect, body_digest
from syndicate.storage import Store, Tables
from syndicate.storage.deliveries import Delivery
from syndicate.transport.message import DELIVERY, Request, Transport
from syndicate.transport.signed import Signer, SigningKey, SigningThreads

MAX_CACHED_BODIES = 64
RETRY_DIALECT_STATUSES = frozenset({400, 401})
OTHER_DIALECT = {Dialect.CAVAGE: Dialect.RFC9421, Dialect.RFC9421: Dialect.CAVAGE}


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of an activity of `actor`, and their digest."""

    actor: str
    bytes: bytes
    digest: str


async def _mark_proven(inbox: str, tx: Tables) -> None:
    await tx.foreign_inboxes.set_proven(inbox)


class ActivitySender:
    """Sends activities to inboxes (ActivityPub §7). `gone` is called with inboxes that answered 404 or 410."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        local_actors: LocalActors,
        threads: SigningThreads,
        clock: Clock,
        introductions: Introductions,
        *,
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store, self._transport, self._local_actors, self._threads = store, transport, local_actors, threads
        self._clock, self._introductions, self._gone = clock, introductions, gone
        self._bodies: OrderedDict[tuple[str, int, str], Body] = OrderedDict()

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:
        attempt, dialect = await self._deliver(delivery, dialect)
        outcome = outcome_of(attempt)
        afterwards = partial(self._gone, delivery.inbox) if outcome is DeliveryOutcome.GONE else None
        is_accepted_accept = outcome is DeliveryOutcome.DELIVERED and await self._store.deliveries.is_accept(
            delivery.activity
        )
        effect = partial(_mark_proven, delivery.inbox) if is_accepted_accept else None
        return SendResult(attempt=attempt, outcome=outcome, dialect=dialect, effect=effect, afterwards=afterwards)

    async def _deliver(self, delivery: Delivery, dialect: str) -> tuple[Attempt, str]:
        """Return the attempt, and the dialect that the server accepts or accepted last."""
        body = await self._body(delivery.activity, delivery.version)
        if body is None:
            return Attempt(status=None, answer="withdrawn before it was sent", permanent=True), dialect
        identity = self._local_actors.of_id(body.actor)
        if identity is None:
            return Attempt(status=None, answer="its actor is no longer configured", permanent=True), dialect
        if identity.next_key_id and delivery.activity != identity.rotation:
            return Attempt(status=None, answer="waits for the key rotation", held=True), dialect
        key = identity.signing_key_of(delivery.activity)
        first = Dialect(dialect) if dialect in set(Dialect) else Dialect.CAVAGE
        attempt, accepted = await self._post_in_dialects(delivery.inbox, body, key, first)
        if attempt.status != 401 or not await self._introductions.are_due(identity, delivery.inbox):
            return attempt, accepted.value
        is_rotation = delivery.activity == identity.rotation
        update = body if is_rotation else await self._update_of(identity)
        introduced = await self._introduce(identity, delivery.inbox, update, first)
        if introduced is None:
            return attempt, accepted.value
        if is_rotation:  # the delivery was the Update itself
            return introduced, accepted.value
        attempt, accepted = await self._post_in_dialects(delivery.inbox, body, key, first)
        return attempt, accepted.value

    async def introduce_fetching_actor(self, url: str) -> bool:
        """Introduce the key of the actor that signs fetches to the server of an address, which answered 401. Return
        whether that server accepted it."""
        identity = self._local_actors.fetching
        if not identity.earlier or identity.next_key_id:
            return False
        inbox = await self._store.remote_actors.find_inbox(host_of(url))
        if not inbox or not await self._introductions.are_due(identity, inbox):
            return False
        update = await self._update_of(identity)
        return await self._introduce(identity, inbox, update, Dialect.CAVAGE) is not None

    async def _update_of(self, identity: SigningActor) -> Body:
        update = await self._body(await self._introductions.update(identity), 0)
        assert update is not None  # it was created just now
        return update

    async def _introduce(self, identity: SigningActor, inbox: str, update: Body, dialect: Dialect) -> Attempt | None:
        """Send the Update of the actor, signed with one earlier key after the other until the inbox accepts one; None
        if it accepts none."""
        for key in identity.earlier:
            attempt, _ = await self._post_in_dialects(inbox, update, key, dialect)
            if outcome_of(attempt) is DeliveryOutcome.DELIVERED:
                await self._introductions.record(identity, inbox)
                return attempt
            if attempt.status != 401:  # it fails for another reason
                return None
        await self._introductions.record(identity, inbox)
        return None

    async def _post_in_dialects(
        self, inbox: str, body: Body, key: SigningKey, first: Dialect
    ) -> tuple[Attempt, Dialect]:
        """POST with one dialect, and if that is refused with the other; return the attempt that counts, and its
        dialect."""
        signer = Signer(lambda: key, self._clock)
        attempt = await self._post(inbox, body, signer, first)
        if attempt.status not in RETRY_DIALECT_STATUSES:
            return attempt, first
        second = await self._post(inbox, body, signer, OTHER_DIALECT[first])
        if second.status is not None and second.status < 400:
            return second, OTHER_DIALECT[first]
        return attempt, first

    async def _post(self, inbox: str, body: Body, signer: Signer, dialect: Dialect) -> Attempt:
        headers = await self._threads.headers(
            signer,
            inbox,
            headers=(("Content-Type", ACTIVITY_JSON),),
            body=body.bytes,
            dialect=dialect,
            digest=body.digest,
        )
        request = Request(method="POST", url=inbox, headers=headers, body=body.bytes, budget=DELIVERY)
        attempt, _ = await send_request(self._transport, request, self._clock)
        return attempt

    async def _body(self, activity: str, version: int) -> Body | None:
        """Return the bytes of an activity; rendered again if its text or the key of its proof has changed."""
        keys = ",".join(key.id for identity in self._local_actors for key in identity.actor.proof_keys[:1])
        cached = self._bodies.get((activity, version, keys))
        if cached is not None:
            return cached
        activity_row = await self._store.outbox.get(activity)
        if activity_row is None or not activity_row.document:
            return None
        identity = self._local_actors.of_id(activity_row.local_actor)
        document = identity.proven(activity_row.document, activity_row.published) if identity else activity_row.document
        data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        body = self._bodies[activity, version, keys] = Body(activity_row.local_actor, data, body_digest(data))
        while len(self._bodies) > MAX_CACHED_BODIES:
            self._bodies.popitem(last=False)
        return body
