"""The author's account: password hash, recovery codes and passkeys. There is one account, or none."""

from dataclasses import dataclass
from datetime import datetime

from syndicate.clock import from_text, to_text
from syndicate.storage.engine.database import Queryable, Row

ONLY_ID = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorAccount:
    """`two_factors`: a password needs a passkey or a recovery code as well."""

    password_hash: str
    created: datetime
    two_factors: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential. `id` and `public_key` are base64url."""

    id: str
    name: str
    public_key: str
    sign_count: int
    created: datetime
    used: datetime | None = None


class AdminAccount:
    def __init__(self, query: Queryable) -> None:
        self._query = query

    async def find(self) -> AuthorAccount | None:
        row = await self._query.one("SELECT * FROM admin_account WHERE id = :id", id=ONLY_ID)
        if row is None:
            return None
        return AuthorAccount(
            password_hash=row["password_hash"],
            created=from_text(row["created"]),
            two_factors=bool(row["two_factors"]),
        )

    async def create(self, password_hash: str, now: datetime) -> None:
        """Create the account, or replace it: passkeys and recovery codes of an earlier one are deleted."""
        await self._query.run("DELETE FROM admin_passkeys")
        await self._query.run("DELETE FROM admin_recovery_codes")
        await self._query.run(
            """
            INSERT INTO admin_account (id, password_hash, created, two_factors) VALUES (:id, :password_hash, :now, 0)
            ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, two_factors = 0
            """,
            id=ONLY_ID,
            password_hash=password_hash,
            now=to_text(now),
        )

    async def set_password(self, password_hash: str) -> None:
        await self._query.run("UPDATE admin_account SET password_hash = :password_hash", password_hash=password_hash)

    async def set_two_factors(self, wanted: bool) -> None:
        await self._query.run("UPDATE admin_account SET two_factors = :wanted", wanted=int(wanted))

    # recovery codes

    async def replace_codes(self, hashes: list[str], now: datetime) -> None:
        """From now on only these codes are valid."""
        await self._query.run("DELETE FROM admin_recovery_codes")
        for code_hash in hashes:
            await self._query.run(
                "INSERT INTO admin_recovery_codes (code_hash, created) VALUES (:code_hash, :now)",
                code_hash=code_hash,
                now=to_text(now),
            )

    async def use_code(self, code_hash: str, now: datetime) -> bool:
        """Use a code up; return whether it was valid and unused."""
        touched = await self._query.run(
            "UPDATE admin_recovery_codes SET used = :now WHERE code_hash = :code_hash AND used IS NULL",
            code_hash=code_hash,
            now=to_text(now),
        )
        return touched == 1

    async def count_unused_codes(self) -> int:
        row = await self._query.one("SELECT COUNT(*) AS unused FROM admin_recovery_codes WHERE used IS NULL")
        return 0 if row is None else row["unused"]

    # passkeys

    async def list_passkeys(self) -> list[Passkey]:
        rows = await self._query.all("SELECT * FROM admin_passkeys ORDER BY created, id")
        return [_passkey(row) for row in rows]

    async def find_passkey(self, id: str) -> Passkey | None:
        row = await self._query.one("SELECT * FROM admin_passkeys WHERE id = :id", id=id)
        return None if row is None else _passkey(row)

    async def add_passkey(self, passkey: Passkey) -> None:
        """Add a passkey; one that is known already stays as it is."""
        await self._query.run(
            """
            INSERT INTO admin_passkeys (id, name, public_key, sign_count, created)
            VALUES (:id, :name, :public_key, :sign_count, :created) ON CONFLICT DO NOTHING
            """,
            id=passkey.id,
            name=passkey.name,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            created=to_text(passkey.created),
        )

    async def save_passkey_use(self, id: str, sign_count: int, now: datetime) -> None:
        await self._query.run(
            "UPDATE admin_passkeys SET sign_count = :sign_count, used = :now WHERE id = :id",
            id=id,
            sign_count=sign_count,
            now=to_text(now),
        )

    async def delete_passkey(self, id: str) -> bool:
        return await self._query.run("DELETE FROM admin_passkeys WHERE id = :id", id=id) > 0


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=row["id"],
        name=row["name"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        created=from_text(row["created"]),
        used=None if row["used"] is None else from_text(row["used"]),
    )
