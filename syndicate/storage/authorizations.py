"""Authorizations of quotes and replies, which anyone can fetch (FEP-044f), and requests for them."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


class AuthorizationKind(StrEnum):
    QUOTE = "quote"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """`uri` is ours; `object` the id of the remote object that quotes or answers `target`, an object of ours; `actor`
    its author. A revoked one can not be fetched, and is not given again."""

    uri: str
    kind: AuthorizationKind
    post: str
    object: str
    target: str
    actor: str
    created: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRequest:
    """A request to authorize a `reply` to `target`; `request` is what the response embeds."""

    reply: str
    post: str
    actor: str
    target: str
    request: dict[str, Any]
    received: datetime


class StoredAuthorizations:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, uri: str) -> Authorization | None:
        return _stamp(await self._query.one("SELECT * FROM stamps WHERE uri = :uri", uri=uri))

    async def find_by_object(self, object: str, kind: AuthorizationKind) -> Authorization | None:
        row = await self._query.one(
            "SELECT * FROM stamps WHERE object_uri = :object AND kind = :kind", object=object, kind=kind.value
        )
        return _stamp(row)

    async def list_newest(self, kind: AuthorizationKind, limit: int) -> list[Authorization]:
        rows = await self._query.all(
            "SELECT * FROM stamps WHERE kind = :kind ORDER BY created DESC LIMIT :limit", kind=kind.value, limit=limit
        )
        return [stamp for stamp in map(_stamp, rows) if stamp is not None]

    async def save(self, stamp: Authorization) -> None:
        """Save an authorization; an object that has one of this kind keeps that."""
        await self._query.run(
            """
            INSERT INTO stamps (uri, kind, post_id, object_uri, target, actor_uri, revoked, created)
            VALUES (:uri, :kind, :post, :object, :target, :actor, :revoked, :created) ON CONFLICT DO NOTHING
            """,
            uri=stamp.uri,
            kind=stamp.kind.value,
            post=stamp.post,
            object=stamp.object,
            target=stamp.target,
            actor=stamp.actor,
            revoked=int(stamp.revoked),
            created=to_text(stamp.created),
        )

    async def revoke(self, uri: str) -> None:
        await self._query.run("UPDATE stamps SET revoked = 1 WHERE uri = :uri", uri=uri)

    async def delete(self, uri: str) -> None:
        """Delete an authorization; it may be requested again."""
        await self._query.run("DELETE FROM stamps WHERE uri = :uri", uri=uri)

    async def delete_by_object(self, object: str, actor: str) -> bool:
        """Delete an authorization whose quote or reply its author has deleted."""
        return (
            await self._query.run(
                "DELETE FROM stamps WHERE object_uri = :object AND actor_uri = :actor", object=object, actor=actor
            )
            > 0
        )

    async def delete_by_actor(self, actor: str) -> None:
        await self._query.run("DELETE FROM stamps WHERE actor_uri = :actor", actor=actor)
        await self._query.run("DELETE FROM reply_requests WHERE actor_uri = :actor", actor=actor)

    # requests that wait

    async def save_request(self, request: ReplyRequest) -> None:
        """Keep a request until its reply is decided about; a repeated one takes the place of the same actor's earlier
        one."""
        await self._query.run(
            """
            INSERT INTO reply_requests (reply_uri, post_id, actor_uri, target, request, received)
            VALUES (:reply, :post, :actor, :target, :request, :received)
            ON CONFLICT (reply_uri) DO UPDATE SET request = excluded.request, received = excluded.received
            WHERE reply_requests.actor_uri = excluded.actor_uri
            """,
            reply=request.reply,
            post=request.post,
            actor=request.actor,
            target=request.target,
            request=json.dumps(request.request),
            received=to_text(request.received),
        )

    async def find_request(self, reply: str) -> ReplyRequest | None:
        """The request that waits for a decision about a reply; it waits no longer."""
        row = await self._query.one("DELETE FROM reply_requests WHERE reply_uri = :reply RETURNING *", reply=reply)
        if row is None:
            return None
        return ReplyRequest(
            reply=row["reply_uri"],
            post=row["post_id"],
            actor=row["actor_uri"],
            target=row["target"],
            request=json.loads(row["request"]),
            received=from_text(row["received"]),
        )

    async def prune_requests(self, before: datetime) -> None:
        """Forget requests of old whose replies wait for no decision here."""
        await self._query.run(
            """
            DELETE FROM reply_requests
            WHERE received < :before AND NOT EXISTS (SELECT 1 FROM comments WHERE comments.uri = reply_requests.reply_uri)
            """,
            before=to_text(before),
        )


def _stamp(row: Row | None) -> Authorization | None:
    if row is None:
        return None
    return Authorization(
        uri=row["uri"],
        kind=AuthorizationKind(row["kind"]),
        post=row["post_id"],
        object=row["object_uri"],
        target=row["target"],
        actor=row["actor_uri"],
        created=from_text(row["created"]),
        revoked=bool(row["revoked"]),
    )
