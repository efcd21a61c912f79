"""Notes to or about the blog that are not comments: mentions, private messages, quotes. Only the author sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row

MAX_PER_ACTOR = 100
"""The limit per actor, so that one actor cannot displace the notes of others."""


class NoteKind(StrEnum):
    MENTION = "mention"
    """The note mentions the blog and replies to none of its posts."""
    PRIVATE = "private"
    """The note is addressed to the blog and is not public."""
    QUOTE = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedNote:
    """`uri` is the id of the remote object, `url` where people read it, or empty; `html` is safe. `post` is the id of
    the post that is quoted. One note may be of several kinds."""

    uri: str
    kind: NoteKind
    actor: str
    url: str
    html: str
    post: str | None = None
    published: datetime
    received: datetime
    seen: bool = False


class ReceivedNotes:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, note: ReceivedNote) -> None:
        """Save a note or its newer text, and keep the newest hundred per actor and kind."""
        await self._query.run(
            """
            INSERT INTO received_notes (uri, kind, actor_uri, url, html, post_id, published, received, seen)
            VALUES (:uri, :kind, :actor, :url, :html, :post, :published, :received, 0)
            ON CONFLICT (uri, kind) DO UPDATE SET url = excluded.url, html = excluded.html, post_id = excluded.post_id
            WHERE received_notes.actor_uri = excluded.actor_uri
            """,
            uri=note.uri,
            kind=note.kind.value,
            actor=note.actor,
            url=note.url,
            html=note.html,
            post=note.post,
            published=to_text(note.published),
            received=to_text(note.received),
        )
        await self._query.run(
            """
            DELETE FROM received_notes WHERE actor_uri = :actor AND kind = :kind AND uri NOT IN (
              SELECT uri FROM received_notes WHERE actor_uri = :actor AND kind = :kind
              ORDER BY received DESC, uri DESC LIMIT :kept)
            """,
            actor=note.actor,
            kind=note.kind.value,
            kept=MAX_PER_ACTOR,
        )

    async def list_newest(self, kinds: Sequence[NoteKind], *, seen: bool, limit: int) -> list[ReceivedNote]:
        """Return notes of these kinds, newest first; with `seen` also those that the author has seen."""
        names = {f"k{at}": kind.value for at, kind in enumerate(kinds)}
        rows = await self._query.all(
            f"""
            SELECT * FROM received_notes
            WHERE kind IN ({", ".join(":" + name for name in names)}) AND seen <= :seen
            ORDER BY received DESC, uri DESC LIMIT :limit
            """,
            seen=int(seen),
            limit=limit,
            **names,
        )
        return [_note(row) for row in rows]

    async def set_seen(self, uri: str, kind: NoteKind) -> None:
        await self._query.run(
            "UPDATE received_notes SET seen = 1 WHERE uri = :uri AND kind = :kind", uri=uri, kind=kind.value
        )

    async def delete(self, uri: str, *, actor: str = "", kinds: Sequence[NoteKind] = tuple(NoteKind)) -> bool:
        """Remove these kinds from a note by `actor` (None: by anyone); a note without a kind is deleted."""
        removed = 0
        for kind in kinds:
            removed += await self._query.run(
                """
                DELETE FROM received_notes
                WHERE uri = :uri AND kind = :kind AND (actor_uri = :actor OR :actor = '')
                """,
                uri=uri,
                kind=kind.value,
                actor=actor,
            )
        return removed > 0

    async def delete_by_actor(self, actor: str) -> None:
        await self._query.run("DELETE FROM received_notes WHERE actor_uri = :actor", actor=actor)

    async def prune(self, before: datetime) -> None:
        """Delete old mentions and private messages; quotes stay as long as their posts."""
        await self._query.run(
            "DELETE FROM received_notes WHERE received < :before AND kind <> 'quote'", before=to_text(before)
        )


def _note(row: Row) -> ReceivedNote:
    return ReceivedNote(
        uri=row["uri"],
        kind=NoteKind(row["kind"]),
        actor=row["actor_uri"],
        url=row["url"],
        html=row["html"],
        post=row["post_id"],
        published=from_text(row["published"]),
        received=from_text(row["received"]),
        seen=bool(row["seen"]),
    )
