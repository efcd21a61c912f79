"""Earlier texts of posts."""

from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.engine.database import Queryable


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

    async def list_of(self, id: str) -> list[str]:
        """The earlier texts, oldest first."""
        rows = await self._query.all("SELECT source FROM revisions WHERE post_id = :id ORDER BY replaced, id", id=id)
        return [row["source"] for row in rows]
