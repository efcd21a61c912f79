"""Comments, in any state."""

import re
from collections.abc import Sequence
from datetime import datetime

from syndicate.clock import to_text
from syndicate.model.comment import Author, Comment, CommentKind, CommentState
from syndicate.model.post import Mention
from syndicate.storage.comment_rows import AVATAR, COLUMNS, SAVE, ReceivedForm, comment_of_row, parameters
from syndicate.storage.engine.database import Queryable

BEGINNING = re.compile("[0-9a-f-]{8,35}")
MAX_NUMBER_LENGTH = 18
COUNTERS = {CommentKind.LIKE: "like_count", CommentKind.REPOST: "share_count"}
"""The columns of posts in which reactions are counted."""


class Comments:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, id: str) -> Comment | None:
        return await self._one("id = :value", id)

    async def find_by_uri(self, uri: str) -> Comment | None:
        return await self._one("uri = :value", uri)

    async def find_by_address(self, address: str) -> Comment | None:
        """Find a comment by its id, or by the address of its original."""
        return await self.find_by_uri(address) or await self._one("url = :value", address)

    async def find_by_anchor(self, post: str, anchor: str) -> Comment | None:
        """Find a comment under a post by the id of its element on the page."""
        row = await self._query.one(
            "SELECT id FROM comments WHERE post_id = :post AND anchor = :anchor", post=post, anchor=anchor
        )
        return None if row is None else await self.find(row["id"])

    async def find_by_reference(self, text: str) -> Comment | None:
        """Find a comment by what the author may call it: its number, its id here or that of the remote object, or the
        beginning of its id if no other begins so."""
        if text.isascii() and text.isdecimal() and len(text) < MAX_NUMBER_LENGTH:
            return await self._one("number = :value AND number > 0", int(text))
        found = await self.find(text) or await self.find_by_uri(text)
        if found is not None or not BEGINNING.fullmatch(text):
            return found
        rows = await self._query.all(
            "SELECT id FROM comments WHERE id >= :first AND id < :last LIMIT 2", first=text, last=f"{text}~"
        )
        return await self.find(rows[0]["id"]) if len(rows) == 1 else None

    async def _one(self, condition: str, value: str | int) -> Comment | None:
        row = await self._query.one(
            f"SELECT {COLUMNS}, {AVATAR.format('comments')} FROM comments WHERE {condition}", value=value
        )
        return None if row is None else comment_of_row(row)

    async def save(self, comment: Comment, *, raw_html: str, sanitizer: int, reason: str, received: datetime) -> bool:
        """Save a comment or a newer version; return False if the stored version is as new.

        `raw_html` is the received HTML: it is sanitized again when the sanitizer changes.
        """
        form = ReceivedForm(raw_html=raw_html, sanitizer=sanitizer, reason=reason, received=received)
        touched = await self._query.run(SAVE, **parameters(comment, form))
        return touched > 0

    async def list_sanitized_before(self, version: int, *, after: str, limit: int) -> list[tuple[str, str, int]]:
        """Replies whose shown form an older version made, in order of their ids: (id, what was sent, that version)."""
        rows = await self._query.all(
            """
            SELECT id, raw_html, sanitizer FROM comments
            WHERE source = 'reply' AND sanitizer < :version AND id > :after ORDER BY id LIMIT :limit
            """,
            version=version,
            after=after,
            limit=limit,
        )
        return [(row["id"], row["raw_html"], row["sanitizer"]) for row in rows]

    async def update_html(self, id: str, html: str | None, version: int) -> str:
        """Show a comment in this form, or as before; returns its post's id where that changes anything."""
        row = await self._query.one("SELECT post_id, html FROM comments WHERE id = :id", id=id)
        if row is None:
            return ""
        form = row["html"] if html is None else html
        await self._query.run(
            "UPDATE comments SET html = :html, sanitizer = :version WHERE id = :id", id=id, html=form, version=version
        )
        return row["post_id"] if form != row["html"] else ""

    async def set_mentions(self, id: str, mentions: Sequence[Mention]) -> None:
        """Replace the mentions of a comment, if it is stored."""
        await self._query.run("DELETE FROM comment_mentions WHERE comment_id = :id", id=id)
        for position, mention in enumerate({mention.actor: mention for mention in mentions}.values()):
            await self._query.run(
                """
                INSERT INTO comment_mentions (comment_id, position, handle, actor)
                SELECT id, :position, :handle, :actor FROM comments WHERE id = :id
                """,
                id=id,
                position=position,
                handle=mention.handle,
                actor=mention.actor,
            )

    async def list_mentions(self, id: str) -> tuple[Mention, ...]:
        """Return the mentions of a comment, in order."""
        rows = await self._query.all("SELECT * FROM comment_mentions WHERE comment_id = :id ORDER BY position", id=id)
        return tuple(Mention(handle=row["handle"], actor=row["actor"]) for row in rows)

    async def list_imported(self, post: str) -> dict[str, str]:
        """Return the ids of the imported comments on a post by their anchors."""
        rows = await self._query.all(
            "SELECT anchor, id FROM comments WHERE post_id = :post AND source = 'import'", post=post
        )
        return {row["anchor"]: row["id"] for row in rows}

    async def set_parent(self, id: str, parent: str) -> None:
        await self._query.run("UPDATE comments SET parent_id = :parent WHERE id = :id", id=id, parent=parent)

    async def get_source(self, id: str) -> tuple[str, str]:
        """Return the received HTML, and the reason for the state."""
        row = await self._query.one("SELECT raw_html, reason FROM comments WHERE id = :id", id=id)
        return ("", "") if row is None else (row["raw_html"], row["reason"])

    async def set_state(self, id: str, state: CommentState, reason: str, now: datetime) -> None:
        await self._query.run(
            "UPDATE comments SET state = :state, reason = :reason, withdrawn = :withdrawn WHERE id = :id",
            id=id,
            state=state.value,
            reason=reason,
            withdrawn=to_text(now) if state is CommentState.WITHDRAWN else "",
        )

    async def list_withdrawn(self, before: datetime, limit: int) -> list[Comment]:
        """Return comments of others that the author deleted before a time, the earliest first."""
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("comments")} FROM comments
            WHERE withdrawn <> '' AND withdrawn < :before ORDER BY withdrawn, id LIMIT :limit
            """,
            before=to_text(before),
            limit=limit,
        )
        return [comment_of_row(row) for row in rows]

    async def hide(self, id: str, reason: str) -> None:
        """Reject it for a reason that may end, and remember the state in which it was."""
        await self._query.run(
            """
            UPDATE comments SET state_before = state, reason_before = reason, state = 'rejected', reason = :reason
            WHERE id = :id
            """,
            id=id,
            reason=reason,
        )

    async def state_before_hiding(self, id: str) -> tuple[CommentState, str]:
        """The state in which a comment was that was set aside, and the reason for that; pending where it is not
        known."""
        row = await self._query.one("SELECT state_before, reason_before FROM comments WHERE id = :id", id=id)
        if row is None or not row["state_before"]:
            return CommentState.PENDING, "author.unblocked"
        return CommentState(row["state_before"]), row["reason_before"]

    async def move_answers(self, id: str, to: str) -> None:
        """Let the answers to a comment stand under another one."""
        await self._query.run("UPDATE comments SET parent_id = :to WHERE parent_id = :id", id=id, to=to)

    async def delete(self, id: str) -> None:
        """Delete a comment; replies to it move one level up."""
        row = await self._query.one("SELECT parent_id FROM comments WHERE id = :id", id=id)
        if row is None:
            return
        await self._query.run(
            "UPDATE comments SET parent_id = :parent WHERE parent_id = :id", parent=row["parent_id"], id=id
        )
        await self._query.run("DELETE FROM comments WHERE id = :id", id=id)

    async def add_to_count(self, post: str, kind: CommentKind, change: int) -> None:
        """Add to the post's count of approved comments of this kind: of likes and shares, or of comments."""
        column = COUNTERS.get(kind, "comment_count")
        await self._query.run(
            f"UPDATE posts SET {column} = {column} + :change WHERE id = :post", post=post, change=change
        )

    async def list_by_author(self, author_uri: str, *, reason: str = "") -> list[Comment]:
        """All of an author's; with a `reason`, those that are in their state for it."""
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("comments")} FROM comments
            WHERE author_uri = :author AND (reason = :reason OR :reason = '')
            """,
            author=author_uri,
            reason=reason,
        )
        return [comment_of_row(row) for row in rows]

    async def list_sites(self) -> list[str]:
        """Return the origins of the pages from which Webmentions became comments."""
        rows = await self._query.all("SELECT DISTINCT author_uri FROM comments WHERE source = 'webmention' ORDER BY 1")
        return [row["author_uri"] for row in rows]

    async def list_for_export(self, post: str) -> list[Comment]:
        """Return the comments on a post in any state, with the likes and reposts that came as Webmentions."""
        rows = await self._query.all(
            f"SELECT {COLUMNS}, {AVATAR.format('comments')} FROM comments WHERE post_id = :post", post=post
        )
        return [comment_of_row(row) for row in rows]

    async def list_kept_anchors(self) -> list[str]:
        """Return the anchors that imported comments had where they came from."""
        rows = await self._query.all("SELECT anchor FROM comments WHERE anchor LIKE 'comment-%'")
        return [row["anchor"] for row in rows]

    async def list_own_replies(self, post: str) -> list[Comment]:
        """Return the author's own replies under a post."""
        rows = await self._query.all(
            f"SELECT {COLUMNS}, {AVATAR.format('comments')} FROM comments WHERE post_id = :post AND source = 'own'",
            post=post,
        )
        return [comment_of_row(row) for row in rows]

    async def rename_author(self, author: Author) -> list[str]:
        """Show an author's comments under the new name; returns the ids of the posts."""
        rows = await self._query.all(
            """
            UPDATE comments SET author_name = :name, author_handle = :handle, author_url = :url
            WHERE author_uri = :uri RETURNING post_id
            """,
            name=author.name,
            handle=author.handle,
            url=author.url,
            uri=author.uri,
        )
        return sorted({row["post_id"] for row in rows})

    async def list_by_state(self, states: Sequence[CommentState], limit: int) -> list[Comment]:
        """For the author: newest first."""
        names = {f"s{at}": state.value for at, state in enumerate(states)}
        rows = await self._query.all(
            f"""
            SELECT {COLUMNS}, {AVATAR.format("comments")} FROM comments
            WHERE state IN ({", ".join(":" + name for name in names)})
            ORDER BY published DESC, id DESC LIMIT :limit
            """,
            limit=limit,
            **names,
        )
        return [comment_of_row(row) for row in rows]
