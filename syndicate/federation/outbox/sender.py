"""Carries activities: signs afresh, POSTs, and knocks a second time in the other dialect where the first is refused.
An inbox that refuses a changed key is sent the Update of the actor, signed with an earlier key, and is then asked again.

The bytes of an activity are made once and serve all its deliveries.
"""

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

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

BODIES = 64
SECOND_KNOCK = frozenset({400, 401})
OTHER = {Dialect.CAVAGE: Dialect.RFC9421, Dialect.RFC9421: Dialect.CAVAGE}


@dataclass(frozen=True, slots=True)
class Body:
    """An activity of `actor` as it is sent, and its digest."""

    actor: str
    bytes: bytes
    digest: str


async def _prove(inbox: str, tx: Tables) -> None:
    await tx.foreign_inboxes.set_proven(inbox)


class ActivitySender:
    """Brings activities of ours to inboxes (ActivityPub §7). `gone` is told of inboxes that answered 404 or 410."""

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
        met, dialect = await self._met_with(delivery, dialect)
        fate = outcome_of(met)
        afterwards = partial(self._gone, delivery.inbox) if fate is DeliveryOutcome.GONE else None
        is_taken = fate is DeliveryOutcome.DELIVERED and await self._store.deliveries.is_accept(delivery.activity)
        effect = partial(_prove, delivery.inbox) if is_taken else None
        return SendResult(attempt=met, outcome=fate, dialect=dialect, effect=effect, afterwards=afterwards)

    async def _met_with(self, delivery: Delivery, dialect: str) -> tuple[Attempt, str]:
        """What it met with, and the dialect that the server took or took last."""
        body = await self._body(delivery.activity, delivery.version)
        if body is None:
            return Attempt(status=None, answer="withdrawn before it was sent", permanent=True), dialect
        identity = self._local_actors.of_id(body.actor)
        if identity is None:
            return Attempt(status=None, answer="its actor is no longer chosen", permanent=True), dialect
        if identity.next_key_id and delivery.activity != identity.rotation:
            return Attempt(status=None, answer="waits for the change of key", held=True), dialect
        key = identity.signing_key_of(delivery.activity)
        first = Dialect(dialect) if dialect in set(Dialect) else Dialect.CAVAGE
        met, taken = await self._knock(delivery.inbox, body, key, first)
        if met.status != 401 or not await self._introductions.are_due(identity, delivery.inbox):
            return met, taken.value
        introduced = await self._introduce(identity, delivery, body, first)
        if introduced is None:
            return met, taken.value
        if delivery.activity == identity.rotation:  # which was the news itself
            return introduced, taken.value
        met, taken = await self._knock(delivery.inbox, body, key, first)
        return met, taken.value

    async def _introduce(
        self, identity: SigningActor, delivery: Delivery, body: Body, dialect: Dialect
    ) -> Attempt | None:
        """Send the Update of the actor signed with one earlier key after the other, until the inbox knows one; None where
        it knows none."""
        news: Body | None = body
        if delivery.activity != identity.rotation:
            news = await self._body(await self._introductions.update(identity), 0)
        assert news is not None  # made a moment ago
        for key in identity.earlier:
            met, _ = await self._knock(delivery.inbox, news, key, dialect)
            if outcome_of(met) is DeliveryOutcome.DELIVERED:
                await self._introductions.record(identity, delivery.inbox)
                return met
            if met.status != 401:  # it has other troubles now
                return None
        await self._introductions.record(identity, delivery.inbox)
        return None

    async def _knock(self, inbox: str, body: Body, key: SigningKey, first: Dialect) -> tuple[Attempt, Dialect]:
        """Once, and where that is refused in the other dialect, too; the answer that counts, and its dialect."""
        signer = Signer(lambda: key, self._clock)
        met = await self._post(inbox, body, signer, first)
        if met.status not in SECOND_KNOCK:
            return met, first
        second = await self._post(inbox, body, signer, OTHER[first])
        if second.status is not None and second.status < 400:
            return second, OTHER[first]
        return met, first

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
        met, _ = await send_request(self._transport, request, self._clock)
        return met

    async def _body(self, activity: str, version: int) -> Body | None:
        """The bytes of an activity; made anew when its text or the key of its proof has changed."""
        keys = ",".join(key.id for identity in self._local_actors for key in identity.actor.proof_keys[:1])
        cached = self._bodies.get((activity, version, keys))
        if cached is not None:
            return cached
        said = await self._store.outbox.get(activity)
        if said is None or not said.document:
            return None
        identity = self._local_actors.of_id(said.local_actor)
        document = identity.proven(said.document, said.published) if identity else said.document
        data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        body = self._bodies[activity, version, keys] = Body(said.local_actor, data, body_digest(data))
        while len(self._bodies) > BODIES:
            self._bodies.popitem(last=False)
        return body
