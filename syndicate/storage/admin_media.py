"""The author's files, as the desk lists them: newest first, with who may see them and what uses them."""

from dataclasses import dataclass

from syndicate.model.post import PostState
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.media import MediaFile, file_of_row
from syndicate.storage.media_uses import IN_LOOK, IS_PUBLIC

OF_AUTHOR = "purpose = 'post' AND state = 'kept'"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file. `uses` is how many posts use it; `is_in_look`: the account of the blog shows it; `is_public`: everybody may
    see it."""

    file: MediaFile
    uses: int
    is_in_look: bool = False
    is_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaUse:
    """A post that uses a file; `is_aside`: only what is written and not in the post yet does."""

    post: str
    title: str
    state: PostState
    is_aside: bool = False


class AdminMedia:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_page(self, words: str, *, before: str, limit: int) -> list[ListedFile]:
        """Return files whose description, name or source holds these words, newest first, from below the id `before`."""
        conditions = [OF_AUTHOR, *(["id < :before"] if before else [])]
        given: dict[str, object] = {"before": before} if before else {}
        for at, word in enumerate(words.lower().split()[:5]):
            conditions.append(
                f"(lower(alt) LIKE :w{at} ESCAPE '~' OR lower(source_url) LIKE :w{at} ESCAPE '~'"
                f" OR lower(COALESCE(path, '')) LIKE :w{at} ESCAPE '~' OR media_type LIKE :w{at} ESCAPE '~')"
            )
            given[f"w{at}"] = f"%{_literal(word)}%"
        rows = await self._query.all(
            f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT :limit", limit=limit, **given
        )
        return [_listed(row) for row in rows]

    async def find(self, id: str) -> ListedFile | None:
        row = await self._query.one(f"{_SELECT} WHERE id = :id AND {OF_AUTHOR}", id=id)
        return None if row is None else _listed(row)

    async def list_uses(self, file: MediaFile, limit: int) -> list[MediaUse]:
        """Return the posts that use a file, at most `limit`, and those in whose text it stands that is not saved yet."""
        rows = await self._query.all(
            """
            SELECT posts.id, title, excerpt, state FROM post_media JOIN posts ON posts.id = post_media.post_id
            WHERE post_media.media_id = :id ORDER BY posts.id DESC LIMIT :limit
            """,
            id=file.id,
            limit=limit,
        )
        aside = await self._query.all(
            f"""
            SELECT posts.id, title, excerpt, state FROM post_drafts JOIN posts ON posts.id = post_drafts.post_id
            WHERE {_IS_ASIDE} AND NOT EXISTS (
              SELECT 1 FROM post_media WHERE post_media.post_id = posts.id AND post_media.media_id = :id)
            ORDER BY posts.id DESC LIMIT :limit
            """,
            id=file.id,
            hash=f"%{_hash(file.name or '')}%",
            limit=limit,
        )
        return [_use(row) for row in rows] + [_use(row, is_aside=True) for row in aside]

    async def set_alt(self, id: str, alt: str) -> None:
        await self._query.run(f"UPDATE media SET alt = :alt WHERE id = :id AND {OF_AUTHOR}", id=id, alt=alt)

    async def delete_unused(self, file: MediaFile) -> list[str]:
        """Delete a file that nothing uses. Return its name and that of its original; nothing if something uses it."""
        rows = await self._query.all(
            f"""
            DELETE FROM media
            WHERE id = :id AND {OF_AUTHOR}
              AND NOT EXISTS (SELECT 1 FROM post_media WHERE post_media.media_id = media.id)
              AND NOT {IN_LOOK}
              AND NOT EXISTS (SELECT 1 FROM post_drafts WHERE {_IS_ASIDE})
            RETURNING name, original
            """,
            id=file.id,
            hash=f"%{_hash(file.name or '')}%",
        )
        return [name for row in rows for name in (row["name"], row["original"]) if name is not None]


_SELECT = f"""
SELECT media.*, CASE WHEN {IS_PUBLIC} THEN 1 ELSE 0 END AS is_public,
  CASE WHEN {IN_LOOK} THEN 1 ELSE 0 END AS is_in_look,
  (SELECT count(*) FROM post_media WHERE post_media.media_id = media.id) AS uses
FROM media
"""
_IS_ASIDE = "post_drafts.fields LIKE :hash"


def _hash(name: str) -> str:
    """Return the part of a name that its smaller forms have as well."""
    return name.partition(".")[0]


def _literal(word: str) -> str:
    return word.replace("~", "~~").replace("%", "~%").replace("_", "~_")


def _listed(row: Row) -> ListedFile:
    return ListedFile(
        file=file_of_row(row),
        uses=row["uses"],
        is_in_look=bool(row["is_in_look"]),
        is_public=bool(row["is_public"]),
    )


def _use(row: Row, *, is_aside: bool = False) -> MediaUse:
    title = row["title"] or row["excerpt"][:80]
    return MediaUse(post=row["id"], title=title, state=PostState(row["state"]), is_aside=is_aside)
