"""Posts that another program deleted and may restore: which state they had."""

from syndicate.model.post import PostState
from syndicate.storage.engine.database import Queryable


class WithdrawnPosts:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find_state(self, post: str, revision: int) -> PostState | None:
        """Return the state that a post had, or None if it was not withdrawn, or was changed since."""
        row = await self._query.one(
            "SELECT state FROM withdrawn_posts WHERE post_id = :post AND revision = :revision",
            post=post,
            revision=revision,
        )
        return None if row is None else PostState(row["state"])

    async def save(self, post: str, state: PostState, revision: int) -> None:
        await self._query.run(
            """
            INSERT INTO withdrawn_posts (post_id, state, revision) VALUES (:post, :state, :revision)
            ON CONFLICT (post_id) DO UPDATE SET state = excluded.state, revision = excluded.revision
            """,
            post=post,
            state=state.value,
            revision=revision,
        )

    async def delete(self, post: str) -> None:
        await self._query.run("DELETE FROM withdrawn_posts WHERE post_id = :post", post=post)
