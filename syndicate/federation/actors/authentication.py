"""Authentication: the key of a signature, fetched if necessary, and integrity proofs of forwarded activities."""

from datetime import datetime

from syndicate.activitypub.access import as_id, as_object
from syndicate.activitypub.parse import host_of, origin
from syndicate.errors import KeyUnavailable, SenderRefused, SignatureRejected, TooManyRequests
from syndicate.federation.actors.remote_actors import Actors
from syndicate.model.activity import Activity
from syndicate.model.actor import PublicKey
from syndicate.signatures import Ed25519Key, Message, Signature, parse_signature, verify_proof
from syndicate.storage import Store

PROVABLE = frozenset({"Announce", "Create", "Delete", "EmojiReact", "Like", "Update"})
"""Types whose meaning does not depend on when and how they arrive, unlike a Follow or an Undo."""


async def authenticate(signature: Signature, actors: Actors, client: str) -> PublicKey:
    """Verify a signature and return its key. A known key that does not match is fetched once more, since it may have
    changed. Each client has a limited number of failed fetches.

    Raises SignatureRejected, KeyUnavailable, TooManyRequests.
    """
    known = await actors.known_key(signature.key_id)
    if known is None:
        with actors.key_limiter.guard(client):
            key = await actors.key(signature.key_id)
            signature.verify(actors.load(key))
            return key
    try:
        signature.verify(actors.load(known))
        return known
    except SignatureRejected:
        if not actors.may_renew(signature.key_id):
            raise
        with actors.key_limiter.guard(client):
            renewed = await actors.renewed_key(signature.key_id)
            signature.verify(actors.load(renewed))
            return renewed


async def is_proven(activity: Activity, actors: Actors, client: str, now: datetime) -> bool:
    """Whether an activity has a valid integrity proof by its own actor (FEP-8b32 §3). If that cannot be verified, the
    caller fetches the object from its origin instead."""
    if activity.type not in PROVABLE:
        return False
    method = as_id(as_object(activity.raw.get("proof")).get("verificationMethod"))
    if not method or origin(method) != origin(activity.actor):
        return False
    try:
        with actors.key_limiter.guard(client):
            listed = await actors.key(method)
            key = actors.load(listed)
            if listed.owner != activity.actor or not isinstance(key, Ed25519Key):
                return False
            verify_proof(activity.raw, key.public, now=now)
    except (SignatureRejected, KeyUnavailable, TooManyRequests):
        return False
    return True


class AuthorizedFetch:
    """Authorizes signed requests for documents ("secure mode"): any valid signature of an actor that is not blocked."""

    def __init__(self, store: Store, actors: Actors) -> None:
        self._store, self._actors = store, actors

    async def require(self, message: Message, *, ours: str, client: str) -> PublicKey:
        """Return the key of a request from the address `client`; `ours` is our own origin, which signs no requests to
        us.

        Raises SignatureRejected (401), SenderRefused (403), TooManyRequests (429), KeyUnavailable (503).
        """
        signature = parse_signature(message, now=self._store.clock())
        if origin(signature.key_id) == ours:
            raise SenderRefused("sender.ourselves")
        if await self._store.blocks.covers(signature.key_id, host_of(signature.key_id)):
            raise SenderRefused("sender.blocked")
        key = await authenticate(signature, self._actors, client)
        if await self._store.blocks.covers(key.owner, host_of(key.owner)):
            raise SenderRefused("sender.blocked")
        return key
