"""Notes that name the blog without answering a post, and private messages: only the author sees them."""

from collections.abc import Sequence

from syndicate.activitypub.parse import host_of
from syndicate.storage import Store, Tables
from syndicate.storage.received_notes import NoteKind, ReceivedNote

MAX_MENTIONS = 200
KINDS = (NoteKind.MENTION, NoteKind.PRIVATE)


async def list_mentions(store: Store, *, seen: bool) -> list[ReceivedNote]:
    """Return the newest, without those of blocked accounts; with `seen` also those that the author has seen."""
    return [
        note
        for note in await store.received_notes.list_newest(KINDS, seen=seen, limit=MAX_MENTIONS)
        if not await store.blocks.covers(note.actor, host_of(note.actor))
    ]


async def mark_seen(store: Store, notes: Sequence[ReceivedNote]) -> None:
    async def mark(tx: Tables) -> None:
        for note in notes:
            await tx.received_notes.set_seen(note.uri, note.kind)

    await store.transaction(mark)
