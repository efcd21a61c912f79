"""Earlier texts of posts."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.post import SourceFormat
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier text of a post, and when the next one replaced it. `number` counts from 1."""

    number: int
    title: str
    source: str
    source_format: SourceFormat
    replaced: datetime


class Revisions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, id: str, *, revision: str, replaced: datetime) -> None:
        """Save the text that is about to be replaced as a revision."""
        await self._query.run(
            """
            INSERT INTO revisions (id, post_id, title, source, source_format, replaced)
            SELECT :revision, id, title, source, source_format, :replaced FROM posts WHERE id = :id
            """,
            id=id,
            revision=revision,
            replaced=to_text(replaced),
        )

    async def list_of(self, id: str) -> list[Revision]:
        """Return the earlier texts of a post, oldest first."""
        rows = await self._query.all(
            """
            SELECT title, source, source_format, replaced FROM revisions
            WHERE post_id = :id ORDER BY replaced, id
            """,
            id=id,
        )
        return [
            Revision(
                number=number,
                title=row["title"],
                source=row["source"],
                source_format=SourceFormat(row["source_format"]),
                replaced=from_text(row["replaced"]),
            )
            for number, row in enumerate(rows, start=1)
        ]
