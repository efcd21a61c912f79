"""Writing posts: the row with its terms and totals, aliases, dates of change."""

from datetime import datetime, timedelta

from syndicate.clock import from_text, to_text
from syndicate.model.post import Post, PostKind
from syndicate.storage.engine.database import Queryable
from syndicate.storage.key_values import Totals
from syndicate.storage.post_rows import UPSERT, PostSource, dump_mentions, dump_picture, dump_reference, parameters
from syndicate.storage.posts import Posts
from syndicate.storage.terms import Terms

GAP = 1000


class PostWrites:
    def __init__(self, query: Queryable, totals: Totals, posts: Posts, terms: Terms) -> None:
        self._query, self._totals, self._posts, self._terms = query, totals, posts, terms

    async def advisory_lock(self) -> None:
        """Lock the choice of slugs and dates until this transaction ends."""
        await self._query.advisory_lock("posts")

    async def save(self, post: Post, made: PostSource) -> None:
        """Save a new or changed post."""
        await self._count(post.id, -1)
        await self._query.run(UPSERT, **parameters(post, made))
        await self._save_terms(post)
        await self._count(post.id, 1)

    async def delete(self, id: str) -> None:
        await self._count(id, -1)
        await self._count_out_comments(id)
        await self._query.run("DELETE FROM posts WHERE id = :id", id=id)

    async def set_html(self, post: Post, *, renderer: int, revision: int) -> bool:
        """Replace the HTML of an unchanged text. Return False if the post has another revision by now."""
        touched = await self._query.run(
            """
            UPDATE posts
            SET html = :html, excerpt = :excerpt, picture = :picture, mentions = :mentions, reference = :reference,
              renderer = :renderer
            WHERE id = :id AND revision = :revision
            """,
            id=post.id,
            html=post.html,
            excerpt=post.excerpt,
            picture=dump_picture(post.picture),
            mentions=dump_mentions(post.mentions),
            reference=dump_reference(post.reference) if post.reference else None,
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

    async def clear_minor_change(self, id: str) -> None:
        """The header asks for a minor change no longer, and may do so again."""
        await self._query.run("UPDATE posts SET minor = 0 WHERE id = :id", id=id)

    async def save_source(self, source: str, post: str) -> None:
        await self._query.run(
            "INSERT INTO post_sources (source, post_id) VALUES (:source, :post) ON CONFLICT DO NOTHING",
            source=source,
            post=post,
        )

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

    async def _save_terms(self, post: Post) -> None:
        await self._query.run("DELETE FROM post_terms WHERE post_id = :id", id=post.id)
        for position, term in enumerate(post.terms):
            await self._terms.save(term, known=False)
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

    async def _count_out_comments(self, id: str) -> None:
        """Take the comments of a post, which are deleted with it, out of their totals."""
        rows = await self._query.all(
            "SELECT state, count(*) AS total FROM comments WHERE post_id = :id GROUP BY state ORDER BY state", id=id
        )
        for row in rows:
            await self._totals.add(f"comments:{row['state']}", -row["total"])

    async def _count(self, id: str, change: int) -> None:
        """Add a post to the totals that it is part of, or take it out."""
        post = await self._posts.find(id)
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
