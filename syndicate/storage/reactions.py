"""Likes and shares of posts and of the author's answers: once per actor, object and kind."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import to_text
from syndicate.model.post import Counts
from syndicate.storage.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """`kind` is `like` or `share`; `content` an emoji, empty for a plain like. `comment` is the id of the author's answer
    under the post, if that is what it is about."""

    uri: str
    post: str
    comment: str | None = None
    kind: str
    actor: str
    content: str
    received: datetime


COUNTER = {"like": "like_count", "share": "share_count"}
MOST_PER_ACTOR = 5
"""Different emoji under one post: names of emoji are free, and nobody is a crowd."""


class Reactions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, reaction: Reaction) -> bool:
        """Keep it and count it; False when the same actor had said the same before, or enough."""
        added = await self._query.run(
            """
            INSERT INTO reactions (uri, post_id, comment_id, kind, actor_uri, content, received)
            SELECT :uri, :post, :comment, :kind, :actor, :content, :received
            WHERE (
              SELECT count(*) FROM reactions
              WHERE post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind AND actor_uri = :actor) < :most
            ON CONFLICT DO NOTHING
            """,
            uri=reaction.uri,
            post=reaction.post,
            comment=reaction.comment,
            about=reaction.comment or "",
            kind=reaction.kind,
            actor=reaction.actor,
            content=reaction.content,
            received=to_text(reaction.received),
            most=MOST_PER_ACTOR,
        )
        if added:
            await self._count(reaction.post, reaction.comment, reaction.kind, 1)
        return added > 0

    async def withdraw(self, uri: str, actor: str) -> str | None:
        """Take back the reaction with this id; returns its post's id, None if `actor` made no such reaction."""
        row = await self._query.one(
            "DELETE FROM reactions WHERE uri = :uri AND actor_uri = :actor RETURNING post_id, comment_id, kind",
            uri=uri,
            actor=actor,
        )
        return await self._uncount(row)

    async def withdraw_from(self, post: str, comment: str | None, kind: str, actor: str) -> str | None:
        """The same, for servers whose Undo names only what was liked or shared."""
        row = await self._query.one(
            """
            DELETE FROM reactions
            WHERE uri = (
              SELECT uri FROM reactions
              WHERE post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind AND actor_uri = :actor
              ORDER BY received DESC LIMIT 1)
            RETURNING post_id, comment_id, kind
            """,
            post=post,
            about=comment or "",
            kind=kind,
            actor=actor,
        )
        return await self._uncount(row)

    async def listed(
        self, post: str, comment: str | None, kind: str, *, after: tuple[str, str] | None, limit: int
    ) -> list[tuple[str, str]]:
        """The ids of the reactions to a post, or to an answer under it, with their keys: (uri, received), oldest first."""
        received, uri = after or ("", "")
        rows = await self._query.all(
            """
            SELECT uri, received FROM reactions
            WHERE post_id = :post AND coalesce(comment_id, '') = :about AND kind = :kind
              AND (received, uri) > (:received, :uri)
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

    async def counts_of(self, comment: str) -> Counts:
        """How often an answer of the author's is liked and shared."""
        row = await self._query.one("SELECT like_count, share_count FROM comments WHERE id = :id", id=comment)
        return Counts() if row is None else Counts(likes=row["like_count"], shares=row["share_count"])

    async def remove_of_actor(self, actor: str) -> list[str]:
        """Remove all of an actor's; returns the ids of the posts."""
        rows = await self._query.all(
            "DELETE FROM reactions WHERE actor_uri = :actor RETURNING post_id, comment_id, kind", actor=actor
        )
        for row in rows:
            await self._uncount(row)
        return sorted({row["post_id"] for row in rows})

    async def _uncount(self, row: Row | None) -> str | None:
        if row is None:
            return None
        post: str = row["post_id"]
        await self._count(post, row["comment_id"], row["kind"], -1)
        return post

    async def _count(self, post: str, comment: str | None, kind: str, change: int) -> None:
        table, column = "comments" if comment else "posts", COUNTER[kind]
        await self._query.run(
            f"UPDATE {table} SET {column} = {column} + :change WHERE id = :id", change=change, id=comment or post
        )
