"""Followers of local actors, and the inboxes that reach them."""

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.key_values import Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """`inbox` is where posts are sent for this follower: its server's shared inbox if there is one."""

    local_actor: str
    actor: str
    follow: str
    inbox: str
    since: datetime


AFTER_SLASH = chr(ord("/") + 1)
"""So that the ids of one server are a range of keys, and those of `https://m.example.evil` are not in it."""


class Followers:
    def __init__(self, query: Queryable, totals: Totals) -> None:
        self._query, self._totals = query, totals

    async def find(self, local_actor: str, actor: str) -> Follower | None:
        row = await self._query.one(
            "SELECT * FROM followers WHERE local_actor = :local_actor AND actor_uri = :actor",
            local_actor=local_actor,
            actor=actor,
        )
        return None if row is None else _follower(row)

    async def list_by_follow(self, follow: str, actor: str) -> list[Follower]:
        """What an Undo means that names only the Follow's id."""
        rows = await self._query.all(
            "SELECT * FROM followers WHERE actor_uri = :actor AND follow_uri = :follow", actor=actor, follow=follow
        )
        return [_follower(row) for row in rows]

    async def save(self, follower: Follower) -> bool:
        """Save a follower; return True if new. A repeated Follow renews its id and inbox."""
        before = await self.find(follower.local_actor, follower.actor)
        if before is not None:
            await self._count(before, -1)
            await self._query.run(
                """
                UPDATE followers SET follow_uri = :follow, inbox = :inbox
                WHERE local_actor = :local_actor AND actor_uri = :actor
                """,
                follow=follower.follow,
                inbox=follower.inbox,
                local_actor=follower.local_actor,
                actor=follower.actor,
            )
        else:
            await self._query.run(
                """
                INSERT INTO followers (local_actor, actor_uri, follow_uri, inbox, since)
                VALUES (:local_actor, :actor, :follow, :inbox, :since)
                """,
                local_actor=follower.local_actor,
                actor=follower.actor,
                follow=follower.follow,
                inbox=follower.inbox,
                since=to_text(follower.since),
            )
            await self._totals.add(f"followers:{follower.local_actor}", 1)
        await self._count(follower, 1)
        return before is None

    async def delete(self, local_actor: str, actor: str) -> bool:
        before = await self.find(local_actor, actor)
        if before is None:
            return False
        await self._query.run(
            "DELETE FROM followers WHERE local_actor = :local_actor AND actor_uri = :actor",
            local_actor=local_actor,
            actor=actor,
        )
        await self._count(before, -1)
        await self._totals.add(f"followers:{local_actor}", -1)
        return True

    async def delete_actor(self, actor: str) -> bool:
        """Delete an actor from the followers of every local actor."""
        rows = await self._query.all("SELECT local_actor FROM followers WHERE actor_uri = :actor", actor=actor)
        for row in rows:
            await self.delete(row["local_actor"], actor)
        return bool(rows)

    async def count(self, local_actor: str) -> int:
        return await self._totals.get(f"followers:{local_actor}")

    async def list_page(self, local_actor: str, *, before: tuple[str, str] | None, limit: int) -> list[Follower]:
        """Newest first, from the key (`since` as text, actor) on."""
        since, actor = before or ("~", "")
        rows = await self._query.all(
            """
            SELECT * FROM followers
            WHERE local_actor = :local_actor AND (since, actor_uri) < (:since, :actor)
            ORDER BY since DESC, actor_uri DESC
            LIMIT :limit
            """,
            local_actor=local_actor,
            since=since,
            actor=actor,
            limit=limit,
        )
        return [_follower(row) for row in rows]

    async def list_on_server(self, local_actor: str, base: str, *, after: str, limit: int) -> list[str]:
        """The ids of those whose server is at `base`, `scheme://authority`, in their order, from `after` on."""
        rows = await self._query.all(
            """
            SELECT actor_uri FROM followers
            WHERE local_actor = :local_actor AND actor_uri > :after AND actor_uri < :end
            ORDER BY actor_uri LIMIT :limit
            """,
            local_actor=local_actor,
            after=max(after, f"{base}/"),
            end=f"{base}{AFTER_SLASH}",
            limit=limit,
        )
        return [row["actor_uri"] for row in rows]

    async def list_inboxes(self, local_actor: str, *, after: str, limit: int) -> list[str]:
        """The inboxes to send to, in their order, from `after` on; none on another host than its owner's that has not
        taken an Accept yet."""
        rows = await self._query.all(
            """
            SELECT inbox FROM inboxes
            WHERE local_actor = :local_actor AND inbox > :after AND followers > 0 AND NOT EXISTS (
              SELECT 1 FROM foreign_inboxes WHERE foreign_inboxes.inbox = inboxes.inbox AND proven = 0)
            ORDER BY inbox
            LIMIT :limit
            """,
            local_actor=local_actor,
            after=after,
            limit=limit,
        )
        return [row["inbox"] for row in rows]

    async def count_by_inbox(self, local_actor: str) -> list[tuple[str, int]]:
        """Every inbox that followers stand behind, and how many; for commands."""
        rows = await self._query.all(
            "SELECT inbox, followers FROM inboxes WHERE local_actor = :local_actor ORDER BY inbox",
            local_actor=local_actor,
        )
        return [(row["inbox"], row["followers"]) for row in rows]

    async def update_inbox(self, actor: str, inbox: str) -> None:
        """Save the new inbox of an actor."""
        rows = await self._query.all(
            "SELECT * FROM followers WHERE actor_uri = :actor AND inbox <> :inbox", actor=actor, inbox=inbox
        )
        for row in rows:
            await self.save(replace(_follower(row), inbox=inbox))

    async def list_by_inbox(self, inbox: str, *, limit: int) -> list[str]:
        """Some of the actors that are reached through an inbox."""
        rows = await self._query.all(
            "SELECT DISTINCT actor_uri FROM followers WHERE inbox = :inbox ORDER BY actor_uri LIMIT :limit",
            inbox=inbox,
            limit=limit,
        )
        return [row["actor_uri"] for row in rows]

    async def _count(self, follower: Follower, change: int) -> None:
        await self._query.run(
            """
            INSERT INTO inboxes (local_actor, inbox, followers) VALUES (:local_actor, :inbox, :change)
            ON CONFLICT (local_actor, inbox) DO UPDATE SET followers = inboxes.followers + excluded.followers
            """,
            local_actor=follower.local_actor,
            inbox=follower.inbox,
            change=change,
        )
        await self._query.run(
            "DELETE FROM inboxes WHERE local_actor = :local_actor AND inbox = :inbox AND followers <= 0",
            local_actor=follower.local_actor,
            inbox=follower.inbox,
        )


def _follower(row: Row) -> Follower:
    return Follower(
        local_actor=row["local_actor"],
        actor=row["actor_uri"],
        follow=row["follow_uri"],
        inbox=row["inbox"],
        since=from_text(row["since"]),
    )
