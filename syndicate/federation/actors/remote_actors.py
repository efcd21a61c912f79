"""Actors and keys of other servers: fetched, verified in both directions, and stored.

A key is usable only when the owner's own document, fetched at the owner's id, lists that key id (FEP-fe34). What a
key document says about its owner is a hint, nothing more (Fedify GHSA-q9f8-5hc7-898f).
"""

import asyncio
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from syndicate.activitypub.parse import authority_of, host_of, key_owner, origin, parse_actor
from syndicate.clock import Clock
from syndicate.comments.records import delete, request_picture
from syndicate.content.text import clean_name
from syndicate.errors import (
    AddressDenied,
    AddressUnusable,
    DocumentUnusable,
    KeyUnavailable,
    MalformedActivity,
    RemoteError,
    RemoteUnavailable,
    SignatureRejected,
)
from syndicate.federation.actors import opt_out
from syndicate.federation.actors.key_fetch_limiter import KeyFetchLimiter
from syndicate.federation.actors.webfinger import account_of, actor_in, links_of
from syndicate.model.actor import PublicKey, RemoteActor
from syndicate.model.comment import Author
from syndicate.signatures import VerifyingKey, load_multikey, load_public_key
from syndicate.storage import Store, Tables
from syndicate.transport.fetcher import Fetcher
from syndicate.transport.signed import Signer

log = structlog.get_logger()

MAX_ACTOR_AGE = timedelta(days=1)
MIN_REFETCH_INTERVAL = timedelta(minutes=5)
MAX_CACHED_KEYS = 10_000


class Actors:
    """Finds and fetches actors and keys of other servers."""

    def __init__(self, store: Store, fetcher: Fetcher, signer: Signer, clock: Clock) -> None:
        self._store, self._fetcher, self._signer, self._clock = store, fetcher, signer, clock
        self.key_limiter = KeyFetchLimiter(clock)
        self._loaded: OrderedDict[str, tuple[str, VerifyingKey]] = OrderedDict()
        self._refetched: OrderedDict[str, datetime] = OrderedDict()
        self._fetching: dict[str, asyncio.Future[PublicKey]] = {}

    # keys

    async def known_key(self, key_id: str) -> PublicKey | None:
        """Return the stored key with this id, if there is one."""
        return await self._store.remote_actors.find_key(key_id)

    async def key(self, key_id: str) -> PublicKey:
        """Return the key with this id, stored or fetched from its owner.

        Raises KeyUnavailable (not now), SignatureRejected (`key.…`: never).
        """
        return await self.known_key(key_id) or await self._fetch_key(key_id)

    def may_renew(self, key_id: str) -> bool:
        """Whether a known key may be fetched again: not within minutes of the last time."""
        last = self._refetched.get(key_id)
        return last is None or self._clock() - last >= MIN_REFETCH_INTERVAL or key_id in self._fetching

    async def renewed_key(self, key_id: str) -> PublicKey:
        """Fetch a key as its owner lists it now."""
        self._refetched[key_id] = self._clock()
        self._refetched.move_to_end(key_id)
        while len(self._refetched) > MAX_CACHED_KEYS:
            self._refetched.popitem(last=False)
        return await self._fetch_key(key_id)

    def load(self, key: PublicKey) -> VerifyingKey:
        """Return a key parsed, from the cache if possible. Raises SignatureRejected for an unsupported key."""
        cached = self._loaded.get(key.id)
        if cached is not None and cached[0] == key.pem:
            return cached[1]
        loaded = load_public_key(key.pem) if key.pem.lstrip().startswith("-----") else load_multikey(key.pem)
        self._loaded[key.id] = (key.pem, loaded)
        while len(self._loaded) > MAX_CACHED_KEYS:
            self._loaded.popitem(last=False)
        return loaded

    async def _fetch_key(self, key_id: str) -> PublicKey:
        """Fetch a key once for all concurrent callers: the first burst of a server uses one key."""
        fetching = self._fetching.get(key_id)
        if fetching is None:
            fetching = self._fetching[key_id] = asyncio.ensure_future(self._key_of_owner(key_id))
            fetching.add_done_callback(lambda done: self._fetched(key_id, done))
        return await asyncio.shield(fetching)

    def _fetched(self, key_id: str, done: "asyncio.Future[PublicKey]") -> None:
        del self._fetching[key_id]
        if not done.cancelled():
            done.exception()  # marks it as retrieved, if no caller waits any more

    async def _key_of_owner(self, key_id: str) -> PublicKey:
        try:
            found, document = await self._fetcher.fetch_key_document(key_id, sign=self._signer.sign_get)
            owner = key_owner(document, key_id)
            if not owner or origin(owner) != origin(key_id):
                raise SignatureRejected("key.owner", "the key's document names no owner on its own origin")
            # if found at the owner's id, it is the owner's own document: one request is enough
            actor = await self._save_document(owner, document) if found == owner else await self._fetch(owner)
        except RemoteUnavailable as error:
            raise KeyUnavailable("key.unavailable", str(error), wait=error.wait) from error
        except AddressDenied as error:
            raise SignatureRejected("key.address", str(error)) from error
        except RemoteError as error:
            raise SignatureRejected("key.document", str(error)) from error
        key = next((key for key in actor.keys if key.id == key_id), None)
        if key is None:
            raise SignatureRejected("key.owner", "its owner does not list the key")
        return key

    # actors

    async def get(self, uri: str) -> RemoteActor:
        """Return an actor, not older than a day if its server answers. Raises RemoteError."""
        known = await self._store.remote_actors.find(uri)
        if known is not None and self._clock() - known.fetched < MAX_ACTOR_AGE:
            return await self._with_confirmed_handle(known)
        try:
            return await self.refresh(uri)
        except RemoteUnavailable:
            if known is None:
                raise
            return known

    async def refresh(self, uri: str, *, limited: bool = True) -> RemoteActor:
        """Fetch an actor and save it. Raises RemoteError."""
        return await self._with_confirmed_handle(await self._fetch(uri, limited=limited))

    async def _fetch(self, uri: str, *, limited: bool = True) -> RemoteActor:
        _, document = await self._fetcher.fetch_document(uri, sign=self._signer.sign_get, limited=limited)
        return await self._save_document(uri, document)

    async def _with_confirmed_handle(self, actor: RemoteActor) -> RemoteActor:
        """Return an actor with the handle that it claims, if WebFinger on that host leads back to it (FEP-2c59)."""
        if not actor.claimed_handle:
            return actor
        account = account_of(actor.claimed_handle)
        try:
            links = await links_of(account, self._fetcher, schemes=(actor.uri.partition(":")[0],))
        except RemoteUnavailable:  # it is asked again the next time
            return actor
        except (RemoteError, AddressUnusable):
            links = []
        handle = actor.claimed_handle if actor_in(links) == actor.uri else actor.handle
        confirmed = replace(actor, handle=handle, claimed_handle="")

        async def keep(tx: Tables) -> None:
            await tx.remote_actors.set_handle(actor.uri, handle)
            if handle != actor.handle:
                posts = await tx.comments.rename_author(author_of(confirmed))
                await tx.versions.move(*(f"talk:{post}" for post in posts))

        await self._store.transaction(keep)
        return confirmed

    async def _save_document(self, uri: str, document: dict[str, Any]) -> RemoteActor:
        """Save an actor from the document found at its id."""
        try:
            actor = parse_actor(document, fetched=self._clock())
        except MalformedActivity as error:
            raise DocumentUnusable(f"{uri} is no actor: {error}") from error
        actor = replace(
            actor,
            name=clean_name(actor.name),
            handle=clean_name(actor.handle, limit=300),
            opted_out=opt_out.declined_in_profile(document),
        )
        actor = await self._store.transaction(lambda tx: self._keep(tx, actor))
        log.debug("actor fetched", actor=actor.uri)
        return actor

    async def _keep(self, tx: Tables, actor: RemoteActor) -> RemoteActor:
        """Save an actor as it is now. A handle that was confirmed before stays."""
        known = await tx.remote_actors.find(actor.uri)
        if known is not None and actor.claimed_handle and known.handle == actor.claimed_handle:
            actor = replace(actor, handle=known.handle, claimed_handle="")
        picture = await tx.media.find_by_source(actor.icon) if actor.icon else None
        avatar = f"/media/{picture.name}" if picture is not None and picture.name is not None else ""
        await tx.remote_actors.save(replace(actor, avatar=avatar), host=host_of(actor.uri))
        if origin(actor.inbox) == origin(actor.uri):
            await tx.foreign_inboxes.delete(actor.uri)
        else:
            await tx.foreign_inboxes.save(actor.uri, actor.inbox, authority_of(actor.inbox))
        await tx.followers.update_inbox(actor.uri, actor.shared_inbox or actor.inbox)
        if actor.opted_out:
            for comment in await tx.comments.list_by_author(actor.uri):
                await delete(tx, comment)
        if actor.icon and picture is None and await tx.comment_records.has_shown_by_author(actor.uri):
            await request_picture(tx, actor.uri)
        return actor


def author_of(actor: RemoteActor) -> Author:
    """Return a remote actor as the author of a comment."""
    name = actor.name or actor.handle or host_of(actor.uri)
    return Author(name=name, uri=actor.uri, handle=actor.handle, url=actor.url, avatar=actor.avatar)
