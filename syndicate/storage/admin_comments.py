"""The author's lists of comments: by state, whole, with the reason for it and the post."""

from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.comment import Author, Comment, CommentSource, CommentState
from syndicate.storage.comment_rows import AVATAR, COLUMNS, comment_of_row
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.own_answers import DeletedAnswer, OwnAnswers

MAX_COUNTED = 200
"""How many of the latest comments of an author are counted."""
SELECT = f"""
SELECT {COLUMNS}, {AVATAR.format("comments")}, reason, withdrawn,
  (SELECT author_name FROM comments AS parents WHERE parents.id = comments.parent_id) AS parent_author,
  (SELECT title FROM posts WHERE posts.id = comments.post_id) AS post_title,
  (SELECT excerpt FROM posts WHERE posts.id = comments.post_id) AS post_excerpt,
  (SELECT path FROM posts WHERE posts.id = comments.post_id) AS post_path,
  (SELECT state FROM posts WHERE posts.id = comments.post_id) AS post_state,
  (SELECT count(*) FROM answer_notices WHERE comment_id = comments.id AND confirmed <> '') AS notices
FROM comments
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratedComment:
    """A comment in a list. `answers` is the author of the comment that it answers, or empty; `post_path` is empty where
    readers do not see the post; `wants_notice`: its author has confirmed to be notified of an answer by mail."""

    comment: Comment
    reason: str
    post_title: str
    post_path: str
    answers: str = ""
    wants_notice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCounts:
    """Of an author: all comments that are counted, those that are shown, and spam."""

    all: int
    shown: int
    spam: int


class AdminComments:
    def __init__(self, query: Queryable) -> None:
        self._query = query
        self._own_answers = OwnAnswers(query)

    async def find(self, id: str) -> ModeratedComment | None:
        row = await self._query.one(f"{SELECT} WHERE id = :id", id=id)
        return None if row is None else _moderated(row)

    async def list_by_state(
        self, state: CommentState, *, before: tuple[datetime, str] | None = None, limit: int
    ) -> list[ModeratedComment]:
        """Return the comments in a state, newest first; `before` is the key (time, id) of the last one that is known.

        Deleted ones, which may be answers of the author's own, have the time at which they were deleted.
        """
        if state is CommentState.WITHDRAWN:
            deleted = [
                *await self._list("withdrawn <> ''", "withdrawn", before, limit),
                *await self._list_deleted_answers(before, limit),
            ]
            return sorted(deleted, key=lambda one: (one.comment.published, one.comment.id), reverse=True)[:limit]
        return await self._list("state = :state", "published", before, limit, state=state.value)

    async def _list(
        self, condition: str, order: str, before: tuple[datetime, str] | None, limit: int, **values: str
    ) -> list[ModeratedComment]:
        """Return the comments that meet a condition, the last by a column first."""
        key = {} if before is None else {"at": to_text(before[0]), "before": before[1]}
        rows = await self._query.all(
            f"""
            {SELECT} WHERE {condition} {f"AND ({order}, id) < (:at, :before)" if key else ""}
            ORDER BY {order} DESC, id DESC LIMIT :limit
            """,
            limit=limit,
            **key,
            **values,
        )
        return [_moderated(row) for row in rows]

    async def _list_deleted_answers(self, before: tuple[datetime, str] | None, limit: int) -> list[ModeratedComment]:
        found = []
        for answer in await self._own_answers.list_deleted(before=before, limit=limit):
            row = await self._query.one("SELECT title, excerpt FROM posts WHERE id = :id", id=answer.post)
            assert row is not None  # deleted answers go with their post
            title = row["title"] or row["excerpt"][:80]
            found.append(ModeratedComment(comment=_as_comment(answer), reason="", post_title=title, post_path=""))
        return found

    async def count_by_author(self, author_uri: str) -> CommentCounts:
        """Count the latest comments of an author."""
        rows = await self._query.all(
            """
            SELECT state, count(*) AS total FROM (
              SELECT state FROM comments WHERE author_uri = :author ORDER BY received DESC LIMIT :most) AS latest
            GROUP BY state
            """,
            author=author_uri,
            most=MAX_COUNTED,
        )
        totals = {row["state"]: int(row["total"]) for row in rows}
        return CommentCounts(
            all=sum(totals.values()),
            shown=totals.get(CommentState.APPROVED.value, 0),
            spam=totals.get(CommentState.SPAM.value, 0),
        )


def _as_comment(answer: DeletedAnswer) -> Comment:
    return Comment(
        id=answer.id,
        post=answer.post,
        parent=answer.parent,
        uri="",
        anchor="",
        source=CommentSource.OWN,
        author=Author(name=""),
        html=answer.html,
        state=CommentState.WITHDRAWN,
        published=answer.deleted,
        updated=answer.deleted,
    )


def _moderated(row: Row) -> ModeratedComment:
    comment = comment_of_row(row)
    return ModeratedComment(
        comment=replace(comment, published=from_text(row["withdrawn"])) if row["withdrawn"] else comment,
        reason=row["reason"],
        post_title=row["post_title"] or row["post_excerpt"][:80],
        post_path=row["post_path"] if row["post_state"] == "published" else "",
        answers=row["parent_author"] or "",
        wants_notice=row["notices"] > 0,
    )
