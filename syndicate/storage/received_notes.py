"""Notes to or about the blog that are not comments: mentions, private messages, quotes.

Only the author sees them, except for quotes that the author shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.post_rows import any_of

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
    the post that is quoted. One note may be of several kinds. `may_be_shown` is false if its author asks not to be
    shown on blogs."""

    uri: str
    kind: NoteKind
    actor: str
    url: str
    html: str
    post: str | None = None
    published: datetime
    received: datetime
    seen: bool = False
    shown: bool = False
    may_be_shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuote:
    """A quote that stands under its post, with what is known of its author."""

    uri: str
    actor: str
    name: str
    handle: str
    home: str
    avatar: str
    url: str
    html: str
    published: datetime


class ReceivedNotes:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, note: ReceivedNote) -> None:
        """Save a note or its newer text, and keep the newest hundred per actor and kind."""
        await self._query.run(
            """
            INSERT INTO received_notes (uri, kind, actor_uri, url, html, post_id, published, received, seen, may_be_shown)
            VALUES (:uri, :kind, :actor, :url, :html, :post, :published, :received, 0, :may_be_shown)
            ON CONFLICT (uri, kind) DO UPDATE SET url = excluded.url, html = excluded.html, post_id = excluded.post_id,
              may_be_shown = excluded.may_be_shown, shown = CASE
                WHEN excluded.may_be_shown = 0 OR excluded.post_id <> received_notes.post_id THEN 0
                ELSE received_notes.shown END
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
            may_be_shown=int(note.may_be_shown),
        )
        await self._query.run(
            """
            DELETE FROM received_notes WHERE actor_uri = :actor AND kind = :kind AND shown = 0 AND uri NOT IN (
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

    async def find(self, uri: str, kind: NoteKind) -> ReceivedNote | None:
        row = await self._query.one(
            "SELECT * FROM received_notes WHERE uri = :uri AND kind = :kind", uri=uri, kind=kind.value
        )
        return None if row is None else _note(row)

    async def find_quote(self, uri: str) -> ReceivedNote | None:
        row = await self._query.one("SELECT * FROM received_notes WHERE uri = :uri AND kind = 'quote'", uri=uri)
        return None if row is None else _note(row)

    async def set_shown(self, uri: str, *, shown: bool) -> None:
        """Show a quote under its post, or no longer."""
        await self._query.run(
            "UPDATE received_notes SET shown = :shown WHERE uri = :uri AND kind = 'quote' AND may_be_shown >= :shown",
            uri=uri,
            shown=int(shown),
        )

    async def list_shown(self, post: str, limit: int) -> list[ShownQuote]:
        """Return the quotes of a post that are shown, oldest first, without those that are comments there, too."""
        rows = await self._query.all(
            """
            SELECT received_notes.uri AS uri, actor_uri, received_notes.url AS url, html, received_notes.published AS published,
              remote_actors.name AS name, remote_actors.handle AS handle, remote_actors.url AS home, remote_actors.avatar AS avatar
            FROM received_notes LEFT JOIN remote_actors ON remote_actors.uri = received_notes.actor_uri
            WHERE kind = 'quote' AND post_id = :post AND shown = 1
              AND NOT EXISTS (SELECT 1 FROM public_comments WHERE public_comments.uri = received_notes.uri)
            ORDER BY received_notes.published, received_notes.uri LIMIT :limit
            """,
            post=post,
            limit=limit,
        )
        return [
            ShownQuote(
                uri=row["uri"],
                actor=row["actor_uri"],
                name=row["name"] or "",
                handle=row["handle"] or "",
                home=row["home"] or "",
                avatar=row["avatar"] or "",
                url=row["url"],
                html=row["html"],
                published=from_text(row["published"]),
            )
            for row in rows
        ]

    async def posts_with_shown(self, *, uri: str = "", actor: str = "") -> list[str]:
        """Return the posts under which a note or notes of an actor are shown."""
        rows = await self._query.all(
            """
            SELECT DISTINCT post_id FROM received_notes
            WHERE shown = 1 AND post_id IS NOT NULL AND (uri = :uri OR (actor_uri = :actor AND :actor <> ''))
            """,
            uri=uri,
            actor=actor,
        )
        return [row["post_id"] for row in rows]

    async def set_seen(self, uri: str, kind: NoteKind) -> None:
        await self._query.run(
            "UPDATE received_notes SET seen = 1 WHERE uri = :uri AND kind = :kind", uri=uri, kind=kind.value
        )

    async def delete(self, uri: str, *, actor: str, kinds: Sequence[NoteKind]) -> list[ReceivedNote]:
        """Remove these kinds from a note by `actor` (empty: by anyone); return the note as each of those that it was."""
        names, parameters = any_of([kind.value for kind in kinds])
        rows = await self._query.all(
            f"""
            DELETE FROM received_notes
            WHERE uri = :uri AND kind IN ({names}) AND (actor_uri = :actor OR :actor = '')
            RETURNING *
            """,
            uri=uri,
            actor=actor,
            **parameters,
        )
        return [_note(row) for row in rows]

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
        shown=bool(row["shown"]),
        may_be_shown=bool(row["may_be_shown"]),
    )
