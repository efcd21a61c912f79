"""A database can always be brought to the newest schema, and what was released is never changed."""

import asyncio

from syndicate.storage import connect
from syndicate.storage.database import Queryable
from syndicate.storage.migrate import checksum, migrate, scripts, statements

RELEASED: dict[str, str] = {}
"""Name → checksum of each migration that stands in a released version. On release, add those that are missing:
`python -c "from syndicate.storage import migrate as m; print({n: m.checksum(s) for n, s in m.scripts().items()})"`."""


def collation(address: str) -> str:
    return 'COLLATE "C"' if address.startswith("postgres") else ""


def test_a_released_migration_is_never_changed() -> None:
    known = scripts()
    assert {name: checksum(known[name]) for name in RELEASED} == RELEASED


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(name.partition("_")[0]) for name in scripts()] == list(range(1, len(scripts()) + 1))


async def test_an_empty_database_is_brought_to_the_newest_schema(database_address: str) -> None:
    database = await connect(database_address)
    try:
        assert await migrate(database, collation=collation(database_address)) == list(scripts())
        assert await migrate(database, collation=collation(database_address)) == []
    finally:
        await database.close()


def test_no_column_holds_what_only_one_database_knows() -> None:
    """The same text runs on both: types are TEXT and BIGINT, and nothing is STRICT."""
    words = " ".join(statement.upper() for script in scripts().values() for statement in statements(script))
    for word in (" STRICT", " INTEGER", " SERIAL", " AUTOINCREMENT", " JSONB", " TIMESTAMP", " BOOLEAN", " BLOB"):
        assert word not in words


async def test_two_processes_may_migrate_at_once(database_address: str) -> None:
    first, second = await connect(database_address), await connect(database_address)
    try:
        await asyncio.gather(*(migrate(one, collation=collation(database_address)) for one in (first, second)))

        async def count(tx: Queryable) -> int:
            row = await tx.one("SELECT count(*) AS total FROM migrations")
            assert row is not None
            total: int = row["total"]
            return total

        assert await second.transaction(count) == len(scripts())
    finally:
        await first.close()
        await second.close()
