"""An address → a database."""

from syndicate.storage.engine.database import Database
from syndicate.storage.engine.sqlite import SQLite


async def connect(address: str) -> Database:
    """Open `postgresql://…`, or else a SQLite file (made where absent). Raises StorageError."""
    if address.startswith(("postgresql://", "postgres://")):
        # asyncpg is an extra, and 60 ms that a blog on SQLite does not pay
        from syndicate.storage.engine.postgresql import PostgreSQL

        return await PostgreSQL.open(address)
    return await SQLite.open(address)
