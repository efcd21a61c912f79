"""Accounts that posts and replies mention, and which are still to be looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


class MentionState(StrEnum):
    WANTED = "wanted"
    SETTLED = "settled"
    PAST = "past"
    """The text does not mention the account any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAccount:
    """`comment` is the answer of the author's that names somebody, empty where the post does. `handle` is
    `user@host`, or the id of an account that was never fetched; `actor` the id of the account, empty while it is not
    known, and for good where there is none."""

    post: str
    comment: str = ""
    handle: str
    state: MentionState = MentionState.WANTED
    actor: str = ""
    attempts: int = 0
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """An account that was looked up by its handle: the id of the actor, and the address of the profile."""

    actor: str
    url: str


class Mentions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find_known(self, handles: Sequence[str]) -> dict[str, KnownAccount]:
        """Return the accounts of these handles that were looked up before."""
        if not handles:
            return {}
        names = {f"h{at}": handle for at, handle in enumerate(handles)}
        rows = await self._query.all(
            f"""
            SELECT DISTINCT mentions.handle, remote_actors.uri, remote_actors.url
            FROM mentions JOIN remote_actors ON remote_actors.uri = mentions.actor_uri
            WHERE mentions.handle IN ({", ".join(":" + name for name in names)})
            ORDER BY mentions.handle, remote_actors.uri
            """,
            **names,
        )
        return {row["handle"]: KnownAccount(actor=row["uri"], url=row["url"]) for row in rows}

    async def save_all(self, post: str, handles: Mapping[str, str], now: datetime, *, comment: str = "") -> None:
        """Replace the mentions of a post, or of a reply under it (with the actor ids that are known already)."""
        for named in await self.list_by_post(post, comment):
            if named.handle not in handles:
                await self._leave_out(named)
        for handle, actor in handles.items():
            state = MentionState.SETTLED if actor else MentionState.WANTED
            await self.save(NamedAccount(post=post, comment=comment, handle=handle, state=state, actor=actor, due=now))

    async def _leave_out(self, named: NamedAccount) -> None:
        await self._query.run(
            "UPDATE mentions SET state = 'past' WHERE post_id = :post AND comment_id = :comment AND handle = :handle AND actor_uri <> ''",
            post=named.post,
            comment=named.comment,
            handle=named.handle,
        )
        await self._query.run(
            "DELETE FROM mentions WHERE post_id = :post AND comment_id = :comment AND handle = :handle AND actor_uri = ''",
            post=named.post,
            comment=named.comment,
            handle=named.handle,
        )

    async def delete_by_actor(self, actor: str) -> None:
        """Delete the mentions of an actor, which receives no posts any more."""
        await self._query.run("DELETE FROM mentions WHERE actor_uri = :actor AND actor_uri <> ''", actor=actor)

    async def list_by_post(self, post: str, comment: str = "") -> list[NamedAccount]:
        """Return the accounts that a post, or a reply under it, mentions."""
        rows = await self._query.all(
            "SELECT * FROM mentions WHERE post_id = :post AND comment_id = :comment ORDER BY handle",
            post=post,
            comment=comment,
        )
        return [_named(row) for row in rows]

    async def has_unresolved(self, post: str, comment: str = "") -> bool:
        """Return whether an account that a post, or a reply under it, mentions is still to be looked up."""
        row = await self._query.one(
            """
            SELECT 1 AS wanted FROM mentions
            WHERE post_id = :post AND comment_id = :comment AND state = 'wanted' LIMIT 1
            """,
            post=post,
            comment=comment,
        )
        return row is not None

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when the next lookup is due."""
        row = await self._query.one(
            "SELECT due_at FROM mentions WHERE state = 'wanted' AND leased_until < :now ORDER BY due_at LIMIT 1",
            now=to_text(now),
        )
        return None if row is None else from_text(row["due_at"])

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> list[NamedAccount]:
        """Lease the due lookups; a lease counts as an attempt."""
        rows = await self._query.all(
            """
            WITH due AS MATERIALIZED (
              SELECT post_id, comment_id, handle FROM mentions
              WHERE state = 'wanted' AND due_at <= :now AND leased_until < :now
              ORDER BY due_at LIMIT :limit {skip_locked})
            UPDATE mentions SET leased_until = :until, attempts = attempts + 1
            WHERE (post_id, comment_id, handle) IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
            limit=limit,
        )
        return [_named(row) for row in rows]

    async def save(self, named: NamedAccount) -> None:
        """Save the result of a lookup and release its lease."""
        await self._query.run(
            """
            INSERT INTO mentions (post_id, comment_id, handle, state, actor_uri, attempts, due_at, leased_until)
            VALUES (:post, :comment, :handle, :state, :actor, :attempts, :due, '')
            ON CONFLICT (post_id, comment_id, handle) DO UPDATE SET state = excluded.state, actor_uri = excluded.actor_uri,
              attempts = excluded.attempts, due_at = excluded.due_at, leased_until = ''
            """,
            post=named.post,
            comment=named.comment,
            handle=named.handle,
            state=named.state.value,
            actor=named.actor,
            attempts=named.attempts,
            due=to_text(named.due),
        )

    async def set_found(self, named: NamedAccount, actor: str) -> None:
        """Save the actor; the row stays leased until the post is rendered again."""
        await self._query.run(
            "UPDATE mentions SET actor_uri = :actor WHERE post_id = :post AND comment_id = :comment AND handle = :handle",
            actor=actor,
            post=named.post,
            comment=named.comment,
            handle=named.handle,
        )

    async def complete(self, named: NamedAccount) -> None:
        """Complete the lookup, if the text still mentions the account."""
        await self._query.run(
            """
            UPDATE mentions SET state = 'settled', leased_until = ''
            WHERE post_id = :post AND comment_id = :comment AND handle = :handle AND state = 'wanted'
            """,
            post=named.post,
            comment=named.comment,
            handle=named.handle,
        )

    async def postpone(self, named: NamedAccount) -> None:
        """Schedule another lookup."""
        await self._query.run(
            """
            UPDATE mentions SET due_at = :due, leased_until = ''
            WHERE post_id = :post AND comment_id = :comment AND handle = :handle AND state = 'wanted'
            """,
            post=named.post,
            comment=named.comment,
            handle=named.handle,
            due=to_text(named.due),
        )


def _named(row: Row) -> NamedAccount:
    return NamedAccount(
        post=row["post_id"],
        comment=row["comment_id"],
        handle=row["handle"],
        state=MentionState(row["state"]),
        actor=row["actor_uri"],
        attempts=row["attempts"],
        due=from_text(row["due_at"]),
    )
