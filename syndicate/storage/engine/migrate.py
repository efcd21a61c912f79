"""Migrates a database to the newest schema: `migrations/*.sql` in order, one transaction each.

Where the dialects differ, a migration has one script for each: `NNNN_name.sqlite.sql`, `NNNN_name.postgresql.sql`.

Each applied migration is recorded with its checksum. A database with an unknown migration was written by a newer
version and is refused unchanged.
"""

import functools
import hashlib
from collections.abc import Mapping
from importlib import resources

from syndicate.errors import DatabaseNewer, StorageError
from syndicate.storage.engine.database import Database, Dialect, Queryable

MIGRATIONS_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
  name TEXT PRIMARY KEY,
  checksum TEXT NOT NULL
)
"""


COLLATION: dict[Dialect, str] = {"sqlite": "", "postgresql": 'COLLATE "C"'}
"""Appended to TEXT in CREATE TABLE, so that text sorts alike in both dialects."""


@functools.cache
def scripts(dialect: Dialect) -> Mapping[str, str]:
    """Return migration name → SQL text, in the order in which they run."""
    folder = resources.files("syndicate.storage") / "migrations"
    found = {}
    for file in sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql")):
        name, _, only_for = file.removesuffix(".sql").partition(".")
        if only_for in ("", dialect):
            found[name] = (folder / file).read_text(encoding="utf-8")
    return found


def checksum(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()


async def migrate(database: Database) -> list[str]:
    """Run the pending migrations and return their names.

    Raises DatabaseNewer, and StorageError if an applied migration has changed since.
    """
    known = scripts(database.dialect)

    async def prepare(tx: Queryable) -> dict[str, str]:
        await tx.run(MIGRATIONS_TABLE)
        return {row["name"]: row["checksum"] for row in await tx.all("SELECT name, checksum FROM migrations")}

    done = await database.transaction(prepare)
    newer = sorted(done.keys() - known.keys())
    if newer:
        raise DatabaseNewer(
            f"the database was written by a newer version of Syndicate (it has {newer[-1]}); please install that one"
        )
    for name in done:
        if done[name] != checksum(known[name]):
            raise StorageError(f"migration {name} is not the one that made this database")
    missing = [name for name in known if name not in done]
    for name in missing:
        await _run(database, name, known[name])
    return missing


async def _run(database: Database, name: str, script: str) -> None:
    collation = COLLATION[database.dialect]

    async def body(tx: Queryable) -> None:
        await tx.advisory_lock("migrations")
        again = await tx.one("SELECT name FROM migrations WHERE name = :name", name=name)
        if again is not None:  # another process has applied it
            return
        for statement in statements(script):
            await tx.run(statement.replace(" TEXT", f" TEXT {collation}") if collation else statement)
        await tx.run(
            "INSERT INTO migrations (name, checksum) VALUES (:name, :checksum)", name=name, checksum=checksum(script)
        )

    await database.transaction(body)


def statements(script: str) -> list[str]:
    """Return the statements of a script: they end with a semicolon at a line's end; `--` begins a comment line."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";\n") if part.strip(" ;\n")]
