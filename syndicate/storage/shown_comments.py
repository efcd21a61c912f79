"""The comments that readers see. Everything here is read from the views `public_comments` and
`public_reactions`."""

from dataclasses import dataclass

from syndicate.model.comment import Comment
from syndicate.storage.comment_rows import AVATAR, COLUMNS, comment_of_row
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedComment:
    """A public comment together with the post that it stands under."""

    comment: Comment
    post_path: str
    post_uri: str
    post_guid: str
    post_title: str
    parent_uri: str | None


class ShownComments:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_shown(self, post: str, *, limit: int, skip: int) -> list[Comment]:
        """A page of the public comments of a post, oldest first."""
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("public_comments")} FROM public_comments
            WHERE post_id = :post
            ORDER BY published, id LIMIT :limit OFFSET :skip
            """,
            post=post,
            limit=limit,
            skip=skip,
        )
        return [comment_of_row(row) for row in rows]

    async def list_reactions(self, post: str, *, limit: int) -> list[Comment]:
        """The likes and reposts of a post that came by Webmention, oldest first."""
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("public_reactions")} FROM public_reactions
            WHERE post_id = :post ORDER BY published, id LIMIT :limit
            """,
            post=post,
            limit=limit,
        )
        return [comment_of_row(row) for row in rows]

    async def list_newest_shown(self, *, post: str | None, limit: int) -> list[PlacedComment]:
        """For comments feeds: newest first, of one post or of the site (there without unlisted ones)."""
        where = "post_id = :post" if post else "audience = 'public'"
        parameters: dict[str, object] = {"limit": limit} | ({"post": post} if post else {})
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("public_comments")}, post_path, post_uri, post_guid, post_title,
              (SELECT uri FROM comments AS parents WHERE parents.id = public_comments.parent_id) AS parent_uri
            FROM public_comments WHERE {where}
            ORDER BY published DESC, id DESC LIMIT :limit
            """,
            **parameters,
        )
        return [
            PlacedComment(
                comment=comment_of_row(row),
                post_path=row["post_path"],
                post_uri=row["post_uri"],
                post_guid=row["post_guid"],
                post_title=row["post_title"],
                parent_uri=row["parent_uri"],
            )
            for row in rows
        ]

    async def count_replies(self, post: str, *, to: str | None = None) -> int:
        """How many public comments of a post other servers can fetch; of those, the answers `to` one of them."""
        answers = "AND parent_id = :to" if to else ""
        row = await self._query.one(
            f"SELECT count(*) AS total FROM public_comments WHERE post_id = :post AND source IN ('reply', 'own') AND uri NOT LIKE 'urn:%' {answers}",
            post=post,
            **({"to": to} if to else {}),
        )
        assert row is not None
        total: int = row["total"]
        return total

    async def list_replies(
        self, post: str, *, after: tuple[str, str] | None, limit: int, to: str | None = None
    ) -> list[tuple[str, str, str]]:
        """The ids of the public comments of a post that other servers can fetch, with their keys: (uri, published, id),
        oldest first; of those, the answers `to` one of them."""
        published, id = after or ("", "")
        answers = "AND parent_id = :to" if to else ""
        rows = await self._query.all(
            f"""
            SELECT uri, published, id FROM public_comments
            WHERE post_id = :post AND source IN ('reply', 'own') AND uri NOT LIKE 'urn:%' AND (published, id) > (:published, :id) {answers}
            ORDER BY published, id LIMIT :limit
            """,
            post=post,
            published=published,
            id=id,
            limit=limit,
            **({"to": to} if to else {}),
        )
        return [(row["uri"], row["published"], row["id"]) for row in rows]
