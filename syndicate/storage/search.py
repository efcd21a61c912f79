"""The full-text search index of public posts and pages.

Words are folded here (case, accents), so that both databases find the same.
"""

import unicodedata

from syndicate.content.text import words_of
from syndicate.model.post import Post, PostKind
from syndicate.storage.engine.database import Queryable

MAX_TEXT_LENGTH = 200_000
MAX_WORDS = 8
"""The limit of words in a query; further ones are ignored."""


def folded(text: str) -> str:
    """Return the words in lower case without accents, which both databases tokenize in the same way."""
    decomposed = unicodedata.normalize("NFKD", text[:MAX_TEXT_LENGTH]).casefold()
    return " ".join(words_of("".join(char for char in decomposed if not unicodedata.combining(char))))


class Search:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def save(self, post: Post, text: str) -> None:
        """Index a public post; remove one that is not public."""
        await self.delete(post.id)
        if not post.is_public:
            return
        names = " ".join(term.name for term in post.terms)
        await self._query.run(
            """
            INSERT INTO post_search (rowid, words)
            SELECT number, {indexed_words} FROM posts WHERE id = :id AND number IS NOT NULL
            """,
            id=post.id,
            words=folded(f"{post.title} {names} {text}"),
        )

    async def delete(self, post: str) -> None:
        """Remove a post from the index. Call it before the post's row is deleted."""
        await self._query.run(
            "DELETE FROM post_search WHERE rowid IN (SELECT number FROM posts WHERE id = :id)", id=post
        )

    async def find(self, question: str, *, kind: PostKind | None, limit: int, skip: int = 0) -> list[str]:
        """Return the ids of posts with all of the words, the newest first; `kind` of None finds pages, too."""
        words = folded(question).split()[:MAX_WORDS]
        if not words:
            return []
        rows = await self._query.all(
            """
            SELECT posts.id FROM post_search JOIN posts ON posts.number = post_search.rowid
            WHERE {has_words} AND posts.state = 'published' AND (posts.kind = :kind OR :kind = '')
            ORDER BY post_search.rowid DESC LIMIT :limit OFFSET :skip
            """,
            words=" ".join(f'"{word}"' for word in words),
            kind="" if kind is None else kind.value,
            limit=limit,
            skip=skip,
        )
        return [row["id"] for row in rows]
