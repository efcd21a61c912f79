"""Tombstones: of local objects (served as 410), and of remote ones (so that a late Create restores nothing)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """`origin` is who may have removed it: ours, or the origin of the remote actor. `type` is its former type."""

    uri: str
    path: str | None
    origin: str
    type: str
    published: datetime | None
    gone_at: datetime


OF_POSTS = "origin = :ours AND path IS NOT NULL AND uri <> :ours || path"
MAX_LISTED = 1_000_000


class Tombstones:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, uri: str) -> Tombstone | None:
        row = await self._query.one("SELECT * FROM tombstones WHERE uri = :uri", uri=uri)
        return None if row is None else _tombstone(row)

    async def find_by_path(self, path: str) -> Tombstone | None:
        """Return the newest local object that was removed from this path."""
        row = await self._query.one(
            "SELECT * FROM tombstones WHERE path = :path ORDER BY gone_at DESC LIMIT 1", path=path
        )
        return None if row is None else _tombstone(row)

    async def list_by_slug(self, slug: str) -> list[Tombstone]:
        """Return the tombstones of posts whose address ended with this slug; for commands."""
        rows = await self._query.all("SELECT * FROM tombstones WHERE path LIKE '%/%' ORDER BY gone_at")
        return [_tombstone(row) for row in rows if unquote(row["path"]).rstrip("/").rpartition("/")[2] == slug]

    async def list_of_posts(self, ours: str, *, limit: int = MAX_LISTED) -> list[Tombstone]:
        """Return the tombstones of our posts at their addresses, newest first, without those at aliases."""
        rows = await self._query.all(
            f"SELECT * FROM tombstones WHERE {OF_POSTS} ORDER BY gone_at DESC, uri LIMIT :limit", ours=ours, limit=limit
        )
        return [_tombstone(row) for row in rows]

    async def count_of_posts(self, ours: str) -> int:
        row = await self._query.one(f"SELECT COUNT(*) AS total FROM tombstones WHERE {OF_POSTS}", ours=ours)
        return 0 if row is None else row["total"]

    async def list_since(self, moment: datetime, uri: str, limit: int) -> list[Tombstone]:
        """Return the oldest tombstones after this key (time, uri)."""
        rows = await self._query.all(
            "SELECT * FROM tombstones WHERE (gone_at, uri) > (:moment, :uri) ORDER BY gone_at, uri LIMIT :limit",
            moment=to_text(moment),
            uri=uri,
            limit=limit,
        )
        return [_tombstone(row) for row in rows]

    async def save(self, tombstone: Tombstone) -> None:
        await self._query.run(
            """
            INSERT INTO tombstones (uri, path, origin, type, published, gone_at)
            VALUES (:uri, :path, :origin, :type, :published, :gone_at)
            ON CONFLICT (uri) DO NOTHING
            """,
            uri=tombstone.uri,
            path=tombstone.path,
            origin=tombstone.origin,
            type=tombstone.type,
            published=None if tombstone.published is None else to_text(tombstone.published),
            gone_at=to_text(tombstone.gone_at),
        )

    async def delete(self, uri: str) -> None:
        """Forget that a remote object was deleted."""
        await self._query.run("DELETE FROM tombstones WHERE uri = :uri AND path IS NULL", uri=uri)

    async def prune_undone(self, before: datetime) -> None:
        """Delete the tombstone of an object that was deleted before it was received."""
        await self._query.run(
            "DELETE FROM tombstones WHERE type = 'Undo' AND gone_at < :before", before=to_text(before)
        )

    async def prune_of_others(self, before: datetime, *, ours: str, limit: int) -> int:
        """Delete old tombstones of remote objects, at most `limit`; return how many. Local ones are kept."""
        return await self._query.run(
            """
            DELETE FROM tombstones
            WHERE uri IN (
              SELECT uri FROM tombstones
              WHERE path IS NULL AND origin <> :ours AND gone_at < :before
              ORDER BY uri LIMIT :limit)
            """,
            ours=ours,
            before=to_text(before),
            limit=limit,
        )


def _tombstone(row: Row) -> Tombstone:
    return Tombstone(
        uri=row["uri"],
        path=row["path"],
        origin=row["origin"],
        type=row["type"],
        published=None if row["published"] is None else from_text(row["published"]),
        gone_at=from_text(row["gone_at"]),
    )
