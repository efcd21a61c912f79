"""Quotes of posts that were allowed: each has a stamp that anybody can fetch (FEP-044f)."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """`uri` is ours; `quote` the id of the remote object that quotes the post; `actor` its author."""

    uri: str
    post: str
    quote: str
    actor: str
    created: datetime


class Stamps:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, uri: str) -> Stamp | None:
        return _stamp(await self._query.one("SELECT * FROM stamps WHERE uri = :uri", uri=uri))

    async def of_quote(self, quote: str) -> Stamp | None:
        return _stamp(await self._query.one("SELECT * FROM stamps WHERE quote_uri = :quote", quote=quote))

    async def put(self, stamp: Stamp) -> None:
        """Keep a stamp; a quote that has one keeps that."""
        await self._query.run(
            """
            INSERT INTO stamps (uri, post_id, quote_uri, actor_uri, created)
            VALUES (:uri, :post, :quote, :actor, :created) ON CONFLICT DO NOTHING
            """,
            uri=stamp.uri,
            post=stamp.post,
            quote=stamp.quote,
            actor=stamp.actor,
            created=to_text(stamp.created),
        )

    async def remove(self, quote: str, actor: str) -> bool:
        """The quote is gone, says its author."""
        return (
            await self._query.run(
                "DELETE FROM stamps WHERE quote_uri = :quote AND actor_uri = :actor", quote=quote, actor=actor
            )
            > 0
        )

    async def remove_of_actor(self, actor: str) -> None:
        await self._query.run("DELETE FROM stamps WHERE actor_uri = :actor", actor=actor)


def _stamp(row: Row | None) -> Stamp | None:
    if row is None:
        return None
    return Stamp(
        uri=row["uri"],
        post=row["post_id"],
        quote=row["quote_uri"],
        actor=row["actor_uri"],
        created=from_text(row["created"]),
    )
