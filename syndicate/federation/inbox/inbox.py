"""Receives activities of other servers.

`receive` authenticates an activity and saves a row: cheap checks come first, nothing is trusted before the signature is
verified, and the row is durable before the answer. `perform` processes the row later, so that a crash loses nothing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from syndicate.activitypub.access import as_list
from syndicate.activitypub.documents import parse_document, require_context
from syndicate.activitypub.parse import authority_of, host_of, origin, parse_activity
from syndicate.activitypub.synchronization import SynchronizationOffer
from syndicate.clock import Clock
from syndicate.delivery import circuit
from syndicate.errors import SenderRefused, SignatureRejected, Transient
from syndicate.federation.actors.authentication import authenticate, is_proven
from syndicate.federation.actors.remote_actors import Actors
from syndicate.federation.inbox import followers_digest
from syndicate.federation.inbox.context import Decision, InboxContext, ignored, refused
from syndicate.federation.inbox.dispatch import FORWARDABLE, HANDLERS, NAMED_LATER, handler_of
from syndicate.federation.inbox.handlers import follow
from syndicate.federation.inbox.text_limits import TextLimits
from syndicate.limits.backoff import Backoff
from syndicate.model.activity import Activity, Outcome, ReceivedActivity, Verdict
from syndicate.model.ids import IdsInOrder
from syndicate.signatures import Message, Signature, parse_signature
from syndicate.storage import Store, Tables

log = structlog.get_logger()

BACKOFF = Backoff(tuple(timedelta(seconds=10) * 4**step for step in range(7)))


class Inbox:
    """The personal inboxes and the shared one; each accepts every type."""

    def __init__(self, store: Store, actors: Actors, context: InboxContext, clock: Clock) -> None:
        self._store, self._actors, self._context, self._clock = store, actors, context, clock
        self._ids = IdsInOrder()
        self._texts = TextLimits()

    async def receive(self, message: Message, client: str) -> Verdict:
        """Receive an activity from the address `client`. When this returns, the activity is durable, and the answer is
        202.

        Raises SignatureRejected (401), MalformedActivity (400), SenderRefused (403), TooManyRequests (429),
        KeyUnavailable (503).
        """
        signature = parse_signature(message, now=self._clock())
        activity = parse_activity(parse_document(message.body))
        require_context(activity.raw)
        activity = replace(activity, forwarded=_is_forwarded(activity, signature))
        await self._refuse_unwanted(activity, signature)
        if await self._is_unknown_account_deletion(activity):
            return Verdict(outcome=Outcome.IGNORED, reason="delete.unknown")
        key = await authenticate(signature, self._actors, client)
        activity = await self._attributed(activity, key.owner, client)
        offer = await followers_digest.differing_offer(message, signature, key.owner, self._context)
        return await self._record(activity, signature.fingerprint, key.owner, offer, size=len(message.body))

    async def _refuse_unwanted(self, activity: Activity, signature: Signature) -> None:
        """Refuse blocked senders before anything is fetched, and senders that use our own origin."""
        ours = origin(self._context.urls.base)
        if ours in (origin(activity.actor), origin(signature.key_id)):
            raise SenderRefused("sender.ourselves")
        _require_one_origin(activity)
        if activity.actor and not activity.forwarded and origin(signature.key_id) != origin(activity.actor):
            raise SignatureRejected("activity.actor", "signed by another than its actor")
        senders = {activity.actor, signature.key_id} if activity.forwarded else {activity.actor or signature.key_id}
        for sender in senders:
            if await self._is_unwanted(sender, activity.type):
                raise SenderRefused("sender.blocked")

    async def _is_unwanted(self, sender: str, type: str) -> bool:
        """Whether a sender is blocked. A Follow of a blocked account is accepted, to answer it with a Reject."""
        if type == "Follow":
            return await self._store.blocks.covers_host(host_of(sender))
        return await self._store.blocks.covers(sender, host_of(sender))

    async def _is_unknown_account_deletion(self, activity: Activity) -> bool:
        """Whether this is the Delete of an account that we do not know. Mastodon sends it to every server, and its key
        can no longer be fetched."""
        if activity.type != "Delete" or not activity.actor or activity.object != activity.actor:
            return False
        return await self._store.remote_actors.find(activity.actor) is None

    async def _attributed(self, activity: Activity, sender: str, client: str) -> Activity:
        """Return the activity with its verified actor. An integrity proof of its actor counts like their signature."""
        if not activity.actor:
            activity = replace(activity, actor=sender, forwarded=False)
            _require_one_origin(activity)
            if await self._store.blocks.covers(sender, host_of(sender)):
                raise SenderRefused("sender.blocked")
        if sender == activity.actor:
            return activity
        if not activity.forwarded:
            raise SignatureRejected("activity.actor", "signed by another than its actor")
        return replace(activity, forwarded=not await is_proven(activity, self._actors, client, self._clock()))

    async def _record(
        self, activity: Activity, fingerprint: str, sender: str, offer: SynchronizationOffer | None, *, size: int
    ) -> Verdict:
        now = self._clock()
        server = authority_of(sender)  # it is up, whatever the results of our deliveries
        verdict = Verdict(outcome=Outcome.WAITING, reason="arrival.waiting")
        if activity.type not in HANDLERS:
            verdict = Verdict(outcome=Outcome.UNSUPPORTED, reason="activity.unsupported")
        elif activity.forwarded and activity.type not in FORWARDABLE:
            verdict = refused("activity.forwarded")
        elif not activity.id and (activity.type in NAMED_LATER or activity.forwarded):
            verdict = ignored("activity.no-id")
        received = ReceivedActivity(
            id=self._ids.new(now), activity=activity, received=now, fingerprint=fingerprint, verdict=verdict
        )

        async def body(tx: Tables) -> bool:
            if offer is not None:
                await followers_digest.ask_later(tx, sender, offer)
            await _end_pause(tx, server, now)
            new = await tx.inbox_queue.enqueue(received, by_actor=sender == activity.actor)
            if new:
                await self._texts.enforce(tx, host_of(activity.actor), size)
            return new

        new = await self._store.transaction(body)
        log.debug("activity received", type=activity.type, actor=activity.actor, new=new)
        return verdict

    # processing

    async def perform(self, received: ReceivedActivity) -> Verdict:
        """Process a received activity, and settle its row in the same transaction.

        Raises Transient errors: the row is then due again later.
        """
        activity = received.activity
        decision = await self._decide(activity)

        async def settle(tx: Tables) -> Verdict:
            verdict = decision if isinstance(decision, Verdict) else await decision(tx)
            await tx.inbox_queue.complete(received.id, verdict)
            return verdict

        verdict = await self._store.transaction(settle)
        log.info(
            "activity performed",
            type=activity.type,
            actor=activity.actor,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
        )
        return verdict

    async def _decide(self, activity: Activity) -> Decision:
        blocks, host = self._store.blocks, host_of(activity.actor)
        if not await blocks.covers(activity.actor, host):
            return await handler_of(activity)(activity, self._context)
        if activity.type == "Follow" and not await blocks.covers_host(host):
            return await follow.reject_blocked(activity, self._context)
        return refused("sender.blocked")

    async def postpone(self, received: ReceivedActivity, error: Exception) -> None:
        """Schedule another try of a received activity, or mark it as failed after the last one."""
        attempts = received.attempts + 1
        if BACKOFF.is_exhausted(attempts) or not isinstance(error, (Transient, TimeoutError)):
            verdict = Verdict(outcome=Outcome.FAILED, reason="arrival.failed")
            await self._store.transaction(lambda tx: tx.inbox_queue.complete(received.id, verdict))
            return
        due = self._clock() + BACKOFF.delay(attempts)
        await self._store.transaction(
            lambda tx: tx.inbox_queue.postpone(received.id, due=due, reason="arrival.waiting")
        )


async def _end_pause(tx: Tables, server: str, now: datetime) -> None:
    """Close the circuit of a server that has just sent us something, and make its deliveries due."""
    host = await tx.hosts.find(server)
    if host.failures:
        await tx.hosts.save(circuit.after_contact(host), now=now)
        await tx.deliveries.resume_queue(server, now, tried=circuit.is_failing(host))


def _require_one_origin(activity: Activity) -> None:
    """Raises SignatureRejected."""
    if activity.id and activity.actor and origin(activity.id) != origin(activity.actor):
        raise SignatureRejected("activity.origin", "its id and its actor have different origins")


def _is_forwarded(activity: Activity, signature: Signature) -> bool:
    """Whether an activity is forwarded: signed by another origin, with a signature or proof of its own. The owner of
    the key is checked later."""
    if not activity.actor:
        return False
    carries_own = any(as_list(activity.raw.get(name)) for name in ("signature", "proof"))
    return carries_own and origin(signature.key_id) != origin(activity.actor)
