"""Received Webmentions: a queue of what is to be verified, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.activity import Outcome, Verdict
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWebmention:
    """A page that links to a post, or is said to. `target` is the address that was named last, `host` that of the
    source, and `comment` the id of the comment that it became, or empty."""

    id: str
    source: str
    post: str
    target: str
    host: str
    comment: str = ""
    verdict: Verdict
    received: datetime
    attempts: int = 0


class ReceivedWebmentions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, new: ReceivedWebmention) -> None:
        """Add a Webmention, or have one verified again that is known."""
        await self._query.run(
            """
            INSERT INTO received_webmentions (id, source, post_id, target, host, outcome, reason, received, due_at)
            VALUES (:id, :source, :post, :target, :host, :outcome, :reason, :received, :received)
            ON CONFLICT (source, post_id) DO UPDATE SET target = excluded.target, received = excluded.received,
              outcome = excluded.outcome, reason = excluded.reason, due_at = excluded.due_at, attempts = 0
            """,
            id=new.id,
            source=new.source,
            post=new.post,
            target=new.target,
            host=new.host,
            outcome=new.verdict.outcome.value,
            reason=new.verdict.reason,
            received=to_text(new.received),
        )

    async def add_settled(self, new: ReceivedWebmention) -> None:
        """Add another address of a page whose Webmention was verified."""
        await self._query.run(
            """
            INSERT INTO received_webmentions
              (id, source, post_id, target, host, comment_id, outcome, reason, received, due_at)
            VALUES (:id, :source, :post, :target, :host, :comment, :outcome, :reason, :received, '')
            ON CONFLICT (source, post_id) DO NOTHING
            """,
            id=new.id,
            source=new.source,
            post=new.post,
            target=new.target,
            host=new.host,
            comment=new.comment,
            outcome=new.verdict.outcome.value,
            reason=new.verdict.reason,
            received=to_text(new.received),
        )

    async def find(self, source: str, post: str) -> ReceivedWebmention | None:
        row = await self._query.one(
            "SELECT * FROM received_webmentions WHERE source = :source AND post_id = :post", source=source, post=post
        )
        return None if row is None else _webmention(row)

    async def list_newest(self, limit: int) -> list[ReceivedWebmention]:
        rows = await self._query.all(
            "SELECT * FROM received_webmentions ORDER BY received DESC, id DESC LIMIT :limit", limit=limit
        )
        return [_webmention(row) for row in rows]

    async def list_comments(self, post: str, sources: Sequence[str]) -> list[str]:
        """Return the ids of the comments under a post that came from these pages."""
        names = {f"s{at}": source for at, source in enumerate(sources)}
        rows = await self._query.all(
            f"""
            SELECT comment_id FROM received_webmentions
            WHERE post_id = :post AND comment_id <> '' AND source IN ({", ".join(":" + name for name in names)})
            """,
            post=post,
            **names,
        )
        return [row["comment_id"] for row in rows]

    async def replace_comment(self, comment: str, by: str) -> None:
        """Say that another comment stands for what this one was made of."""
        await self._query.run(
            "UPDATE received_webmentions SET comment_id = :by WHERE comment_id = :comment", comment=comment, by=by
        )

    # the queue

    async def count_waiting(self) -> int:
        row = await self._query.one("SELECT count(*) AS total FROM received_webmentions WHERE due_at <> ''")
        assert row is not None
        total: int = row["total"]
        return total

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when the next one can be claimed."""
        row = await self._query.one(
            """
            SELECT due_at FROM received_webmentions WHERE due_at <> '' AND leased_until < :now
            ORDER BY due_at LIMIT 1
            """,
            now=to_text(now),
        )
        return None if row is None else from_text(row["due_at"])

    async def claim(self, now: datetime, until: datetime) -> ReceivedWebmention | None:
        """Lease the one that has been due for the longest time."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT id FROM received_webmentions WHERE due_at <> '' AND due_at <= :now AND leased_until < :now
              ORDER BY due_at, id LIMIT 1 {skip_locked})
            UPDATE received_webmentions SET leased_until = :until WHERE id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        return None if row is None else _webmention(row)

    async def retry(self, id: str, *, due: datetime) -> None:
        await self._query.run(
            """
            UPDATE received_webmentions SET attempts = attempts + 1, due_at = :due, leased_until = ''
            WHERE id = :id AND due_at <> ''
            """,
            id=id,
            due=to_text(due),
        )

    async def settle(self, task: ReceivedWebmention, verdict: Verdict, *, comment: str) -> None:
        """Save what became of one. If it was received again in the meantime, it stays due."""
        await self._query.run(
            """
            UPDATE received_webmentions SET outcome = :outcome, reason = :reason, comment_id = :comment, leased_until = '',
              due_at = CASE WHEN received = :received THEN '' ELSE due_at END
            WHERE id = :id
            """,
            id=task.id,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
            comment=comment,
            received=to_text(task.received),
        )

    async def prune(self, before: datetime) -> None:
        """Forget those that became no comment."""
        await self._query.run(
            "DELETE FROM received_webmentions WHERE received < :before AND comment_id = '' AND due_at = ''",
            before=to_text(before),
        )


def _webmention(row: Row) -> ReceivedWebmention:
    return ReceivedWebmention(
        id=row["id"],
        source=row["source"],
        post=row["post_id"],
        target=row["target"],
        host=row["host"],
        comment=row["comment_id"],
        verdict=Verdict(outcome=Outcome(row["outcome"]), reason=row["reason"]),
        received=from_text(row["received"]),
        attempts=row["attempts"],
    )
