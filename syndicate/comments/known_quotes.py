"""All that is known of quotes of the blog's posts: their texts, their authors, and whether they were allowed."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.activitypub.parse import host_of
from syndicate.model.actor import RemoteActor
from syndicate.model.post import Post
from syndicate.storage import Store
from syndicate.storage.authorizations import Authorization, AuthorizationKind
from syndicate.storage.received_notes import NoteKind, ReceivedNote


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownQuote:
    """A quote: `note` is its text if that came here, `authorization` what was given on request; one of both is known."""

    uri: str
    note: ReceivedNote | None
    authorization: Authorization | None
    author: RemoteActor | None
    post: Post | None

    @property
    def actor(self) -> str:
        return self.authorization.actor if self.authorization else self.note.actor if self.note else ""

    @property
    def state(self) -> str:
        if self.authorization is None:
            return "unasked"
        return "revoked" if self.authorization.revoked else "allowed"

    @property
    def at(self) -> datetime | None:
        return self.authorization.created if self.authorization else self.note.received if self.note else None


async def list_known(store: Store, limit: int) -> list[KnownQuote]:
    """Return the quotes of the author's posts, newest first, without those of blocked accounts."""
    authorizations = {one.object: one for one in await store.authorizations.list_newest(AuthorizationKind.QUOTE, limit)}
    notes = {
        note.uri: note
        for note in await store.received_notes.list_newest([NoteKind.QUOTE], seen=True, limit=limit)
        if not await store.blocks.covers(note.actor, host_of(note.actor))
    }
    known = [await _known(store, uri, notes.get(uri), authorizations.get(uri)) for uri in {**authorizations, **notes}]
    return sorted(known, key=lambda one: str(one.at), reverse=True)[:limit]


async def _known(store: Store, uri: str, note: ReceivedNote | None, authorization: Authorization | None) -> KnownQuote:
    actor = authorization.actor if authorization else note.actor if note else ""
    post = (authorization.post if authorization else note.post if note else "") or ""
    return KnownQuote(
        uri=uri,
        note=note,
        authorization=authorization,
        author=await store.remote_actors.find(actor),
        post=await store.posts.find(post),
    )
