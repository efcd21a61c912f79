"""Our actors, and what we remember of others'."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.actor import PublicKey, RemoteActor, Role
from syndicate.storage.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActor:
    """What is kept of an actor of ours. `id` also names its key files; `subject` is the slug of a category or tag.

    `rotation` is `ASKED`, or the id of the Update that tells of the newest change of key, empty before the first;
    while `next_key_pem` is set, that change is under way. `rotated` is when it began. `moved_to` is the account that
    it has moved to, if any.
    """

    id: str
    uri: str
    handle: str
    role: Role
    subject: str = ""
    public_key_pem: str
    proof_key: str
    next_key_pem: str = ""
    rotation: str = ""
    rotated: datetime | None = None
    moved_to: str = ""
    published: datetime


ASKED = "asked"


class LocalActors:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def all(self) -> list[StoredActor]:
        return [_stored(row) for row in await self._query.all("SELECT * FROM local_actors ORDER BY published, id")]

    async def put(self, actor: StoredActor) -> None:
        """Keep a new one; one that is there stays as it is."""
        await self._query.run(
            """
            INSERT INTO local_actors (id, uri, handle, role, subject, public_key_pem, proof_key, next_key_pem, rotation,
              rotated, moved_to, published)
            VALUES (:id, :uri, :handle, :role, :subject, :public_key_pem, :proof_key, '', '', '', '', :published)
            ON CONFLICT DO NOTHING
            """,
            id=actor.id,
            uri=actor.uri,
            handle=actor.handle,
            role=actor.role.value,
            subject=actor.subject,
            public_key_pem=actor.public_key_pem,
            proof_key=actor.proof_key,
            published=to_text(actor.published),
        )

    async def set_moved_to(self, id: str, target: str) -> None:
        """It has moved to another account; to none, where `target` is empty."""
        await self._query.run("UPDATE local_actors SET moved_to = :target WHERE id = :id", id=id, target=target)

    # changing keys

    async def ask_rotation(self, id: str) -> bool:
        """Ask the server for another key; False while a change is asked for or under way."""
        return (
            await self._query.run(
                """
                UPDATE local_actors SET rotation = :asked
                WHERE id = :id AND rotation <> :asked AND next_key_pem = ''
                """,
                id=id,
                asked=ASKED,
            )
            > 0
        )

    async def begin_rotation(self, id: str, *, next_key_pem: str, update: str, now: datetime) -> None:
        """The next key is made, and the activity `update` tells of it."""
        await self._query.run(
            "UPDATE local_actors SET next_key_pem = :next, rotation = :update, rotated = :now WHERE id = :id",
            id=id,
            next=next_key_pem,
            update=update,
            now=to_text(now),
        )

    async def end_rotation(self, id: str) -> None:
        """The next key is the key."""
        await self._query.run(
            """
            UPDATE local_actors SET public_key_pem = next_key_pem, next_key_pem = ''
            WHERE id = :id AND next_key_pem <> ''
            """,
            id=id,
        )


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
    )
)
"""Whatever keeps an actor from being forgotten."""


class RemoteActors:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, uri: str) -> RemoteActor | None:
        row = await self._query.one("SELECT * FROM remote_actors WHERE uri = :uri", uri=uri)
        if row is None:
            return None
        keys = await self._query.all("SELECT * FROM remote_keys WHERE owner = :uri ORDER BY id", uri=uri)
        return _remote(row, tuple(_key(key) for key in keys))

    async def by_address(self, address: str) -> RemoteActor | None:
        """By its id, or by the address of its profile."""
        row = await self._query.one(
            "SELECT uri FROM remote_actors WHERE uri = :address OR url = :address", address=address
        )
        return None if row is None else await self.find(row["uri"])

    async def by_handle(self, handle: str) -> RemoteActor | None:
        """`@user@host`, in any case."""
        row = await self._query.one(
            "SELECT uri FROM remote_actors WHERE lower(handle) = :handle", handle=handle.lower()
        )
        return None if row is None else await self.find(row["uri"])

    async def key(self, key_id: str) -> PublicKey | None:
        row = await self._query.one("SELECT * FROM remote_keys WHERE id = :id", id=key_id)
        return None if row is None else _key(row)

    async def put(self, actor: RemoteActor, *, host: str) -> None:
        """Keep or renew what we know; the copy of the avatar stays while its address does."""
        await self._query.run(
            """
            INSERT INTO remote_actors (uri, type, host, handle, name, url, inbox, shared_inbox, followers, icon, avatar,
              summary, opted_out, published, first_seen, fetched)
            VALUES (:uri, :type, :host, :handle, :name, :url, :inbox, :shared_inbox, :followers, :icon, :avatar,
              :summary, :opted_out, :published, :fetched, :fetched)
            ON CONFLICT (uri) DO UPDATE SET
              type = excluded.type,
              handle = excluded.handle,
              name = excluded.name,
              url = excluded.url,
              inbox = excluded.inbox,
              shared_inbox = excluded.shared_inbox,
              followers = excluded.followers,
              avatar = CASE WHEN remote_actors.icon = excluded.icon THEN remote_actors.avatar ELSE excluded.avatar END,
              icon = excluded.icon,
              summary = excluded.summary,
              opted_out = excluded.opted_out,
              published = excluded.published,
              fetched = excluded.fetched
            """,
            uri=actor.uri,
            type=actor.type,
            host=host,
            handle=actor.handle,
            name=actor.name,
            url=actor.url,
            inbox=actor.inbox,
            shared_inbox=actor.shared_inbox,
            followers=actor.followers,
            icon=actor.icon,
            avatar=actor.avatar,
            summary=actor.summary,
            opted_out=int(actor.opted_out),
            published=None if actor.published is None else to_text(actor.published),
            fetched=to_text(actor.fetched),
        )
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

    async def covered_by(self, pattern: str, *, after: str, limit: int) -> list[str]:
        """The ids of those whom a block covers: one actor, or everybody on a domain and below it; from `after` on."""
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

    async def moved_here(self, uri: str) -> datetime | None:
        """When another account last moved to this one."""
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

    async def remove(self, uri: str) -> bool:
        return await self._query.run("DELETE FROM remote_actors WHERE uri = :uri", uri=uri) > 0


def _stored(row: Row) -> StoredActor:
    return StoredActor(
        id=row["id"],
        uri=row["uri"],
        handle=row["handle"],
        role=Role(row["role"]),
        subject=row["subject"],
        public_key_pem=row["public_key_pem"],
        proof_key=row["proof_key"],
        next_key_pem=row["next_key_pem"],
        rotation=row["rotation"],
        rotated=from_text(row["rotated"]) if row["rotated"] else None,
        moved_to=row["moved_to"],
        published=from_text(row["published"]),
    )


def _key(row: Row) -> PublicKey:
    return PublicKey(id=row["id"], owner=row["owner"], pem=row["pem"])


def _remote(row: Row, keys: tuple[PublicKey, ...]) -> RemoteActor:
    return RemoteActor(
        uri=row["uri"],
        type=row["type"],
        handle=row["handle"],
        name=row["name"],
        url=row["url"],
        inbox=row["inbox"],
        shared_inbox=row["shared_inbox"],
        followers=row["followers"],
        icon=row["icon"],
        avatar=row["avatar"],
        summary=row["summary"],
        opted_out=bool(row["opted_out"]),
        published=None if row["published"] is None else from_text(row["published"]),
        keys=keys,
        fetched=from_text(row["fetched"]),
    )
