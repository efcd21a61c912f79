"""What both databases promise to the tables."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from syndicate.errors import DatabaseNewer, StorageError, ValueUnstorable
from syndicate.storage import Queryable, Store, Tables, connect
from syndicate.storage.engine.migrate import migrate, scripts
from tests.clocks import FakeClock
from tests.waiting import in_time


async def test_what_a_transaction_wrote_is_read_after_it(store: Store) -> None:
    await store.transaction(lambda tx: tx.key_values.save("colour", "green"))
    assert await store.key_values.find("colour") == "green"


async def test_a_body_that_fails_undoes_only_itself(store: Store) -> None:
    async def fail(tx: Tables) -> None:
        await tx.key_values.save("b", "2")
        raise LookupError("on purpose")

    first, second, third = await asyncio.gather(
        store.transaction(lambda tx: tx.key_values.save("a", "1")),
        store.transaction(fail),
        store.transaction(lambda tx: tx.key_values.save("c", "3")),
        return_exceptions=True,
    )
    assert first is None
    assert isinstance(second, LookupError)
    assert third is None
    assert [await store.key_values.find(name) for name in "abc"] == ["1", None, "3"]


async def test_a_thousand_writers_at_once_are_all_served(store: Store) -> None:
    await asyncio.gather(*(store.transaction(lambda tx: tx.totals.add("n", 1)) for _ in range(1000)))
    assert await store.totals.get("n") == 1000


async def test_a_body_that_waits_for_something_else_is_a_mistake_that_is_named(database_address: str) -> None:
    if database_address.startswith("postgresql"):
        return  # there a body is awaited in the loop; SQLite keeps everybody honest

    async def sleepy(query: Queryable) -> None:
        await asyncio.sleep(0)

    database = await connect(database_address)
    with pytest.raises(RuntimeError, match="awaited something other"):
        await database.transaction(sleepy)
    await database.close()


async def test_the_version_moves_with_commits_of_another_process(database_address: str, clock: FakeClock) -> None:
    server = await Store.open(database_address, clock)
    heard = asyncio.Event()
    server.database.on_commit(heard.set)
    await server.database.listen()
    command = await Store.open(database_address, clock)
    before = server.database.version()
    await command.transaction(lambda tx: tx.key_values.save("a", "1"))
    await command.close()
    async with in_time():
        await heard.wait()
    assert server.database.version() != before
    await server.close()


async def test_migrating_twice_changes_nothing(store: Store) -> None:
    assert await migrate(store.database) == []


@pytest.fixture
async def old_store(empty_database: str, clock: FakeClock) -> AsyncIterator[Store]:
    """A store whose migrations can be tampered with: nobody has it afterwards."""
    store = await Store.open(empty_database, clock)
    yield store
    await store.close()


async def test_a_database_from_a_newer_version_is_refused(old_store: Store) -> None:
    async def from_the_future(tx: Queryable) -> None:
        await tx.run("INSERT INTO migrations (name, checksum) VALUES ('9999_flying_cars', '')")

    await old_store.database.transaction(from_the_future)
    with pytest.raises(DatabaseNewer, match="9999_flying_cars"):
        await migrate(old_store.database)


async def test_a_migration_that_was_changed_afterwards_is_noticed(old_store: Store) -> None:
    async def tamper(tx: Queryable) -> None:
        await tx.run(
            "UPDATE migrations SET checksum = 'x' WHERE name = :name",
            name=next(iter(scripts(old_store.database.dialect))),
        )

    await old_store.database.transaction(tamper)
    with pytest.raises(StorageError, match="not the one"):
        await migrate(old_store.database)


async def test_editions_move_only_for_what_changed(store: Store) -> None:
    await store.transaction(lambda tx: tx.versions.move("site", "post:1"))
    await store.transaction(lambda tx: tx.versions.move("post:1"))
    assert await store.versions.moved_since("") == {"site": 1, "post:1": 2}
    assert await store.versions.get("post:2") == 0


@pytest.mark.parametrize("value", ["half a pair: \ud800", 2**70])
async def test_a_value_that_no_database_takes_is_named_and_costs_nobody_else(store: Store, value: str | int) -> None:
    async def body(tx: Tables) -> None:
        await tx.key_values.save("odd", value)  # type: ignore[arg-type]

    first, second = await asyncio.gather(
        store.transaction(body), store.transaction(lambda tx: tx.key_values.save("plain", "1")), return_exceptions=True
    )
    assert isinstance(first, ValueUnstorable)
    assert second is None
    assert await store.key_values.find("plain") == "1"
    with pytest.raises(ValueUnstorable):
        await store.key_values.find(value)  # type: ignore[arg-type]
