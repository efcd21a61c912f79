"""What the author reads, in her order."""

from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage.database import Queryable, Row

COLUMNS = """
id, name, tagline, url, feed_url, actor_uri, handle, category, position, language, rel, notes, picture, hidden,
follow_state, follow_uri
"""


class Blogroll:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def all(self, *, hidden: bool = False) -> list[BlogrollEntry]:
        """In the order of categories, then positions. `hidden` entries only for the author."""
        where = "" if hidden else "WHERE hidden = 0"
        rows = await self._query.all(f"SELECT {COLUMNS} FROM blogroll {where} ORDER BY category, position, name, id")
        return [_entry(row) for row in rows]

    async def find(self, address: str) -> BlogrollEntry | None:
        """By home page, feed, actor or handle; a home page counts with and without its final slash."""
        row = await self._query.one(
            f"""
            SELECT {COLUMNS} FROM blogroll
            WHERE url = :address OR url = :slashed OR feed_url = :address OR actor_uri = :address OR handle = :handle
            ORDER BY position LIMIT 1
            """,
            address=address,
            slashed=address.rstrip("/") + "/",
            handle="@" + address.lstrip("@"),
        )
        return None if row is None else _entry(row)

    async def by_actor(self, actor: str) -> BlogrollEntry | None:
        row = await self._query.one(f"SELECT {COLUMNS} FROM blogroll WHERE actor_uri = :actor", actor=actor)
        return None if row is None else _entry(row)

    async def put(self, entry: BlogrollEntry, *, added: str) -> None:
        await self._query.run(
            """
            INSERT INTO blogroll (id, name, tagline, url, feed_url, actor_uri, handle, category, position, language, rel,
              notes, picture, hidden, follow_state, follow_uri, edited, added)
            VALUES (:id, :name, :tagline, :url, :feed_url, :actor, :handle, :category, :position, :language, :rel,
              :notes, :picture, :hidden, :follow, '', 0, :added)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, tagline = excluded.tagline, url = excluded.url,
              feed_url = excluded.feed_url, actor_uri = excluded.actor_uri, handle = excluded.handle,
              category = excluded.category, position = excluded.position, language = excluded.language,
              rel = excluded.rel, notes = excluded.notes, picture = excluded.picture, hidden = excluded.hidden
            """,
            id=entry.id,
            name=entry.name,
            tagline=entry.tagline,
            url=entry.url,
            feed_url=entry.feed_url,
            actor=entry.actor,
            handle=entry.handle,
            category=entry.category,
            position=entry.position,
            language=entry.language,
            rel=entry.rel,
            notes=entry.notes,
            picture=entry.picture,
            hidden=int(entry.hidden),
            follow=entry.follow.value,
            added=added,
        )

    async def remove(self, id: str) -> None:
        await self._query.run("DELETE FROM blogroll WHERE id = :id", id=id)

    async def next_position(self) -> int:
        row = await self._query.one("SELECT coalesce(max(position), 0) AS last FROM blogroll")
        assert row is not None
        last: int = row["last"]
        return last + 1

    async def set_follow(self, id: str, state: FollowState, follow_uri: str) -> None:
        await self._query.run(
            "UPDATE blogroll SET follow_state = :state, follow_uri = :follow_uri WHERE id = :id",
            id=id,
            state=state.value,
            follow_uri=follow_uri,
        )

    async def follow_uri(self, id: str) -> str:
        """The id of the Follow that we sent last; empty if none."""
        row = await self._query.one("SELECT follow_uri FROM blogroll WHERE id = :id", id=id)
        return "" if row is None else row["follow_uri"]

    async def actors(self, *, after: str, limit: int) -> list[str]:
        """The actors among the entries that all may see, in order of their ids: the `following` collection."""
        rows = await self._query.all(
            """
            SELECT DISTINCT actor_uri FROM blogroll
            WHERE hidden = 0 AND actor_uri <> '' AND actor_uri > :after
            ORDER BY actor_uri LIMIT :limit
            """,
            after=after,
            limit=limit,
        )
        return [row["actor_uri"] for row in rows]

    async def actors_total(self) -> int:
        row = await self._query.one(
            "SELECT count(DISTINCT actor_uri) AS total FROM blogroll WHERE hidden = 0 AND actor_uri <> ''"
        )
        assert row is not None
        total: int = row["total"]
        return total


def _entry(row: Row) -> BlogrollEntry:
    return BlogrollEntry(
        id=row["id"],
        name=row["name"],
        tagline=row["tagline"],
        url=row["url"],
        feed_url=row["feed_url"],
        actor=row["actor_uri"],
        handle=row["handle"],
        category=row["category"],
        position=row["position"],
        language=row["language"],
        rel=row["rel"],
        notes=row["notes"],
        picture=row["picture"],
        hidden=bool(row["hidden"]),
        follow=FollowState(row["follow_state"]),
    )
