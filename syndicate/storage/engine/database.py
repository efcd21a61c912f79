"""The interface of the database engines.

The same SQL text runs on SQLite and on PostgreSQL: `:name` parameters, TEXT and BIGINT, `ON CONFLICT`,
`RETURNING`. Where they differ, each engine fills in placeholders: `{skip_locked}`, and for search
`{indexed_words}` and `{has_words}`.

Work is leased by `WITH due AS MATERIALIZED (SELECT … LIMIT … {skip_locked}) UPDATE … IN (SELECT * FROM due) RETURNING *`.
Within a plain `IN (…)` PostgreSQL may look for the due rows once per row, skip what it has locked itself, and lease
more than was asked for.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal, Protocol, TypeVar

Dialect = Literal["sqlite", "postgresql"]
T = TypeVar("T")


class Row(Protocol):
    """A result row, read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Queryable(Protocol):
    """A connection, pool or transaction that executes statements.

    The SQL argument is positional-only, so that a parameter may be called `sql`.
    """

    async def all(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        """Return every row. For results of bounded size: it may run in the event loop's own thread."""
        ...

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        ...

    async def run(self, sql: str, /, **parameters: Any) -> int:
        """Execute a statement that writes and return how many rows it changed."""
        ...

    async def advisory_lock(self, name: str) -> None:
        """Take the lock of this name, waiting for other transactions, until this transaction ends.

        For values that are read first and then written, such as the next free slug.
        """
        ...


Body = Callable[[Queryable], Coroutine[Any, Any, T]]


class Database(Protocol):
    """A database with one way to write and one to read.

    Raises DatabaseBusy if another process keeps it locked, StorageError if it cannot be used.
    """

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect, which selects among migration scripts."""
        ...

    @property
    def read(self) -> Queryable:
        """Reads what is committed at the moment of each statement."""
        ...

    async def transaction(self, body: Body[T]) -> T:
        """Run `body` as one transaction and return its result once that is durable.

        `body` awaits nothing but its own statements: it may be run in another thread, and run again after a
        deadlock. An exception undoes what this body did, and only that.
        """
        ...

    async def query_in_thread(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        """Return every row of a query that may be slow or large, without blocking the event loop."""
        ...

    def version(self) -> int:
        """Return a number that changes with every commit of any process. Takes microseconds."""
        ...

    async def poll(self) -> None:
        """Check for commits whose hint was lost; `version` reflects them afterwards."""
        ...

    def require_own_file(self) -> None:
        """Raises DatabaseReplaced when the file is no longer the one that was opened."""
        ...

    def on_commit(self, notice: Callable[[], None]) -> None:
        """Call `notice` in the event loop soon after a commit, this process's or another's (a hint: it may be
        late or missing where the commit was another process's; polling `version` always suffices)."""
        ...

    async def listen(self) -> None:
        """Start receiving hints of other processes. Only the server does; commands only send them."""
        ...

    async def check(self) -> list[str]:
        """Return descriptions of damage; empty if there is none, or if the database checks itself."""
        ...

    def advice(self) -> list[str]:
        """Return warnings about the version of the database software."""
        ...

    async def backup(self, path: str) -> None:
        """Write a consistent copy to `path`, always as a SQLite file, while others write. Raises StorageError."""
        ...

    async def close(self) -> None: ...
