"""PostgreSQL: a pool, and NOTIFY as a hint between machines (extra `postgresql`).

PostgreSQL commits groups by itself (`synchronous_commit=on`). Columns are made with `COLLATE "C"` so that text
sorts as on SQLite.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from syndicate.errors import DatabaseBusy, StorageError
from syndicate.storage.engine.database import Body, Dialect, Queryable, Row
from syndicate.storage.engine.postgresql_copy import copy_to_file
from syndicate.storage.engine.postgresql_statements import (
    CONNECT_TIMEOUT_SECONDS,
    READ_ONLY_ERRORS,
    Statements,
    translated,
)

T = TypeVar("T")

CHANNEL = "syndicate"
MAX_ATTEMPTS = 10
RETRYABLE_ERRORS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
    asyncpg.DuplicateObjectError,
    asyncpg.DuplicateTableError,
    asyncpg.InvalidCachedStatementError,
)
"""Errors after which a transaction is retried. Duplicates come from two processes that migrate at once, and statements
become invalid when another process has changed the schema."""
CLOSE_TIMEOUT_SECONDS = 5.0


async def _keep_session(_: "asyncpg.Connection[Any]") -> None:
    """Spare each read the second round trip of a session reset: locks end with their transaction, no statement changes
    a setting, and asyncpg itself still rolls back what was left open."""


class PostgreSQL:
    """A PostgreSQL database (see `Database`)."""

    def __init__(self, address: str, pool: "asyncpg.Pool[Any]") -> None:
        self._address, self._pool = address, pool
        self._statements = Statements(pool)
        self._version = 0
        self._notices: list[Callable[[], None]] = []
        self._hint: asyncio.Task[None] | None = None
        self._hint_pending = False
        self._wal_position = ""
        self._listener: asyncpg.Connection[Any] | None = None

    @property
    def dialect(self) -> Dialect:
        return "postgresql"

    @classmethod
    async def open(cls, address: str) -> "PostgreSQL":
        try:
            with translated():
                # asyncpg logs a traceback for each connection that it cannot restore to a minimum
                pool = asyncpg.create_pool(
                    address,
                    min_size=0,
                    max_size=10,
                    command_timeout=60,
                    timeout=CONNECT_TIMEOUT_SECONDS,
                    reset=_keep_session,
                )
                await pool
                async with pool.acquire():
                    return cls(address, pool)
        except (asyncpg.PostgresError, ValueError) as error:
            raise StorageError(f"PostgreSQL cannot be reached: {error}") from error

    @property
    def read(self) -> Queryable:
        return self._statements

    async def transaction(self, body: Body[T]) -> T:
        for attempt in range(MAX_ATTEMPTS):
            try:
                with translated():
                    async with self._pool.acquire() as connection, connection.transaction():
                        result = await body(Statements(connection))
                break
            except StorageError as error:
                if isinstance(error.__cause__, READ_ONLY_ERRORS):  # new connections find the server that takes writes
                    await self._pool.expire_connections()
                raise
            except RETRYABLE_ERRORS as error:
                # of unique keys only those of PostgreSQL's own catalogue are races: two processes that migrate at once
                if isinstance(error, asyncpg.UniqueViolationError) and not str(error.constraint_name).startswith("pg_"):
                    raise
                if attempt == MAX_ATTEMPTS - 1:
                    raise DatabaseBusy(f"the database is busy: {error}") from error
                await asyncio.sleep(random.uniform(0.5, 1.0) * 0.01 * 2**attempt)  # noqa: S311 - apart from each other
        self._committed()
        return result

    def _committed(self) -> None:
        """Tell others, soon and together, outside of the transaction: NOTIFY inside it would queue commits."""
        self._moved()
        self._hint_pending = True
        if self._hint is None or self._hint.done():
            self._hint = asyncio.create_task(self._send_hints(), name="postgresql hint")

    async def _send_hints(self) -> None:
        while self._hint_pending:
            self._hint_pending = False
            with contextlib.suppress(StorageError):
                await self._statements.run("SELECT pg_notify('syndicate', '')")

    def _moved(self, *_: object) -> None:
        self._version += 1
        for notice in self._notices:
            notice()

    async def query_in_thread(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        return await self._statements.all(sql, **parameters)

    def version(self) -> int:
        return self._version

    def require_own_file(self) -> None:
        """Not applicable: the database server manages its files."""

    def on_commit(self, notice: Callable[[], None]) -> None:
        self._notices.append(notice)

    async def poll(self) -> None:
        """Compare the WAL insert position, since a hint may be lost with its connection."""
        with contextlib.suppress(StorageError):
            row = await self._statements.one("SELECT pg_current_wal_insert_lsn()::text AS wal_position")
            if row is not None and row["wal_position"] != self._wal_position:
                self._wal_position = row["wal_position"]
                self._moved()
        if self._listener is not None and self._listener.is_closed():
            with contextlib.suppress(StorageError):
                await self.listen()

    async def listen(self) -> None:
        """Listen on a separate connection: the pool would reclaim one that the server has closed."""
        with translated():
            connection = await asyncpg.connect(self._address, timeout=CONNECT_TIMEOUT_SECONDS)
            self._listener = connection
            await connection.add_listener(CHANNEL, self._moved)

    async def check(self) -> list[str]:
        return []

    def advice(self) -> list[str]:
        return []

    async def backup(self, path: str) -> None:
        await copy_to_file(self._address, path)

    async def close(self) -> None:
        if self._hint is not None:
            await asyncio.wait([self._hint])
        with contextlib.suppress(StorageError), translated():
            if self._listener is not None:
                await self._listener.close(timeout=CLOSE_TIMEOUT_SECONDS)
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self._pool.close()
        self._pool.terminate()
