"""Statements of ours on a connection of PostgreSQL: named parameters, and errors of Syndicate."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from syndicate.errors import DatabaseBusy, StorageError, ValueUnstorable
from syndicate.storage.engine.database import Row

CONNECTION_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    OSError,
)
"""The server restarts, refuses the login, or closed the connection, perhaps while asyncpg was reading a response."""
READ_ONLY_ERRORS = (asyncpg.ReadOnlySQLTransactionError, asyncpg.ObjectNotInPrerequisiteStateError)
"""After a failover, earlier connections may lead to a server that is read-only or still recovers."""
CONNECT_TIMEOUT_SECONDS = 10.0
PARAMETER = re.compile(r"'(?:[^']|'')*'|(?<!:):([a-z_][a-z0-9_]*)")


WORDS = {
    "{skip_locked}": "FOR UPDATE SKIP LOCKED",
    "{indexed_words}": "to_tsvector('simple', :words)",
    "{has_words}": "post_search.words @@ websearch_to_tsquery('simple', :words)",
}


@lru_cache(maxsize=1024)
def _prepared(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL with `:name` replaced by `$n` outside of string literals, and the names in order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group(0)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return PARAMETER.sub(number, sql), tuple(names)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Translate lost connections and refused values into errors of Syndicate; conflicts and programming errors pass
    unchanged."""
    try:
        yield
    except asyncpg.DataError as error:
        raise ValueUnstorable(f"a value that PostgreSQL does not take: {error}") from error
    except READ_ONLY_ERRORS as error:
        raise StorageError(f"PostgreSQL takes no writes now: {error}") from error
    except CONNECTION_ERRORS as error:
        if isinstance(error, ValueError):  # raised by asyncpg itself for of a value
            raise ValueUnstorable(f"a value that PostgreSQL does not take: {error}") from error
        raise StorageError(f"PostgreSQL cannot be reached: {error}") from error
    except asyncpg.InsufficientResourcesError as error:
        raise DatabaseBusy(f"PostgreSQL has no free space or connection: {error}") from error


class Statements:
    """Statements on a connection or on the pool."""

    def __init__(self, executor: "PoolConnectionProxy[Any] | asyncpg.Pool[Any] | asyncpg.Connection[Any]") -> None:
        self._executor = executor

    async def all(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        text, names = _prepared(sql)
        with translated():
            rows: Sequence[Row] = await self._executor.fetch(text, *(parameters[name] for name in names))
        return rows

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        text, names = _prepared(sql)
        with translated():
            row: Row | None = await self._executor.fetchrow(text, *(parameters[name] for name in names))
        return row

    async def run(self, sql: str, /, **parameters: Any) -> int:
        text, names = _prepared(sql)
        with translated():
            answer = await self._executor.execute(text, *(parameters[name] for name in names))
        count = answer.rsplit(" ", 1)[-1]  # "UPDATE 3", "INSERT 0 1", "CREATE TABLE"
        return int(count) if count.isdigit() else 0

    async def advisory_lock(self, name: str) -> None:
        await self.one("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=name)
