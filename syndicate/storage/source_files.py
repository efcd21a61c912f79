"""The Markdown files that posts were made from."""

from syndicate.storage.engine.database import Queryable


class SourceFiles:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, path: str) -> tuple[str, str] | None:
        """Return (post id, digest) for a file of the posts folder that became a post."""
        row = await self._query.one("SELECT post_id, digest FROM files WHERE path = :path", path=path)
        return None if row is None else (row["post_id"], row["digest"])

    async def list_of(self, post: str) -> list[str]:
        """Return the files that a post was made from."""
        rows = await self._query.all("SELECT path FROM files WHERE post_id = :post ORDER BY path", post=post)
        return [row["path"] for row in rows]

    async def list_all(self) -> dict[str, str]:
        """Return path → digest of all files."""
        return {row["path"]: row["digest"] for row in await self._query.all("SELECT path, digest FROM files")}

    async def list_of_posts(self) -> list[str]:
        """Return the paths of the files whose post exists."""
        rows = await self._query.all(
            "SELECT files.path FROM files JOIN posts ON posts.id = files.post_id ORDER BY files.path"
        )
        return [row["path"] for row in rows]

    async def save(self, path: str, post: str, digest: str) -> None:
        await self._query.run(
            """
            INSERT INTO files (path, post_id, digest) VALUES (:path, :post, :digest)
            ON CONFLICT (path) DO UPDATE SET post_id = excluded.post_id, digest = excluded.digest
            """,
            path=path,
            post=post,
            digest=digest,
        )

    async def delete(self, path: str) -> None:
        await self._query.run("DELETE FROM files WHERE path = :path", path=path)
