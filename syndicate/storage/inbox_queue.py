"""The inbox queue: received activities with their verdicts in one table; and the newest refusals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.activitypub.parse import host_of
from syndicate.clock import from_text, to_text
from syndicate.model.activity import Activity, Outcome, ReceivedActivity, Verdict
from syndicate.storage.engine.database import Queryable, Row

MAX_REFUSALS = 1000
EMPTY_DOCUMENT = "{}"
OUTCOMES_WITH_DOCUMENT = frozenset({Outcome.WAITING, Outcome.DONE, Outcome.HELD})
"""Outcomes that had an effect or may still have one: their documents are kept."""
REPEATABLE = frozenset({"Accept", "Announce", "Block", "EmojiReact", "Follow", "Like", "Reject", "Undo"})
"""Types whose id may repeat with a new meaning: Misskey gives every Follow of one actor by another the same, Ghost
every Like and Announce of one thing, and both take them back in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request to an inbox that was refused. `address` is that of the client, `sender` the key id."""

    id: str
    at: datetime
    status: int
    reason: str
    address: str
    sender: str
    detail: str


class InboxQueue:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def enqueue(self, arrival: ReceivedActivity, *, by_actor: bool) -> bool:
        """Enqueue an activity, due at once; return False if it is there already.

        The id alone does not say so: some servers give one id to activities of different meaning, so type, actor and
        object have to be the same, too. `by_actor` says that the actor itself brought it: what may be said again after
        its Undo then counts anew, and takes the place of a copy by another's hand.
        """
        await self._query.advisory_lock(f"arrival:{arrival.activity.id}")
        before = await self._same(arrival.activity)
        if before is None:
            await self._insert(arrival)
            return True
        if not _counts_anew(before, arrival, by_actor=by_actor):
            return False
        if before["forwarded"]:
            await self._query.run("DELETE FROM arrivals WHERE id = :id", id=before["id"])
        await self._insert(arrival)
        return True

    async def _same(self, activity: Activity) -> Row | None:
        return await self._query.one(
            """
            SELECT * FROM arrivals
            WHERE activity_uri = :uri AND type = :type AND actor_uri = :actor AND object_uri = :object
            ORDER BY received DESC LIMIT 1
            """,
            uri=activity.id,
            type=activity.type,
            actor=activity.actor,
            object=activity.object,
        )

    async def _insert(self, arrival: ReceivedActivity) -> None:
        activity = arrival.activity
        raw = _as_json(activity.raw) if arrival.verdict.outcome in OUTCOMES_WITH_DOCUMENT else EMPTY_DOCUMENT
        await self._query.run(
            """
            INSERT INTO arrivals (id, activity_uri, type, actor_uri, host, object_uri, raw, forwarded, fingerprint, received,
              outcome, reason, attempts, due_at, leased_until, raw_size)
            VALUES (:id, :activity_uri, :type, :actor_uri, :host, :object_uri, :raw, :forwarded, :fingerprint, :received,
              :outcome, :reason, 0, :received, '', :size)
            """,
            id=arrival.id,
            activity_uri=activity.id,
            type=activity.type,
            actor_uri=activity.actor,
            host=host_of(activity.actor),
            object_uri=activity.object,
            raw=raw,
            size=_size(raw),
            forwarded=int(activity.forwarded),
            fingerprint=arrival.fingerprint,
            received=to_text(arrival.received),
            outcome=arrival.verdict.outcome.value,
            reason=arrival.verdict.reason,
        )

    async def claim(
        self, *, now: datetime, until: datetime, limit: int, without: Sequence[str] = ()
    ) -> list[ReceivedActivity]:
        """Lease due activities, oldest first, except those of the hosts `without` and of actors with a leased
        activity: the activities of one actor are processed in order."""
        others, names = _but_for(without)
        await self._query.advisory_lock("arrivals")  # concurrent claims would not see the leases of each other
        rows = await self._query.all(
            f"""
            WITH due AS MATERIALIZED (
              SELECT id FROM arrivals
              WHERE outcome = 'waiting' AND due_at <= :now AND leased_until < :now {others} AND actor_uri NOT IN (
                SELECT actor_uri FROM arrivals WHERE leased_until <> '' AND leased_until >= :now)
              ORDER BY due_at, id
              LIMIT :limit {{skip_locked}})
            UPDATE arrivals SET leased_until = :until
            WHERE id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
            limit=limit,
            **names,
        )
        return sorted((arrival_of_row(row) for row in rows), key=lambda arrival: arrival.id)

    async def complete(self, id: str, verdict: Verdict) -> None:
        """Save the verdict; an activity without effect loses its document."""
        text = "" if verdict.outcome in OUTCOMES_WITH_DOCUMENT else ", raw = '{}', raw_size = 0"
        await self._query.run(
            f"UPDATE arrivals SET outcome = :outcome, reason = :reason, leased_until = ''{text} WHERE id = :id",
            id=id,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
        )

    async def postpone(self, id: str, *, due: datetime, reason: str) -> None:
        """Schedule another attempt."""
        await self._query.run(
            """
            UPDATE arrivals SET due_at = :due, leased_until = '', attempts = attempts + 1, reason = :reason
            WHERE id = :id
            """,
            id=id,
            due=to_text(due),
            reason=reason,
        )

    async def next_due(self, now: datetime, without: Sequence[str] = ()) -> datetime | None:
        """Return when there will be something to claim; activities that others have leased do not hide due ones."""
        others, names = _but_for(without)
        row = await self._query.one(
            f"""
            SELECT min(due) AS due FROM (
              SELECT min(due_at) AS due FROM (
                SELECT due_at FROM arrivals
                WHERE outcome = 'waiting' AND leased_until < :now {others} AND actor_uri NOT IN (
                  SELECT actor_uri FROM arrivals WHERE leased_until <> '' AND leased_until >= :now)
                ORDER BY due_at LIMIT 1) AS free
              UNION ALL
              SELECT min(leased_until) AS due FROM arrivals
              WHERE leased_until <> '' AND leased_until >= :now {others}) AS next
            """,
            now=to_text(now),
            **names,
        )
        assert row is not None
        return None if row["due"] is None else from_text(row["due"])

    async def find(self, id: str) -> ReceivedActivity | None:
        """Find an activity by our id, or the newest one with this activity id."""
        row = await self._query.one(
            "SELECT * FROM arrivals WHERE id = :id OR activity_uri = :id ORDER BY received DESC, id DESC LIMIT 1", id=id
        )
        return None if row is None else arrival_of_row(row)

    async def had_verdict(self, actor: str, type: str, reason: str, *, since: datetime) -> bool:
        """Return whether an activity of this type by an actor was settled with this reason since an instant."""
        row = await self._query.one(
            """
            SELECT id FROM arrivals
            WHERE actor_uri = :actor AND type = :type AND received >= :since AND reason = :reason LIMIT 1
            """,
            actor=actor,
            type=type,
            since=to_text(since),
            reason=reason,
        )
        return row is not None

    async def list_newest(self, limit: int) -> list[ReceivedActivity]:
        rows = await self._query.all("SELECT * FROM arrivals ORDER BY received DESC, id DESC LIMIT :limit", limit=limit)
        return [arrival_of_row(row) for row in rows]

    async def limit_documents(self, most: int, *, host: str | None = None) -> None:
        """Erase the oldest documents, of one host or of all, until the rest takes at most `most` bytes. Waiting ones
        go last; an activity that loses its document while it waits has failed."""
        of_host = "" if host is None else "AND host = :host"
        await self._query.run(
            f"""
            UPDATE arrivals SET raw = '{{}}', raw_size = 0, leased_until = '',
              reason = CASE WHEN outcome = 'waiting' THEN 'arrival.failed' ELSE reason END,
              outcome = CASE WHEN outcome = 'waiting' THEN 'failed' ELSE outcome END
            WHERE id IN (
              SELECT id FROM (
                SELECT id, sum(raw_size) OVER (
                  ORDER BY CASE WHEN outcome = 'waiting' THEN 0 ELSE 1 END, received DESC, id DESC) AS up_to_here
                FROM arrivals WHERE raw_size > 0 {of_host}) AS newest
              WHERE up_to_here > :most)
            """,
            most=most,
            **({} if host is None else {"host": host}),
        )

    async def delete_document(self, object_uri: str) -> None:
        """Delete the documents about an object that its author has deleted."""
        await self._query.run("UPDATE arrivals SET raw = '{}', raw_size = 0 WHERE object_uri = :uri", uri=object_uri)

    async def delete_documents_by_actor(self, actor_uri: str) -> None:
        """Delete all documents of a deleted actor."""
        await self._query.run("UPDATE arrivals SET raw = '{}', raw_size = 0 WHERE actor_uri = :uri", uri=actor_uri)

    async def prune(self, *, raw_before: datetime, before: datetime) -> None:
        """Erase the documents of settled activities by age, and later the rows."""
        await self._query.run(
            "UPDATE arrivals SET raw = '{}', raw_size = 0 WHERE received < :before AND raw <> '{}' AND outcome <> 'waiting'",
            before=to_text(raw_before),
        )
        await self._query.run(
            "DELETE FROM arrivals WHERE received < :before AND outcome <> 'waiting'", before=to_text(before)
        )

    async def save_refusal(self, refusal: Refusal) -> None:
        await self._query.run(
            """
            INSERT INTO refusals (id, at, status, reason, address, sender, detail)
            VALUES (:id, :at, :status, :reason, :address, :sender, :detail)
            """,
            id=refusal.id,
            at=to_text(refusal.at),
            status=refusal.status,
            reason=refusal.reason,
            address=refusal.address,
            sender=refusal.sender,
            detail=refusal.detail,
        )

    async def prune_refusals(self) -> None:
        """Keep the newest `MAX_REFUSALS`."""
        await self._query.run(
            "DELETE FROM refusals WHERE id <= (SELECT id FROM refusals ORDER BY id DESC LIMIT 1 OFFSET :kept)",
            kept=MAX_REFUSALS,
        )

    async def list_refusals(self, limit: int) -> list[Refusal]:
        rows = await self._query.all("SELECT * FROM refusals ORDER BY id DESC LIMIT :limit", limit=limit)
        return [_refusal(row) for row in rows]


def _size(raw: str) -> int:
    """Return the size of a document in bytes; 0 for none."""
    return 0 if raw == EMPTY_DOCUMENT else len(raw.encode())


def _counts_anew(before: Row, arrival: ReceivedActivity, *, by_actor: bool) -> bool:
    """Return whether an activity with a known id is processed again instead of being ignored as a duplicate."""
    if arrival.activity.forwarded:
        return False
    if before["forwarded"]:
        return True
    if not by_actor or before["outcome"] == Outcome.WAITING.value or before["fingerprint"] == arrival.fingerprint:
        return False
    if arrival.activity.type in REPEATABLE or not arrival.activity.id:
        return True
    if arrival.activity.type != "Update":
        return False
    if Outcome(before["outcome"]) not in OUTCOMES_WITH_DOCUMENT:  # its document is gone, and it had no effect
        return True
    return before["raw"] not in (EMPTY_DOCUMENT, _as_json(arrival.activity.raw))


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _but_for(hosts: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return an SQL condition that excludes these hosts, and its parameters."""
    names = {f"h{at}": host for at, host in enumerate(hosts)}
    return (f"AND host NOT IN ({', '.join(':' + name for name in names)})" if names else ""), names


def arrival_of_row(row: Row) -> ReceivedActivity:
    return ReceivedActivity(
        id=row["id"],
        activity=Activity(
            id=row["activity_uri"],
            type=row["type"],
            actor=row["actor_uri"],
            object=row["object_uri"],
            raw=json.loads(row["raw"]),
            forwarded=bool(row["forwarded"]),
        ),
        received=from_text(row["received"]),
        attempts=row["attempts"],
        verdict=Verdict(outcome=Outcome(row["outcome"]), reason=row["reason"]),
    )


def _refusal(row: Row) -> Refusal:
    return Refusal(
        id=row["id"],
        at=from_text(row["at"]),
        status=row["status"],
        reason=row["reason"],
        address=row["address"],
        sender=row["sender"],
        detail=row["detail"],
    )
