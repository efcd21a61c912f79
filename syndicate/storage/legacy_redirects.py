"""Redirects from list addresses of an imported blog. (Posts have aliases instead.)"""

from syndicate.storage.engine.database import Queryable


class LegacyRedirects:
    """Old address, from the root and with its query → path of the list here."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, address: str) -> str | None:
        row = await self._query.one("SELECT leads_to FROM signposts WHERE address = :address", address=address)
        return None if row is None else row["leads_to"]

    async def save(self, address: str, leads_to: str) -> None:
        """Save a redirect, replacing an earlier one: the list may have been renamed in the old blog."""
        await self._query.run(
            """
            INSERT INTO signposts (address, leads_to) VALUES (:address, :leads_to)
            ON CONFLICT (address) DO UPDATE SET leads_to = excluded.leads_to
            """,
            address=address,
            leads_to=leads_to,
        )

    async def list_roots(self) -> list[str]:
        """Return the root directories of imported blogs, without a trailing slash, the deepest first."""
        rows = await self._query.all("SELECT path FROM old_roots")
        return sorted((row["path"] for row in rows), key=lambda path: (-len(path), path))

    async def add_root(self, path: str) -> None:
        await self._query.run("INSERT INTO old_roots (path) VALUES (:path) ON CONFLICT DO NOTHING", path=path)
