"""Version numbers of what cached documents depend on; each is incremented in the transaction that changes its subject.

Dependencies: `site` (anything that lists posts), `post:<id>`, `talk:<post id>` (comments and counts), `comments` (the
site's comments), `withdrawals` (a comment was moderated or deleted), `counts` (the comment counts in feeds),
`volumes` (an archive document was closed), `volume:<number>` (a post of a closed archive document), `term:<kind>:<slug>` (incremented with its posts; nothing depends on it alone),
`blogroll` (its entries), `river` (their posts), `announced:<id of a local actor>` (what it has announced), `followers`, `actor`.
"""

from datetime import datetime, timedelta

from syndicate.clock import Clock, from_text, to_text
from syndicate.storage.engine.database import Queryable

OVERLAP = timedelta(seconds=30)
"""How far back versions are read again: transactions of several machines do not commit in the order of their clocks."""

MAX_ROWS = 8
"""How many versions one statement increments: each number of them is a statement of its own, which is kept prepared."""


class Versions:
    def __init__(self, query: Queryable, clock: Clock) -> None:
        self._query, self._clock = query, clock

    async def move(self, *dependencies: str) -> None:
        """Increment these versions, inside a transaction that changes their subjects."""
        scopes = sorted(set(dependencies))  # in one order everywhere, so that transactions cannot deadlock
        for at in range(0, len(scopes), MAX_ROWS):
            parameters = {f"s{row}": scope for row, scope in enumerate(scopes[at : at + MAX_ROWS])}
            await self._query.run(
                f"""
                INSERT INTO editions (scope, edition, moved) VALUES {", ".join(f"(:{name}, 1, :moved)" for name in parameters)}
                ON CONFLICT (scope) DO UPDATE SET edition = editions.edition + 1, moved = excluded.moved
                """,
                moved=to_text(self._clock()),
                **parameters,
            )

    async def moved_since(self, instant: str) -> dict[str, int]:
        """Return dependency → version, of all that moved at or after an instant (see `to_text`)."""
        rows = await self._query.all("SELECT scope, edition FROM editions WHERE moved >= :instant", instant=instant)
        return {row["scope"]: row["edition"] for row in rows}

    async def get(self, scope: str) -> int:
        row = await self._query.one("SELECT edition FROM editions WHERE scope = :scope", scope=scope)
        return 0 if row is None else row["edition"]

    async def moved_at(self, scope: str) -> datetime | None:
        """Return when the version last moved, or None if it never has."""
        row = await self._query.one("SELECT moved FROM editions WHERE scope = :scope", scope=scope)
        return None if row is None else from_text(row["moved"])
