"""The author's lists of posts: of every state, with counts, as rows without their texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.model.post import PostKind, PostState, SourceFormat, Visibility
from syndicate.storage.engine.database import Queryable
from syndicate.storage.post_rows import any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow:
    """A post in a list. `title` is the beginning of the text where there is none; `terms` are the names of its categories
    and tags."""

    id: str
    title: str
    kind: PostKind
    state: PostState
    visibility: Visibility
    published: datetime
    comments: int
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFilter:
    """Which posts a list has: in these states; with `words` in title, slug or the text of what is not public, or among
    `found`; with a tag; dated from `since` on and before `until`. `kind` of None means posts and pages."""

    states: Sequence[PostState] = tuple(PostState)
    kind: PostKind | None = None
    words: str = ""
    found: Sequence[str] = ()
    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None


class AdminPosts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def count_by_state(self) -> dict[PostState, int]:
        rows = await self._query.all("SELECT state, COUNT(*) AS total FROM posts GROUP BY state")
        return {PostState(row["state"]): row["total"] for row in rows}

    async def count_pages(self) -> int:
        row = await self._query.one("SELECT COUNT(*) AS total FROM posts WHERE kind = 'page'")
        return 0 if row is None else row["total"]

    async def find_newest_format(self) -> SourceFormat | None:
        """Return in what the post that came in last is written; None if there is none."""
        row = await self._query.one("SELECT source_format FROM posts ORDER BY id DESC LIMIT 1")
        return None if row is None else SourceFormat(row["source_format"])

    async def list_filtered(self, wanted: PostFilter, *, limit: int, skip: int = 0) -> list[PostRow]:
        """Return the posts of a list, newest first."""
        condition, parameters = _condition(wanted)
        rows = await self._query.all(
            f"""
            SELECT id, title, excerpt, kind, state, visibility, published, comment_count FROM posts
            WHERE {condition}
            ORDER BY published DESC, id DESC LIMIT :limit OFFSET :skip
            """,
            limit=limit,
            skip=skip,
            **parameters,
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

    async def has_origin(self, origin: str) -> bool:
        """Return whether any post came from this program."""
        row = await self._query.one("SELECT 1 AS there FROM posts WHERE origin = :origin LIMIT 1", origin=origin)
        return row is not None

    async def set_origin(self, id: str, origin: str) -> None:
        """From now on the post is changed where this says."""
        await self._query.run("UPDATE posts SET origin = :origin WHERE id = :id", id=id, origin=origin)


def _condition(wanted: PostFilter) -> tuple[str, dict[str, str]]:
    """Return the condition of a list and its parameters."""
    states, names = any_of([state.value for state in wanted.states])
    parameters = dict(names)
    conditions = [f"state IN ({states})"]
    if wanted.kind is not None:
        conditions.append("kind = :kind")
        parameters["kind"] = wanted.kind.value
    if wanted.words:
        ids = ", ".join(f":f{n}" for n in range(len(wanted.found))) or "''"
        conditions.append(f"""
            (LOWER(title) LIKE :pattern ESCAPE '!' OR slug LIKE :pattern ESCAPE '!' OR id IN ({ids})
              OR (state <> 'published' AND LOWER(source) LIKE :pattern ESCAPE '!'))
            """)
        parameters["pattern"] = f"%{_escaped(wanted.words.lower())}%"
        parameters |= {f"f{n}": id for n, id in enumerate(wanted.found)}
    if wanted.tag:
        conditions.append("id IN (SELECT post_id FROM post_terms WHERE kind = 'tag' AND slug = :tag)")
        parameters["tag"] = wanted.tag
    if wanted.since is not None and wanted.until is not None:
        conditions.append("published >= :since AND published < :until")
        parameters |= {"since": to_text(wanted.since), "until": to_text(wanted.until)}
    return " AND ".join(conditions), parameters


def _escaped(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")
