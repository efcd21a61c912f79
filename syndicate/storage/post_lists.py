"""Lists of posts, newest first by key, and what waits for its time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syndicate.clock import from_text, to_text, to_wire
from syndicate.model.post import Post, PostKind, TermKind
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import SELECTED, Key, any_of, posts_of


class PostLists:
    """Lists hold public posts only, unless they say otherwise."""

    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_newest(self, *, limit: int, before: Key | None = None, skip: int = 0) -> list[Post]:
        return await self._list("posts.kind = 'post'", {}, limit=limit, before=before, skip=skip)

    async def list_oldest(self, *, skip: int, limit: int) -> list[Post]:
        """Public posts in the order in which they were written."""
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts
            WHERE posts.state = 'published' AND posts.kind = 'post'
            ORDER BY posts.published, posts.id LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
        )
        return await posts_of(self._query, rows)

    async def list_between(self, first: datetime, last: datetime, *, limit: int, skip: int = 0) -> list[Post]:
        """Published at or after `first` and before `last`."""
        condition = "posts.kind = 'post' AND posts.published >= :first AND posts.published < :last"
        return await self._list(condition, {"first": to_text(first), "last": to_text(last)}, limit=limit, skip=skip)

    async def list_by_author(self, author: str, *, limit: int, skip: int = 0) -> list[Post]:
        return await self._list(
            "posts.kind = 'post' AND posts.author = :author", {"author": author}, limit=limit, skip=skip
        )

    async def list_by_terms(self, kind: TermKind, slugs: Sequence[str], *, limit: int, skip: int = 0) -> list[Post]:
        """Return posts that have any of these terms."""
        names, parameters = any_of(slugs)
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts
            WHERE posts.state = 'published' AND posts.id IN (
              SELECT DISTINCT post_id FROM post_terms
              WHERE kind = :kind AND slug IN ({names})
              ORDER BY post_id)
            ORDER BY posts.published DESC, posts.id DESC LIMIT :limit OFFSET :skip
            """
            if len(slugs) > 1
            else f"""
            SELECT {SELECTED} FROM post_terms
            JOIN posts ON posts.id = post_terms.post_id
            WHERE post_terms.kind = :kind AND post_terms.slug = :v0 AND posts.state = 'published'
            ORDER BY post_terms.published DESC, post_terms.post_id DESC LIMIT :limit OFFSET :skip
            """,
            kind=kind.value,
            limit=limit,
            skip=skip,
            **parameters,
        )
        return await posts_of(self._query, rows)

    async def count_by_terms(self, kind: TermKind, slugs: Sequence[str]) -> int:
        """How many public posts have any of these terms."""
        names, parameters = any_of(slugs)
        row = await self._query.one(
            f"""
            SELECT count(DISTINCT post_terms.post_id) AS total FROM post_terms
            JOIN posts ON posts.id = post_terms.post_id
            WHERE posts.state = 'published' AND post_terms.kind = :kind
              AND post_terms.slug IN ({names})
            """,
            kind=kind.value,
            **parameters,
        )
        assert row is not None
        total: int = row["total"]
        return total

    async def count_between(self, first: datetime, last: datetime) -> int:
        row = await self._query.one(
            """
            SELECT count(*) AS total FROM posts
            WHERE state = 'published' AND kind = 'post' AND published >= :first AND published < :last
            """,
            first=to_text(first),
            last=to_text(last),
        )
        assert row is not None
        total: int = row["total"]
        return total

    async def list_federated(self, *, before: Key | None, limit: int) -> list[Post]:
        """Return the posts in the outbox collection: those that can still be taken back are not yet in it."""
        is_announced = "NOT EXISTS (SELECT 1 FROM pending_announcements WHERE post_id = posts.id)"
        condition = f"posts.kind = 'post' AND posts.visibility <> 'local' AND {is_announced}"
        return await self._list(condition, {}, limit=limit, before=before)

    async def list_pinned(self, limit: int) -> list[Post]:
        return await self._list("posts.pinned = 1 AND posts.kind = 'post'", {}, limit=limit)

    async def list_page_links(self, limit: int) -> list[tuple[str, str]]:
        """(path, title) of public pages, by title: for the navigation."""
        rows = await self._query.all(
            """
            SELECT path, title, slug FROM posts WHERE state = 'published' AND kind = 'page'
            ORDER BY title, id LIMIT :limit
            """,
            limit=limit,
        )
        return [(row["path"], row["title"] or row["slug"]) for row in rows]

    async def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """The next older and the next newer post."""
        older = await self.list_newest(limit=1, before=(post.published, post.id))
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts
            WHERE posts.state = 'published' AND posts.kind = 'post' AND (posts.published, posts.id) > (:published, :id)
            ORDER BY posts.published, posts.id LIMIT 1
            """,
            published=to_text(post.published),
            id=post.id,
        )
        newer = await posts_of(self._query, rows)
        return (older[0] if older else None, newer[0] if newer else None)

    async def _list(
        self, condition: str, parameters: dict[str, Any], *, limit: int, before: Key | None = None, skip: int = 0
    ) -> list[Post]:
        if before is not None:
            condition += " AND (posts.published, posts.id) < (:before, :before_id)"
            parameters = {**parameters, "before": to_text(before[0]), "before_id": before[1]}
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts
            WHERE posts.state = 'published' AND {condition}
            ORDER BY posts.published DESC, posts.id DESC LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
            **parameters,
        )
        return await posts_of(self._query, rows)

    async def list_addresses(
        self, kind: PostKind, first: datetime, last: datetime, *, limit: int
    ) -> list[tuple[str, str]]:
        """(path, updated as it is written) of what is public and was published from `first` on and before `last`, the
        newest first: the sitemap."""
        rows = await self._query.all(
            """
            SELECT path, updated FROM posts
            WHERE state = 'published' AND kind = :kind AND published >= :first AND published < :last
            ORDER BY published DESC, id DESC LIMIT :limit
            """,
            kind=kind.value,
            first=to_text(first),
            last=to_text(last),
            limit=limit,
        )
        return [(row["path"], to_wire(from_text(row["updated"]))) for row in rows]

    async def list_scheduled(self, now: datetime) -> list[str]:
        """The ids of scheduled posts whose time has come."""
        rows = await self._query.all(
            "SELECT id FROM posts WHERE state = 'scheduled' AND published <= :now ORDER BY published LIMIT 100",
            now=to_text(now),
        )
        return [row["id"] for row in rows]

    async def next_scheduled(self, after: datetime) -> datetime | None:
        row = await self._query.one(
            "SELECT published FROM posts WHERE state = 'scheduled' AND published > :after ORDER BY published LIMIT 1",
            after=to_text(after),
        )
        return None if row is None else from_text(row["published"])

    async def list_rendered_before(self, renderer: int, *, after: str, limit: int) -> list[str]:
        """The ids of posts whose HTML an older renderer made, from `after` on."""
        rows = await self._query.all(
            "SELECT id FROM posts WHERE renderer < :renderer AND id > :after ORDER BY id LIMIT :limit",
            renderer=renderer,
            after=after,
            limit=limit,
        )
        return [row["id"] for row in rows]
