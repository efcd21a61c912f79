"""The blogroll, in the order of the author."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from syndicate.clock import from_text, to_text
from syndicate.model.blogroll import BlogrollEntry, FeedState, FollowState, LatestPost
from syndicate.storage.columns import Columns, choice, document, flag, instant, text, upsert
from syndicate.storage.engine.database import Queryable, Row

ENTRY = Columns(
    "blogroll",
    (
        text("id", is_fixed=True),
        text("name"),
        text("tagline"),
        text("url"),
        text("feed_url"),
        text("actor_uri", field="actor"),
        text("handle"),
        text("category"),
        text("position"),
        text("language"),
        text("rel"),
        text("notes"),
        text("icon"),
        text("picture"),
        flag("hidden"),
        flag("edited"),
        document(
            "supplied", load=lambda words: frozenset(words.split()), dump=lambda members: " ".join(sorted(members))
        ),
        choice("follow_state", FollowState, field="follow", is_fixed=True),
    ),
)
"""What the author says of an entry."""
STATE = Columns(
    "blogroll",
    (
        text("follow_reason"),
        choice("feed_state", FeedState, field="state"),
        text("feed_reason", field="reason"),
        text("former_feed"),
        instant("added"),
    ),
)
"""How it fares; its latest post is read beside that."""
UNKNOWN = dict.fromkeys(("follow_uri", "latest_title", "latest_url", "latest_at", "feed_reason"), "''")
SAVE = upsert(ENTRY, constants={**UNKNOWN, "feed_state": f"'{FeedState.FRESH}'", "added": ":added"})

Order = Literal["manual", "name", "latest"]
ORDERS: Mapping[Order, str] = {"manual": "position, name", "name": "lower(name)", "latest": "latest_at DESC"}

Condition = Literal["every", "failing", "quiet"]
CONDITIONS: Mapping[Condition, str] = {
    "every": "latest_at < :quiet OR latest_at >= :quiet",
    "failing": "feed_state <> 'fresh' OR follow_state = 'rejected'",
    "quiet": "feed_state = 'fresh' AND latest_at <> '' AND latest_at < :quiet",
}
"""What an author looks for in the list, as conditions."""


class Blogroll:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_all(self, *, hidden: bool = False) -> list[BlogrollEntry]:
        """In the order of categories, then positions. `hidden` entries only for the author."""
        where = "" if hidden else "WHERE hidden = 0"
        rows = await self._query.all(f"SELECT * FROM blogroll {where} ORDER BY category, position, name, id")
        return [_entry(row) for row in rows]

    async def list_for_author(
        self, condition: "Condition", quiet_before: datetime, *, limit: int, skip: int
    ) -> list[BlogrollEntry]:
        """Return all entries, or those with a problem, by category and name; what is hidden from others is listed."""
        rows = await self._query.all(
            f"""
            SELECT * FROM blogroll WHERE {CONDITIONS[condition]}
            ORDER BY category, lower(name), id LIMIT :limit OFFSET :skip
            """,
            quiet=to_text(quiet_before),
            limit=limit,
            skip=skip,
        )
        return [_entry(row) for row in rows]

    async def count_for_author(self, quiet_before: datetime) -> "dict[Condition, int]":
        columns = ", ".join(
            f"coalesce(sum(CASE WHEN {text} THEN 1 ELSE 0 END), 0) AS {name}" for name, text in CONDITIONS.items()
        )
        row = await self._query.one(f"SELECT {columns} FROM blogroll", quiet=to_text(quiet_before))
        assert row is not None
        return {name: row[f"{name}"] for name in CONDITIONS}

    async def list_categories(self) -> list[str]:
        rows = await self._query.all("SELECT DISTINCT category FROM blogroll WHERE category <> '' ORDER BY category")
        return [row["category"] for row in rows]

    async def list_page(self, order: Order, *, limit: int, skip: int) -> list[BlogrollEntry]:
        """Return public entries by category, and within it in the configured order."""
        rows = await self._query.all(
            f"SELECT * FROM blogroll WHERE hidden = 0 ORDER BY category, {ORDERS[order]}, id LIMIT :limit OFFSET :skip",
            limit=limit,
            skip=skip,
        )
        return [_entry(row) for row in rows]

    async def count(self) -> int:
        """Count the public entries."""
        row = await self._query.one("SELECT count(*) AS total FROM blogroll WHERE hidden = 0")
        assert row is not None
        total: int = row["total"]
        return total

    async def list_newest(self, limit: int) -> list[BlogrollEntry]:
        """Return public entries, the most recently added first."""
        rows = await self._query.all(
            "SELECT * FROM blogroll WHERE hidden = 0 ORDER BY added DESC, id DESC LIMIT :limit", limit=limit
        )
        return [_entry(row) for row in rows]

    async def get(self, id: str) -> BlogrollEntry | None:
        row = await self._query.one("SELECT * FROM blogroll WHERE id = :id", id=id)
        return None if row is None else _entry(row)

    async def find(self, address: str) -> BlogrollEntry | None:
        """By id, home page, feed, actor or handle; a home page counts with and without its final slash."""
        row = await self._query.one(
            """
            SELECT * FROM blogroll
            WHERE id = :address OR url = :address OR url = :slashed OR feed_url = :address OR actor_uri = :address OR handle = :handle
            ORDER BY position LIMIT 1
            """,
            address=address,
            slashed=address.rstrip("/") + "/",
            handle="@" + address.lstrip("@"),
        )
        return None if row is None else _entry(row)

    async def find_by_actor(self, actor: str) -> BlogrollEntry | None:
        row = await self._query.one("SELECT * FROM blogroll WHERE actor_uri = :actor", actor=actor)
        return None if row is None else _entry(row)

    async def find_by_feed(self, feed: str) -> BlogrollEntry | None:
        """By the present address of its feed, or the one before that moved."""
        row = await self._query.one(
            """
            SELECT * FROM blogroll WHERE feed_url = :feed OR former_feed = :feed
            ORDER BY CASE WHEN feed_url = :feed THEN 0 ELSE 1 END, position LIMIT 1
            """,
            feed=feed,
        )
        return None if row is None else _entry(row)

    async def list_by_feed(self, feed: str) -> list[BlogrollEntry]:
        rows = await self._query.all(
            "SELECT * FROM blogroll WHERE feed_url = :feed AND feed_url <> '' ORDER BY position, id", feed=feed
        )
        return [_entry(row) for row in rows]

    async def save(self, entry: BlogrollEntry, *, added: str) -> None:
        """What the author says of it; how it fares and what it published last is left as it is."""
        await self._query.run(SAVE, **ENTRY.dump(entry), added=added)

    async def delete(self, id: str) -> None:
        """Delete an entry with its polls and posts."""
        await self._query.run("DELETE FROM blogroll WHERE id = :id", id=id)

    async def next_position(self) -> int:
        row = await self._query.one("SELECT coalesce(max(position), 0) AS last FROM blogroll")
        assert row is not None
        last: int = row["last"]
        return last + 1

    # how it fares

    async def set_state(self, id: str, state: FeedState, reason: str = "") -> bool:
        """Returns whether that is news."""
        return (
            await self._query.run(
                """
                UPDATE blogroll SET feed_state = :state, feed_reason = :reason
                WHERE id = :id AND (feed_state <> :state OR feed_reason <> :reason)
                """,
                id=id,
                state=state.value,
                reason=reason,
            )
            > 0
        )

    async def set_latest(self, id: str, latest: LatestPost | None) -> bool:
        """Returns whether that is news."""
        return (
            await self._query.run(
                """
                UPDATE blogroll SET latest_title = :title, latest_url = :url, latest_at = :at
                WHERE id = :id AND (latest_title <> :title OR latest_url <> :url OR latest_at <> :at)
                """,
                id=id,
                title=latest.title if latest else "",
                url=latest.url if latest else "",
                at=to_text(latest.at) if latest else "",
            )
            > 0
        )

    async def set_feed(self, id: str, feed_url: str) -> None:
        """Save the new address of a feed that has moved; the first one is remembered."""
        await self._query.run(
            """
            UPDATE blogroll SET feed_url = :feed_url,
              former_feed = CASE WHEN former_feed = '' THEN feed_url ELSE former_feed END
            WHERE id = :id
            """,
            id=id,
            feed_url=feed_url,
        )

    async def set_picture(self, icon: str, path: str) -> int:
        """The picture at this address is now served at `path`; returns how many entries show it."""
        return await self._query.run(
            "UPDATE blogroll SET picture = :path WHERE icon = :icon AND picture <> :path", icon=icon, path=path
        )

    async def has_become_quiet(self, *, after: datetime, until: datetime) -> bool:
        """Whether the newest post of some entry was published between the two."""
        row = await self._query.one(
            "SELECT 1 AS quiet FROM blogroll WHERE hidden = 0 AND latest_at > :after AND latest_at <= :until LIMIT 1",
            after=to_text(after),
            until=to_text(until),
        )
        return row is not None

    async def list_failing(self) -> list[BlogrollEntry]:
        """Return the entries that are gone or have moved."""
        rows = await self._query.all(
            "SELECT * FROM blogroll WHERE feed_state IN ('gone', 'moved') ORDER BY category, position, name, id"
        )
        return [_entry(row) for row in rows]

    # accounts

    async def set_follow(self, id: str, state: FollowState, follow_uri: str, *, reason: str = "") -> None:
        """How far our Follow has come, and why it went no further, in words for the author."""
        await self._query.run(
            """
            UPDATE blogroll SET follow_state = :state, follow_uri = :follow_uri, follow_reason = :reason WHERE id = :id
            """,
            id=id,
            state=state.value,
            follow_uri=follow_uri,
            reason=reason,
        )

    async def follow_uri(self, id: str) -> str:
        """The id of the Follow that we sent last; empty if none."""
        row = await self._query.one("SELECT follow_uri FROM blogroll WHERE id = :id", id=id)
        return "" if row is None else row["follow_uri"]

    async def list_actors(self, *, after: str, limit: int) -> list[str]:
        """The actors among the entries that all may see, in order of their ids: the `following` collection."""
        rows = await self._query.all(
            """
            SELECT DISTINCT actor_uri FROM blogroll
            WHERE hidden = 0 AND actor_uri <> '' AND actor_uri > :after
            ORDER BY actor_uri LIMIT :limit
            """,
            after=after,
            limit=limit,
        )
        return [row["actor_uri"] for row in rows]

    async def count_actors(self) -> int:
        row = await self._query.one(
            "SELECT count(DISTINCT actor_uri) AS total FROM blogroll WHERE hidden = 0 AND actor_uri <> ''"
        )
        assert row is not None
        total: int = row["total"]
        return total


def _entry(row: Row) -> BlogrollEntry:
    at = row["latest_at"]
    latest = LatestPost(title=row["latest_title"], url=row["latest_url"], at=from_text(at)) if at else None
    return BlogrollEntry(**ENTRY.load(row), **STATE.load(row), latest=latest)
