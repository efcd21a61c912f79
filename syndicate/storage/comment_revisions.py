"""The earlier texts of comments that were changed. Only the blog's author reads them."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.comment import Comment
from syndicate.storage.engine.database import Queryable

MAX_PER_COMMENT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRevision:
    """An earlier text, which was new at `written`. `html` is safe."""

    html: str
    written: datetime


class CommentRevisions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, comment: Comment) -> None:
        """Keep the text of a comment that is about to change, and the newest twenty in all."""
        await self._query.run(
            """
            INSERT INTO comment_revisions (comment_id, written, html) VALUES (:comment, :written, :html)
            ON CONFLICT DO NOTHING
            """,
            comment=comment.id,
            written=to_text(comment.updated),
            html=comment.html,
        )
        await self._query.run(
            """
            DELETE FROM comment_revisions WHERE comment_id = :comment AND written NOT IN (
              SELECT written FROM comment_revisions WHERE comment_id = :comment ORDER BY written DESC LIMIT :kept)
            """,
            comment=comment.id,
            kept=MAX_PER_COMMENT,
        )

    async def list(self, comment: str) -> list[CommentRevision]:
        """Return the earlier texts of a comment, newest first."""
        rows = await self._query.all(
            "SELECT written, html FROM comment_revisions WHERE comment_id = :comment ORDER BY written DESC",
            comment=comment,
        )
        return [CommentRevision(html=row["html"], written=from_text(row["written"])) for row in rows]
