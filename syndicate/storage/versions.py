"""A number for each thing that documents depend on; it moves in the transaction that changes the thing.

Scopes: `site` (anything that lists posts), `post:<id>`, `talk:<post id>` (comments and counts), `comments` (the
site's comments), `withdrawals` (a comment was decided upon or taken back), `counts` (how many comments feeds tell of),
`volumes` (one of the archive was bound), `term:<kind>:<slug>` (moved with its posts; nothing depends on it alone), `blogroll` (whom
the author reads), `river` (what they published), `announced:<id of a local actor>` (what it has passed on), `followers`, `actor`.
"""

from datetime import datetime, timedelta

from syndicate.clock import Clock, from_text, to_text
from syndicate.storage.engine.database import Queryable

OVERLAP = timedelta(seconds=30)
"""Transactions of several machines do not commit in the order of their clocks."""


class Versions:
    def __init__(self, query: Queryable, clock: Clock) -> None:
        self._query, self._clock = query, clock

    async def move(self, *dependencies: str) -> None:
        """Say, inside a transaction, that these have changed."""
        moved = to_text(self._clock())
        for scope in sorted(set(dependencies)):  # in one order everywhere, so that transactions cannot deadlock
            await self._query.run(
                """
                INSERT INTO editions (scope, edition, moved) VALUES (:scope, 1, :moved)
                ON CONFLICT (scope) DO UPDATE SET edition = editions.edition + 1, moved = excluded.moved
                """,
                scope=scope,
                moved=moved,
            )

    async def moved_since(self, instant: str) -> dict[str, int]:
        """Scope → edition, of all that moved at or after an instant (see `to_text`)."""
        rows = await self._query.all("SELECT scope, edition FROM editions WHERE moved >= :instant", instant=instant)
        return {row["scope"]: row["edition"] for row in rows}

    async def get(self, scope: str) -> int:
        row = await self._query.one("SELECT edition FROM editions WHERE scope = :scope", scope=scope)
        return 0 if row is None else row["edition"]

    async def moved_at(self, scope: str) -> datetime | None:
        """When it last moved; None where it never has."""
        row = await self._query.one("SELECT moved FROM editions WHERE scope = :scope", scope=scope)
        return None if row is None else from_text(row["moved"])
