"""What uses the files of the author: posts, by `post_media`, and what follows from that for who may see a file."""

from collections.abc import Sequence

from syndicate.storage.engine.database import Queryable

IN_LOOK = """
    EXISTS (
      SELECT 1 FROM settings
      WHERE settings.name IN ('look.picture', 'look.header') AND settings.value LIKE '%"' || media.name || '"%')
"""
"""The account of the blog shows the file (see `storage/look.py`)."""
IS_PUBLIC = f"""
    (media.purpose <> 'post'
     OR EXISTS (
       SELECT 1 FROM post_media
       WHERE post_media.media_id = media.id
         AND (SELECT state FROM posts WHERE posts.id = post_media.post_id) = 'published')
     OR {IN_LOOK}
     OR (media.path IS NOT NULL AND NOT EXISTS (SELECT 1 FROM post_media WHERE post_media.media_id = media.id)))
"""
"""Everybody may see a file that a published post or the account of the blog uses, pictures of accounts and of other blogs, and what an imported
blog served at an address of its own unless only posts that are not public use it. The rest is for the author alone:
what drafts, scheduled and private posts use, and uploads that nothing uses yet. The state of a post is looked up for each use of a
file: of a join SQLite makes a search through all published posts."""


class MediaUses:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def is_public(self, names: Sequence[str]) -> bool:
        """Return whether everybody may see a file with one of these names. A file that no row knows was served by an
        earlier version, and stays."""
        given = {f"name{at}": name for at, name in enumerate(names)}
        wanted = ", ".join(f":{key}" for key in given)
        known = f"SELECT 1 FROM media WHERE media.name IN ({wanted})"
        if await self._query.one(f"{known} AND {IS_PUBLIC} LIMIT 1", **given) is not None:
            return True
        return await self._query.one(f"{known} LIMIT 1", **given) is None

    async def add(self, post: str, media: Sequence[str]) -> None:
        """Record that a post uses these files, as far as they are known."""
        for id in media:
            await self._query.run(
                """
                INSERT INTO post_media (post_id, media_id) SELECT :post, id FROM media WHERE id = :media
                ON CONFLICT DO NOTHING
                """,
                post=post,
                media=id,
            )
