"""Followers and blocks as the author's lists show them, a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerRow:
    """A follower with what is known of the account. `since_text` and `actor` are the key of its row."""

    actor: str
    inbox: str
    since: datetime
    since_text: str
    handle: str = ""
    name: str = ""
    url: str = ""
    avatar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A block; `handle` and `name` are those of the account, where it is known."""

    pattern: str
    reason: str
    created: datetime
    handle: str = ""
    name: str = ""


FOLLOWERS = """
    SELECT followers.*, handle, name, url, avatar
    FROM followers LEFT JOIN remote_actors ON remote_actors.uri = followers.actor_uri
"""
LITERALLY = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


class AdminPeople:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_by_inbox(self, inbox: str, limit: int) -> list[FollowerRow]:
        """Return some of the followers who are reached through an inbox."""
        rows = await self._query.all(
            f"{FOLLOWERS} WHERE followers.inbox = :inbox LIMIT :limit", inbox=inbox, limit=limit
        )
        return [_follower(row) for row in rows]

    async def list_followers(
        self, local_actor: str, *, before: tuple[str, str] | None, limit: int
    ) -> list[FollowerRow]:
        """Return the followers of a local actor, newest first, from the key (`since` as text, actor) on."""
        since, actor = before or ("~", "")
        rows = await self._query.all(
            f"""
            {FOLLOWERS}
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

    async def list_these(self, local_actor: str, actors: Collection[str]) -> list[FollowerRow]:
        """Return those of some actors who follow a local actor, in the order of their ids."""
        names = {f"a{at}": actor for at, actor in enumerate(actors)}
        if not names:
            return []
        rows = await self._query.all(
            f"""
            {FOLLOWERS}
            WHERE local_actor = :local_actor AND actor_uri IN ({", ".join(":" + name for name in names)})
            ORDER BY actor_uri
            """,
            local_actor=local_actor,
            **names,
        )
        return [_follower(row) for row in rows]

    async def list_blocks(self, kind: str, words: str, *, after: str, limit: int) -> list[BlockRow]:
        """Return the blocks of a kind (`actor`, `domain`) in which some words occur, from a pattern on."""
        rows = await self._query.all(
            """
            SELECT blocks.*, handle, name FROM blocks LEFT JOIN remote_actors ON remote_actors.uri = blocks.pattern
            WHERE blocks.kind = :kind AND pattern > :after
              AND (lower(pattern) LIKE :words ESCAPE '\\' OR lower(handle) LIKE :words ESCAPE '\\'
                OR lower(reason) LIKE :words ESCAPE '\\')
            ORDER BY pattern LIMIT :limit
            """,
            kind=kind,
            after=after,
            words=f"%{words.lower().translate(LITERALLY)}%",
            limit=limit,
        )
        return [_block(row) for row in rows]

    async def count_blocks(self) -> dict[str, int]:
        """Return how many blocks there are of each kind."""
        rows = await self._query.all("SELECT kind, count(*) AS total FROM blocks GROUP BY kind")
        return {row["kind"]: row["total"] for row in rows}


def _follower(row: Row) -> FollowerRow:
    return FollowerRow(
        actor=row["actor_uri"],
        inbox=row["inbox"],
        since=from_text(row["since"]),
        since_text=row["since"],
        handle=row["handle"] or "",
        name=row["name"] or "",
        url=row["url"] or "",
        avatar=row["avatar"] or "",
    )


def _block(row: Row) -> BlockRow:
    return BlockRow(
        pattern=row["pattern"],
        reason=row["reason"],
        created=from_text(row["created"]),
        handle=row["handle"] or "",
        name=row["name"] or "",
    )
