"""All posts and pages, whatever their state, for exports: oldest first, in an order that every database shares."""

from syndicate.clock import to_text
from syndicate.model.post import Post
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import SELECTED, posts_of

Place = tuple[str, str]
"""(published, slug) of a post."""
START: Place = ("", "")


class PostExport:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_after(self, place: Place, limit: int) -> list[Post]:
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts WHERE (posts.published, posts.slug) > (:published, :slug)
            ORDER BY posts.published, posts.slug LIMIT :limit
            """,
            published=place[0],
            slug=place[1],
            limit=limit,
        )
        return await posts_of(self._query, rows)

    @staticmethod
    def place(post: Post) -> Place:
        return to_text(post.published), post.slug

    async def list_authors(self) -> list[str]:
        """Return the names of all authors, by name."""
        rows = await self._query.all("SELECT DISTINCT author FROM posts WHERE author <> '' ORDER BY author")
        return [row["author"] for row in rows]

    async def count(self) -> int:
        row = await self._query.one("SELECT count(*) AS total FROM posts")
        assert row is not None
        total: int = row["total"]
        return total

    async def list_numbered_aliases(self) -> list[str]:
        """Return the addresses that posts had by their number in WordPress."""
        rows = await self._query.all("SELECT address FROM aliases WHERE address LIKE '/?p=%'")
        return [row["address"] for row in rows]
