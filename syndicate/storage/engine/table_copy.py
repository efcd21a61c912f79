"""Copies every row between a SQLite file and PostgreSQL, and proves by count and checksum that both hold the same.

Rows travel in batches, so that the size of the blog does not matter. The search index is not copied, since the two
databases keep it in different forms; it is built again from the posts.
"""

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

from syndicate.errors import StorageError

BATCH_ROWS = 500
OWN_TABLES = ("migrations", "sqlite_", "post_search")
"""Beginnings of the names of tables that each database makes itself."""
CHECKSUM_MODULUS = 2**128

Rows = Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSum:
    """What identifies the rows of a table, in whatever order they are read."""

    table: str
    rows: int
    checksum: str


class RowCounter:
    """Counts rows and adds up their hashes."""

    def __init__(self, table: str) -> None:
        self._table, self._rows, self._sum = table, 0, 0

    def add(self, rows: Rows) -> None:
        for row in rows:
            digest = hashlib.sha256(json.dumps(tuple(row), ensure_ascii=True).encode()).digest()
            self._sum = (self._sum + int.from_bytes(digest[:16], "big")) % CHECKSUM_MODULUS
        self._rows += len(rows)

    @property
    def result(self) -> TableSum:
        return TableSum(table=self._table, rows=self._rows, checksum=f"{self._sum:032x}")


class TableReader(Protocol):
    """Reads the rows of a database as they were at one moment."""

    def batches(self, table: str, columns: Sequence[str]) -> AsyncIterator[Rows]: ...


class TableWriter(Protocol):
    """Writes rows inside one transaction, and reads them back."""

    async def insert(self, table: str, columns: Sequence[str], rows: Rows) -> None: ...

    def batches(self, table: str, columns: Sequence[str]) -> AsyncIterator[Rows]: ...


async def copy_rows(source: TableReader, target: TableWriter, tables: dict[str, tuple[str, ...]]) -> list[TableSum]:
    """Copy these tables (name → columns), read the target again and return what both hold.

    Raises StorageError if they differ.
    """
    sums = []
    for table, columns in tables.items():
        read, written = RowCounter(table), RowCounter(table)
        async for rows in source.batches(table, columns):
            await asyncio.to_thread(read.add, rows)
            await target.insert(table, columns, rows)
        async for rows in target.batches(table, columns):
            await asyncio.to_thread(written.add, rows)
        if read.result != written.result:
            raise StorageError(
                f"{table}: {read.result.rows} rows were read and {written.result.rows} written, "
                "which are not the same; nothing was changed"
            )
        sums.append(read.result)
    return sums


class SQLiteFile:
    """A SQLite file as the source or the target of a copy: one transaction, ended by `close`."""

    def __init__(self, path: str, *, writable: bool = False) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA foreign_keys=OFF")
        self._connection.execute("BEGIN IMMEDIATE" if writable else "BEGIN")

    def tables(self) -> dict[str, tuple[str, ...]]:
        """Return table → columns; what a table refers to comes before it."""
        names = [
            row[0]
            for row in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not row[0].startswith(OWN_TABLES)
        ]
        ordered: dict[str, tuple[str, ...]] = {}
        while len(ordered) < len(names):
            for name in names:
                if name not in ordered and self._references(name) <= {name, *ordered}:
                    ordered[name] = self._columns(name)
        return ordered

    def _references(self, table: str) -> set[str]:
        return {row[2] for row in self._connection.execute(f"PRAGMA foreign_key_list({table})")}

    def _columns(self, table: str) -> tuple[str, ...]:
        return tuple(row[1] for row in self._connection.execute(f"PRAGMA table_info({table})"))

    async def batches(self, table: str, columns: Sequence[str]) -> AsyncIterator[Rows]:
        cursor = self._connection.execute(f"SELECT {', '.join(columns)} FROM {table}")
        while rows := await asyncio.to_thread(cursor.fetchmany, BATCH_ROWS):
            yield rows

    async def insert(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        marks = ", ".join("?" * len(columns))
        await asyncio.to_thread(
            self._connection.executemany, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows
        )

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


def copy_file(source: str, target: str) -> None:
    """Copy a SQLite file as it is at this moment, while others write to it. Blocks. Raises StorageError.

    One step reads everything in one read transaction: a copy in several steps begins anew after each commit of
    another process, and would never end under load.
    """
    try:
        with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
            reader.backup(writer, pages=-1)
            writer.execute("PRAGMA journal_mode=DELETE")
            require_sound(writer, target)
    except sqlite3.Error as error:
        raise StorageError(f"{target}: the copy of the database cannot be written: {error}") from error


def require_sound(connection: sqlite3.Connection, name: str) -> None:
    """Raises StorageError if the database is damaged."""
    found = _first(connection.execute("PRAGMA integrity_check(1)"))
    if found != "ok":
        raise StorageError(f"{name}: the copy of the database is damaged: {found}")


def _first(rows: Iterator[tuple[Any, ...]]) -> object:
    return next(iter(rows))[0]
