"""The activities of local actors, as they are sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syndicate.clock import from_text, to_text
from syndicate.model.actor import Role
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxActivity:
    """An activity of a local actor. `post` is the id of the post that it is about, if any; `public` ones are
    listed in the outbox collection; `object` is the id of what it is about, by which later activities supersede earlier ones."""

    id: str
    uri: str
    local_actor: str
    type: str
    object: str
    post: str | None
    document: dict[str, Any]
    public: bool
    published: datetime


FORGOTTEN = """
public = 0 AND type IN ('Accept', 'Add', 'Reject', 'Remove', 'Update') AND published < :before AND NOT EXISTS (
  SELECT 1 FROM deliveries AS waiting WHERE waiting.activity_id = outbox.id AND waiting.state = 'waiting')
"""


class OutboxActivities:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, said: OutboxActivity) -> None:
        await self._query.run(
            """
            INSERT INTO outbox (id, uri, local_actor, type, object_uri, post_id, document, public, published)
            VALUES (:id, :uri, :local_actor, :type, :object, :post, :document, :public, :published)
            """,
            id=said.id,
            uri=said.uri,
            local_actor=said.local_actor,
            type=said.type,
            object=said.object,
            post=said.post,
            document=json.dumps(said.document, ensure_ascii=False, separators=(",", ":")),
            public=int(said.public),
            published=to_text(said.published),
        )

    async def find(self, uri: str) -> OutboxActivity | None:
        row = await self._query.one("SELECT * FROM outbox WHERE uri = :uri", uri=uri)
        return None if row is None else activity_of_row(row)

    async def find_create(self, object: str) -> OutboxActivity | None:
        """Return the Create of an object that no other table holds."""
        row = await self._query.one(
            "SELECT * FROM outbox WHERE object_uri = :object AND type = 'Create' AND public = 1 AND post_id IS NULL LIMIT 1",
            object=object,
        )
        return None if row is None else activity_of_row(row)

    async def last_undo_at(self, actor: str, *, since: datetime) -> datetime | None:
        """Return when an actor was last sent an Undo of a Follow, or None if not since then."""
        rows = await self._query.all(
            """
            SELECT document, published FROM outbox
            WHERE type = 'Undo' AND public = 0 AND published >= :since ORDER BY published DESC
            """,
            since=to_text(since),
        )
        sent = (row["published"] for row in rows if actor in json.loads(row["document"]).get("to", []))
        return next((from_text(published) for published in sent), None)

    async def get(self, id: str) -> OutboxActivity | None:
        row = await self._query.one("SELECT * FROM outbox WHERE id = :id", id=id)
        return None if row is None else activity_of_row(row)

    async def find_creates(self, posts: Sequence[str]) -> dict[str, str]:
        """Return post id → the id of its Create, for the posts that have one."""
        if not posts:
            return {}
        names = {f"p{at}": post for at, post in enumerate(posts)}
        rows = await self._query.all(
            f"""
            SELECT post_id, uri FROM outbox
            WHERE type = 'Create' AND public = 1 AND post_id IN ({", ".join(":" + name for name in names)})
            ORDER BY published
            """,
            **names,
        )
        return {row["post_id"]: row["uri"] for row in rows}

    async def is_sent(self, post: str) -> bool:
        """Return whether a post was federated, not only published on the site."""
        row = await self._query.one(
            "SELECT 1 AS sent FROM outbox WHERE post_id = :post AND type = 'Create' AND document <> '{}' LIMIT 1",
            post=post,
        )
        return row is not None

    async def list_announces(self, post: str) -> list[OutboxActivity]:
        """Return the Announces of a post by other local actors that were not undone."""
        rows = await self._query.all(
            """
            SELECT * FROM outbox WHERE post_id = :post AND type = 'Announce' AND public = 1 AND local_actor <> :blog
            ORDER BY published, id
            """,
            post=post,
            blog=Role.BLOG.value,
        )
        return [activity_of_row(row) for row in rows]

    async def list_announced(
        self, local_actor: str, *, before: tuple[str, str] | None, limit: int
    ) -> list[OutboxActivity]:
        """Return the Announces of a local actor that were not undone, newest first, starting after the key
        (`published` as text, id)."""
        published, id = before or ("~", "")
        rows = await self._query.all(
            """
            SELECT * FROM outbox
            WHERE local_actor = :local_actor AND public = 1 AND type IN ('Announce', 'Create')
              AND (published, id) < (:published, :id)
            ORDER BY published DESC, id DESC
            LIMIT :limit
            """,
            local_actor=local_actor,
            published=published,
            id=id,
            limit=limit,
        )
        return [activity_of_row(row) for row in rows]

    async def list_ids_about(self, key: str) -> list[str]:
        """Return the ids of the activities that `key` may denote: an activity's id (with or without our address
        before it), the id of what it is about, or of the Follow that it accepts, rejects or undoes; for commands."""
        pattern = key.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        rows = await self._query.all(
            """
            SELECT id FROM outbox
            WHERE id = :key OR uri = :key OR object_uri = :key
              OR (type IN ('Accept', 'Follow', 'Reject', 'Undo') AND document LIKE :inside ESCAPE '!')
            ORDER BY id
            """,
            key=key,
            inside=f'%"{pattern}"%',
        )
        return [row["id"] for row in rows]

    async def list_unsent(self, object: str) -> list[OutboxActivity]:
        """Return the Create or Update of a post or reply that has open deliveries."""
        rows = await self._query.all(
            """
            SELECT * FROM outbox
            WHERE object_uri = :object AND type IN ('Create', 'Update') AND document <> '{}' AND (
              EXISTS (SELECT 1 FROM fanouts WHERE fanouts.activity_id = outbox.id) OR EXISTS (
                SELECT 1 FROM deliveries WHERE deliveries.activity_id = outbox.id AND deliveries.state = 'waiting'))
            """,
            object=object,
        )
        return [activity_of_row(row) for row in rows]

    async def find_sent_create(self, object: str) -> OutboxActivity | None:
        """Return the Create of a post or reply, if it was ever sent."""
        row = await self._query.one(
            "SELECT * FROM outbox WHERE object_uri = :object AND type = 'Create' AND document <> '{}' ORDER BY id LIMIT 1",
            object=object,
        )
        return None if row is None else activity_of_row(row)

    async def update_document(self, id: str, document: dict[str, Any]) -> None:
        """Replace the document of an activity."""
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        await self._query.run(
            "UPDATE outbox SET document = :document, version = version + 1 WHERE id = :id", id=id, document=text
        )

    async def delete(self, said: OutboxActivity) -> None:
        """Delete an activity."""
        await self._query.run("UPDATE outbox SET public = 0 WHERE id = :id", id=said.id)

    async def list_about(self, post: str) -> list[OutboxActivity]:
        """Return all activities about a post, oldest first."""
        rows = await self._query.all("SELECT * FROM outbox WHERE post_id = :post ORDER BY published, id", post=post)
        return [activity_of_row(row) for row in rows]

    async def clear_documents_about(self, object_uri: str) -> None:
        """Clear the documents of earlier public activities about a deleted object."""
        await self._query.run(
            """
            UPDATE outbox SET public = 0, document = '{}', version = version + 1
            WHERE object_uri = :object AND type <> 'Delete'
            """,
            object=object_uri,
        )

    async def prune(self, before: datetime) -> None:
        """Delete old private activities (Accept, Reject, …) without open deliveries, and their deliveries."""
        await self._query.run(
            f"DELETE FROM deliveries WHERE kind = 'activity' AND activity_id IN (SELECT id FROM outbox WHERE {FORGOTTEN})",
            before=to_text(before),
        )
        await self._query.run(f"DELETE FROM outbox WHERE {FORGOTTEN}", before=to_text(before))


def activity_of_row(row: Row) -> OutboxActivity:
    return OutboxActivity(
        id=row["id"],
        uri=row["uri"],
        local_actor=row["local_actor"],
        type=row["type"],
        object=row["object_uri"],
        post=row["post_id"],
        document=json.loads(row["document"]),
        public=bool(row["public"]),
        published=from_text(row["published"]),
    )
