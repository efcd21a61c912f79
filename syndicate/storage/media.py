"""Pictures and other files: their sources, addresses and states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.columns import Columns, choice, document, instant, text, upsert
from syndicate.storage.engine.database import Queryable, Row


class MediaState(StrEnum):
    WANTED = "wanted"
    KEPT = "kept"
    FAILED = "failed"


class Purpose(StrEnum):
    POST = "post"
    AVATAR = "avatar"
    BLOGROLL = "blogroll"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """`source_url` is where it comes from; `path` where it is served besides `/media/<name>` (an imported picture's
    old path), or None; `name` its file under the media directory once it is kept; `original` its file as it came, where
    that is another; `widths` are those of its smaller forms. `reason` says why it failed."""

    id: str
    source_url: str
    path: str | None = None
    name: str | None = None
    original: str | None = None
    widths: tuple[int, ...] = ()
    media_type: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    alt: str = ""
    purpose: Purpose = Purpose.POST
    state: MediaState = MediaState.WANTED
    reason: str = ""
    attempts: int = 0
    due: datetime

    @property
    def is_local(self) -> bool:
        """Whether the file lies beside a Markdown file of this machine."""
        return self.source_url.startswith("file:")


def _spelled(widths: tuple[int, ...]) -> str:
    return " ".join(map(str, widths))


FILE = Columns(
    "media",
    (
        text("id", is_fixed=True),
        text("source_url", is_fixed=True),
        text("path"),
        text("name"),
        text("original"),
        document("widths", load=lambda widths: tuple(map(int, widths.split())), dump=_spelled),
        text("media_type"),
        text("size"),
        text("width"),
        text("height"),
        text("alt"),
        choice("purpose", Purpose, is_fixed=True),
        choice("state", MediaState),
        text("reason"),
        text("attempts"),
        instant("due_at", field="due"),
    ),
)
SAVE = upsert(FILE, key="source_url", constants={"leased_until": "''"}) + ", leased_until = ''"
"""A lease on the file ends."""


class Media:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find_by_source(self, source_url: str) -> MediaFile | None:
        row = await self._query.one("SELECT * FROM media WHERE source_url = :source_url", source_url=source_url)
        return None if row is None else file_of_row(row)

    async def find_by_path(self, path: str) -> MediaFile | None:
        row = await self._query.one("SELECT * FROM media WHERE path = :path", path=path)
        return None if row is None else file_of_row(row)

    async def find_by_name(self, name: str) -> MediaFile | None:
        row = await self._query.one("SELECT * FROM media WHERE name = :name LIMIT 1", name=name)
        return None if row is None else file_of_row(row)

    async def is_original(self, name: str) -> bool:
        """Return whether a stored file was imported under this name."""
        return await self._query.one("SELECT 1 FROM media WHERE original = :name LIMIT 1", name=name) is not None

    async def save(self, file: MediaFile) -> None:
        await self._query.run(SAVE, **FILE.dump(file))

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> list[MediaFile]:
        """Lease the files that are due, those of posts before avatars; a lease counts as an attempt."""
        rows = await self._query.all(
            """
            WITH due AS MATERIALIZED (
              SELECT id FROM media WHERE state = 'wanted' AND due_at <= :now AND leased_until < :now
              ORDER BY purpose DESC, due_at LIMIT :limit {skip_locked})
            UPDATE media SET leased_until = :until, attempts = attempts + 1
            WHERE id IN (SELECT * FROM due)
            RETURNING *
            """,
            now=to_text(now),
            until=to_text(until),
            limit=limit,
        )
        return [file_of_row(row) for row in rows]

    async def next_due(self) -> datetime | None:
        row = await self._query.one(
            "SELECT min(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END) AS due"
            " FROM media WHERE state = 'wanted'"
        )
        return None if row is None or row["due"] is None else from_text(row["due"])

    async def is_imported(self, id: str) -> bool:
        """Return whether a file came with an imported blog: an imported post shows it, or no post does."""
        row = await self._query.one(
            """
            SELECT 1 FROM media WHERE id = :id AND (
              NOT EXISTS (SELECT 1 FROM post_media WHERE media_id = :id)
              OR EXISTS (
                SELECT 1 FROM post_media JOIN post_sources ON post_sources.post_id = post_media.post_id
                WHERE post_media.media_id = :id))
            """,
            id=id,
        )
        return row is not None

    async def list_failed(self) -> list[MediaFile]:
        rows = await self._query.all(
            "SELECT * FROM media WHERE state = 'failed' AND purpose = 'post' ORDER BY source_url"
        )
        return [file_of_row(row) for row in rows]

    async def count(self, state: MediaState) -> int:
        row = await self._query.one(
            "SELECT count(*) AS total FROM media WHERE state = :state AND purpose = 'post'", state=state.value
        )
        assert row is not None
        total: int = row["total"]
        return total

    # earlier names

    async def set_widths(self, name: str, widths: tuple[int, ...]) -> None:
        """Record the smaller forms of what is served under a name."""
        await self._query.run(
            "UPDATE media SET widths = :widths WHERE name = :name", name=name, widths=_spelled(widths)
        )

    async def rename(self, former: str, name: str, *, original: str, size: int, width: int, height: int) -> None:
        """Replace the file that is served under a name, and redirect the old address to the new one."""
        await self._query.run(
            """
            UPDATE media
            SET name = :name, original = COALESCE(original, :original), size = :size, width = :width, height = :height
            WHERE name = :former AND purpose = 'post'
            """,
            name=name,
            original=original,
            size=size,
            width=width,
            height=height,
            former=former,
        )
        await self.save_redirect(former, name)

    async def save_redirect(self, former: str, name: str) -> None:
        """Redirect the address of a file, and all redirects to it, to another file."""
        await self._query.run("UPDATE media_renames SET name = :name WHERE name = :former", name=name, former=former)
        await self._query.run("DELETE FROM media_renames WHERE former = :name", name=name)
        await self._query.run(
            """
            INSERT INTO media_renames (former, name) VALUES (:former, :name)
            ON CONFLICT (former) DO UPDATE SET name = excluded.name
            """,
            former=former,
            name=name,
        )

    async def find_redirect(self, former: str) -> str | None:
        """Return the current name of a file that was served under this name."""
        row = await self._query.one("SELECT name FROM media_renames WHERE former = :former", former=former)
        return None if row is None else str(row["name"])

    async def delete_redirects(self, name: str) -> None:
        """Delete the redirects to a file."""
        await self._query.run("DELETE FROM media_renames WHERE name = :name", name=name)

    async def list_purposes(self, name: str) -> set[Purpose]:
        """Return the purpose of a file, or None if it was replaced."""
        rows = await self._query.all("SELECT DISTINCT purpose FROM media WHERE name = :name", name=name)
        return {Purpose(row["purpose"]) for row in rows}

    async def list_posts_showing_file(self, name: str) -> list[str]:
        """Return the ids of the posts that show the file of this name."""
        rows = await self._query.all(
            """
            SELECT DISTINCT post_media.post_id
            FROM post_media
            JOIN media ON media.id = post_media.media_id
            WHERE media.name = :name
            ORDER BY post_media.post_id
            """,
            name=name,
        )
        return [row["post_id"] for row in rows]

    # files of posts

    async def set_used_by(self, post: str, media: Sequence[str]) -> None:
        """Replace the list of files that a post shows."""
        await self._query.run("DELETE FROM post_media WHERE post_id = :post", post=post)
        for id in media:
            await self._query.run(
                "INSERT INTO post_media (post_id, media_id) VALUES (:post, :media) ON CONFLICT DO NOTHING",
                post=post,
                media=id,
            )

    async def delete_by_post(self, post: str) -> list[str]:
        """Delete the files that only this post shows. Return their names and those of their originals."""
        rows = await self._query.all(
            """
            DELETE FROM media
            WHERE purpose = 'post' AND id IN (SELECT media_id FROM post_media WHERE post_id = :post) AND NOT EXISTS (
              SELECT 1 FROM post_media WHERE post_media.media_id = media.id AND post_media.post_id <> :post)
            RETURNING name, original
            """,
            post=post,
        )
        return [name for row in rows for name in (row["name"], row["original"]) if name is not None]

    async def delete_unused(self, limit: int) -> list[str]:
        """Delete avatars and blog icons that nothing uses any more, at most `limit`. Return the names of their files."""
        rows = await self._query.all(
            """
            DELETE FROM media
            WHERE id IN (
              SELECT id FROM media
              WHERE purpose <> 'post'
                AND NOT EXISTS (SELECT 1 FROM remote_actors WHERE remote_actors.icon = media.source_url)
                AND NOT EXISTS (
                  SELECT 1 FROM blogroll
                  WHERE blogroll.icon = media.source_url OR blogroll.picture = '/media/' || media.name)
                AND NOT EXISTS (SELECT 1 FROM post_media WHERE post_media.media_id = media.id)
              ORDER BY id LIMIT :limit)
            RETURNING name
            """,
            limit=limit,
        )
        return [row["name"] for row in rows if row["name"] is not None]

    async def list_of_post(self, post: str) -> list[MediaFile]:
        rows = await self._query.all(
            "SELECT media.* FROM media JOIN post_media ON post_media.media_id = media.id WHERE post_media.post_id = :post",
            post=post,
        )
        return [file_of_row(row) for row in rows]

    async def list_posts_showing(self, media: str) -> list[str]:
        rows = await self._query.all("SELECT post_id FROM post_media WHERE media_id = :media", media=media)
        return [row["post_id"] for row in rows]


def file_of_row(row: Row) -> MediaFile:
    return MediaFile(**FILE.load(row))
