"""Actors of other servers, as they were fetched, and their keys."""

from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.actor import PublicKey, RemoteActor
from syndicate.storage.columns import Columns, flag, instant, text, upsert
from syndicate.storage.engine.database import Queryable, Row

ACTOR = Columns(
    "remote_actors",
    (
        text("uri", is_fixed=True),
        text("type"),
        text("handle"),
        text("claimed_handle"),
        text("name"),
        text("url"),
        text("inbox"),
        text("shared_inbox"),
        text("followers"),
        text("icon"),
        text("summary"),
        flag("opted_out"),
        instant("published"),
        instant("fetched"),
    ),
)
SAVE = f"""
{upsert(ACTOR, key="uri", constants={"host": ":host", "first_seen": ":fetched", "avatar": ":avatar"})},
avatar = CASE WHEN remote_actors.icon = excluded.icon THEN remote_actors.avatar ELSE excluded.avatar END
"""
"""The copy of the avatar is kept while its address is the same."""
NAMING = tuple(
    f"SELECT 1 FROM {table} WHERE {table}.{column} = remote_actors.uri AND {table}.{column} <> ''"
    for table, column in (
        ("followers", "actor_uri"),
        ("comments", "author_uri"),
        ("rejections", "author_uri"),
        ("reactions", "actor_uri"),
        ("stamps", "actor_uri"),
        ("reply_requests", "actor_uri"),
        ("arrivals", "actor_uri"),
        ("blogroll", "actor_uri"),
        ("blocks", "pattern"),
        ("mentions", "actor_uri"),
        ("received_notes", "actor_uri"),
    )
)
"""The columns that refer to an actor and keep it from being pruned."""


class RemoteActors:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, uri: str) -> RemoteActor | None:
        row = await self._query.one("SELECT * FROM remote_actors WHERE uri = :uri", uri=uri)
        if row is None:
            return None
        keys = await self._query.all("SELECT * FROM remote_keys WHERE owner = :uri ORDER BY id", uri=uri)
        return _remote(row, tuple(_key(key) for key in keys))

    async def find_icon(self, uri: str) -> str:
        """Return the address of an actor's picture; empty if there is none, or the actor is not known."""
        row = await self._query.one("SELECT icon FROM remote_actors WHERE uri = :uri", uri=uri)
        return "" if row is None else row["icon"]

    async def find_by_address(self, address: str) -> RemoteActor | None:
        """By its id, or by the address of its profile."""
        row = await self._query.one(
            "SELECT uri FROM remote_actors WHERE uri = :address OR url = :address", address=address
        )
        return None if row is None else await self.find(row["uri"])

    async def find_by_handle(self, handle: str) -> RemoteActor | None:
        """`@user@host`, in any case."""
        row = await self._query.one(
            "SELECT uri FROM remote_actors WHERE lower(handle) = :handle", handle=handle.lower()
        )
        return None if row is None else await self.find(row["uri"])

    async def find_inbox(self, host: str) -> str:
        """Return an inbox of a server of which an actor is known, a shared one if possible; empty if none is."""
        row = await self._query.one(
            """
            SELECT CASE WHEN shared_inbox <> '' THEN shared_inbox ELSE inbox END AS inbox FROM remote_actors
            WHERE host = :host AND NOT EXISTS (SELECT 1 FROM foreign_inboxes WHERE actor = remote_actors.uri)
            ORDER BY shared_inbox = '', uri LIMIT 1
            """,
            host=host,
        )
        return "" if row is None else row["inbox"]

    async def list_inboxes(self) -> list[str]:
        """Return one inbox for every server of which an actor is known, and more where it has no shared one."""
        rows = await self._query.all(
            """
            SELECT DISTINCT CASE WHEN shared_inbox <> '' THEN shared_inbox ELSE inbox END AS inbox FROM remote_actors
            WHERE NOT EXISTS (SELECT 1 FROM foreign_inboxes WHERE actor = remote_actors.uri AND proven = 0)
            """
        )
        return [row["inbox"] for row in rows]

    async def find_key(self, key_id: str) -> PublicKey | None:
        row = await self._query.one("SELECT * FROM remote_keys WHERE id = :id", id=key_id)
        return None if row is None else _key(row)

    async def save(self, actor: RemoteActor, *, host: str) -> None:
        """Save an actor, which is on the server `host`."""
        await self._query.run(SAVE, **ACTOR.dump(actor), host=host, avatar=actor.avatar)
        await self._query.run("DELETE FROM remote_keys WHERE owner = :owner", owner=actor.uri)
        for key in actor.keys:
            await self._query.run(
                """
                INSERT INTO remote_keys (id, owner, pem) VALUES (:id, :owner, :pem)
                ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, pem = excluded.pem
                """,
                id=key.id,
                owner=key.owner,
                pem=key.pem,
            )

    async def set_handle(self, uri: str, handle: str) -> None:
        """Save the handle that WebFinger confirmed; nothing is claimed any more."""
        await self._query.run(
            "UPDATE remote_actors SET handle = :handle, claimed_handle = '' WHERE uri = :uri", uri=uri, handle=handle
        )

    async def list_matching(self, pattern: str, *, after: str, limit: int) -> list[str]:
        """Return the ids of the actors that a block covers: one actor, or all of a domain and its subdomains; from `after` on."""
        if "://" in pattern:
            return [pattern] if not after and await self.find(pattern) is not None else []
        rows = await self._query.all(
            """
            SELECT uri FROM remote_actors
            WHERE (host = :domain OR host LIKE :below) AND uri > :after
            ORDER BY uri LIMIT :limit
            """,
            domain=pattern,
            below=f"%.{pattern}",
            after=after,
            limit=limit,
        )
        return [row["uri"] for row in rows]

    async def set_avatar(self, icon: str, path: str) -> list[str]:
        """The picture at this address is now served at `path`; returns the actors that show it."""
        rows = await self._query.all(
            "UPDATE remote_actors SET avatar = :path WHERE icon = :icon RETURNING uri", icon=icon, path=path
        )
        return [row["uri"] for row in rows]

    async def moved_here_at(self, uri: str) -> datetime | None:
        """Return when another account last moved to this one."""
        row = await self._query.one("SELECT moved_here FROM remote_actors WHERE uri = :uri", uri=uri)
        return from_text(row["moved_here"]) if row and row["moved_here"] else None

    async def set_moved_here(self, uri: str, now: datetime) -> None:
        await self._query.run("UPDATE remote_actors SET moved_here = :now WHERE uri = :uri", uri=uri, now=to_text(now))

    async def prune(self, *, fetched_before: datetime, after: str, limit: int) -> str | None:
        """Look at so many, from `after` on, and forget those who have nothing to do with the blog and were not seen for
        long; returns the last one looked at, None at the end."""
        rows = await self._query.all(
            "SELECT uri FROM remote_actors WHERE uri > :after ORDER BY uri LIMIT :limit", after=after, limit=limit
        )
        if not rows:
            return None
        last: str = rows[-1]["uri"]
        await self._query.run(
            f"""
            DELETE FROM remote_actors
            WHERE uri > :after AND uri <= :last AND fetched < :before AND moved_here < :before AND NOT EXISTS (
              {" UNION ALL ".join(NAMING)})
            """,
            after=after,
            last=last,
            before=to_text(fetched_before),
        )
        return last

    async def delete(self, uri: str) -> bool:
        return await self._query.run("DELETE FROM remote_actors WHERE uri = :uri", uri=uri) > 0


def _key(row: Row) -> PublicKey:
    return PublicKey(id=row["id"], owner=row["owner"], pem=row["pem"])


def _remote(row: Row, keys: tuple[PublicKey, ...]) -> RemoteActor:
    return RemoteActor(**ACTOR.load(row), avatar=row["avatar"], keys=keys)
