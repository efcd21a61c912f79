"""The texts of the author's answers as they were written, and the answers that the author deleted."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedAnswer:
    """`text` is Markdown, or the HTML of an answer of which no more is known. `parent` is the comment that it
    answered, or None."""

    id: str
    post: str
    parent: str | None
    html: str
    text: str
    deleted: datetime


class OwnAnswers:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def set_text(self, id: str, markdown: str) -> None:
        """Save what was written in an answer."""
        await self._query.run("UPDATE comments SET markdown = :markdown WHERE id = :id", id=id, markdown=markdown)

    async def find_text(self, id: str) -> str:
        """Return what was written in an answer, or its HTML if no more is known."""
        row = await self._query.one("SELECT html, markdown FROM comments WHERE id = :id AND source = 'own'", id=id)
        return "" if row is None else row["markdown"] or row["html"]

    async def save_deleted(self, id: str, now: datetime) -> None:
        """Keep an answer, which is deleted in this transaction."""
        await self._query.run(
            """
            INSERT INTO deleted_answers (id, post_id, parent_id, html, markdown, deleted)
            SELECT id, post_id, parent_id, html, markdown, :now FROM comments WHERE id = :id
            ON CONFLICT DO NOTHING
            """,
            id=id,
            now=to_text(now),
        )

    async def find_deleted(self, id: str) -> DeletedAnswer | None:
        row = await self._query.one("SELECT * FROM deleted_answers WHERE id = :id", id=id)
        return None if row is None else _deleted(row)

    async def drop_deleted(self, id: str) -> None:
        await self._query.run("DELETE FROM deleted_answers WHERE id = :id", id=id)

    async def count_deleted(self) -> int:
        row = await self._query.one("SELECT count(*) AS total FROM deleted_answers")
        assert row is not None
        total: int = row["total"]
        return total

    async def list_deleted(self, *, before: tuple[datetime, str] | None = None, limit: int) -> list[DeletedAnswer]:
        """Return deleted answers, the last deleted first; `before` is the key of the last one that is known."""
        key: dict[str, object] = {} if before is None else {"at": to_text(before[0]), "id": before[1]}
        rows = await self._query.all(
            f"""
            SELECT * FROM deleted_answers {"WHERE (deleted, id) < (:at, :id)" if key else ""}
            ORDER BY deleted DESC, id DESC LIMIT :limit
            """,
            limit=limit,
            **key,
        )
        return [_deleted(row) for row in rows]


def _deleted(row: Row) -> DeletedAnswer:
    return DeletedAnswer(
        id=row["id"],
        post=row["post_id"],
        parent=row["parent_id"],
        html=row["html"],
        text=row["markdown"] or row["html"],
        deleted=from_text(row["deleted"]),
    )
