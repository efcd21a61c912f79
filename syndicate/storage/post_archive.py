"""Numbers of posts, the archive documents of the feeds that hold them (RFC 5005), and comment counts in feeds.

A closed document is a range of numbers. The open one, which comes after the newest closed one, has all posts with
higher numbers.
"""

from syndicate.clock import from_text, to_text
from syndicate.model.post import Post
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import SELECTED, Key, posts_of

UNARCHIVED = (
    "number > (SELECT coalesce(max(last), 0) FROM volumes) AND state || '' = 'published' AND kind || '' = 'post'"
)
"""The condition for the posts of the open document, which are few: written so that no database reads all public posts
instead, by their index.
"""


class PostArchive:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def assign_number(self, id: str) -> None:
        """Assign the next number, if the post has none. Call it under the advisory lock, so that numbers are unique."""
        await self._query.run(
            """
            UPDATE posts SET number = 1 + (
              SELECT max(highest) FROM (
                SELECT coalesce(max(number), 0) AS highest FROM posts
                UNION ALL SELECT coalesce(max(last), 0) AS highest FROM volumes) AS numbers)
            WHERE id = :id AND number IS NULL
            """,
            id=id,
        )

    async def list_numbered(self, after: int, limit: int) -> list[tuple[int, Post]]:
        """Return public posts and pages with their numbers, from the one after this number on."""
        rows = await self._query.all(
            f"""
            SELECT posts.number, {SELECTED} FROM posts WHERE number > :after AND state = 'published'
            ORDER BY number LIMIT :limit
            """,
            after=after,
            limit=limit,
        )
        return list(zip((row["number"] for row in rows), await posts_of(self._query, rows), strict=True))

    async def list_unarchived(self, limit: int) -> list[int]:
        """Return the numbers of public posts that are in no closed document yet, in order."""
        rows = await self._query.all(
            f"SELECT number FROM posts WHERE {UNARCHIVED} ORDER BY number LIMIT :limit", limit=limit
        )
        return [row["number"] for row in rows]

    async def last_unarchived(self, before: Key) -> str | None:
        """Return the id of the last post of the open document; None if it has no post before this place in lists."""
        row = await self._query.one(
            f"""
            SELECT id FROM posts WHERE {UNARCHIVED} AND EXISTS (
              SELECT 1 FROM posts WHERE {UNARCHIVED} AND (published, id) < (:published, :id))
            ORDER BY number DESC LIMIT 1
            """,
            published=to_text(before[0]),
            id=before[1],
        )
        return None if row is None else row["id"]

    async def list_open(self, limit: int) -> list[Post]:
        """Return the posts of the open document, the newest first, and of too many those with the highest numbers."""
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts WHERE posts.id IN (
              SELECT id FROM posts WHERE {UNARCHIVED} ORDER BY number DESC LIMIT :limit)
            ORDER BY posts.published DESC, posts.id DESC
            """,
            limit=limit,
        )
        return await posts_of(self._query, rows)

    async def list_edited(self, before: Key, limit: int) -> list[Post]:
        """Return the posts that come before this place in lists and were changed since its date, newest first, and
        of too many those that were changed last. The condition leaves only the index of `edited` to be used: the one of
        dates would lead through the whole archive.
        """
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM posts WHERE posts.id IN (
              SELECT id FROM posts
              WHERE edited >= :published AND state || '' = 'published' AND kind || '' = 'post'
                AND (published || '', id) < (:published, :id)
              ORDER BY edited DESC, id LIMIT :limit)
            ORDER BY posts.published DESC, posts.id DESC
            """,
            published=to_text(before[0]),
            id=before[1],
            limit=limit,
        )
        return await posts_of(self._query, rows)

    async def key_at(self, place: int) -> Key | None:
        """The place in lists of the public post that comes after so many newer ones."""
        row = await self._query.one(
            """
            SELECT published, id FROM posts WHERE state = 'published' AND kind = 'post'
            ORDER BY published DESC, id DESC LIMIT 1 OFFSET :place
            """,
            place=place,
        )
        return None if row is None else (from_text(row["published"]), row["id"])

    async def add(self, last: int) -> None:
        """Add the remaining posts up to a number as an archive document."""
        await self._query.run(
            """
            INSERT INTO volumes (volume, first, last)
            SELECT newest.volume + 1, newest.last + 1, :last
            FROM (SELECT coalesce(max(volume), 0) AS volume, coalesce(max(last), 0) AS last FROM volumes) AS newest
            WHERE newest.last < :last
            """,
            last=last,
        )

    async def newest(self) -> int:
        """Return the number of the newest closed document, 0 if there is none."""
        row = await self._query.one("SELECT coalesce(max(volume), 0) AS volume FROM volumes")
        assert row is not None
        volume: int = row["volume"]
        return volume

    async def find_volume(self, post: str) -> int | None:
        """Return the closed document that a post belongs to."""
        row = await self._query.one(
            """
            SELECT volume FROM volumes JOIN posts ON posts.number >= volumes.first AND posts.number <= volumes.last
            WHERE posts.id = :post
            """,
            post=post,
        )
        return None if row is None else row["volume"]

    async def list_of(self, volume: int) -> tuple[list[str], list[Post]]:
        """The ids of all that belongs to a volume, and those of its posts that are public, the newest first."""
        ids = await self._query.all(
            """
            SELECT posts.id FROM volumes JOIN posts ON posts.number >= volumes.first AND posts.number <= volumes.last
            WHERE volumes.volume = :volume ORDER BY posts.number
            """,
            volume=volume,
        )
        rows = await self._query.all(
            f"""
            SELECT {SELECTED} FROM volumes
            JOIN posts ON posts.number >= volumes.first AND posts.number <= volumes.last
            WHERE volumes.volume = :volume AND posts.state = 'published' AND posts.kind = 'post'
            ORDER BY posts.published DESC, posts.id DESC
            """,
            volume=volume,
        )
        return [row["id"] for row in ids], await posts_of(self._query, rows)

    async def has_uncounted_comments(self) -> bool:
        """Whether the comment count in feeds is out of date for any post."""
        row = await self._query.one("SELECT id FROM posts WHERE told_comments <> comment_count LIMIT 1")
        return row is not None

    async def publish_comment_counts(self) -> int:
        """Update the comment counts in feeds; return how many posts changed."""
        return await self._query.run(
            "UPDATE posts SET told_comments = comment_count WHERE told_comments <> comment_count"
        )
