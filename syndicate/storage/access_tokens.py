"""Tokens with which other programs act for the author; of the tokens only hashes are stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row


class Scope(StrEnum):
    """What a token allows."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNDELETE = "undelete"
    MEDIA = "media"
    DRAFT = "draft"
    """Creating drafts, and nothing that is public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A token of the program `name`; `used` is when it was last used, to some minutes, or None."""

    id: str
    token_hash: str
    name: str
    scopes: frozenset[Scope]
    created: datetime
    used: datetime | None = None

    @property
    def words(self) -> str:
        """The scopes as text, in the order in which they are defined."""
        return " ".join(scope.value for scope in Scope if scope in self.scopes)


class AccessTokens:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, token_hash: str) -> AccessToken | None:
        row = await self._query.one("SELECT * FROM access_tokens WHERE token_hash = :hash", hash=token_hash)
        return None if row is None else _token(row)

    async def list_all(self) -> list[AccessToken]:
        """Return every token, the newest first."""
        rows = await self._query.all("SELECT * FROM access_tokens ORDER BY created DESC, id DESC")
        return [_token(row) for row in rows]

    async def save(self, token: AccessToken) -> None:
        await self._query.run(
            """
            INSERT INTO access_tokens (id, token_hash, name, scopes, created)
            VALUES (:id, :token_hash, :name, :scopes, :created)
            """,
            id=token.id,
            token_hash=token.token_hash,
            name=token.name,
            scopes=token.words,
            created=to_text(token.created),
        )

    async def save_used(self, id: str, now: datetime) -> None:
        await self._query.run("UPDATE access_tokens SET used = :now WHERE id = :id", id=id, now=to_text(now))

    async def delete(self, id: str) -> str | None:
        """Delete a token; return its name, or None if there is none."""
        row = await self._query.one("DELETE FROM access_tokens WHERE id = :id RETURNING name", id=id)
        return None if row is None else row["name"]

    async def delete_all(self) -> None:
        await self._query.run("DELETE FROM access_tokens")


def _token(row: Row) -> AccessToken:
    return AccessToken(
        id=row["id"],
        token_hash=row["token_hash"],
        name=row["name"],
        scopes=frozenset(Scope(word) for word in row["scopes"].split()),
        created=from_text(row["created"]),
        used=None if row["used"] is None else from_text(row["used"]),
    )
