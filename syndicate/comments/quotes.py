"""Quotes of posts: the author decides which are shown under the post that they quote.

What their own authors delete or narrow goes, as with comments. Every function with a transaction writes inside it.
"""

from collections.abc import Sequence

from syndicate.activitypub.parse import host_of
from syndicate.comments import records
from syndicate.errors import InputError, QuoteNotFound
from syndicate.storage import Store, Tables
from syndicate.storage.notifications import NotificationKind
from syndicate.storage.received_notes import NoteKind, ReceivedNote, ShownQuote
from syndicate.translation import _

MAX_SHOWN = 50


async def show(store: Store, uri: str) -> None:
    """Show a quote under its post. Raises QuoteNotFound, InputError."""
    note = await _found(store, uri)
    if not note.may_be_shown:
        raise InputError(_("{uri}: its author asks not to be shown on blogs (#noblog)", uri=uri))
    if await store.blocks.covers(note.actor, host_of(note.actor)):
        raise InputError(_("{uri}: its author is blocked; `syndicate unblock` ends that", uri=uri))

    async def body(tx: Tables) -> None:
        await tx.received_notes.set_shown(uri, shown=True)
        await records.request_picture(tx, note.actor)
        await _invalidate(tx, [note.post or ""])

    await store.transaction(body)


async def hide(store: Store, uri: str) -> None:
    """Show a quote no longer. Raises QuoteNotFound."""
    note = await _found(store, uri)

    async def body(tx: Tables) -> None:
        await tx.received_notes.set_shown(uri, shown=False)
        await _invalidate(tx, [note.post or ""])

    await store.transaction(body)


async def list_shown(store: Store, post: str) -> list[ShownQuote]:
    """Return the quotes under a post, oldest first, without those of blocked accounts."""
    found = await store.received_notes.list_shown(post, MAX_SHOWN)
    return [quote for quote in found if not await store.blocks.covers(quote.actor, host_of(quote.actor))]


async def save(tx: Tables, note: ReceivedNote) -> None:
    """Save a received note or its newer text."""
    before = await tx.received_notes.posts_with_shown(uri=note.uri)
    await tx.received_notes.save(note)
    await tx.notifications.add(NotificationKind(note.kind.value), note.uri, note.received)
    await _invalidate(tx, before)


async def delete(tx: Tables, uri: str, *, actor: str = "", kinds: Sequence[NoteKind] = tuple(NoteKind)) -> bool:
    """Delete a received note, or these kinds of it. Return False if there is none."""
    removed = await tx.received_notes.delete(uri, actor=actor, kinds=kinds)
    await _invalidate(tx, [note.post for note in removed if note.shown and note.post])
    return bool(removed)


async def delete_by_actor(tx: Tables, actor: str) -> None:
    """Delete all notes of an actor."""
    before = await tx.received_notes.posts_with_shown(actor=actor)
    await tx.received_notes.delete_by_actor(actor)
    await _invalidate(tx, before)


async def invalidate_by_actor(tx: Tables, actor: str) -> None:
    """Render the posts anew under which an actor is quoted, after a block or its end."""
    await _invalidate(tx, await tx.received_notes.posts_with_shown(actor=actor))


async def _found(store: Store, uri: str) -> ReceivedNote:
    note = await store.received_notes.find_quote(uri)
    if note is None or note.post is None:
        raise QuoteNotFound(f"{uri}: there is no quote whose text is known; `syndicate quotes list` shows them")
    return note


async def _invalidate(tx: Tables, posts: Sequence[str]) -> None:
    if posts:
        await tx.versions.move(*(f"post:{post}" for post in posts))
