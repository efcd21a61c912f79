"""Likes and shares of posts and of the author's replies: one per actor, object and kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import to_text
from syndicate.model.post import Counts
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """`kind` is `like` or `share`; `content` an emoji, empty for a plain like. `comment` is the id of the author's
    answer under the post, if that is what it is about."""

    uri: str
    post: str
    comment: str | None = None
    kind: str
    actor: str
    content: str
    received: datetime


COUNTER = {"like": "like_count", "share": "share_count"}
MAX_PER_ACTOR = 5
"""Different emoji under one post: names of emoji are free, and nobody is a crowd. Boosts are kept apart, since each
can be taken back by itself, and count once."""


class Reactions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, reaction: Reaction) -> bool:
        """Save and count a reaction; return False if the actor already had the same one, or too many.

        A further boost by the same actor is kept, and not counted: it may be the one that stays.
        """
        rows = await self._of(reaction.post, reaction.comment, reaction.kind, reaction.actor)
        repeated = any(row["content"] == reaction.content for row in rows)
        if len(rows) >= MAX_PER_ACTOR or (repeated and reaction.kind != "share"):
            return False
        added = await self._query.run(
            """
            INSERT INTO reactions (uri, post_id, comment_id, kind, actor_uri, content, received, counted, hidden)
            VALUES (:uri, :post, :comment, :kind, :actor, :content, :received, :counted, 0)
            ON CONFLICT DO NOTHING
            """,
            uri=reaction.uri,
            post=reaction.post,
            comment=reaction.comment,
            kind=reaction.kind,
            actor=reaction.actor,
            content=reaction.content,
            received=to_text(reaction.received),
            counted=int(not repeated),
        )
        if not added or repeated:
            return False
        await self._count(reaction.post, reaction.comment, reaction.kind, 1)
        return True

    async def _of(self, post: str, comment: str | None, kind: str, actor: str) -> Sequence[Row]:
        """An actor's reactions of a kind to one thing, oldest first."""
        return await self._query.all(
            """
            SELECT uri, content, counted, hidden FROM reactions
            WHERE post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind AND actor_uri = :actor
            ORDER BY received, uri
            """,
            post=post,
            about=comment or "",
            kind=kind,
            actor=actor,
        )

    async def delete(self, uri: str, actor: str) -> str | None:
        """Take back the reaction with this id; returns its post's id, None if `actor` made no such reaction."""
        rows = await self._query.all(
            """
            DELETE FROM reactions WHERE uri = :uri AND actor_uri = :actor
            RETURNING post_id, comment_id, kind, content, counted
            """,
            uri=uri,
            actor=actor,
        )
        for row in rows:
            await self._uncount(row, actor)
        return rows[0]["post_id"] if rows else None

    async def delete_by_actor_and_object(
        self, post: str, comment: str | None, kind: str, actor: str, *, uri: str = ""
    ) -> str | None:
        """Take back an actor's reaction to one thing: the one with this id; without an id the newest, for servers whose
        Undo names only what was liked or shared."""
        rows = await self._of(post, comment, kind, actor)
        named = [row for row in rows if row["uri"] == uri] if uri else rows[-1:]
        if not named:
            return None
        row = await self._query.one(
            """
            DELETE FROM reactions
            WHERE uri = :uri AND post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind
            RETURNING post_id, comment_id, kind, content, counted
            """,
            uri=named[0]["uri"],
            post=post,
            about=comment or "",
            kind=kind,
        )
        assert row is not None
        await self._uncount(row, actor)
        return post

    async def list_shown(
        self, post: str, comment: str | None, kind: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[tuple[str, str]]:
        """The ids of the reactions to a post, or to an answer under it, with their keys: (uri, received), oldest
        first."""
        received, uri = after or ("", "")
        rows = await self._query.all(
            """
            SELECT uri, received FROM reactions
            WHERE post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind
              AND counted = 1 AND (received, uri) > (:received, :uri)
            ORDER BY received, uri LIMIT :limit
            """,
            post=post,
            about=comment or "",
            kind=kind,
            received=received,
            uri=uri,
            limit=limit,
        )
        return [(row["uri"], row["received"]) for row in rows]

    async def get_counts(self, comment: str) -> Counts:
        """How often an answer of the author's is liked and shared."""
        row = await self._query.one("SELECT like_count, share_count FROM comments WHERE id = :id", id=comment)
        return Counts() if row is None else Counts(likes=row["like_count"], shares=row["share_count"])

    async def delete_by_actor(self, actor: str) -> list[str]:
        """Remove all of an actor's; returns the ids of the posts."""
        posts = await self.hide_by_actor(actor)
        rows = await self._query.all("DELETE FROM reactions WHERE actor_uri = :actor RETURNING post_id", actor=actor)
        return sorted({*posts, *(row["post_id"] for row in rows)})

    async def hide_by_actor(self, actor: str) -> list[str]:
        """Count nothing of an actor's any more, and keep it; returns the ids of the posts."""
        counted = await self._query.all(
            "SELECT post_id, comment_id, kind FROM reactions WHERE actor_uri = :actor AND counted = 1", actor=actor
        )
        await self._query.run("UPDATE reactions SET counted = 0, hidden = 1 WHERE actor_uri = :actor", actor=actor)
        for row in counted:
            await self._count(row["post_id"], row["comment_id"], row["kind"], -1)
        return sorted({row["post_id"] for row in counted})

    async def show_by_actor(self, actor: str) -> list[str]:
        """Count again what was hidden of an actor's; returns the ids of the posts."""
        hidden = await self._query.all(
            "SELECT post_id, comment_id, kind, content FROM reactions WHERE actor_uri = :actor AND hidden = 1",
            actor=actor,
        )
        await self._query.run("UPDATE reactions SET hidden = 0 WHERE actor_uri = :actor", actor=actor)
        for post, comment, kind, content in sorted(
            {(row["post_id"], row["comment_id"], row["kind"], row["content"]) for row in hidden}, key=str
        ):
            await self._count_next(post, comment, kind, actor, content)
        return sorted({row["post_id"] for row in hidden})

    async def _uncount(self, row: Row, actor: str) -> None:
        """A reaction is gone; another of the same meaning by the same actor counts in its place."""
        if row["counted"]:
            await self._count(row["post_id"], row["comment_id"], row["kind"], -1)
            await self._count_next(row["post_id"], row["comment_id"], row["kind"], actor, row["content"])

    async def _count_next(self, post: str, comment: str | None, kind: str, actor: str, content: str) -> None:
        """Let the oldest of an actor's equal reactions count, if one does not already."""
        rows = [row for row in await self._of(post, comment, kind, actor) if row["content"] == content]
        if not rows or rows[0]["hidden"] or any(row["counted"] for row in rows):
            return
        await self._query.run(
            """
            UPDATE reactions SET counted = 1
            WHERE uri = :uri AND post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind
            """,
            uri=rows[0]["uri"],
            post=post,
            about=comment or "",
            kind=kind,
        )
        await self._count(post, comment, kind, 1)

    async def _count(self, post: str, comment: str | None, kind: str, change: int) -> None:
        table, column = "comments" if comment else "posts", COUNTER[kind]
        await self._query.run(
            f"UPDATE {table} SET {column} = {column} + :change WHERE id = :id", change=change, id=comment or post
        )
