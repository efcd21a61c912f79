"""The inboxes that were told that an actor of ours has moved: they hear of it, too, when it comes back, and by then their
followers may be gone."""

from syndicate.storage.engine.database import Queryable


class MoveRecipients:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add_followers(self, local_actor: str) -> None:
        """Remember the inboxes of those who follow an actor of ours now."""
        await self._query.run(
            """
            INSERT INTO move_recipients (local_actor, inbox)
            SELECT DISTINCT local_actor, inbox FROM followers WHERE local_actor = :local_actor
            ON CONFLICT DO NOTHING
            """,
            local_actor=local_actor,
        )

    async def take_inboxes(self, local_actor: str) -> list[str]:
        """Those that were remembered, and forget them."""
        rows = await self._query.all(
            "SELECT inbox FROM move_recipients WHERE local_actor = :local_actor ORDER BY inbox", local_actor=local_actor
        )
        await self._query.run("DELETE FROM move_recipients WHERE local_actor = :local_actor", local_actor=local_actor)
        return [row["inbox"] for row in rows]
