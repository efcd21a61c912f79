"""What the author is notified of, and the mails that are made of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.model.ids import new_id
from syndicate.storage.engine.database import Queryable, Row

NO_MAIL = "-"


class NotificationKind(StrEnum):
    """What a notification is about; its subject is an id of that."""

    COMMENT = "comment"
    MENTION = "mention"
    PRIVATE = "private"
    QUOTE = "quote"
    REPORT = "report"
    DELIVERY = "delivery"
    FEED = "feed"
    BACKUP = "backup"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    id: str
    kind: NotificationKind
    subject: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMail:
    """A mail. `due` is None once it is given up, `sent` until the mail server has taken it; `problem` is why the last
    attempt failed."""

    id: str
    created: datetime
    due: datetime | None
    attempts: int = 0
    sent: datetime | None = None
    problem: str = ""


class Notifications:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, kind: NotificationKind, subject: str, now: datetime) -> None:
        """Add a notification, once for each subject."""
        await self._query.run(
            """
            INSERT INTO notifications (id, kind, subject, created) VALUES (:id, :kind, :subject, :created)
            ON CONFLICT DO NOTHING
            """,
            id=new_id(now),
            kind=kind.value,
            subject=subject,
            created=to_text(now),
        )

    async def list_newest(self, kinds: Collection[NotificationKind], limit: int) -> list[Notification]:
        """Return the notifications of these kinds, newest first."""
        given = {f"kind{at}": kind.value for at, kind in enumerate(sorted(kinds))}
        if not given:
            return []
        wanted = ", ".join(f":{name}" for name in given)
        rows = await self._query.all(
            f"SELECT * FROM notifications WHERE kind IN ({wanted}) ORDER BY id DESC LIMIT :limit", limit=limit, **given
        )
        return [_notification(row) for row in rows]

    async def oldest_unmailed(self) -> datetime | None:
        row = await self._query.one("SELECT min(created) AS created FROM notifications WHERE mail_id = ''")
        return None if row is None or row["created"] is None else from_text(row["created"])

    async def assign(self, mail: str, kinds: Collection[NotificationKind], until: datetime) -> int:
        """Make a mail of what was added until then and is of these kinds; the rest of it is not mailed. Return how many
        are in the mail."""
        rows = await self._query.all(
            "SELECT id, kind FROM notifications WHERE mail_id = '' AND created <= :until", until=to_text(until)
        )
        assigned = 0
        for row in rows:
            is_wanted = NotificationKind(row["kind"]) in kinds
            assigned += is_wanted * await self._query.run(
                "UPDATE notifications SET mail_id = :mail WHERE id = :id AND mail_id = ''",
                mail=mail if is_wanted else NO_MAIL,
                id=row["id"],
            )
        return assigned

    async def list_of_mail(self, mail: str) -> list[Notification]:
        rows = await self._query.all("SELECT * FROM notifications WHERE mail_id = :mail ORDER BY id", mail=mail)
        return [_notification(row) for row in rows]

    async def delete_before(self, before: datetime) -> None:
        await self._query.run("DELETE FROM notifications WHERE created < :before", before=to_text(before))
        await self._query.run("DELETE FROM mails WHERE created < :before", before=to_text(before))


class Mails:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, id: str, now: datetime) -> None:
        await self._query.run(
            "INSERT INTO mails (id, created, due_at) VALUES (:id, :now, :now)", id=id, now=to_text(now)
        )

    async def next_due(self) -> datetime | None:
        row = await self._query.one(
            "SELECT min(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END) AS due FROM mails"
            " WHERE sent = '' AND due_at <> ''"
        )
        return None if row is None or row["due"] is None else from_text(row["due"])

    async def claim(self, now: datetime, until: datetime) -> list[StoredMail]:
        """Lease the oldest mail that is due; that counts as an attempt."""
        rows = await self._query.all(
            """
            WITH due AS MATERIALIZED (
              SELECT id FROM mails
              WHERE sent = '' AND due_at <> '' AND due_at <= :now AND leased_until <= :now
              ORDER BY id LIMIT 1 {skip_locked})
            UPDATE mails SET leased_until = :until, attempts = attempts + 1 WHERE id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return [_mail(row) for row in rows]

    async def complete(self, id: str, now: datetime) -> None:
        await self._query.run(
            "UPDATE mails SET sent = :now, problem = '', leased_until = '' WHERE id = :id", id=id, now=to_text(now)
        )

    async def retry(self, id: str, problem: str, due: datetime | None) -> None:
        """Send a mail later, or not at all."""
        await self._query.run(
            "UPDATE mails SET problem = :problem, due_at = :due, leased_until = '' WHERE id = :id",
            id=id,
            problem=problem,
            due=to_text(due) if due else "",
        )

    async def find_last(self) -> StoredMail | None:
        row = await self._query.one("SELECT * FROM mails ORDER BY id DESC LIMIT 1")
        return None if row is None else _mail(row)


def _notification(row: Row) -> Notification:
    return Notification(
        id=row["id"],
        kind=NotificationKind(row["kind"]),
        subject=row["subject"],
        created=from_text(row["created"]),
    )


def _mail(row: Row) -> StoredMail:
    return StoredMail(
        id=row["id"],
        created=from_text(row["created"]),
        due=from_text(row["due_at"]) if row["due_at"] else None,
        attempts=row["attempts"],
        sent=from_text(row["sent"]) if row["sent"] else None,
        problem=row["problem"],
    )
