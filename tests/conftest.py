"""The fixtures of all tests: a database of either kind, a running instance, and its peers."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import HealthCheck, settings

from syndicate.signatures import generate_private_key
from syndicate.storage import Store, connect
from syndicate.storage.engine.migrate import migrate
from tests.chosen_kinds import KINDS, chosen
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.postgresql import running_postgresql
from tests.wire import Wire

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
"""The same examples in every run, however slow the machine is."""

NEW = "new_blog"
WIPE = """
DO $$
DECLARE found record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' LOOP
    EXECUTE format('DELETE FROM %I', found.tablename);
  END LOOP;
END $$
"""
"""To make a database takes as long as to run a test; one that is wiped is as good as new."""


@pytest.fixture(autouse=True)
def plain_logging() -> None:
    """Log plain lines, whatever an earlier test or a command that ran in it has set up. By default, structlog draws a
    traceback with the source and the variables of each frame, which took a quarter of the time of the stories."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
        ]
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-input", action="store_true", help="run every input of every test on both kinds of database"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Return one more than there are processors, since each test waits now and then for a database or a peer."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that run on the other kind of database (`chosen_kinds.py`)."""
    if config.getoption("--every-input"):
        return
    runs = chosen([(item.nodeid.partition("[")[0], _kind_of_database(item)) for item in items])
    config.hook.pytest_deselected(items=[item for item, is_chosen in zip(items, runs, strict=True) if not is_chosen])
    items[:] = [item for item, is_chosen in zip(items, runs, strict=True) if is_chosen]


def _kind_of_database(item: pytest.Item) -> str:
    """Return the kind of database that a test gets from a fixture; empty if it gets none."""
    inputs = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return str(inputs.get("database_address") or inputs.get("empty_database") or "")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL for this run of the tests."""
    with running_postgresql() as server:
        with ThreadPoolExecutor(1) as thread:  # this one has a loop that runs
            thread.submit(lambda: asyncio.run(_prepare(server.get_uri()))).result()
        yield server.get_uri()


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with the newest schema, which tests copy: to make one takes as long as to run a test."""
    file = tmp_path_factory.mktemp("sqlite") / "new.db"
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(_make(str(file)))).result()
    return file


async def _make(address: str) -> None:
    database = await connect(address)
    await migrate(database)
    await database.close()


async def _prepare(server: str) -> None:
    """Nothing here has to survive a power cut; and one database with the newest schema serves all tests."""
    connection = await asyncpg.connect(server)
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "jit"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.execute(f"CREATE DATABASE {NEW}")
    await _make(on(server, NEW))
    await connection.close()


def on(server: str, name: str) -> str:
    """The address of a database on a server of PostgreSQL."""
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=KINDS)
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database without a schema; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        yield str(tmp_path / "data" / "syndicate.db")
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"t{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}"')
    yield on(server, name)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture(params=KINDS)
async def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database in which nothing stands yet; each test that asks runs on both kinds."""
    if request.param == "sqlite":
        file = tmp_path / "data" / "syndicate.db"
        file.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("new_file"), file)
        yield str(file)
        return
    address = on(request.getfixturevalue("postgresql_server"), NEW)
    yield address
    connection = await asyncpg.connect(address)
    await connection.execute(WIPE)
    await connection.close()


@pytest.fixture
async def store(database_address: str, clock: FakeClock) -> AsyncIterator[Store]:
    store = await Store.open(database_address, clock)
    yield store
    await store.close()


@pytest.fixture(scope="session")
def rsa_keys() -> list[RSAPrivateKey]:
    """Keys take a while to make: all stories share these."""
    return [generate_private_key() for _ in range(6)]


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    yield wire
    await wire.close()


@pytest.fixture
async def instance(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """A blog at https://blog.example with `moderation = "first-time"`."""
    async with running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0]) as instance:
        yield instance


@pytest.fixture
async def open_instance(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    """The same with `moderation = "off"`: public replies show at once."""
    comments = {"moderation": "off"}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], comments=comments
    ) as instance:
        yield instance


@pytest.fixture
def ann(wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Peer:
    """@ann@social.example"""
    return Peer(wire, clock, rsa_keys[1])


@pytest.fixture
def bob(wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Peer:
    """@bob@elsewhere.example"""
    return Peer(wire, clock, rsa_keys[2], host="elsewhere.example", name="bob")


@pytest.fixture
def mallory(wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]) -> Peer:
    """@mallory@evil.example"""
    return Peer(wire, clock, rsa_keys[3], host="evil.example", name="mallory")
