"""Earlier keys of local actors, and which inboxes were sent the Update that these keys sign."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierKey:
    """An earlier key under its own id; the private key is on disk."""

    local_actor: str
    key_id: str
    public_key_pem: str


class EarlierKeys:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, key: EarlierKey, now: datetime) -> None:
        """Save a key; an existing one stays unchanged."""
        await self._query.run(
            """
            INSERT INTO earlier_keys (local_actor, key_id, public_key_pem, retired)
            VALUES (:local_actor, :key_id, :public_key_pem, :now)
            ON CONFLICT DO NOTHING
            """,
            local_actor=key.local_actor,
            key_id=key.key_id,
            public_key_pem=key.public_key_pem,
            now=to_text(now),
        )

    async def list_by_actor(self, local_actor: str) -> list[EarlierKey]:
        """Return the earlier keys of an actor, the latest first."""
        rows = await self._query.all(
            "SELECT * FROM earlier_keys WHERE local_actor = :local_actor ORDER BY retired DESC, key_id DESC",
            local_actor=local_actor,
        )
        return [
            EarlierKey(local_actor=row["local_actor"], key_id=row["key_id"], public_key_pem=row["public_key_pem"])
            for row in rows
        ]

    # introductions

    async def introduced_at(self, local_actor: str, inbox: str, key_id: str) -> datetime | None:
        """Return when an inbox was last sent the Update that introduces this key."""
        row = await self._query.one(
            "SELECT at FROM introductions WHERE local_actor = :local_actor AND inbox = :inbox AND key_id = :key_id",
            local_actor=local_actor,
            inbox=inbox,
            key_id=key_id,
        )
        return None if row is None else from_text(row["at"])

    async def set_introduced(self, local_actor: str, inbox: str, key_id: str, now: datetime) -> None:
        await self._query.run(
            """
            INSERT INTO introductions (local_actor, inbox, key_id, at) VALUES (:local_actor, :inbox, :key_id, :at)
            ON CONFLICT (local_actor, inbox) DO UPDATE SET key_id = excluded.key_id, at = excluded.at
            """,
            local_actor=local_actor,
            inbox=inbox,
            key_id=key_id,
            at=to_text(now),
        )

    async def prune_introductions(self, before: datetime) -> None:
        await self._query.run("DELETE FROM introductions WHERE at < :before", before=to_text(before))
