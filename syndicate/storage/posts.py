"""Posts and pages by identity: id, address, source."""

from collections.abc import Sequence

from syndicate.errors import PostNotFound
from syndicate.model.post import Post, PostState
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import SELECTED, SOURCE, PostSource, any_of, posts_of, source_of


class Posts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, id: str) -> Post | None:
        return await self._one("posts.id = :value", id)

    async def find_by_uri(self, uri: str) -> Post | None:
        return await self._one("posts.uri = :value", uri)

    async def find_by_slug(self, slug: str) -> Post | None:
        return await self._one("posts.slug = :value", slug)

    async def get_by_slug(self, slug: str) -> Post:
        """Raises PostNotFound."""
        post = await self.find_by_slug(slug)
        if post is None:
            raise PostNotFound(f"there is no post with the slug {slug!r}; `syndicate posts` lists what there is")
        return post

    async def find_by_path(self, path: str) -> Post | None:
        return await self._one("posts.path = :value", path)

    async def find_by_guid(self, guid: str) -> Post | None:
        return await self._one("posts.guid = :value", guid)

    async def find_by_source(self, source: str) -> Post | None:
        """The post that was imported from this place of another program."""
        row = await self._query.one("SELECT post_id FROM post_sources WHERE source = :source", source=source)
        return None if row is None else await self.find(row["post_id"])

    async def has_source(self, post: str) -> bool:
        row = await self._query.one("SELECT source FROM post_sources WHERE post_id = :post LIMIT 1", post=post)
        return row is not None

    async def find_by_alias(self, address: str) -> Post | None:
        row = await self._query.one("SELECT post_id FROM aliases WHERE address = :address", address=address)
        return None if row is None else await self.find(row["post_id"])

    async def list_aliases(self, post: str) -> list[str]:
        rows = await self._query.all("SELECT address FROM aliases WHERE post_id = :post ORDER BY address", post=post)
        return [row["address"] for row in rows]

    async def list_by_id(self, ids: Sequence[str]) -> list[Post]:
        """Return the posts in this order; unknown ids are skipped."""
        if not ids:
            return []
        names, parameters = any_of(ids)
        rows = await self._query.all(f"SELECT {SELECTED} FROM posts WHERE posts.id IN ({names})", **parameters)
        return sorted(await posts_of(self._query, rows), key=lambda post: ids.index(post.id))

    async def _one(self, condition: str, value: str) -> Post | None:
        row = await self._query.one(f"SELECT {SELECTED} FROM posts WHERE {condition}", value=value)
        if row is None:
            return None
        [post] = await posts_of(self._query, [row])
        return post

    async def find_version(self, id: str) -> tuple[int, PostState] | None:
        """Find the revision and the state, which change with every change by the author."""
        row = await self._query.one("SELECT revision, state FROM posts WHERE id = :id", id=id)
        return None if row is None else (row["revision"], PostState(row["state"]))

    async def find_source(self, id: str) -> PostSource | None:
        row = await self._query.one(f"SELECT {SOURCE.selected} FROM posts WHERE id = :id", id=id)
        return None if row is None else source_of(row)
