"""Sign-ins to the author's interface: attempts per bucket, which throttling counts, and a log for the author."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from syndicate.clock import from_text, to_text
from syndicate.model.ids import new_id
from syndicate.storage.engine.database import Queryable

log = structlog.get_logger()

MAX_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Failed attempts of one bucket: a network, a known browser, or all unknown browsers together."""

    failures: int
    latest: datetime
    blocked_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminEvent:
    """Something that happened to the account or its sign-in, without secrets."""

    id: str
    at: datetime
    kind: str
    detail: str


class AdminEvents:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find_attempts(self, bucket: str) -> Attempts | None:
        row = await self._query.one("SELECT * FROM admin_attempts WHERE bucket = :bucket", bucket=bucket)
        if row is None:
            return None
        return Attempts(
            failures=row["failures"],
            latest=from_text(row["latest"]),
            blocked_until=from_text(row["blocked_until"]),
        )

    async def save_attempts(self, bucket: str, attempts: Attempts) -> None:
        await self._query.run(
            """
            INSERT INTO admin_attempts (bucket, failures, latest, blocked_until)
            VALUES (:bucket, :failures, :latest, :blocked_until)
            ON CONFLICT (bucket) DO UPDATE SET failures = excluded.failures, latest = excluded.latest,
              blocked_until = excluded.blocked_until
            """,
            bucket=bucket,
            failures=attempts.failures,
            latest=to_text(attempts.latest),
            blocked_until=to_text(attempts.blocked_until),
        )

    async def delete_attempts(self, bucket: str) -> None:
        await self._query.run("DELETE FROM admin_attempts WHERE bucket = :bucket", bucket=bucket)

    async def delete_attempts_before(self, before: datetime) -> None:
        await self._query.run("DELETE FROM admin_attempts WHERE latest < :before", before=to_text(before))

    async def record(self, now: datetime, kind: str, detail: str = "") -> None:
        """Write down an event for the author; the newest `MAX_EVENTS` are kept."""
        log.info(kind, detail=detail)
        await self._query.run(
            "INSERT INTO admin_events (id, at, kind, detail) VALUES (:id, :at, :kind, :detail)",
            id=new_id(now),
            at=to_text(now),
            kind=kind,
            detail=detail,
        )
        await self._query.run(
            "DELETE FROM admin_events WHERE id < (SELECT id FROM admin_events ORDER BY id DESC LIMIT 1 OFFSET :kept)",
            kept=MAX_EVENTS,
        )

    async def list_newest(self, limit: int) -> list[AdminEvent]:
        rows = await self._query.all("SELECT * FROM admin_events ORDER BY id DESC LIMIT :limit", limit=limit)
        return [
            AdminEvent(id=row["id"], at=from_text(row["at"]), kind=row["kind"], detail=row["detail"]) for row in rows
        ]
