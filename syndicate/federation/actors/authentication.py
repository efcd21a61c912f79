"""Who is there: the key behind a signature, fetched where need be, and proofs inside of what is passed on."""

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
"""What means the same whenever and by whomever it is brought. A Follow that was taken back does not, nor does an
Undo."""


async def authenticate(signature: Signature, actors: Actors, client: str) -> PublicKey:
    """The key that made a signature; one that we knew and that does not fit is asked for once more, for it may be a new
    one. A client that makes us ask in vain has few tries.

    Raises SignatureRejected, KeyUnavailable, TooManyRequests.
    """
    known = await actors.known_key(signature.key_id)
    if known is None:
        with actors.patience.asking(client):
            key = await actors.key(signature.key_id)
            signature.verify(actors.load(key))
            return key
    try:
        signature.verify(actors.load(known))
        return known
    except SignatureRejected:
        if not actors.may_renew(signature.key_id):
            raise
        with actors.patience.asking(client):
            renewed = await actors.renewed_key(signature.key_id)
            signature.verify(actors.load(renewed))
            return renewed


async def is_proven(activity: Activity, actors: Actors, client: str, now: datetime) -> bool:
    """Whether an activity carries a proof by its own actor (FEP-8b32 §3) that counts whoever brings it. What cannot be
    told is not proven: its object's origin is asked instead."""
    if activity.type not in PROVABLE:
        return False
    method = as_id(as_object(activity.raw.get("proof")).get("verificationMethod"))
    if not method or origin(method) != origin(activity.actor):
        return False
    try:
        with actors.patience.asking(client):
            listed = await actors.key(method)
            key = actors.load(listed)
            if listed.owner != activity.actor or not isinstance(key, Ed25519Key):
                return False
            verify_proof(activity.raw, key.public, now=now)
    except (SignatureRejected, KeyUnavailable, TooManyRequests):
        return False
    return True


class AuthorizedFetch:
    """Lets in who may read: with authorized fetch, whoever signs and is not blocked (HTTP signatures as for the
    inbox)."""

    def __init__(self, store: Store, actors: Actors) -> None:
        self._store, self._actors = store, actors

    async def require(self, message: Message, *, ours: str, client: str) -> PublicKey:
        """The key of the reader, who asks from the address `client`; `ours` is our own origin, in whose name nobody
        reads.

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
