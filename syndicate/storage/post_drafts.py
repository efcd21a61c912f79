"""Texts that the author is writing, kept aside from the posts, and links to look at them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedPost:
    """The fields of a form about a post that are not in the post yet. `form` identifies the form in which a new post
    was begun; `base_revision` is the revision of the post that the text was made from."""

    post: str
    form: str
    base_revision: int
    fields: Mapping[str, str]
    saved: datetime


class PostDrafts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, post: str) -> EditedPost | None:
        row = await self._query.one("SELECT * FROM post_drafts WHERE post_id = :post", post=post)
        if row is None:
            return None
        return EditedPost(
            post=row["post_id"],
            form=row["form"],
            base_revision=row["base_revision"],
            fields=json.loads(row["fields"]),
            saved=from_text(row["saved"]),
        )

    async def find_by_form(self, form: str) -> str | None:
        """Find the post that was begun in a form."""
        row = await self._query.one("SELECT post_id FROM post_drafts WHERE form = :form", form=form)
        return None if row is None else row["post_id"]

    async def save(self, edited: EditedPost) -> None:
        await self._query.run(
            """
            INSERT INTO post_drafts (post_id, form, base_revision, fields, saved)
            VALUES (:post, :form, :base_revision, :fields, :saved)
            ON CONFLICT (post_id) DO UPDATE SET base_revision = excluded.base_revision, fields = excluded.fields,
              saved = excluded.saved
            """,
            post=edited.post,
            form=edited.form,
            base_revision=edited.base_revision,
            fields=json.dumps(dict(edited.fields), ensure_ascii=False),
            saved=to_text(edited.saved),
        )

    async def clear(self, post: str) -> None:
        """Forget the fields; in which form the post was begun stays known."""
        await self._query.run("UPDATE post_drafts SET fields = '{}' WHERE post_id = :post", post=post)

    async def delete(self, post: str) -> None:
        await self._query.run("DELETE FROM post_drafts WHERE post_id = :post", post=post)
        await self.delete_links(post)

    async def list_edited(self) -> set[str]:
        """Return the posts that have changes aside."""
        rows = await self._query.all("SELECT post_id FROM post_drafts WHERE fields <> '{}'")
        return {row["post_id"] for row in rows}

    # links to look at a text

    async def add_link(self, token_hash: str, post: str, expires: datetime, now: datetime) -> None:
        """Add a preview link, and delete those that have expired."""
        await self._query.run("DELETE FROM preview_links WHERE expires <= :now", now=to_text(now))
        await self._query.run(
            "INSERT INTO preview_links (token_hash, post_id, expires) VALUES (:hash, :post, :expires)",
            hash=token_hash,
            post=post,
            expires=to_text(expires),
        )

    async def find_linked(self, token_hash: str, now: datetime) -> str | None:
        """Find the post of a preview link that has not expired."""
        row = await self._query.one(
            "SELECT post_id FROM preview_links WHERE token_hash = :hash AND expires > :now",
            hash=token_hash,
            now=to_text(now),
        )
        return None if row is None else row["post_id"]

    async def count_links(self, post: str, now: datetime) -> int:
        row = await self._query.one(
            "SELECT COUNT(*) AS links FROM preview_links WHERE post_id = :post AND expires > :now",
            post=post,
            now=to_text(now),
        )
        return 0 if row is None else row["links"]

    async def delete_links(self, post: str) -> None:
        await self._query.run("DELETE FROM preview_links WHERE post_id = :post", post=post)
