"""Where lists of an older blog stood: what is no post, and so has no alias."""

from syndicate.storage.engine.database import Queryable


class LegacyRedirects:
    """Address of old, from the root and with its query → path of a list of ours."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, address: str) -> str | None:
        row = await self._query.one("SELECT leads_to FROM signposts WHERE address = :address", address=address)
        return None if row is None else row["leads_to"]

    async def save(self, address: str, leads_to: str) -> None:
        """The last word counts: a list may have been renamed over there."""
        await self._query.run(
            """
            INSERT INTO signposts (address, leads_to) VALUES (:address, :leads_to)
            ON CONFLICT (address) DO UPDATE SET leads_to = excluded.leads_to
            """,
            address=address,
            leads_to=leads_to,
        )

    async def list_roots(self) -> list[str]:
        """The directories in which older blogs stood, without a final slash, the deepest first."""
        rows = await self._query.all("SELECT path FROM old_roots")
        return sorted((row["path"] for row in rows), key=lambda path: (-len(path), path))

    async def add_root(self, path: str) -> None:
        await self._query.run("INSERT INTO old_roots (path) VALUES (:path) ON CONFLICT DO NOTHING", path=path)
