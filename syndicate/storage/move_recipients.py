"""The inboxes that received the Move of a local actor: they are notified, too, when it moves back, though their
followers may be gone by then."""

from syndicate.storage.engine.database import Queryable


class MoveRecipients:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def add_followers(self, local_actor: str) -> None:
        """Save the inboxes of the current followers of a local actor."""
        await self._query.run(
            """
            INSERT INTO move_recipients (local_actor, inbox)
            SELECT DISTINCT local_actor, inbox FROM followers WHERE local_actor = :local_actor
            ON CONFLICT DO NOTHING
            """,
            local_actor=local_actor,
        )

    async def take_inboxes(self, local_actor: str) -> list[str]:
        """Return the saved inboxes and delete them."""
        rows = await self._query.all(
            "SELECT inbox FROM move_recipients WHERE local_actor = :local_actor ORDER BY inbox", local_actor=local_actor
        )
        await self._query.run("DELETE FROM move_recipients WHERE local_actor = :local_actor", local_actor=local_actor)
        return [row["inbox"] for row in rows]
