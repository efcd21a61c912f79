"""All SQL lives in this room, and only here."""

from syndicate.storage.database import Database, Queryable, connect
from syndicate.storage.store import Store, Tables

__all__ = ["Database", "Queryable", "Store", "Tables", "connect"]
