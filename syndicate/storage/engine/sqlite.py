"""SQLite: one writer with group commit, and concurrent readers.

`transaction()` returns only when its commit is on disk (`synchronous=FULL`). To keep that cheap, all waiting bodies
run one after another in a single hop to the writer's thread, as savepoints of one outer transaction: a hundred
replies cost one fsync. A body that fails is rolled back alone.

Reads of few rows go through a read-only connection in the event loop's own thread (about 10 µs; a hop to another
thread costs 25 times that); `query_in_thread` uses another thread.
"""

import asyncio
import contextlib
import socket
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import structlog

from syndicate.errors import DatabaseBusy, DatabaseDamaged, DatabaseReplaced, StorageError, ValueUnstorable
from syndicate.storage.engine.database import Body, Dialect, Queryable, Row
from syndicate.storage.engine.table_copy import copy_file

T = TypeVar("T")
log = structlog.get_logger()

MAX_BATCH_SIZE = 500
BUSY_MILLISECONDS = 5000
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
RESTORE = "stop the server, and put a backup in its place (docs/operations.md)"
FIXED_VERSION = (3, 51, 3)
BACKPORT_VERSIONS = ((3, 50, 7), (3, 44, 6))
"""From these versions on, the WAL-reset bug (3.7.0 to 3.51.2) is fixed."""
PRAGMAS = f"""
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA foreign_keys=ON;
PRAGMA busy_timeout={BUSY_MILLISECONDS};
PRAGMA trusted_schema=OFF;
PRAGMA cell_size_check=ON;
PRAGMA secure_delete=ON;
PRAGMA journal_size_limit=67108864;
"""


WORDS = {"{skip_locked}": "", "{indexed_words}": ":words", "{has_words}": "post_search MATCH :words"}


@lru_cache(maxsize=1024)
def _prepared(sql: str) -> str:
    """Fill in the placeholders: SQLite locks the whole file, so there is nothing to skip, and FTS5 searches words."""
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    return sql


class Statements:
    """Statements on one connection, in the calling thread: nothing here ever suspends."""

    def __init__(self, connection: sqlite3.Connection, damage: "_Damage | None" = None) -> None:
        self._connection, self._translated = connection, _ErrorTranslation(damage)

    async def all(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        with self._translated:
            cursor = self._connection.execute(_prepared(sql), parameters)
            return _named(cursor, cursor.fetchall())

    async def one(self, sql: str, /, **parameters: Any) -> Row | None:
        with self._translated:
            cursor = self._connection.execute(_prepared(sql), parameters)
            row = cursor.fetchone()
            return None if row is None else _named(cursor, (row,))[0]

    async def run(self, sql: str, /, **parameters: Any) -> int:
        with self._translated:
            return self._connection.execute(_prepared(sql), parameters).rowcount

    async def advisory_lock(self, name: str) -> None:
        """Do nothing: SQLite runs one writing transaction at a time."""


def _named(cursor: sqlite3.Cursor | aiosqlite.Cursor, rows: Iterable[Any]) -> list[Row]:
    """Return rows as dicts: a `sqlite3.Row` compares a name with those of all columns before it, one by one."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in rows]


class _ErrorTranslation(contextlib.AbstractContextManager[None]):
    """Translates errors of SQLite into errors of Syndicate. One serves any number of statements."""

    def __init__(self, damage: "_Damage | None" = None) -> None:
        self._damage = damage

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeError | OverflowError):
            raise ValueUnstorable(f"a value that SQLite does not take: {error}") from error
        if not isinstance(error, sqlite3.DatabaseError):
            return
        code = error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else 0
        if code in DAMAGED or "Could not decode" in str(error):
            damaged = DatabaseDamaged(f"the database is damaged: {error}; {RESTORE}")
            if self._damage is not None:
                self._damage.found(damaged)
            raise damaged from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseBusy(f"the database is locked by another process: {error}") from error
        if code == sqlite3.SQLITE_CANTOPEN:
            raise StorageError(f"the database cannot be opened: {error}; are there too many open files?") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
            raise StorageError(f"the database cannot be written: {error}; is the disk full?") from error


class _Damage:
    """Damage that any connection found while the file was open. It is logged once."""

    def __init__(self) -> None:
        self._first: DatabaseDamaged | None = None

    def found(self, error: DatabaseDamaged) -> None:
        if self._first is None:
            self._first = error
            log.warning("database writes stopped", problem=str(error))

    def require_none(self) -> None:
        """Raises DatabaseDamaged if damage was found: what is written then is lost when a backup replaces the file."""
        if self._first is not None:
            raise DatabaseDamaged(str(self._first))


def drive(body: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends to its end, in this thread."""
    try:
        body.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    body.close()
    raise RuntimeError("a transaction body awaited something other than its statements")


class _Writer(aiosqlite.Connection):
    """aiosqlite's thread and queue, extended by a method that runs a whole batch in one hop."""

    async def perform(self, bodies: "Sequence[Body[Any]]", check: Callable[[], None]) -> tuple[list[Any], bool]:
        done: tuple[list[Any], bool] = await self._execute(_perform, self._conn, bodies, check)  # type: ignore[no-untyped-call]  # aiosqlite's own
        return done


def _perform(
    connection: sqlite3.Connection, bodies: "Sequence[Body[Any]]", check: Callable[[], None]
) -> tuple[list[Any], bool]:
    """Run the bodies as savepoints of one transaction. Return a result or failure for each, once durable, and whether
    a row has changed. `check` raises if nothing may be committed."""
    statements, translated = Statements(connection), _ErrorTranslation()
    results: list[Any] = []
    before = connection.total_changes
    with translated:
        connection.execute("BEGIN IMMEDIATE")
    try:
        for body in bodies:
            connection.execute("SAVEPOINT body")
            try:
                results.append(drive(body(statements)))
            except Exception as error:
                if not connection.in_transaction:  # a full disk undoes everything at once
                    raise StorageError(f"the database cannot be written: {error}; is the disk full?") from error
                with translated:
                    connection.execute("ROLLBACK TO body")
                results.append(_Failed(error))
            with translated:
                connection.execute("RELEASE body")
        check()
        with translated:
            connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.DatabaseError):  # of a damaged file; the first error is raised
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise
    return results, connection.total_changes != before


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _open(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.executescript(PRAGMAS)
    if read_only:
        connection.execute("PRAGMA query_only=ON")
    return connection


class SQLite:
    """A SQLite file (see `Database`)."""

    def __init__(
        self, path: str, writer: _Writer, thread_reader: aiosqlite.Connection, reader: sqlite3.Connection
    ) -> None:
        self._path, self._writer, self._thread_reader, self._reader = path, writer, thread_reader, reader
        self._damage = _Damage()
        self._statements = Statements(reader, self._damage)
        self._file = _identity(path)
        self._waiting: deque[tuple[Body[Any], asyncio.Future[Any]]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._notices: list[Callable[[], None]] = []
        self._hints = CommitHints(f"{path}-hint")

    @classmethod
    async def open(cls, path: str) -> "SQLite":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            reader = _open(path, read_only=True)  # first: a file that is no database is detected before threads run
            writer = _Writer(lambda: _open(path), 64)
            await writer
            thread_reader = await aiosqlite.Connection(lambda: _open(path, read_only=True), 64)
            return cls(path, writer, thread_reader, reader)
        except sqlite3.DatabaseError as error:
            hint = f"; {RESTORE}" if getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED else ""
            raise StorageError(f"{path}: cannot be opened: {error}{hint}") from error
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{path}: cannot be opened: {error}") from error

    @property
    def dialect(self) -> Dialect:
        return "sqlite"

    @property
    def read(self) -> Queryable:
        return self._statements

    async def transaction(self, body: Body[T]) -> T:
        self._damage.require_none()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="sqlite writer")
        return await future

    async def _write(self) -> None:
        """Commit waiting transactions batch by batch until none waits."""
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH_SIZE))]
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: "list[tuple[Body[Any], asyncio.Future[Any]]]") -> None:
        try:
            results, changed = await self._writer.perform([body for body, _ in batch], self.require_own_file)
        except Exception as error:  # noqa: BLE001 - nothing of the batch is durable; each caller gets the error
            results, changed = [_Failed(error)] * len(batch), False
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, _Failed):
                if isinstance(result.error, DatabaseDamaged):
                    self._damage.found(result.error)
                future.set_exception(result.error)
            else:
                future.set_result(result)
        if changed:
            self._hints.send()
            self._notify()

    async def query_in_thread(self, sql: str, /, **parameters: Any) -> Sequence[Row]:
        with _ErrorTranslation(self._damage):
            cursor = await self._thread_reader.execute(_prepared(sql), parameters)
            rows = _named(cursor, await cursor.fetchall())
            await cursor.close()
        return rows

    def version(self) -> int:
        with _ErrorTranslation(self._damage):
            version: int = self._reader.execute("PRAGMA data_version").fetchone()[0]
        return version

    async def poll(self) -> None:
        """Do nothing: `version` reads the file itself."""

    def require_own_file(self) -> None:
        """Raises DatabaseReplaced if the file was moved: what is committed to it would be lost at the next start."""
        try:
            is_own = _identity(self._path) == self._file
        except OSError:
            is_own = False
        if not is_own:
            raise DatabaseReplaced(
                f"{self._path}: is no longer the file that was opened: it was moved, removed or replaced; "
                "please put it back, and start again"
            )

    def on_commit(self, notice: Callable[[], None]) -> None:
        self._notices.append(notice)

    def _notify(self) -> None:
        for notice in self._notices:
            notice()

    async def listen(self) -> None:
        self._hints.listen(self._notify)

    async def check(self) -> list[str]:
        rows = await self.query_in_thread("PRAGMA quick_check(20)")
        foreign = await self.query_in_thread("PRAGMA foreign_key_check")
        found = [str(row["quick_check"]) for row in rows if row["quick_check"] != "ok"]
        return found + [f"{len(foreign)} rows refer to rows that are not there"] * bool(foreign)

    def advice(self) -> list[str]:
        version = sqlite3.sqlite_version_info
        if version >= FIXED_VERSION or any(
            version[:2] == found[:2] and version >= found for found in BACKPORT_VERSIONS
        ):
            return []
        return [
            f"SQLite {sqlite3.sqlite_version} has a rare bug that can lose commits (fixed in 3.51.3); "
            "a newer Python or system brings a newer one"
        ]

    async def backup(self, path: str) -> None:
        await asyncio.to_thread(copy_file, self._path, path)

    async def close(self) -> None:
        while self._writing is not None:
            await asyncio.wait([self._writing])
        self._hints.close()
        with contextlib.suppress(sqlite3.Error):
            await self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        await self._thread_reader.close()
        self._reader.close()
        await self._writer.close()


def _identity(path: str) -> tuple[int, int]:
    """Return what distinguishes a file from another with the same name."""
    found = Path(path).stat()
    return found.st_dev, found.st_ino


class CommitHints:
    """A datagram socket beside the database file: a command that has committed notifies the server, which then
    need not poll every few milliseconds. Lost hints do no harm."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._listening = False

    def listen(self, notice: Callable[[], None]) -> None:
        self.close()
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.setblocking(False)
        try:
            Path(self._path).unlink(missing_ok=True)
            receiver.bind(self._path)
        except OSError:  # a path too long for a socket, or a file system without them: polling suffices
            receiver.close()
            return
        self._socket, self._listening = receiver, True

        def drain() -> None:
            with contextlib.suppress(BlockingIOError):
                while True:
                    receiver.recv(16)
            notice()

        asyncio.get_running_loop().add_reader(receiver, drain)

    def send(self) -> None:
        if self._listening or sys.platform == "win32":
            return
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
        with contextlib.suppress(OSError):
            self._socket.sendto(b".", self._path)

    def close(self) -> None:
        if self._socket is None:
            return
        if self._listening:
            asyncio.get_running_loop().remove_reader(self._socket)
            Path(self._path).unlink(missing_ok=True)
        self._socket.close()
        self._socket, self._listening = None, False
