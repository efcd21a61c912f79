"""What posts answer, like or boost, as it was when it was looked up; and the Likes and Announces that were sent for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


class CitationState(StrEnum):
    """What became of the lookup of a target."""

    FOUND = "found"
    """An object of the fediverse: its author is notified."""
    PAGE = "page"
    """A web page, which gets a Webmention."""
    GONE = "gone"
    PRIVATE = "private"
    """It is not public: nothing of it is shown, and nobody is notified."""
    BLOCKED = "blocked"
    UNAVAILABLE = "unavailable"
    """Its server did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A target under the address that the author gave. Texts are plain. `object` is its id in the fediverse, `actor` that
    of its author; both are empty unless it was found."""

    address: str
    state: CitationState
    object: str = ""
    actor: str = ""
    handle: str = ""
    author: str = ""
    author_url: str = ""
    url: str = ""
    title: str = ""
    excerpt: str = ""
    looked_up: datetime

    @property
    def is_settled(self) -> bool:
        """Whether it was found in the fediverse. Anything else may be found there later, when the post is changed."""
        return bool(self.object)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReaction:
    """The Like or Announce of a post. `activity` is its id, empty until it is sent."""

    post: str
    type: str
    address: str
    activity: str = ""


class Citations:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, address: str) -> Citation | None:
        row = await self._query.one("SELECT * FROM citations WHERE address = :address", address=address)
        return None if row is None else _citation(row)

    async def save(self, citation: Citation) -> None:
        await self._query.run(
            """
            INSERT INTO citations (address, state, object_uri, actor_uri, handle, author, author_url, url, title, excerpt,
              looked_up)
            VALUES (:address, :state, :object, :actor, :handle, :author, :author_url, :url, :title, :excerpt, :looked_up)
            ON CONFLICT (address) DO UPDATE SET state = excluded.state, object_uri = excluded.object_uri,
              actor_uri = excluded.actor_uri, handle = excluded.handle, author = excluded.author,
              author_url = excluded.author_url, url = excluded.url, title = excluded.title, excerpt = excluded.excerpt,
              looked_up = excluded.looked_up
            """,
            address=citation.address,
            state=citation.state.value,
            object=citation.object,
            actor=citation.actor,
            handle=citation.handle,
            author=citation.author,
            author_url=citation.author_url,
            url=citation.url,
            title=citation.title,
            excerpt=citation.excerpt,
            looked_up=to_text(citation.looked_up),
        )

    async def erase(self, state: CitationState, *, actor: str, object: str = "") -> bool:
        """Erase the words of an object of an actor, or of all of them; return whether there were any."""
        return (
            await self._query.run(
                """
                UPDATE citations SET state = :state, title = '', excerpt = '', author = '', handle = '', author_url = ''
                WHERE actor_uri = :actor AND actor_uri <> '' AND (object_uri = :object OR :object = '') AND state <> :state
                """,
                state=state.value,
                object=object,
                actor=actor,
            )
            > 0
        )


class SentReactions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, post: str) -> SentReaction | None:
        row = await self._query.one("SELECT * FROM sent_reactions WHERE post_id = :post", post=post)
        if row is None:
            return None
        return SentReaction(post=row["post_id"], type=row["type"], address=row["address"], activity=row["activity_uri"])

    async def save(self, sent: SentReaction) -> None:
        await self._query.run(
            """
            INSERT INTO sent_reactions (post_id, type, address, activity_uri) VALUES (:post, :type, :address, :activity)
            ON CONFLICT (post_id) DO UPDATE SET type = excluded.type, address = excluded.address,
              activity_uri = excluded.activity_uri
            """,
            post=sent.post,
            type=sent.type,
            address=sent.address,
            activity=sent.activity,
        )

    async def delete(self, post: str) -> None:
        await self._query.run("DELETE FROM sent_reactions WHERE post_id = :post", post=post)


def _citation(row: Row) -> Citation:
    return Citation(
        address=row["address"],
        state=CitationState(row["state"]),
        object=row["object_uri"],
        actor=row["actor_uri"],
        handle=row["handle"],
        author=row["author"],
        author_url=row["author_url"],
        url=row["url"],
        title=row["title"],
        excerpt=row["excerpt"],
        looked_up=from_text(row["looked_up"]),
    )
