"""Tokens with which other programs act for the author; of the tokens only hashes are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row

MAX_SPENT = 20
"""How many used refresh tokens of a token are remembered: that an older one comes again proves nothing in time."""


class Scope(StrEnum):
    """What a token allows."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNDELETE = "undelete"
    MEDIA = "media"
    DRAFT = "draft"
    """Creating drafts, and nothing that is public."""
    PROFILE = "profile"
    """Reading the name and the picture of the author."""


def scopes_in_words(scopes: Iterable[Scope]) -> str:
    """Return scopes as text, in the order in which they are defined."""
    return " ".join(scope.value for scope in Scope if scope in set(scopes))


def scopes_of(words: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token of the program `name`; `used` is when it was last used, to some minutes, or None.

    `client_id` is the address of a program that signed in by IndieAuth, and empty for a token made at the desk, which does
    not expire. A refresh token replaces one that has expired. `allowed` is what the author allowed, once it is saved;
    `scopes` are fewer where the program refreshed it for fewer.
    """

    id: str
    token_hash: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    used: datetime | None = None
    client_id: str = ""
    expires: datetime | None = None
    refresh_hash: str = ""
    refresh_expires: datetime | None = None
    allowed: frozenset[Scope] = frozenset()

    @property
    def words(self) -> str:
        return scopes_in_words(self.scopes)

    @property
    def allowed_words(self) -> str:
        return scopes_in_words(self.allowed)

    def is_valid(self, now: datetime) -> bool:
        return self.expires is None or now < self.expires

    def is_refreshable(self, now: datetime) -> bool:
        return self.refresh_expires is not None and now < self.refresh_expires


class AccessTokens:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, token_hash: str) -> AccessToken | None:
        row = await self._query.one("SELECT * FROM access_tokens WHERE token_hash = :hash", hash=token_hash)
        return None if row is None else _token(row)

    async def find_by_refresh(self, refresh_hash: str) -> AccessToken | None:
        """Return the token that a refresh token belongs to, unless it was used before."""
        row = await self._query.one("SELECT * FROM access_tokens WHERE refresh_hash = :hash", hash=refresh_hash)
        return None if row is None else _token(row)

    async def find_by_spent_refresh(self, refresh_hash: str) -> str | None:
        """Return the id of the token that a refresh token belonged to before it was used."""
        row = await self._query.one(
            "SELECT token_id FROM spent_refresh_tokens WHERE refresh_hash = :hash", hash=refresh_hash
        )
        return None if row is None else row["token_id"]

    async def list_all(self) -> list[AccessToken]:
        """Return every token, the newest first."""
        rows = await self._query.all("SELECT * FROM access_tokens ORDER BY created DESC, id DESC")
        return [_token(row) for row in rows]

    async def count(self, now: datetime) -> int:
        """Return how many tokens are valid or can be refreshed."""
        row = await self._query.one(
            "SELECT count(*) AS total FROM access_tokens WHERE expires = '' OR expires > :now OR refresh_expires > :now",
            now=to_text(now),
        )
        assert row is not None
        return int(row["total"])

    async def save(self, token: AccessToken) -> None:
        """Save a new token, which has all that the author allowed."""
        await self._query.run(
            """
            INSERT INTO access_tokens
              (id, token_hash, name, scopes, allowed, created, client_id, expires, refresh_hash, refresh_expires)
            VALUES (:id, :token_hash, :name, :scopes, :scopes, :created, :client_id, :expires, :refresh_hash,
              :refresh_expires)
            """,
            id=token.id,
            token_hash=token.token_hash,
            name=token.name,
            scopes=token.words,
            created=to_text(token.created),
            client_id=token.client_id,
            expires=_text(token.expires),
            refresh_hash=token.refresh_hash,
            refresh_expires=_text(token.refresh_expires),
        )

    async def replace(self, before: AccessToken, after: AccessToken, now: datetime) -> bool:
        """Give a token other secrets and scopes, and remember that its refresh token was used; return whether it was
        not yet."""
        row = await self._query.one(
            """
            UPDATE access_tokens
            SET token_hash = :token_hash, scopes = :scopes, expires = :expires, refresh_hash = :refresh_hash,
              refresh_expires = :refresh_expires
            WHERE id = :id AND refresh_hash = :before
            RETURNING id
            """,
            id=before.id,
            before=before.refresh_hash,
            token_hash=after.token_hash,
            scopes=after.words,
            expires=_text(after.expires),
            refresh_hash=after.refresh_hash,
            refresh_expires=_text(after.refresh_expires),
        )
        if row is None:
            return False
        await self._remember_spent(before, now)
        return True

    async def _remember_spent(self, token: AccessToken, now: datetime) -> None:
        await self._query.run(
            "INSERT INTO spent_refresh_tokens (refresh_hash, token_id, used) VALUES (:hash, :id, :now)",
            hash=token.refresh_hash,
            id=token.id,
            now=to_text(now),
        )
        await self._query.run(
            """
            DELETE FROM spent_refresh_tokens WHERE token_id = :id AND refresh_hash NOT IN (
              SELECT refresh_hash FROM spent_refresh_tokens WHERE token_id = :id ORDER BY used DESC LIMIT :kept)
            """,
            id=token.id,
            kept=MAX_SPENT,
        )

    async def save_used(self, id: str, now: datetime) -> None:
        await self._query.run("UPDATE access_tokens SET used = :now WHERE id = :id", id=id, now=to_text(now))

    async def delete(self, id: str) -> str | None:
        """Delete a token; return its name, or None if there is none."""
        row = await self._query.one("DELETE FROM access_tokens WHERE id = :id RETURNING name", id=id)
        return None if row is None else row["name"]

    async def delete_older(self, client_id: str, kept: int) -> int:
        """Delete the tokens of a program but for its newest; return how many."""
        return await self._query.run(
            """
            DELETE FROM access_tokens WHERE client_id = :client_id AND id NOT IN (
              SELECT id FROM access_tokens WHERE client_id = :client_id ORDER BY created DESC, id DESC LIMIT :kept)
            """,
            client_id=client_id,
            kept=kept,
        )

    async def delete_ended(self, now: datetime) -> None:
        """Delete the tokens that have expired and cannot be refreshed any more."""
        await self._query.run(
            "DELETE FROM access_tokens WHERE expires <> '' AND expires <= :now AND refresh_expires <= :now",
            now=to_text(now),
        )

    async def delete_all(self) -> None:
        await self._query.run("DELETE FROM access_tokens")


def _text(time: datetime | None) -> str:
    return "" if time is None else to_text(time)


def _time(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _token(row: Row) -> AccessToken:
    return AccessToken(
        id=row["id"],
        token_hash=row["token_hash"],
        name=row["name"],
        scopes=scopes_of(row["scopes"]),
        created=from_text(row["created"]),
        used=_time(row["used"]),
        client_id=row["client_id"],
        expires=_time(row["expires"]),
        refresh_hash=row["refresh_hash"],
        refresh_expires=_time(row["refresh_expires"]),
        allowed=scopes_of(row["allowed"]),
    )
