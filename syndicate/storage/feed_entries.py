"""The newest posts of each blogroll entry, excerpts only."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.blogroll import FollowedPost
from syndicate.storage.engine.database import Queryable, Row

NEVER = "-"
"""Value of `boost`: the blogroll's account does not boost this entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeedEntry:
    """A post that is kept. `published` and `found` are always known here; `boost` is empty for what the blogroll's
    account may still pass on, the id of the activity by which it did, or `NEVER`."""

    id: str
    entry: str
    post: FollowedPost
    published: datetime
    found: datetime
    hidden: bool = False
    boost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverPost:
    """An entry of the river, with the name and address of its blog."""

    id: str
    post: FollowedPost
    published: datetime
    found: datetime
    blog: str
    blog_url: str
    language: str
    picture: str


class FeedEntries:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_by_entry(self, entry: str) -> list[StoredFeedEntry]:
        """Return all stored posts of a blogroll entry, newest first."""
        rows = await self._query.all(
            "SELECT * FROM feed_entries WHERE entry_id = :entry ORDER BY published DESC, id DESC", entry=entry
        )
        return [_kept(row) for row in rows]

    async def list_by_object(self, uri: str) -> list[StoredFeedEntry]:
        """Return posts by their id in the fediverse."""
        rows = await self._query.all("SELECT * FROM feed_entries WHERE object_uri = :uri AND object_uri <> ''", uri=uri)
        return [_kept(row) for row in rows]

    async def save(self, kept: StoredFeedEntry) -> None:
        """Save an entry or its newer form; the time at which it was found stays."""
        post = kept.post
        await self._query.run(
            """
            INSERT INTO feed_entries (id, entry_id, guid, object_uri, url, title, author, excerpt, published, updated,
              found, hidden, passed_on)
            VALUES (:id, :entry, :guid, :object, :url, :title, :author, :excerpt, :published, :updated,
              :found, :hidden, :passed_on)
            ON CONFLICT (id) DO UPDATE SET object_uri = excluded.object_uri, url = excluded.url,
              title = excluded.title, author = excluded.author, excerpt = excluded.excerpt,
              published = excluded.published, updated = excluded.updated, passed_on = excluded.passed_on
            """,
            id=kept.id,
            entry=kept.entry,
            guid=post.guid,
            object=post.object,
            url=post.url,
            title=post.title,
            author=post.author,
            excerpt=post.excerpt,
            published=to_text(kept.published),
            updated=to_text(post.updated or kept.published),
            found=to_text(kept.found),
            hidden=int(kept.hidden),
            passed_on=kept.boost,
        )

    async def delete(self, id: str) -> None:
        await self._query.run("DELETE FROM feed_entries WHERE id = :id", id=id)

    async def set_hidden(self, entry: str, hidden: bool) -> None:
        """Hide or show the posts of a blogroll entry; those that are shown again are not boosted as new ones."""
        await self._query.run(
            """
            UPDATE feed_entries SET hidden = :hidden, passed_on = CASE WHEN passed_on = '' THEN '-' ELSE passed_on END
            WHERE entry_id = :entry
            """,
            entry=entry,
            hidden=int(hidden),
        )

    async def list_river(self, *, before: tuple[str, str] | None, limit: int, hidden: bool = False) -> list[RiverPost]:
        """Return the visible posts, or the hidden ones, newest first, starting after the key (`published` as text, id)."""
        published, id = before or ("~", "")
        rows = await self._query.all(
            """
            SELECT feed_entries.*, blogroll.name AS blog, blogroll.url AS blog_url, blogroll.feed_url, blogroll.actor_uri,
              blogroll.language, blogroll.picture
            FROM feed_entries JOIN blogroll ON blogroll.id = feed_entries.entry_id
            WHERE feed_entries.hidden = :hidden AND (feed_entries.published, feed_entries.id) < (:published, :id)
            ORDER BY feed_entries.published DESC, feed_entries.id DESC
            LIMIT :limit
            """,
            hidden=int(hidden),
            published=published,
            id=id,
            limit=limit,
        )
        return [_river(row) for row in rows]

    async def list_read(self, *, before: tuple[str, str] | None, limit: int) -> list[RiverPost]:
        """Return the same with those of entries that only the author sees."""
        shown = await self.list_river(before=before, limit=limit)
        hidden = await self.list_river(before=before, limit=limit, hidden=True)
        return sorted([*shown, *hidden], key=lambda each: (each.published, each.id), reverse=True)[:limit]

    # boosts by the blogroll's account

    async def next_to_announce(self, since: datetime) -> StoredFeedEntry | None:
        """The newest that may be passed on and was published since then. What an account has in its feed waits until
        the account sends it: then it can be boosted."""
        row = await self._query.one(
            """
            SELECT feed_entries.* FROM feed_entries JOIN blogroll ON blogroll.id = feed_entries.entry_id
            WHERE passed_on = '' AND feed_entries.hidden = 0 AND published >= :since
              AND (object_uri <> '' OR follow_state <> 'accepted')
            ORDER BY published DESC, feed_entries.id DESC LIMIT 1
            """,
            since=to_text(since),
        )
        return None if row is None else _kept(row)

    async def set_announced(self, id: str, by: str) -> None:
        await self._query.run("UPDATE feed_entries SET passed_on = :by WHERE id = :id", id=id, by=by)


def _post(row: Row) -> FollowedPost:
    return FollowedPost(
        guid=row["guid"],
        object=row["object_uri"],
        url=row["url"],
        title=row["title"],
        author=row["author"],
        excerpt=row["excerpt"],
        published=from_text(row["published"]),
        updated=from_text(row["updated"]),
    )


def _kept(row: Row) -> StoredFeedEntry:
    return StoredFeedEntry(
        id=row["id"],
        entry=row["entry_id"],
        post=_post(row),
        published=from_text(row["published"]),
        found=from_text(row["found"]),
        hidden=bool(row["hidden"]),
        boost=row["passed_on"],
    )


def _river(row: Row) -> RiverPost:
    return RiverPost(
        id=row["id"],
        post=_post(row),
        published=from_text(row["published"]),
        found=from_text(row["found"]),
        blog=row["blog"],
        blog_url=row["blog_url"] or row["feed_url"],
        language=row["language"],
        picture=row["picture"],
    )
