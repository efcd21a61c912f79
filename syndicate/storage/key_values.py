"""Single stored values of the blog, and totals that would be too slow to count during a request."""

from syndicate.storage.engine.database import Queryable

LAST_BACKUP = "last backup"
"""The name under which the database remembers when the last backup was made."""

MEDIA_SECRET = "media secret"  # noqa: S105 - a name, no secret
"""The name under which the database keeps what addresses of private files are signed with."""


class KeyValues:
    """Name → text."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, name: str) -> str | None:
        row = await self._query.one("SELECT value FROM facts WHERE name = :name", name=name)
        return None if row is None else row["value"]

    async def save(self, name: str, value: str) -> None:
        await self._query.run(
            "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=value,
        )

    async def find_or_save(self, name: str, value: str) -> str:
        """Return the stored value; save this one if there is none."""
        await self._query.run(
            "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
            name=name,
            value=value,
        )
        return await self.find(name) or value

    async def delete(self, name: str) -> None:
        await self._query.run("DELETE FROM facts WHERE name = :name", name=name)


class Totals:
    """Name → how many. Names: `posts`, `outbox`, `month:YYYY-MM`, `term:<kind>:<slug>`, `author:<name>`,
    `followers:<local actor>`, `subscriptions`, `comments:<state>`, `comment-numbers` (the last that was given)."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def get(self, name: str) -> int:
        row = await self._query.one("SELECT total FROM totals WHERE name = :name", name=name)
        return 0 if row is None else row["total"]

    async def starting_with(self, prefix: str) -> dict[str, int]:
        """Return all totals above zero whose name has this prefix, keyed and sorted by the rest of the name."""
        rows = await self._query.all(
            "SELECT name, total FROM totals WHERE name >= :first AND name < :last AND total > 0 ORDER BY name",
            first=prefix,
            last=prefix + "\U0010ffff",
        )
        return {row["name"].removeprefix(prefix): row["total"] for row in rows}

    async def largest(self, prefix: str, limit: int) -> list[str]:
        """Return the names with this prefix that have the highest totals, without the prefix."""
        rows = await self._query.all(
            """
            SELECT name FROM totals WHERE name >= :first AND name < :last AND total > 0
            ORDER BY total DESC, name LIMIT :limit
            """,
            first=prefix,
            last=prefix + "\U0010ffff",
            limit=limit,
        )
        return [row["name"].removeprefix(prefix) for row in rows]

    async def add(self, name: str, change: int) -> int:
        """Add to a total, and return what it is then."""
        row = await self._query.one(
            """
            INSERT INTO totals (name, total) VALUES (:name, :change)
            ON CONFLICT (name) DO UPDATE SET total = totals.total + excluded.total
            RETURNING total
            """,
            name=name,
            change=change,
        )
        assert row is not None
        total: int = row["total"]
        return total
