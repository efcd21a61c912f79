"""A database can always be brought to the newest schema, and what was released is never changed."""

import asyncio
from contextlib import closing
from pathlib import Path

from syndicate.storage import connect
from syndicate.storage.engine.database import Dialect, Queryable
from syndicate.storage.engine.migrate import checksum, migrate, scripts, statements
from syndicate.storage.engine.table_copy import SQLiteFile

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")
RELEASED: dict[Dialect, dict[str, str]] = {
    "sqlite": {
        "0001_initial": "40abc1c3213a9c83063a53984862dc22ddce24ab4a0608ffa90f500fa578ac28",
        "0002_search": "e20bd025710e3a6648d06c8fd2ce8b3e6c93ea0866f6532f0c5b475a47749ad6",
    },
    "postgresql": {
        "0001_initial": "40abc1c3213a9c83063a53984862dc22ddce24ab4a0608ffa90f500fa578ac28",
        "0002_search": "49f702e3aaa0a507462b585dd66a22a1b3884248f342ebb78764dc4a5ac571c0",
    },
}
"""Name → checksum of each migration that stands in a released version. On release, add those that are missing:
`python -c "from syndicate.storage.engine import migrate as m; print({n: m.checksum(s) for n, s in m.scripts('sqlite').items()})"`."""


def test_a_released_migration_is_never_changed() -> None:
    for dialect in DIALECTS:
        known = scripts(dialect)
        assert {name: checksum(known[name]) for name in RELEASED[dialect]} == RELEASED[dialect]


def test_migrations_are_numbered_without_a_gap() -> None:
    for dialect in DIALECTS:
        names = list(scripts(dialect))
        assert [int(name.partition("_")[0]) for name in names] == list(range(1, len(names) + 1))


def test_both_databases_have_the_same_migrations() -> None:
    assert list(scripts("sqlite")) == list(scripts("postgresql"))


async def test_an_empty_database_is_brought_to_the_newest_schema(empty_database: str) -> None:
    database = await connect(empty_database)
    try:
        assert await migrate(database) == list(scripts(database.dialect))
        assert await migrate(database) == []
    finally:
        await database.close()


async def test_an_empty_database_holds_no_rows(tmp_path: Path) -> None:
    """Whole blogs are copied into such a database, which has to be empty for that."""
    file = tmp_path / "new.db"
    database = await connect(str(file))
    await migrate(database)
    await database.close()
    with closing(SQLiteFile(str(file))) as empty:
        assert [table for table, columns in empty.tables().items() async for _ in empty.batches(table, columns)] == []


def test_no_column_holds_what_only_one_database_knows() -> None:
    """The same text runs on both: types are TEXT and BIGINT, and nothing is STRICT."""
    words = " ".join(statement.upper() for script in scripts("sqlite").values() for statement in statements(script))
    for word in (" STRICT", " INTEGER", " SERIAL", " AUTOINCREMENT", " JSONB", " TIMESTAMP", " BOOLEAN", " BLOB"):
        assert word not in words


async def test_two_processes_may_migrate_at_once(empty_database: str) -> None:
    first, second = await connect(empty_database), await connect(empty_database)
    try:
        await asyncio.gather(*(migrate(one) for one in (first, second)))

        async def count(tx: Queryable) -> int:
            row = await tx.one("SELECT count(*) AS total FROM migrations")
            assert row is not None
            total: int = row["total"]
            return total

        assert await second.transaction(count) == len(scripts(second.dialect))
    finally:
        await first.close()
        await second.close()
