"""The database: all SQL of Syndicate, and only here."""

from syndicate.storage.engine.connection import connect
from syndicate.storage.engine.database import Database, Queryable
from syndicate.storage.store import Store, Tables

__all__ = ["Database", "Queryable", "Store", "Tables", "connect"]
