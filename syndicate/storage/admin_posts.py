"""The author's lists of posts: of every state, with counts, as rows without their texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text
from syndicate.model.post import PostKind, PostState, Visibility
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """A post in a list. `title` is the beginning of the text where there is none."""

    id: str
    title: str
    kind: PostKind
    state: PostState
    visibility: Visibility
    published: datetime
    comments: int
    terms: tuple[str, ...] = ()


class AdminPosts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def count_by_state(self) -> dict[PostState, int]:
        rows = await self._query.all("SELECT state, COUNT(*) AS total FROM posts GROUP BY state")
        return {PostState(row["state"]): row["total"] for row in rows}

    async def list_by_state(
        self, states: Sequence[PostState], *, words: str = "", found: Sequence[str] = (), limit: int, skip: int = 0
    ) -> list[PostRow]:
        """Return posts in these states, newest first. With `words`, those that have them in title or slug, or are among
        `found`."""
        state_names, parameters = any_of([state.value for state in states])
        condition, searched = "", {}
        if words:
            searched = {"pattern": f"%{_escaped(words.lower())}%"} | {f"f{n}": id for n, id in enumerate(found)}
            ids = ", ".join(f":f{n}" for n in range(len(found))) or "''"
            condition = f"""
            AND (LOWER(title) LIKE :pattern ESCAPE '!' OR slug LIKE :pattern ESCAPE '!' OR id IN ({ids}))
            """
        rows = await self._query.all(
            f"""
            SELECT id, title, excerpt, kind, state, visibility, published, comment_count FROM posts
            WHERE state IN ({state_names}) {condition}
            ORDER BY published DESC, id DESC LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
            **parameters,
            **searched,
        )
        terms = await self._terms([row["id"] for row in rows])
        return [
            PostRow(
                id=row["id"],
                title=row["title"] or row["excerpt"][:80],
                kind=PostKind(row["kind"]),
                state=PostState(row["state"]),
                visibility=Visibility(row["visibility"]),
                published=from_text(row["published"]),
                comments=row["comment_count"],
                terms=tuple(terms.get(row["id"], ())),
            )
            for row in rows
        ]

    async def _terms(self, ids: Sequence[str]) -> dict[str, list[str]]:
        if not ids:
            return {}
        names, parameters = any_of(ids)
        rows = await self._query.all(
            f"""
            SELECT post_terms.post_id, terms.name FROM post_terms
            JOIN terms ON terms.kind = post_terms.kind AND terms.slug = post_terms.slug
            WHERE post_terms.post_id IN ({names}) ORDER BY post_terms.position
            """,
            **parameters,
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["post_id"], []).append(row["name"])
        return found

    async def set_origin(self, id: str, origin: str) -> None:
        """From now on the post is changed where this says."""
        await self._query.run("UPDATE posts SET origin = :origin WHERE id = :id", id=id, origin=origin)


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
