"""PostgreSQL as the source or the target of a copy of all rows (see `table_copy`)."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg

from syndicate.errors import StorageError
from syndicate.storage.engine.migrate import migrate
from syndicate.storage.engine.postgresql_statements import CONNECT_TIMEOUT_SECONDS, Statements, translated
from syndicate.storage.engine.sqlite import SQLite
from syndicate.storage.engine.table_copy import BATCH_ROWS, Rows, SQLiteFile, TableSum, copy_rows

LISTENERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN %'
"""
"""A server listens on a connection of its own, whose last statement this is."""


class _Tables:
    """The tables as one transaction sees them."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def batches(self, table: str, columns: Sequence[str]) -> AsyncIterator[Rows]:
        cursor = await self._connection.cursor(f"SELECT {', '.join(columns)} FROM {table}")
        while records := await cursor.fetch(BATCH_ROWS):
            yield [tuple(record) for record in records]

    async def insert(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        await self._connection.copy_records_to_table(table, records=rows, columns=list(columns))


@asynccontextmanager
async def _transaction(address: str, **options: Any) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """Connect and begin a transaction. Raises StorageError."""
    try:
        with translated():
            connection = await asyncpg.connect(address, timeout=CONNECT_TIMEOUT_SECONDS)
            try:
                async with connection.transaction(**options):
                    yield connection
            finally:
                await connection.close()
    except (asyncpg.PostgresError, ValueError) as error:
        raise StorageError(f"PostgreSQL: {error}") from error


async def copy_to_file(address: str, path: str) -> None:
    """Write all rows as they are at this moment into a new SQLite file. Raises StorageError."""
    made = await SQLite.open(path)
    try:
        await migrate(made)
    finally:
        await made.close()
    async with _transaction(address, isolation="repeatable_read", readonly=True) as connection:
        with closing(SQLiteFile(path, writable=True)) as target:
            await copy_rows(_Tables(connection), target, target.tables())
            target.commit()


async def copy_from_file(
    path: str,
    address: str,
    *,
    replace: bool,
    finish: "Callable[[Statements], Any]",
) -> list[TableSum]:
    """Write all rows of a SQLite file with the newest schema into a PostgreSQL database that has the same, in one
    transaction; `finish` runs inside it, last. Raises StorageError; nothing was changed then.
    """
    with closing(SQLiteFile(path)) as source:
        tables = source.tables()
        async with _transaction(address) as connection:
            if await connection.fetchval(LISTENERS):
                raise StorageError("a `syndicate serve` works on the database; please stop it first")
            if replace:
                await connection.execute(f"TRUNCATE {', '.join(tables)}, post_search")
            for table in tables:
                if await connection.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table})"):
                    raise StorageError("the PostgreSQL database holds a blog already; nothing was changed")
            sums = await copy_rows(source, _Tables(connection), tables)
            await finish(Statements(connection))
    return sums
