"""What the author has set at the desk, as rows: name → value."""

import json
from collections.abc import Mapping
from typing import Any

from syndicate.storage.engine.database import Queryable


class StoredSettings:
    """Names are `section.key`; values are what JSON can hold. `SiteSettings` has them in memory, checked."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_all(self) -> dict[str, Any]:
        rows = await self._query.all("SELECT name, value FROM settings ORDER BY name")
        return {row["name"]: json.loads(row["value"]) for row in rows}

    async def save(self, values: Mapping[str, Any]) -> None:
        """Save these values; one that is None is deleted, so that the default holds again."""
        for name, value in sorted(values.items()):
            if value is None:
                await self._query.run("DELETE FROM settings WHERE name = :name", name=name)
                continue
            await self._query.run(
                """
                INSERT INTO settings (name, value) VALUES (:name, :value)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """,
                name=name,
                value=json.dumps(value, ensure_ascii=False),
            )
