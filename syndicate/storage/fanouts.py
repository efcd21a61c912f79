"""The fan-outs: activities that wait to become one delivery per inbox."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """An activity for every inbox of the followers of `audience`, a local actor, and of the participants under
    `post_uri`, from `due` on; `reached` is the last inbox that has its delivery."""

    activity: str
    audience: str
    post_uri: str = ""
    reached: str = ""
    due: datetime


class Fanouts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, fanout: Fanout) -> None:
        await self._query.run(
            """
            INSERT INTO fanouts (activity_id, audience, post_uri, reached, due_at, leased_until)
            VALUES (:activity, :audience, :post_uri, :reached, :due, '')
            """,
            activity=fanout.activity,
            audience=fanout.audience,
            post_uri=fanout.post_uri,
            reached=fanout.reached,
            due=to_text(fanout.due),
        )

    async def release_post(self, post: str, now: datetime) -> None:
        """Make the delayed fan-outs about a post due now."""
        await self._query.run(
            """
            UPDATE fanouts SET due_at = :now
            WHERE due_at > :now AND activity_id IN (SELECT id FROM outbox WHERE post_id = :post)
            """,
            post=post,
            now=to_text(now),
        )

    async def release_reply(self, comment: str, now: datetime) -> None:
        """Make the delayed fan-outs and deliveries about a reply of the author due now."""
        about = "SELECT outbox.id FROM outbox JOIN comments ON comments.uri = outbox.object_uri WHERE comments.id = :comment"
        await self._query.run(
            f"UPDATE fanouts SET due_at = :now WHERE due_at > :now AND activity_id IN ({about})",
            comment=comment,
            now=to_text(now),
        )
        await self._query.run(
            f"""
            UPDATE deliveries SET due_at = :now
            WHERE state = 'waiting' AND attempts = 0 AND due_at > :now AND activity_id IN ({about})
            """,
            comment=comment,
            now=to_text(now),
        )

    async def next_due(self, now: datetime) -> datetime | None:
        """Return when the next fan-out is due."""
        row = await self._query.one(
            "SELECT due_at FROM fanouts WHERE leased_until < :now ORDER BY due_at LIMIT 1", now=to_text(now)
        )
        return None if row is None else from_text(row["due_at"])

    async def claim(self, *, now: datetime, until: datetime) -> Fanout | None:
        """Lease the oldest due fan-out."""
        row = await self._query.one(
            """
            WITH due AS MATERIALIZED (
              SELECT activity_id, audience FROM fanouts WHERE leased_until < :now AND due_at <= :now
              ORDER BY activity_id, audience LIMIT 1 {skip_locked})
            UPDATE fanouts SET leased_until = :until
            WHERE (activity_id, audience) IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
        )
        if row is None:
            return None
        return Fanout(
            activity=row["activity_id"],
            audience=row["audience"],
            post_uri=row["post_uri"],
            reached=row["reached"],
            due=from_text(row["due_at"]),
        )

    async def advance(self, fanout: Fanout, reached: str) -> None:
        await self._query.run(
            """
            UPDATE fanouts SET reached = :reached, leased_until = ''
            WHERE activity_id = :activity AND audience = :audience
            """,
            activity=fanout.activity,
            audience=fanout.audience,
            reached=reached,
        )

    async def complete(self, fanout: Fanout) -> None:
        await self._query.run(
            "DELETE FROM fanouts WHERE activity_id = :activity AND audience = :audience",
            activity=fanout.activity,
            audience=fanout.audience,
        )

    async def is_attempted(self, activity: str, now: datetime) -> bool:
        """Whether an activity is expanded, and every inbox was tried at least once, except on paused servers."""
        row = await self._query.one(
            """
            SELECT 1 AS untold WHERE EXISTS (SELECT 1 FROM fanouts WHERE activity_id = :activity)
              OR EXISTS (
                SELECT 1 FROM deliveries
                WHERE activity_id = :activity AND state = 'waiting' AND attempts = 0 AND NOT EXISTS (
                  SELECT 1 FROM hosts
                  WHERE hosts.host = deliveries.lane AND (hosts.paused_until > :now OR hosts.asked_until > :now)))
            """,
            activity=activity,
            now=to_text(now),
        )
        return row is None

    async def list_participant_inboxes(self, post_uri: str, *, named: bool = True) -> list[str]:
        """Return the inboxes of everyone who replied to, quoted, liked or shared a post, and (with `named`) of the
        accounts that it mentions: they receive its changes, too."""
        rows = await self._query.all(
            """
            SELECT DISTINCT CASE WHEN shared_inbox <> '' THEN shared_inbox ELSE inbox END AS inbox
            FROM remote_actors
            WHERE uri IN (
              SELECT author_uri FROM comments JOIN posts ON posts.id = comments.post_id WHERE posts.uri = :uri
              UNION
              SELECT actor_uri FROM reactions JOIN posts ON posts.id = reactions.post_id WHERE posts.uri = :uri
              UNION
              SELECT actor_uri FROM stamps JOIN posts ON posts.id = stamps.post_id WHERE posts.uri = :uri)
              AND NOT EXISTS (SELECT 1 FROM foreign_inboxes WHERE foreign_inboxes.actor = remote_actors.uri AND proven = 0)
            OR uri IN (
              SELECT actor_uri FROM mentions JOIN posts ON posts.id = mentions.post_id
              WHERE posts.uri = :uri AND mentions.comment_id = '' AND :named = 1)
            """,
            uri=post_uri,
            named=int(named),
        )
        return [row["inbox"] for row in rows]
