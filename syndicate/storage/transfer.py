"""Moves a whole database: copies for backups, from SQLite to PostgreSQL, and the search index, which is built anew."""

from collections.abc import Callable

from syndicate.clock import Clock
from syndicate.content.text import plain
from syndicate.storage.engine.database import Queryable
from syndicate.storage.engine.table_copy import TableSum
from syndicate.storage.store import Store, Tables

INDEXED_AT_ONCE = 100


def _nothing() -> None:
    pass


async def rebuild_search(tx: Tables) -> None:
    """Build the search index of all public posts and pages."""
    after = 0
    while posts := await tx.post_archive.list_numbered(after, INDEXED_AT_ONCE):
        for number, post in posts:
            await tx.search.save(post, plain(post.html))
            after = number


async def copy_to_postgresql(
    file: str,
    address: str,
    clock: Clock,
    *,
    replace: bool = False,
    before_commit: Callable[[], None] = _nothing,
) -> list[TableSum]:
    """Copy a SQLite file into a PostgreSQL database, which is emptied first with `replace` and has to be empty
    otherwise, and return what was copied. Raises StorageError, and whatever `before_commit` raises; nothing was
    changed then.
    """
    for database in (file, address):  # bring both to the newest schema
        await (await Store.open(database, clock)).close()
    from syndicate.storage.engine.postgresql_copy import copy_from_file  # asyncpg is an optional extra

    async def finish(query: Queryable) -> None:
        await rebuild_search(Tables(query, clock))
        before_commit()

    return await copy_from_file(file, address, replace=replace, finish=finish)
