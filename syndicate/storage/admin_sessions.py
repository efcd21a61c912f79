"""Sessions of the author's interface, known browsers, setup links and challenges; of secrets only hashes are stored."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A sign-in. `browser` is its name in words."""

    token_hash: str
    browser: str
    created: datetime
    seen: datetime


class AdminSessions:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def create(self, session: StoredSession) -> None:
        await self._query.run(
            """
            INSERT INTO admin_sessions (token_hash, browser, created, seen)
            VALUES (:token_hash, :browser, :created, :seen)
            """,
            token_hash=session.token_hash,
            browser=session.browser,
            created=to_text(session.created),
            seen=to_text(session.seen),
        )

    async def find(self, token_hash: str) -> StoredSession | None:
        row = await self._query.one("SELECT * FROM admin_sessions WHERE token_hash = :hash", hash=token_hash)
        return None if row is None else _session(row)

    async def list_all(self) -> list[StoredSession]:
        """Return every session, the one seen last first."""
        rows = await self._query.all("SELECT * FROM admin_sessions ORDER BY seen DESC, token_hash")
        return [_session(row) for row in rows]

    async def save_seen(self, token_hash: str, now: datetime) -> None:
        await self._query.run(
            "UPDATE admin_sessions SET seen = :now WHERE token_hash = :hash", hash=token_hash, now=to_text(now)
        )

    async def delete(self, token_hash: str) -> None:
        await self._query.run("DELETE FROM admin_sessions WHERE token_hash = :hash", hash=token_hash)

    async def delete_others(self, token_hash: str) -> int:
        """End all sessions but this one; return how many."""
        return await self._query.run("DELETE FROM admin_sessions WHERE token_hash <> :hash", hash=token_hash)

    async def delete_all(self) -> None:
        """End all sessions, setup links and challenges, and forget the browsers that signed in before."""
        for table in ("admin_sessions", "admin_setup_links", "admin_challenges", "admin_browsers"):
            await self._query.run(f"DELETE FROM {table}")

    async def delete_ended(self, *, seen_before: datetime, created_before: datetime) -> None:
        """Delete sessions that have been idle, or have existed, for too long."""
        await self._query.run(
            "DELETE FROM admin_sessions WHERE seen < :seen OR created < :created",
            seen=to_text(seen_before),
            created=to_text(created_before),
        )

    # browsers that signed in before

    async def is_known_browser(self, token_hash: str) -> bool:
        row = await self._query.one("SELECT token_hash FROM admin_browsers WHERE token_hash = :hash", hash=token_hash)
        return row is not None

    async def save_browser(self, token_hash: str, now: datetime) -> None:
        await self._query.run(
            """
            INSERT INTO admin_browsers (token_hash, seen) VALUES (:hash, :now)
            ON CONFLICT (token_hash) DO UPDATE SET seen = excluded.seen
            """,
            hash=token_hash,
            now=to_text(now),
        )

    # setup links

    async def replace_setup_link(self, token_hash: str, expires: datetime) -> None:
        """Make this the only setup link."""
        await self._query.run("DELETE FROM admin_setup_links")
        await self._query.run(
            "INSERT INTO admin_setup_links (token_hash, expires) VALUES (:hash, :expires)",
            hash=token_hash,
            expires=to_text(expires),
        )

    async def is_setup_link(self, token_hash: str, now: datetime) -> bool:
        row = await self._query.one(
            "SELECT token_hash FROM admin_setup_links WHERE token_hash = :hash AND expires > :now",
            hash=token_hash,
            now=to_text(now),
        )
        return row is not None

    async def use_setup_link(self, token_hash: str, now: datetime) -> bool:
        """Use a link up; return whether it was valid."""
        touched = await self._query.run(
            "DELETE FROM admin_setup_links WHERE token_hash = :hash AND expires > :now",
            hash=token_hash,
            now=to_text(now),
        )
        return touched == 1

    # challenges of passkeys

    async def save_challenge(self, challenge: str, purpose: str, expires: datetime, now: datetime) -> None:
        """Save a challenge, and delete those that have expired."""
        await self._query.run("DELETE FROM admin_challenges WHERE expires <= :now", now=to_text(now))
        await self._query.run(
            "INSERT INTO admin_challenges (challenge, purpose, expires) VALUES (:challenge, :purpose, :expires)",
            challenge=challenge,
            purpose=purpose,
            expires=to_text(expires),
        )

    async def use_challenge(self, challenge: str, purpose: str, now: datetime) -> bool:
        """Use a challenge up; return whether it was valid for this purpose."""
        touched = await self._query.run(
            "DELETE FROM admin_challenges WHERE challenge = :challenge AND purpose = :purpose AND expires > :now",
            challenge=challenge,
            purpose=purpose,
            now=to_text(now),
        )
        return touched == 1


def _session(row: Row) -> StoredSession:
    return StoredSession(
        token_hash=row["token_hash"],
        browser=row["browser"],
        created=from_text(row["created"]),
        seen=from_text(row["seen"]),
    )
