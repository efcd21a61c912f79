"""Inboxes on a different host than the actor's id, as on WordPress.com.

An actor document can name any address as its inbox. So such a host gets only a few requests until it has confirmed,
by accepting an Accept, that the inbox is real.
"""

from datetime import datetime

from syndicate.clock import to_text
from syndicate.storage.engine.database import Queryable

MAX_ASKED_PER_HOST = 20
"""Actors to which an Accept or Reject may be sent on a host that has not accepted an Accept yet."""


class ForeignInboxes:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, actor: str, inbox: str, host: str) -> None:
        """Save an actor's inbox; one that moved to another host has to be confirmed again."""
        await self._query.run(
            """
            INSERT INTO foreign_inboxes (actor, inbox, host, asked_at, proven)
            VALUES (:actor, :inbox, :host, '', (SELECT coalesce(max(proven), 0) FROM foreign_inboxes WHERE host = :host))
            ON CONFLICT (actor) DO UPDATE SET inbox = excluded.inbox, host = excluded.host,
              asked_at = CASE WHEN foreign_inboxes.host = excluded.host THEN foreign_inboxes.asked_at ELSE '' END,
              proven = excluded.proven
            """,
            actor=actor,
            inbox=inbox,
            host=host,
        )

    async def delete(self, actor: str) -> None:
        await self._query.run("DELETE FROM foreign_inboxes WHERE actor = :actor", actor=actor)

    async def set_proven(self, inbox: str) -> None:
        """Record that the host of this inbox accepted an Accept."""
        await self._query.run(
            "UPDATE foreign_inboxes SET proven = 1 WHERE host IN (SELECT host FROM foreign_inboxes WHERE inbox = :inbox)",
            inbox=inbox,
        )

    async def may_be_asked(self, actor: str, now: datetime) -> bool:
        """Whether an Accept or Reject may be sent to this actor, and record that: once until its inbox's host is
        proven, and to a few actors of that host only. Always where the inbox is on the actor's own host."""
        row = await self._query.one(
            "SELECT host, asked_at, proven FROM foreign_inboxes WHERE actor = :actor", actor=actor
        )
        if row is None or row["proven"]:
            return True
        asked = await self._query.one(
            "SELECT count(*) AS total FROM foreign_inboxes WHERE host = :host AND asked_at <> ''", host=row["host"]
        )
        if row["asked_at"] or (asked and asked["total"] >= MAX_ASKED_PER_HOST):
            return False
        await self._query.run(
            "UPDATE foreign_inboxes SET asked_at = :now WHERE actor = :actor", actor=actor, now=to_text(now)
        )
        return True

    async def is_proven(self, actor: str) -> bool:
        """Whether an actor's inbox is on its own host, or on one that has accepted an Accept."""
        row = await self._query.one(
            "SELECT 1 AS it FROM foreign_inboxes WHERE actor = :actor AND proven = 0", actor=actor
        )
        return row is None

    async def is_full(self, actor: str) -> bool:
        """Whether nothing can be sent to this actor, since too many others on its inbox's host are unconfirmed."""
        row = await self._query.one(
            """
            SELECT (SELECT count(*) FROM foreign_inboxes AS other
              WHERE other.host = foreign_inboxes.host AND other.asked_at <> '') AS total
            FROM foreign_inboxes WHERE actor = :actor AND proven = 0 AND asked_at = ''
            """,
            actor=actor,
        )
        return row is not None and row["total"] >= MAX_ASKED_PER_HOST
