"""Posts and pages, their aliases, terms, revisions and files."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from syndicate.clock import from_text, to_text, to_wire
from syndicate.model.post import (
    Counts,
    Enclosure,
    Mention,
    ObjectType,
    Picture,
    Post,
    PostKind,
    PostState,
    QuotePolicy,
    SourceFormat,
    Term,
    TermKind,
    Visibility,
)
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.key_values import Totals

# everything but the source, which only its writers read
COLUMNS = """
posts.id, posts.uri, posts.guid, posts.kind, posts.slug, posts.path, posts.html, posts.title, posts.excerpt, posts.summary,
posts.teaser, posts.unsummarized, posts.language, posts.author, posts.state, posts.visibility, posts.published, posts.updated, posts.sensitive,
posts.warning, posts.comments_open, posts.pinned, posts.picture, posts.type, posts.quotes, posts.hashtags, posts.mentions,
posts.enclosure, posts.news, posts.comment_count, posts.told_comments, posts.like_count, posts.share_count
"""
GAP = 1000
Key = tuple[datetime, str]
"""(published, id): the place of a post in every list, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSource:
    """The source of a post, and its origin. `image` is the featured picture's address as its author gave it. `digest`
    tells whether the way in has changed it since; `month` is `YYYY-MM` of its publication in the site's time zone;
    `released` is when it was first shown to readers, or None; `base` is what relative references to pictures in the
    source are resolved against, empty for the permalink; `minor` says that its header asked to tell nobody of this
    text; `revision` counts its texts, from 1."""

    source: str
    source_format: SourceFormat
    origin: str
    digest: str
    renderer: int
    month: str
    base: str = ""
    image: str = ""
    image_alt: str = ""
    released: datetime | None = None
    minor: bool = False
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A post's number, its place in lists, and when readers first saw it."""

    number: int
    key: Key
    released: datetime


class Posts:
    def __init__(self, query: Queryable, totals: Totals) -> None:
        self._query, self._totals = query, totals

    # one

    async def find(self, id: str) -> Post | None:
        return await self._one("posts.id = :value", id)

    async def find_by_uri(self, uri: str) -> Post | None:
        return await self._one("posts.uri = :value", uri)

    async def find_by_slug(self, slug: str) -> Post | None:
        return await self._one("posts.slug = :value", slug)

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

    async def save_source(self, source: str, post: str) -> None:
        await self._query.run(
            "INSERT INTO post_sources (source, post_id) VALUES (:source, :post) ON CONFLICT DO NOTHING",
            source=source,
            post=post,
        )

    async def find_by_alias(self, address: str) -> Post | None:
        row = await self._query.one("SELECT post_id FROM aliases WHERE address = :address", address=address)
        return None if row is None else await self.find(row["post_id"])

    async def list_by_id(self, ids: Sequence[str]) -> list[Post]:
        """Return the posts in this order; unknown ids are skipped."""
        if not ids:
            return []
        names = {f"i{at}": id for at, id in enumerate(ids)}
        rows = await self._query.all(
            f"SELECT {COLUMNS} FROM posts WHERE posts.id IN ({', '.join(':' + name for name in names)})", **names
        )
        return sorted(await self._with_terms(rows), key=lambda post: ids.index(post.id))

    async def _one(self, condition: str, value: str) -> Post | None:
        row = await self._query.one(f"SELECT {COLUMNS} FROM posts WHERE {condition}", value=value)
        if row is None:
            return None
        [post] = await self._with_terms([row])
        return post

    async def find_source(self, id: str) -> PostSource | None:
        row = await self._query.one(
            "SELECT source, source_format, base, origin, origin_digest, renderer, month, image, image_alt, released, minor, revision FROM posts WHERE id = :id",
            id=id,
        )
        if row is None:
            return None
        return PostSource(
            source=row["source"],
            source_format=SourceFormat(row["source_format"]),
            origin=row["origin"],
            digest=row["origin_digest"],
            renderer=row["renderer"],
            month=row["month"],
            base=row["base"],
            image=row["image"],
            image_alt=row["image_alt"],
            released=None if row["released"] is None else from_text(row["released"]),
            minor=bool(row["minor"]),
            revision=row["revision"],
        )

    # lists of public posts, newest first, by key

    async def list_newest(self, *, limit: int, before: Key | None = None, skip: int = 0) -> list[Post]:
        return await self._list("posts.kind = 'post'", {}, limit=limit, before=before, skip=skip)

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
        names = {f"t{at}": slug for at, slug in enumerate(slugs)}
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS} FROM posts
            WHERE posts.state = 'published' AND posts.id IN (
              SELECT DISTINCT post_id FROM post_terms
              WHERE kind = :kind AND slug IN ({", ".join(":" + name for name in names)})
              ORDER BY post_id)
            ORDER BY posts.published DESC, posts.id DESC LIMIT :limit OFFSET :skip
            """
            if len(slugs) > 1
            else f"""
            SELECT {COLUMNS} FROM post_terms
            JOIN posts ON posts.id = post_terms.post_id
            WHERE post_terms.kind = :kind AND post_terms.slug = :t0 AND posts.state = 'published'
            ORDER BY post_terms.published DESC, post_terms.post_id DESC LIMIT :limit OFFSET :skip
            """,
            kind=kind.value,
            limit=limit,
            skip=skip,
            **names,
        )
        return await self._with_terms(rows)

    async def count_by_terms(self, kind: TermKind, slugs: Sequence[str]) -> int:
        """How many public posts have any of these terms."""
        names = {f"t{at}": slug for at, slug in enumerate(slugs)}
        row = await self._query.one(
            f"""
            SELECT count(DISTINCT post_terms.post_id) AS total FROM post_terms
            JOIN posts ON posts.id = post_terms.post_id
            WHERE posts.state = 'published' AND post_terms.kind = :kind
              AND post_terms.slug IN ({", ".join(":" + name for name in names)})
            """,
            kind=kind.value,
            **names,
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
        """Return the posts in the outbox collection."""
        return await self._list("posts.kind = 'post' AND posts.visibility <> 'local'", {}, limit=limit, before=before)

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
            SELECT {COLUMNS} FROM posts
            WHERE posts.state = 'published' AND posts.kind = 'post' AND (posts.published, posts.id) > (:published, :id)
            ORDER BY posts.published, posts.id LIMIT 1
            """,
            published=to_text(post.published),
            id=post.id,
        )
        newer = await self._with_terms(rows)
        return (older[0] if older else None, newer[0] if newer else None)

    async def _list(
        self, condition: str, parameters: dict[str, Any], *, limit: int, before: Key | None = None, skip: int = 0
    ) -> list[Post]:
        if before is not None:
            condition += " AND (posts.published, posts.id) < (:before, :before_id)"
            parameters = {**parameters, "before": to_text(before[0]), "before_id": before[1]}
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS} FROM posts
            WHERE posts.state = 'published' AND {condition}
            ORDER BY posts.published DESC, posts.id DESC LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
            **parameters,
        )
        return await self._with_terms(rows)

    async def _with_terms(self, rows: Sequence[Row]) -> list[Post]:
        if not rows:
            return []
        names = {f"p{at}": row["id"] for at, row in enumerate(rows)}
        terms = await self._query.all(
            f"""
            SELECT post_terms.post_id, terms.kind, terms.slug, terms.name, terms.parent, terms.description
            FROM post_terms JOIN terms ON terms.kind = post_terms.kind AND terms.slug = post_terms.slug
            WHERE post_terms.post_id IN ({", ".join(":" + name for name in names)})
            ORDER BY post_terms.position
            """,
            **names,
        )
        return [_post(row, tuple(_term(term) for term in terms if term["post_id"] == row["id"])) for row in rows]

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

    # numbers, and volumes of the archive

    async def list_numbered(self, after: int, limit: int) -> list[tuple[int, Post]]:
        """Return public posts and pages with their numbers, from the one after this number on."""
        rows = await self._query.all(
            f"""
            SELECT posts.number, {COLUMNS} FROM posts WHERE number > :after AND state = 'published'
            ORDER BY number LIMIT :limit
            """,
            after=after,
            limit=limit,
        )
        return list(zip((row["number"] for row in rows), await self._with_terms(rows), strict=True))

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

    async def list_unarchived(self, limit: int) -> list[Numbered]:
        """Return public posts that are in no archive document yet, by number."""
        rows = await self._query.all(
            """
            SELECT number, id, published, released FROM posts
            WHERE number > (SELECT coalesce(max(last), 0) FROM volumes) AND state = 'published' AND kind = 'post'
            ORDER BY number LIMIT :limit
            """,
            limit=limit,
        )
        return [
            Numbered(
                number=row["number"],
                key=(from_text(row["published"]), row["id"]),
                released=from_text(row["released"] or row["published"]),
            )
            for row in rows
        ]

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

    async def add_archive_document(self, last: int) -> None:
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

    async def newest_archive_document(self) -> int:
        """Return the number of the newest archive document, 0 if there is none."""
        row = await self._query.one("SELECT coalesce(max(volume), 0) AS volume FROM volumes")
        assert row is not None
        volume: int = row["volume"]
        return volume

    async def list_of_archive_document(self, volume: int) -> tuple[list[str], list[Post]]:
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
            SELECT {COLUMNS} FROM volumes
            JOIN posts ON posts.number >= volumes.first AND posts.number <= volumes.last
            WHERE volumes.volume = :volume AND posts.state = 'published' AND posts.kind = 'post'
            ORDER BY posts.published DESC, posts.id DESC
            """,
            volume=volume,
        )
        return [row["id"] for row in ids], await self._with_terms(rows)

    async def list_oldest(self, *, skip: int, limit: int) -> list[Post]:
        """Public posts in the order in which they were written."""
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS} FROM posts
            WHERE posts.state = 'published' AND posts.kind = 'post'
            ORDER BY posts.published, posts.id LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
        )
        return await self._with_terms(rows)

    # comment counts as feeds tell them

    async def has_uncounted_comments(self) -> bool:
        """Whether the comment count in feeds is out of date for any post."""
        row = await self._query.one("SELECT id FROM posts WHERE told_comments <> comment_count LIMIT 1")
        return row is not None

    async def publish_comment_counts(self) -> int:
        """Update the comment counts in feeds; return how many posts changed."""
        return await self._query.run(
            "UPDATE posts SET told_comments = comment_count WHERE told_comments <> comment_count"
        )

    # what waits

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

    # writing

    async def advisory_lock(self) -> None:
        """Lock the choice of slugs and dates until this transaction ends."""
        await self._query.advisory_lock("posts")

    async def save(self, post: Post, made: PostSource) -> None:
        """Save a new or changed post."""
        await self._count(post.id, -1)
        await self._query.run(INSERT, **_parameters(post, made))
        await self._put_terms(post)
        await self._count(post.id, 1)

    async def delete(self, id: str) -> None:
        await self._count(id, -1)
        await self._query.run("DELETE FROM posts WHERE id = :id", id=id)

    async def set_html(self, post: Post, *, renderer: int, revision: int) -> bool:
        """Replace the HTML of an unchanged text. Return False if the post has another revision by now."""
        touched = await self._query.run(
            """
            UPDATE posts SET html = :html, picture = :picture, mentions = :mentions, renderer = :renderer
            WHERE id = :id AND revision = :revision
            """,
            id=post.id,
            html=post.html,
            picture=_picture_text(post.picture),
            mentions=_mentions_text(post.mentions),
            renderer=renderer,
            revision=revision,
        )
        return touched > 0

    async def next_free_updated(self, wanted: datetime, id: str, *, after: datetime | None = None) -> datetime:
        """A whole second that no other post than this has as its `updated`: the wanted one, or the next that is free.

        With `after`, which is the earlier `updated` of this post, it is later than that, and the last free one up to
        the wanted one if there is any: a change must not be dated ahead because others changed in the same second.
        """
        if after is None:
            return await self._free_from(wanted, id)
        return await self._free_until(wanted, id, after=after) or await self._free_from(
            max(wanted, after + timedelta(seconds=1)), id
        )

    async def _free_from(self, wanted: datetime, id: str) -> datetime:
        while True:
            rows = await self._query.all(
                """
                SELECT updated FROM posts WHERE updated >= :wanted AND updated < :later AND id <> :id
                ORDER BY updated LIMIT :limit
                """,
                wanted=to_text(wanted),
                later=to_text(wanted + timedelta(days=1)),
                id=id,
                limit=GAP,
            )
            for row in rows:
                if from_text(row["updated"]) > wanted:
                    return wanted
                wanted += timedelta(seconds=1)
            if len(rows) < GAP:
                return wanted

    async def _free_until(self, wanted: datetime, id: str, *, after: datetime) -> datetime | None:
        """The last one up to `wanted` and later than `after`; None where the latest thousand are all taken."""
        rows = await self._query.all(
            """
            SELECT updated FROM posts WHERE updated <= :wanted AND updated > :after AND id <> :id
            ORDER BY updated DESC LIMIT :limit
            """,
            wanted=to_text(wanted),
            after=to_text(after),
            id=id,
            limit=GAP,
        )
        for row in rows:
            if from_text(row["updated"]) < wanted:
                break
            wanted -= timedelta(seconds=1)
        return wanted if wanted > after else None

    async def save_revision(self, id: str, *, revision: str, replaced: datetime) -> None:
        """Save the text that is about to be replaced as a revision."""
        await self._query.run(
            """
            INSERT INTO revisions (id, post_id, title, source, source_format, replaced)
            SELECT :revision, id, title, source, source_format, :replaced FROM posts WHERE id = :id
            """,
            id=id,
            revision=revision,
            replaced=to_text(replaced),
        )

    async def list_revisions(self, id: str) -> list[str]:
        """The earlier texts, oldest first."""
        rows = await self._query.all("SELECT source FROM revisions WHERE post_id = :id ORDER BY replaced, id", id=id)
        return [row["source"] for row in rows]

    async def clear_minor_change(self, id: str) -> None:
        """The header asks for a minor change no longer, and may do so again."""
        await self._query.run("UPDATE posts SET minor = 0 WHERE id = :id", id=id)

    # aliases, terms, files

    async def add_alias(self, address: str, post: str) -> None:
        """Add an alias; if another post has it, that post keeps it."""
        await self._query.run(
            "INSERT INTO aliases (address, post_id) VALUES (:address, :post) ON CONFLICT DO NOTHING",
            address=address,
            post=post,
        )

    async def move_alias(self, address: str, post: str) -> None:
        """From now on an address leads to this post, which has just moved from there."""
        await self._query.run(
            """
            INSERT INTO aliases (address, post_id) VALUES (:address, :post)
            ON CONFLICT (address) DO UPDATE SET post_id = excluded.post_id
            """,
            address=address,
            post=post,
        )

    async def list_aliases(self, post: str) -> list[str]:
        rows = await self._query.all("SELECT address FROM aliases WHERE post_id = :post ORDER BY address", post=post)
        return [row["address"] for row in rows]

    async def find_term(self, kind: TermKind, slug: str) -> Term | None:
        row = await self._query.one(
            "SELECT * FROM terms WHERE kind = :kind AND slug = :slug", kind=kind.value, slug=slug
        )
        return None if row is None else _term(row)

    async def list_terms(self, kind: TermKind) -> list[Term]:
        rows = await self._query.all("SELECT * FROM terms WHERE kind = :kind ORDER BY name, slug", kind=kind.value)
        return [_term(row) for row in rows]

    async def save_term(self, term: Term, *, known: bool) -> None:
        """Save a term. `known` says that name, parent and description are authoritative."""
        update = (
            "DO UPDATE SET name = excluded.name, parent = excluded.parent, description = excluded.description"
            if known
            else "DO NOTHING"
        )
        await self._query.run(
            f"""
            INSERT INTO terms (kind, slug, name, parent, description) VALUES (:kind, :slug, :name, :parent, :description)
            ON CONFLICT (kind, slug) {update}
            """,
            kind=term.kind.value,
            slug=term.slug,
            name=term.name,
            parent=term.parent,
            description=term.description,
        )

    async def find_file(self, path: str) -> tuple[str, str] | None:
        """(post id, digest) of a file of the posts folder that was taken in."""
        row = await self._query.one("SELECT post_id, digest FROM files WHERE path = :path", path=path)
        return None if row is None else (row["post_id"], row["digest"])

    async def list_files_of(self, post: str) -> list[str]:
        """The files that a post was taken in from."""
        rows = await self._query.all("SELECT path FROM files WHERE post_id = :post ORDER BY path", post=post)
        return [row["path"] for row in rows]

    async def delete_file(self, path: str) -> None:
        await self._query.run("DELETE FROM files WHERE path = :path", path=path)

    async def list_files(self) -> dict[str, str]:
        """Path → digest of all."""
        return {row["path"]: row["digest"] for row in await self._query.all("SELECT path, digest FROM files")}

    async def list_files_of_posts(self) -> list[str]:
        """The paths of those whose post is still there."""
        rows = await self._query.all(
            "SELECT files.path FROM files JOIN posts ON posts.id = files.post_id ORDER BY files.path"
        )
        return [row["path"] for row in rows]

    async def save_file(self, path: str, post: str, digest: str) -> None:
        await self._query.run(
            """
            INSERT INTO files (path, post_id, digest) VALUES (:path, :post, :digest)
            ON CONFLICT (path) DO UPDATE SET post_id = excluded.post_id, digest = excluded.digest
            """,
            path=path,
            post=post,
            digest=digest,
        )

    async def _put_terms(self, post: Post) -> None:
        await self._query.run("DELETE FROM post_terms WHERE post_id = :id", id=post.id)
        for position, term in enumerate(post.terms):
            await self.save_term(term, known=False)
            await self._query.run(
                """
                INSERT INTO post_terms (post_id, kind, slug, position, published)
                VALUES (:id, :kind, :slug, :position, :published) ON CONFLICT DO NOTHING
                """,
                id=post.id,
                kind=term.kind.value,
                slug=term.slug,
                position=position,
                published=to_text(post.published),
            )

    async def _count(self, id: str, change: int) -> None:
        """Add a post to the totals that it is part of, or take it out."""
        post = await self.find(id)
        row = await self._query.one("SELECT month FROM posts WHERE id = :id", id=id)
        if post is None or row is None or not post.is_public or post.kind is PostKind.PAGE:
            return
        names = [
            "posts",
            f"author:{post.author}",
            f"month:{row['month']}",
            *(f"term:{term.kind}:{term.slug}" for term in post.terms),
        ]
        if post.federates:
            names.append("outbox")
        for name in sorted(names):
            await self._totals.add(name, change)


INSERT = """
INSERT INTO posts (id, uri, guid, kind, slug, path, origin, origin_digest, source, source_format, base, html, renderer, title,
  excerpt, summary, teaser, unsummarized, language, author, state, visibility, published, month, updated, released, sensitive, warning,
  comments_open, pinned, picture, type, quotes, hashtags, mentions, enclosure, image, image_alt, news, minor, revision, comment_count, told_comments, like_count, share_count)
VALUES (:id, :uri, :guid, :kind, :slug, :path, :origin, :origin_digest, :source, :source_format, :base, :html, :renderer, :title,
  :excerpt, :summary, :teaser, :unsummarized, :language, :author, :state, :visibility, :published, :month, :updated, :released,
  :sensitive, :warning, :comments_open, :pinned, :picture, :type, :quotes, :hashtags, :mentions, :enclosure, :image, :image_alt, :news, :minor, :revision, 0, 0, 0, 0)
ON CONFLICT (id) DO UPDATE SET uri = excluded.uri, slug = excluded.slug, path = excluded.path, kind = excluded.kind, origin = excluded.origin,
  origin_digest = excluded.origin_digest, source = excluded.source, source_format = excluded.source_format, base = excluded.base,
  html = excluded.html, renderer = excluded.renderer, title = excluded.title, excerpt = excluded.excerpt,
  summary = excluded.summary, teaser = excluded.teaser, unsummarized = excluded.unsummarized, language = excluded.language, author = excluded.author,
  state = excluded.state, visibility = excluded.visibility, published = excluded.published, month = excluded.month, updated = excluded.updated,
  released = excluded.released, sensitive = excluded.sensitive, warning = excluded.warning,
  comments_open = excluded.comments_open, pinned = excluded.pinned, picture = excluded.picture, type = excluded.type,
  quotes = excluded.quotes, hashtags = excluded.hashtags, mentions = excluded.mentions, enclosure = excluded.enclosure, image = excluded.image, image_alt = excluded.image_alt,
  news = excluded.news, minor = excluded.minor, revision = excluded.revision
"""


def _parameters(post: Post, made: PostSource) -> dict[str, Any]:
    return {
        "id": post.id,
        "uri": post.uri,
        "guid": post.guid,
        "kind": post.kind.value,
        "slug": post.slug,
        "path": post.path,
        "origin": made.origin,
        "origin_digest": made.digest,
        "source": made.source,
        "source_format": made.source_format.value,
        "base": made.base,
        "html": post.html,
        "renderer": made.renderer,
        "title": post.title,
        "excerpt": post.excerpt,
        "summary": post.summary,
        "teaser": post.teaser,
        "unsummarized": int(post.unsummarized),
        "language": post.language,
        "author": post.author,
        "state": post.state.value,
        "visibility": post.visibility.value,
        "published": to_text(post.published),
        "month": made.month,
        "updated": to_text(post.updated),
        "released": None if made.released is None else to_text(made.released),
        "sensitive": int(post.sensitive),
        "warning": post.warning,
        "comments_open": int(post.comments_open),
        "pinned": int(post.pinned),
        "picture": _picture_text(post.picture),
        "news": post.news,
        "minor": int(made.minor),
        "revision": made.revision,
        "image": made.image,
        "image_alt": made.image_alt,
        "type": None if post.type is None else post.type.value,
        "quotes": post.quotes.value,
        "hashtags": None if post.hashtags is None else json.dumps(post.hashtags, ensure_ascii=False),
        "mentions": _mentions_text(post.mentions),
        "enclosure": None if post.enclosure is None else json.dumps(asdict(post.enclosure), ensure_ascii=False),
    }


def _picture_text(picture: Picture | None) -> str | None:
    return None if picture is None else json.dumps(asdict(picture), ensure_ascii=False)


def _mentions_text(mentions: tuple[Mention, ...]) -> str:
    return json.dumps([asdict(mention) for mention in mentions], ensure_ascii=False)


def _post(row: Row, terms: tuple[Term, ...]) -> Post:
    return Post(
        id=row["id"],
        uri=row["uri"],
        guid=row["guid"],
        kind=PostKind(row["kind"]),
        slug=row["slug"],
        path=row["path"],
        title=row["title"],
        html=row["html"],
        excerpt=row["excerpt"],
        summary=row["summary"],
        teaser=row["teaser"],
        unsummarized=bool(row["unsummarized"]),
        language=row["language"],
        author=row["author"],
        state=PostState(row["state"]),
        visibility=Visibility(row["visibility"]),
        published=from_text(row["published"]),
        updated=from_text(row["updated"]),
        sensitive=bool(row["sensitive"]),
        warning=row["warning"],
        comments_open=bool(row["comments_open"]),
        pinned=bool(row["pinned"]),
        picture=None if row["picture"] is None else Picture(**json.loads(row["picture"])),
        type=None if row["type"] is None else ObjectType(row["type"]),
        quotes=QuotePolicy(row["quotes"]),
        hashtags=None if row["hashtags"] is None else tuple(json.loads(row["hashtags"])),
        mentions=tuple(Mention(**mention) for mention in json.loads(row["mentions"])),
        enclosure=None if row["enclosure"] is None else Enclosure(**json.loads(row["enclosure"])),
        news=row["news"],
        terms=terms,
        counts=Counts(
            comments=row["comment_count"],
            announced_comments=row["told_comments"],
            likes=row["like_count"],
            shares=row["share_count"],
        ),
    )


def _term(row: Row) -> Term:
    return Term(
        kind=TermKind(row["kind"]),
        slug=row["slug"],
        name=row["name"],
        parent=row["parent"],
        description=row["description"],
    )
