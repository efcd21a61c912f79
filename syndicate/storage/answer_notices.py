"""Readers who wait for one mail about an answer to their comment, and the mails that asked them to confirm that."""

from dataclasses import dataclass, field
from datetime import datetime

from syndicate.clock import from_text, from_text_or_none, to_text, to_text_or_empty
from syndicate.model.comment import CommentSource
from syndicate.storage.engine.database import Queryable, Row

MAX_ANSWERS = 200
"""Answers to one comment among which the one for a notice is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotice:
    """A reader who wants to be notified of an answer to a comment. Until that is `confirmed`, the only mail is the one that
    asks for it. The address and the token are in no log."""

    comment: str
    address: str = field(repr=False)
    token: str = field(repr=False)
    created: datetime
    confirmed: datetime | None = None
    due: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """An answer to the comment of `asker`. `address` is where its own author waits for an answer, or empty."""

    comment: str
    source: CommentSource
    author: str
    asker: str
    address: str = field(default="", repr=False)


class AnswerNotices:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, new: AnswerNotice) -> None:
        """Add one; the mail that asks for the confirmation is due."""
        await self._query.run(
            """
            INSERT INTO answer_notices (comment_id, address, token, created, due_at)
            VALUES (:comment, :address, :token, :created, :created)
            ON CONFLICT DO NOTHING
            """,
            comment=new.comment,
            address=new.address,
            token=new.token,
            created=to_text(new.created),
        )

    async def find_by_token(self, token: str) -> AnswerNotice | None:
        row = await self._query.one("SELECT * FROM answer_notices WHERE token = :token", token=token)
        return None if row is None else _notice(row)

    async def find(self, comment: str) -> AnswerNotice | None:
        row = await self._query.one("SELECT * FROM answer_notices WHERE comment_id = :comment", comment=comment)
        return None if row is None else _notice(row)

    async def confirm(self, comment: str, now: datetime) -> None:
        """Mark one as confirmed; it is due at once, since an answer may stand there already."""
        await self._query.run(
            """
            UPDATE answer_notices SET confirmed = :now, due_at = :now, attempts = 0
            WHERE comment_id = :comment AND confirmed = ''
            """,
            comment=comment,
            now=to_text(now),
        )

    async def set_due(self, comment: str, due: datetime) -> None:
        """Let the notice be sent then, if it is confirmed."""
        await self._query.run(
            "UPDATE answer_notices SET due_at = :due WHERE comment_id = :comment AND confirmed <> ''",
            comment=comment,
            due=to_text(due),
        )

    async def list_answers(self, comment: str) -> list[PublicAnswer]:
        """Return the answers to a comment that readers see, if both are public: the author's first, then the newest."""
        rows = await self._query.all(
            """
            SELECT answers.id, answers.source, answers.author_name, answered.author_name AS asker,
              coalesce((SELECT address FROM answer_notices WHERE comment_id = answers.id), '') AS address
            FROM public_comments AS answers
            JOIN public_comments AS answered ON answered.id = answers.parent_id
            WHERE answers.parent_id = :comment AND answers.kind = 'reply'
            ORDER BY CASE WHEN answers.source = 'own' THEN 0 ELSE 1 END, answers.published DESC, answers.id DESC
            LIMIT :limit
            """,
            comment=comment,
            limit=MAX_ANSWERS,
        )
        return [
            PublicAnswer(
                comment=row["id"],
                source=CommentSource(row["source"]),
                author=row["author_name"],
                asker=row["asker"],
                address=row["address"],
            )
            for row in rows
        ]

    async def delete(self, comment: str) -> None:
        """Erase the address."""
        await self._query.run("DELETE FROM answer_notices WHERE comment_id = :comment", comment=comment)

    async def delete_all(self) -> None:
        await self._query.run("DELETE FROM answer_notices")

    async def prune(self, *, before: datetime, unconfirmed: datetime) -> None:
        """Erase addresses that are old, that nobody confirmed, or whose comment is spam or hidden."""
        await self._query.run(
            """
            DELETE FROM answer_notices WHERE created < :before OR (confirmed = '' AND created < :unconfirmed)
              OR comment_id IN (SELECT id FROM comments WHERE state NOT IN ('pending', 'approved'))
            """,
            before=to_text(before),
            unconfirmed=to_text(unconfirmed),
        )

    # the queue

    async def next_due(self) -> datetime | None:
        row = await self._query.one(
            "SELECT min(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END) AS due FROM answer_notices"
            " WHERE due_at <> ''"
        )
        return None if row is None or row["due"] is None else from_text(row["due"])

    async def claim(self, now: datetime, until: datetime) -> AnswerNotice | None:
        """Lease the one that has been due for the longest time; that counts as an attempt."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT comment_id FROM answer_notices WHERE due_at <> '' AND due_at <= :now AND leased_until <= :now
              ORDER BY due_at, comment_id LIMIT 1 {skip_locked})
            UPDATE answer_notices SET leased_until = :until, attempts = attempts + 1
            WHERE comment_id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return None if row is None else _notice(row)

    async def settle(self, task: AnswerNotice, *, due: datetime | None = None) -> None:
        """Let the mail be sent later, or none for now. One that was confirmed or answered in the meantime stays due."""
        await self._query.run(
            """
            UPDATE answer_notices SET leased_until = '', due_at = :due, attempts = :attempts
            WHERE comment_id = :comment AND confirmed = :confirmed AND due_at = :claimed
            """,
            comment=task.comment,
            due=to_text_or_empty(due),
            claimed=to_text_or_empty(task.due),
            attempts=task.attempts if due else 0,
            confirmed=to_text_or_empty(task.confirmed),
        )

    async def count_failing(self) -> int:
        """Count the mails that a mail server has not taken yet."""
        row = await self._query.one(
            "SELECT count(*) AS total FROM answer_notices WHERE due_at <> '' AND leased_until = '' AND attempts > 0"
        )
        return 0 if row is None else int(row["total"])


class ConfirmationMails:
    """The mails that asked for a confirmation, by a digest of the address."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add(self, comment: str, digest: str, now: datetime) -> None:
        await self._query.run(
            "INSERT INTO confirmation_mails (comment_id, digest, created) VALUES (:comment, :digest, :now)",
            comment=comment,
            digest=digest,
            now=to_text(now),
        )

    async def count_since(self, since: datetime, *, digest: str = "") -> int:
        """Count those of one address, or all."""
        which = {"digest": digest} if digest else {}
        row = await self._query.one(
            "SELECT count(*) AS total FROM confirmation_mails WHERE created >= :since"
            f"{' AND digest = :digest' if which else ''}",
            since=to_text(since),
            **which,
        )
        return 0 if row is None else int(row["total"])

    async def delete(self, comment: str) -> None:
        """Forget one that was confirmed: it was no nuisance."""
        await self._query.run("DELETE FROM confirmation_mails WHERE comment_id = :comment", comment=comment)

    async def prune(self, before: datetime) -> None:
        await self._query.run("DELETE FROM confirmation_mails WHERE created < :before", before=to_text(before))


def _notice(row: Row) -> AnswerNotice:
    return AnswerNotice(
        comment=row["comment_id"],
        address=row["address"],
        token=row["token"],
        created=from_text(row["created"]),
        confirmed=from_text_or_none(row["confirmed"]),
        due=from_text_or_none(row["due_at"]),
        attempts=row["attempts"],
    )
