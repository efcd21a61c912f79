"""Local actors with their keys."""

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.actor import Role
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
