"""What arrived: the inbox's record and its queue in one table; and the newest refusals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.activitypub.parse import host_of
from syndicate.clock import from_text, to_text
from syndicate.model.activity import Activity, Arrival, Outcome, Verdict
from syndicate.storage.database import Queryable, Row

REFUSALS_KEPT = 1000
LOOKED_AT = 1000
"""More than all workers together have claimed at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request to an inbox that was answered with an error. `address` is the sender's, `sender` its key id."""

    id: str
    at: datetime
    status: int
    reason: str
    address: str
    sender: str
    detail: str


class Arrivals:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def record(self, arrival: Arrival) -> bool:
        """Put an activity on the record, due at once; False if its id is there already.

        Misskey gives every Follow of one actor by another the same id, and every Undo of it: with a signature that
        was not seen, these count anew. And what the actor's own signature brought takes the place of a copy by
        another's hand: whoever forwards first must not silence the actor.
        """
        activity = arrival.activity
        added = await self._query.run(
            """
            INSERT INTO arrivals (id, activity_uri, type, actor_uri, host, object_uri, raw, forwarded, fingerprint, received,
              outcome, reason, attempts, due_at, leased_until)
            VALUES (:id, :activity_uri, :type, :actor_uri, :host, :object_uri, :raw, :forwarded, :fingerprint, :received,
              :outcome, :reason, 0, :received, '')
            ON CONFLICT (activity_uri) DO UPDATE SET id = excluded.id, type = excluded.type,
              actor_uri = excluded.actor_uri, host = excluded.host, object_uri = excluded.object_uri, raw = excluded.raw,
              forwarded = excluded.forwarded, fingerprint = excluded.fingerprint, received = excluded.received,
              outcome = excluded.outcome, reason = excluded.reason, attempts = 0, due_at = excluded.due_at,
              leased_until = ''
            WHERE excluded.forwarded = 0 AND (arrivals.forwarded = 1
              OR arrivals.type IN ('Follow', 'Undo') AND arrivals.outcome <> 'waiting'
              AND arrivals.type = excluded.type AND arrivals.actor_uri = excluded.actor_uri
              AND arrivals.object_uri = excluded.object_uri AND arrivals.fingerprint <> excluded.fingerprint)
            """,
            id=arrival.id,
            activity_uri=activity.id,
            type=activity.type,
            actor_uri=activity.actor,
            host=host_of(activity.actor),
            object_uri=activity.object,
            raw=json.dumps(activity.raw, ensure_ascii=False, separators=(",", ":")),
            forwarded=int(activity.forwarded),
            fingerprint=arrival.fingerprint,
            received=to_text(arrival.received),
            outcome=arrival.verdict.outcome.value,
            reason=arrival.verdict.reason,
        )
        return added > 0

    async def claim(self, *, now: datetime, until: datetime, limit: int, without: Sequence[str] = ()) -> list[Arrival]:
        """Lease what is due, oldest first, but nothing from the hosts `without`."""
        others, names = _but_for(without)
        rows = await self._query.all(
            f"""
            WITH due AS MATERIALIZED (
              SELECT id FROM arrivals
              WHERE outcome = 'waiting' AND due_at <= :now AND leased_until < :now {others}
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
        return sorted((_arrival(row) for row in rows), key=lambda arrival: arrival.id)

    async def settle(self, id: str, verdict: Verdict) -> None:
        await self._query.run(
            "UPDATE arrivals SET outcome = :outcome, reason = :reason, leased_until = '' WHERE id = :id",
            id=id,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
        )

    async def postpone(self, id: str, *, due: datetime, reason: str) -> None:
        """Try again later."""
        await self._query.run(
            """
            UPDATE arrivals SET due_at = :due, leased_until = '', attempts = attempts + 1, reason = :reason
            WHERE id = :id
            """,
            id=id,
            due=to_text(due),
            reason=reason,
        )

    async def next_due(self, without: Sequence[str] = ()) -> datetime | None:
        """When there will be something to claim: what others have claimed must not hide what is due behind it."""
        others, names = _but_for(without)
        row = await self._query.one(
            f"""
            SELECT min(due) AS due FROM (
              SELECT CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END AS due
              FROM arrivals WHERE outcome = 'waiting' {others} ORDER BY due_at LIMIT :looked_at) AS first
            """,
            looked_at=LOOKED_AT,
            **names,
        )
        assert row is not None
        return None if row["due"] is None else from_text(row["due"])

    async def find(self, id: str) -> Arrival | None:
        """By our id or by the activity's."""
        row = await self._query.one("SELECT * FROM arrivals WHERE id = :id OR activity_uri = :id", id=id)
        return None if row is None else _arrival(row)

    async def newest(self, limit: int) -> list[Arrival]:
        rows = await self._query.all("SELECT * FROM arrivals ORDER BY received DESC, id DESC LIMIT :limit", limit=limit)
        return [_arrival(row) for row in rows]

    async def forget_raw(self, object_uri: str) -> None:
        """Erase what was said with an object that its author has deleted."""
        await self._query.run("UPDATE arrivals SET raw = '{}' WHERE object_uri = :uri", uri=object_uri)

    async def forget_raw_of(self, actor_uri: str) -> None:
        """Erase all that was said by an actor who is gone, shown or not."""
        await self._query.run("UPDATE arrivals SET raw = '{}' WHERE actor_uri = :uri", uri=actor_uri)

    async def prune(self, *, raw_before: datetime, before: datetime) -> None:
        """Erase raw bodies of settled arrivals, then the rows, by age."""
        await self._query.run(
            "UPDATE arrivals SET raw = '{}' WHERE received < :before AND raw <> '{}' AND outcome <> 'waiting'",
            before=to_text(raw_before),
        )
        await self._query.run(
            "DELETE FROM arrivals WHERE received < :before AND outcome <> 'waiting'", before=to_text(before)
        )

    async def refuse(self, refusal: Refusal) -> None:
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
        """Keep the newest `REFUSALS_KEPT`."""
        await self._query.run(
            "DELETE FROM refusals WHERE id <= (SELECT id FROM refusals ORDER BY id DESC LIMIT 1 OFFSET :kept)",
            kept=REFUSALS_KEPT,
        )

    async def refusals(self, limit: int) -> list[Refusal]:
        rows = await self._query.all("SELECT * FROM refusals ORDER BY id DESC LIMIT :limit", limit=limit)
        return [_refusal(row) for row in rows]


def _but_for(hosts: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A condition that leaves out some hosts, and its parameters."""
    names = {f"h{at}": host for at, host in enumerate(hosts)}
    return (f"AND host NOT IN ({', '.join(':' + name for name in names)})" if names else ""), names


def _arrival(row: Row) -> Arrival:
    return Arrival(
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
