"""What posts there are, public or not: for the author."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.content.text import plain
from syndicate.model.post import PostKind, PostState, SourceFormat
from syndicate.storage.engine.database import Queryable, Row
from syndicate.storage.post_rows import Key, any_of
from syndicate.storage.search import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSummary:
    """A line of an overview. `words` is the text in which it is searched."""

    id: str
    slug: str
    kind: PostKind
    state: PostState
    title: str
    excerpt: str
    path: str
    origin: str
    published: datetime
    updated: datetime
    words: str

    def has_words(self, question: str) -> bool:
        """Whether its title and text hold all of these words, or words that hold them."""
        return all(word in self.words for word in folded(question).split())


class PostOverview:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def list_newest(
        self, states: Sequence[PostState], kinds: Sequence[PostKind], *, before: Key | None, limit: int
    ) -> list[PostSummary]:
        """Return posts in these states and of these kinds, newest first."""
        of_states, state_names = any_of([state.value for state in states], prefix="state")
        of_kinds, kind_names = any_of([kind.value for kind in kinds], prefix="kind")
        place = "AND (published, id) < (:before, :before_id)" if before else ""
        rows = await self._query.all(
            f"""
            SELECT id, slug, kind, state, title, excerpt, path, origin, published, updated, source, source_format
            FROM posts WHERE state IN ({of_states}) AND kind IN ({of_kinds}) {place}
            ORDER BY published DESC, id DESC LIMIT :limit
            """,
            limit=limit,
            **state_names,
            **kind_names,
            **({"before": to_text(before[0]), "before_id": before[1]} if before else {}),
        )
        return [_summary(row) for row in rows]


def _summary(row: Row) -> PostSummary:
    text = plain(row["source"]) if row["source_format"] == SourceFormat.HTML else row["source"]
    return PostSummary(
        id=row["id"],
        slug=row["slug"],
        kind=PostKind(row["kind"]),
        state=PostState(row["state"]),
        title=row["title"],
        excerpt=row["excerpt"],
        path=row["path"],
        origin=row["origin"],
        published=from_text(row["published"]),
        updated=from_text(row["updated"]),
        words=folded(f"{row['title']} {text}"),
    )
