"""Codes that programs redeem once, after the author has let them in (IndieAuth); only hashes of them are stored."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.access_tokens import Scope, scopes_in_words, scopes_of
from syndicate.storage.engine.database import Queryable


@dataclass(frozen=True, slots=True, kw_only=True)
class IndieAuthCode:
    """A code for the program `name` at `client_id`, and what the author allowed. `token_id` is the token that it gave."""

    code_hash: str
    client_id: str
    redirect_uri: str
    challenge: str
    name: str
    scopes: frozenset[Scope]
    expires: datetime
    is_used: bool = False
    token_id: str = ""


class IndieAuthCodes:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self, code_hash: str) -> IndieAuthCode | None:
        row = await self._query.one("SELECT * FROM indieauth_codes WHERE code_hash = :hash", hash=code_hash)
        if row is None:
            return None
        return IndieAuthCode(
            code_hash=row["code_hash"],
            client_id=row["client_id"],
            redirect_uri=row["redirect_uri"],
            challenge=row["challenge"],
            name=row["name"],
            scopes=scopes_of(row["scopes"]),
            expires=from_text(row["expires"]),
            is_used=bool(row["used"]),
            token_id=row["token_id"],
        )

    async def save(self, code: IndieAuthCode) -> None:
        await self._query.run(
            """
            INSERT INTO indieauth_codes (code_hash, client_id, redirect_uri, challenge, name, scopes, expires)
            VALUES (:code_hash, :client_id, :redirect_uri, :challenge, :name, :scopes, :expires)
            """,
            code_hash=code.code_hash,
            client_id=code.client_id,
            redirect_uri=code.redirect_uri,
            challenge=code.challenge,
            name=code.name,
            scopes=scopes_in_words(code.scopes),
            expires=to_text(code.expires),
        )

    async def use(self, code_hash: str, now: datetime, token_id: str = "") -> bool:
        """Mark a code as redeemed; return whether it was not yet."""
        row = await self._query.one(
            """
            UPDATE indieauth_codes SET used = :now, token_id = :token_id
            WHERE code_hash = :hash AND used = ''
            RETURNING code_hash
            """,
            hash=code_hash,
            now=to_text(now),
            token_id=token_id,
        )
        return row is not None

    async def delete_expired(self, before: datetime) -> None:
        await self._query.run("DELETE FROM indieauth_codes WHERE expires < :before", before=to_text(before))

    async def delete_all(self) -> None:
        await self._query.run("DELETE FROM indieauth_codes")
