"""Blocked domains and actors."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.post_rows import any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`pattern` is a domain (its subdomains too), an actor's id, or the handle (`@user@host`) of an account that was
    not known yet."""

    pattern: str
    reason: str
    created: datetime

    @property
    def kind(self) -> str:
        return "actor" if "://" in self.pattern or self.pattern.startswith("@") else "domain"


class Blocks:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def covers(self, actor: str, host: str) -> bool:
        """Whether an actor, its host or a domain above that is blocked. `host` is an A-label, without port."""
        names, parameters = any_of(_domains(host))
        row = await self._query.one(
            f"""
            SELECT pattern FROM blocks
            WHERE pattern IN (
              :actor, {names}, (SELECT lower(handle) FROM remote_actors WHERE uri = :actor AND handle <> ''))
            LIMIT 1
            """,
            actor=actor,
            **parameters,
        )
        return row is not None

    async def covers_host(self, host: str) -> bool:
        """Whether a whole server is blocked, or a domain above it."""
        names, parameters = any_of(_domains(host))
        row = await self._query.one(f"SELECT pattern FROM blocks WHERE pattern IN ({names}) LIMIT 1", **parameters)
        return row is not None

    async def find(self, pattern: str) -> Block | None:
        row = await self._query.one("SELECT * FROM blocks WHERE pattern = :pattern", pattern=pattern)
        return None if row is None else _block(row)

    async def list_all(self) -> list[Block]:
        rows = await self._query.all("SELECT * FROM blocks ORDER BY kind, pattern")
        return [_block(row) for row in rows]

    async def save(self, block: Block) -> None:
        await self._query.run(
            """
            INSERT INTO blocks (pattern, kind, reason, created) VALUES (:pattern, :kind, :reason, :created)
            ON CONFLICT (pattern) DO UPDATE SET reason = excluded.reason
            """,
            pattern=block.pattern,
            kind=block.kind,
            reason=block.reason,
            created=to_text(block.created),
        )

    async def delete(self, pattern: str) -> bool:
        return await self._query.run("DELETE FROM blocks WHERE pattern = :pattern", pattern=pattern) > 0


def _block(row: Row) -> Block:
    return Block(pattern=row["pattern"], reason=row["reason"], created=from_text(row["created"]))


def _domains(host: str) -> list[str]:
    """Return a host and its parent domains."""
    labels = host.split(".")
    return [".".join(labels[at:]) for at in range(len(labels))][:20]
