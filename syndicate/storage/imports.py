"""Imports that the author started at the desk: which wait, how far one is, and what each reported."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImport:
    """An import of an uploaded file. `name` is what the file was called, `origin` the address of the old blog if it was
    given, `kind` what the file turned out to be, empty before unless
    the form decides it. `done` of `total` posts are through; `total` is 0 while it
    is unknown. `problem` is why nothing was imported."""

    id: str
    name: str
    origin: str = ""
    created: datetime
    kind: str = ""
    done: int = 0
    total: int = 0
    attempts: int = 0
    ended: datetime | None = None
    problem: str = ""
    report: tuple[str, ...] = ()

    @property
    def has_begun(self) -> bool:
        return self.attempts > 0


class Imports:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, new: StoredImport) -> None:
        await self._query.run(
            "INSERT INTO imports (id, name, origin, kind, created) VALUES (:id, :name, :origin, :kind, :created)",
            id=new.id,
            name=new.name,
            origin=new.origin,
            kind=new.kind,
            created=to_text(new.created),
        )

    async def find(self, id: str) -> StoredImport | None:
        row = await self._query.one("SELECT * FROM imports WHERE id = :id", id=id)
        return None if row is None else _import(row)

    async def list_newest(self, limit: int) -> list[StoredImport]:
        rows = await self._query.all("SELECT * FROM imports ORDER BY id DESC LIMIT :limit", limit=limit)
        return [_import(row) for row in rows]

    async def list_open(self) -> list[str]:
        """Return the ids of those that are not over."""
        rows = await self._query.all("SELECT id FROM imports WHERE ended = '' ORDER BY id")
        return [row["id"] for row in rows]

    # the queue

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when the next one can be claimed."""
        row = await self._query.one(
            "SELECT created, leased_until FROM imports WHERE ended = '' ORDER BY leased_until, id LIMIT 1"
        )
        return None if row is None else max(now, from_text(row["leased_until"] or row["created"]))

    async def claim(self, now: datetime, until: datetime) -> list[StoredImport]:
        """Lease the oldest that nobody works on; that counts as an attempt."""
        rows = await self._query.all(
            """
            WITH due AS MATERIALIZED (
              SELECT id FROM imports WHERE ended = '' AND leased_until <= :now ORDER BY leased_until, id LIMIT 1 {skip_locked})
            UPDATE imports SET leased_until = :until, attempts = attempts + 1
            WHERE id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return [_import(row) for row in rows]

    async def set_progress(self, id: str, *, kind: str, done: int, total: int) -> None:
        await self._query.run(
            "UPDATE imports SET kind = :kind, done = :done, total = :total WHERE id = :id",
            id=id,
            kind=kind,
            done=done,
            total=total,
        )

    async def end(self, id: str, *, ended: datetime, kind: str, problem: str = "", report: Sequence[str] = ()) -> None:
        await self._query.run(
            """
            UPDATE imports SET ended = :ended, kind = :kind, problem = :problem, report = :report, leased_until = ''
            WHERE id = :id
            """,
            id=id,
            ended=to_text(ended),
            kind=kind,
            problem=problem,
            report=json.dumps(list(report), ensure_ascii=False),
        )


def _import(row: Row) -> StoredImport:
    return StoredImport(
        id=row["id"],
        name=row["name"],
        origin=row["origin"],
        created=from_text(row["created"]),
        kind=row["kind"],
        done=row["done"],
        total=row["total"],
        attempts=row["attempts"],
        ended=from_text(row["ended"]) if row["ended"] else None,
        problem=row["problem"],
        report=tuple(json.loads(row["report"])),
    )
