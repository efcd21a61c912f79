"""Opens the database at an address."""

from syndicate.storage.engine.database import Database
from syndicate.storage.engine.sqlite import SQLite


async def connect(address: str) -> Database:
    """Open `postgresql://…`, or else a SQLite file (created if absent). Raises StorageError."""
    if address.startswith(("postgresql://", "postgres://")):
        # imported here: asyncpg is an optional extra, and its import takes 60 ms
        from syndicate.storage.engine.postgresql import PostgreSQL

        return await PostgreSQL.open(address)
    return await SQLite.open(address)
