"""Local actors with their keys, and cached remote actors."""

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.actor import PublicKey, RemoteActor, Role
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """The public keys of a local actor, each under its id: the RSA key that signs requests, the Ed25519 key of
    proofs."""

    key_id: str
    public_key_pem: str
    proof_key_id: str
    proof_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredActor:
    """A local actor as it is stored. `id` also names its key files; `subject` is the slug of a category or tag.

    `rotation` is `ASKED`, or the id of the Update that tells of the newest change of keys, empty before the first;
    while `next_key_pem` is set, that change is under way. `rotated` is when it began, or ended. `old_proof_key` is the
    Ed25519 key before the change while it is still listed. `moved_to` is the account that it has moved to, if any.
    """

    id: str
    uri: str
    handle: str
    role: Role
    subject: str = ""
    key_id: str = ""
    public_key_pem: str
    proof_key_id: str = ""
    proof_key: str
    next_key_id: str = ""
    next_key_pem: str = ""
    next_proof_key_id: str = ""
    next_proof_key: str = ""
    old_proof_key_id: str = ""
    old_proof_key: str = ""
    rotation: str = ""
    rotated: datetime | None = None
    moved_to: str = ""
    published: datetime

    def with_next_keys(self, keys: KeySet) -> "StoredActor":
        """The actor when these keys have taken the place of its own."""
        return replace(
            self,
            key_id=keys.key_id,
            public_key_pem=keys.public_key_pem,
            proof_key_id=keys.proof_key_id,
            proof_key=keys.proof_key,
            old_proof_key_id=self.proof_key_id,
            old_proof_key=self.proof_key,
        )

    @property
    def next_keys(self) -> KeySet | None:
        """The keys to come, while a change is under way. One that an earlier version began changes the RSA key alone,
        and no id."""
        if not self.next_key_pem:
            return None
        return KeySet(
            key_id=self.next_key_id or self.key_id,
            public_key_pem=self.next_key_pem,
            proof_key_id=self.next_proof_key_id or self.proof_key_id,
            proof_key=self.next_proof_key or self.proof_key,
        )


ASKED = "asked"


class StoredActors:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_all(self) -> list[StoredActor]:
        return [_stored(row) for row in await self._query.all("SELECT * FROM local_actors ORDER BY published, id")]

    async def save(self, actor: StoredActor) -> None:
        """Save a new actor; an existing one stays unchanged."""
        await self._query.run(
            """
            INSERT INTO local_actors (id, uri, handle, role, subject, key_id, public_key_pem, proof_key_id, proof_key,
              next_key_pem, rotation, rotated, moved_to, published)
            VALUES (:id, :uri, :handle, :role, :subject, :key_id, :public_key_pem, :proof_key_id, :proof_key,
              '', '', '', '', :published)
            ON CONFLICT DO NOTHING
            """,
            id=actor.id,
            uri=actor.uri,
            handle=actor.handle,
            role=actor.role.value,
            subject=actor.subject,
            key_id=actor.key_id,
            public_key_pem=actor.public_key_pem,
            proof_key_id=actor.proof_key_id,
            proof_key=actor.proof_key,
            published=to_text(actor.published),
        )

    async def delete_unknown(self) -> bool:
        """Forget the accounts of a blog that has nothing to show and that nobody has heard of. False, and nothing is
        forgotten, where something was published, sent, received or followed."""
        row = await self._query.one(
            """
            SELECT (SELECT count(*) FROM posts) + (SELECT count(*) FROM tombstones) + (SELECT count(*) FROM outbox)
              + (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM followers)
              + (SELECT count(*) FROM blogroll) AS total
            """
        )
        if row is None or row["total"]:
            return False
        await self._query.run("DELETE FROM local_actors")
        return True

    async def set_moved_to(self, id: str, target: str) -> None:
        """Save the account that it has moved to; empty for none."""
        await self._query.run("UPDATE local_actors SET moved_to = :target WHERE id = :id", id=id, target=target)

    # changing keys

    async def request_rotation(self, id: str) -> bool:
        """Request a key rotation; return False while one is requested or under way."""
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

    async def begin_rotation(self, id: str, *, keys: KeySet, now: datetime) -> bool:
        """The next keys are made; False when no change is asked for any more."""
        begun = await self._query.run(
            """
            UPDATE local_actors SET next_key_id = :key_id, next_key_pem = :public_key_pem, next_proof_key_id = :proof_key_id,
              next_proof_key = :proof_key, rotation = '', rotated = :now
            WHERE id = :id AND rotation = :asked AND next_key_pem = ''
            """,
            id=id,
            key_id=keys.key_id,
            public_key_pem=keys.public_key_pem,
            proof_key_id=keys.proof_key_id,
            proof_key=keys.proof_key,
            now=to_text(now),
            asked=ASKED,
        )
        return begun > 0

    async def set_rotation(self, id: str, update: str) -> None:
        """The activity `update` tells of the change."""
        await self._query.run("UPDATE local_actors SET rotation = :update WHERE id = :id", id=id, update=update)

    async def end_rotation(self, id: str, now: datetime) -> None:
        """The next keys are the keys, and the key until now is an earlier one."""
        await self._query.run(
            """
            INSERT INTO earlier_keys (local_actor, key_id, public_key_pem, retired)
            SELECT id, key_id, public_key_pem, :now FROM local_actors WHERE id = :id AND next_key_pem <> ''
            ON CONFLICT DO NOTHING
            """,
            id=id,
            now=to_text(now),
        )
        await self._query.run(
            """
            UPDATE local_actors SET
              key_id = CASE WHEN next_key_id = '' THEN key_id ELSE next_key_id END,
              public_key_pem = next_key_pem,
              old_proof_key_id = CASE WHEN next_proof_key = '' THEN old_proof_key_id ELSE proof_key_id END,
              old_proof_key = CASE WHEN next_proof_key = '' THEN old_proof_key ELSE proof_key END,
              proof_key_id = CASE WHEN next_proof_key = '' THEN proof_key_id ELSE next_proof_key_id END,
              proof_key = CASE WHEN next_proof_key = '' THEN proof_key ELSE next_proof_key END,
              next_key_id = '', next_key_pem = '', next_proof_key_id = '', next_proof_key = '', rotated = :now
            WHERE id = :id AND next_key_pem <> ''
            """,
            id=id,
            now=to_text(now),
        )

    async def delete_old_proof_key(self, id: str) -> None:
        """The Ed25519 key before the last change is listed no longer."""
        await self._query.run("UPDATE local_actors SET old_proof_key_id = '', old_proof_key = '' WHERE id = :id", id=id)


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

    async def find_key(self, key_id: str) -> PublicKey | None:
        row = await self._query.one("SELECT * FROM remote_keys WHERE id = :id", id=key_id)
        return None if row is None else _key(row)

    async def save(self, actor: RemoteActor, *, host: str) -> None:
        """Save an actor; the copy of the avatar is kept while its address is the same."""
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

    async def list_matching(self, pattern: str, *, after: str, limit: int) -> list[str]:
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


def _stored(row: Row) -> StoredActor:
    return StoredActor(
        id=row["id"],
        uri=row["uri"],
        handle=row["handle"],
        role=Role(row["role"]),
        subject=row["subject"],
        key_id=row["key_id"],
        public_key_pem=row["public_key_pem"],
        proof_key_id=row["proof_key_id"],
        proof_key=row["proof_key"],
        next_key_id=row["next_key_id"],
        next_key_pem=row["next_key_pem"],
        next_proof_key_id=row["next_proof_key_id"],
        next_proof_key=row["next_proof_key"],
        old_proof_key_id=row["old_proof_key_id"],
        old_proof_key=row["old_proof_key"],
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
