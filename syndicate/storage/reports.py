"""Reports by other servers to the author."""

import json
from dataclasses import dataclass
from datetime import datetime

from syndicate.activitypub.parse import origin
from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row

MAX_REPORTS = 1_000
MAX_REPORTS_PER_SERVER = 100
"""The limit per server, so that one server cannot displace the reports of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`about` are the ids of posts or comments of this blog; `words` is the text of the report."""

    id: str
    reporter: str
    about: tuple[str, ...]
    words: str
    received: datetime


class Reports:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, report: Report) -> None:
        """Save a report; the newest thousand are kept, and the newest hundred of each server."""
        await self._query.run(
            """
            INSERT INTO reports (id, reporter_uri, about, words, received)
            VALUES (:id, :reporter, :about, :words, :received)
            """,
            id=report.id,
            reporter=report.reporter,
            about=json.dumps(report.about),
            words=report.words,
            received=to_text(report.received),
        )
        await self._query.run(
            """
            DELETE FROM reports WHERE reporter_uri LIKE :theirs AND id <= (
              SELECT id FROM reports WHERE reporter_uri LIKE :theirs ORDER BY id DESC LIMIT 1 OFFSET :kept)
            """,
            theirs=f"{origin(report.reporter)}/%",
            kept=MAX_REPORTS_PER_SERVER,
        )
        await self._query.run(
            "DELETE FROM reports WHERE id < (SELECT id FROM reports ORDER BY id DESC LIMIT 1 OFFSET :kept)",
            kept=MAX_REPORTS,
        )

    async def list_newest(self, limit: int) -> list[Report]:
        rows = await self._query.all("SELECT * FROM reports ORDER BY id DESC LIMIT :limit", limit=limit)
        return [_report(row) for row in rows]

    async def find(self, id: str) -> Report | None:
        row = await self._query.one("SELECT * FROM reports WHERE id = :id", id=id)
        return None if row is None else _report(row)

    async def delete(self, id: str) -> bool:
        return await self._query.run("DELETE FROM reports WHERE id = :id", id=id) > 0


def _report(row: Row) -> Report:
    return Report(
        id=row["id"],
        reporter=row["reporter_uri"],
        about=tuple(json.loads(row["about"])),
        words=row["words"],
        received=from_text(row["received"]),
    )
