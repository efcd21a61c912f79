"""PostgreSQL restarts, fails over, or ends connections: requests get 503 while it is away, and all goes on afterwards."""

import asyncio
import signal
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.errors import StorageError
from tests.cli.conftest import Blog, process
from tests.cli.test_serve import finished, status_of
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.ports import free_port
from tests.postgresql import rise, running_postgresql
from tests.waiting import LONGEST, eventually, in_time
from tests.wire import Wire


class Server:
    """A PostgreSQL of this file's own, which may be stopped."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.address: str = server.get_uri()

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        rise(self._server.ensure_postgres_running)

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.address)
        await connection.execute(statement)
        await connection.close()

    async def end_connections(self) -> None:
        await self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


@pytest.fixture(scope="module")
def postgresql_of_its_own() -> Iterator[Server]:
    with running_postgresql() as server:
        yield Server(server)


@pytest.fixture
async def postgresql(postgresql_of_its_own: Server) -> AsyncIterator[Server]:
    """It runs, and its database is empty."""
    postgresql_of_its_own.start()
    await postgresql_of_its_own.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    yield postgresql_of_its_own
    postgresql_of_its_own.start()


@pytest.fixture
async def instance(
    tmp_path: Path, postgresql: Server, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    comments = {"moderation": "off"}
    async with running_instance(
        tmp_path / "blog", postgresql.address, wire, clock, rsa_keys[0], comments=comments
    ) as instance:
        await instance.store.database.listen()
        yield instance


async def until_it_answers(instance: RunningInstance) -> None:
    while (await instance.get("/readyz")).status != 200:
        pass


async def test_requests_get_503_while_it_is_away_and_are_served_afterwards(
    instance: RunningInstance, postgresql: Server, ann: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    post = await instance.publish("Tea")
    await ann.reply(post.uri)
    await instance.settle()
    await instance.get("/")
    await asyncio.to_thread(postgresql.stop)
    assert (await instance.get("/")).status == 200, "what is at hand needs no database"
    asked = [("/readyz", "*/*"), ("/never-seen/", "text/html"), ("/never-seen/", "application/activity+json")]
    answers = [await instance.get(path, accept=accept) for path, accept in asked]
    assert [answer.status for answer in answers] == [503, 503, 503]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
    assert "cannot reach its data" in answers[1].text
    unheard = await ann.follow()
    assert (unheard.status, int(unheard.headers["Retry-After"]) > 0) == (503, True)
    await instance.store.database.poll()
    await asyncio.to_thread(postgresql.start)
    await until_it_answers(instance)
    await ann.reply(post.uri)
    await instance.settle()
    assert len(await instance.comments(post)) == 2
    assert "Traceback" not in caplog.text


async def test_a_page_of_what_went_wrong_does_not_need_the_database(
    instance: RunningInstance, postgresql: Server
) -> None:
    await asyncio.to_thread(postgresql.stop)
    answer = await instance.get("/nothing%00here")
    assert answer.status == 404
    assert "There is nothing here" in answer.text


async def test_connections_that_the_server_ended_are_replaced(
    instance: RunningInstance, postgresql: Server, ann: Peer
) -> None:
    post = await instance.publish("Tea")
    noticed = asyncio.Event()
    await postgresql.end_connections()
    await until_it_answers(instance)
    while instance.store.database._listener.is_closed():  # type: ignore[attr-defined]
        await instance.store.database.poll()
    instance.store.database.on_commit(noticed.set)
    await postgresql.run("SELECT pg_notify('syndicate', '')")
    async with in_time():
        await noticed.wait()
    await ann.reply(post.uri)


async def test_connections_to_a_server_that_became_a_standby_are_given_up(
    instance: RunningInstance, postgresql: Server
) -> None:
    await postgresql.run("ALTER DATABASE postgres SET default_transaction_read_only = on")
    await postgresql.end_connections()
    problem = ""
    while "takes no writes" not in problem:  # at first the connections are those that were ended
        with pytest.raises(StorageError) as refused:
            await instance.store.transaction(lambda tx: tx.key_values.save("a", "b"))
        problem = str(refused.value)
    connection = await asyncpg.connect(postgresql.address)
    await connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    await connection.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
    await connection.close()
    await until_it_answers(instance)
    await instance.store.transaction(lambda tx: tx.key_values.save("a", "b"))
    assert await instance.store.key_values.find("a") == "b"


def test_a_server_goes_on_through_restarts_and_prints_no_traceback(
    tmp_path: Path, postgresql_of_its_own: Server
) -> None:
    """With all its workers, as a process."""
    postgresql_of_its_own.start()
    asyncio.run(postgresql_of_its_own.run("CREATE DATABASE served"))
    port = free_port()
    blog = Blog(tmp_path / "blog")
    site = f'[site]\nurl = "http://127.0.0.1:{port}"\nhandle = "notes"\ntitle = "Notes"\n[server]\nport = {port}\n'
    database = postgresql_of_its_own.address.replace("/postgres?", "/served?")
    blog.write("syndicate.toml", f'{site}[storage]\ndatabase = "{database}"\n')
    home = f"http://127.0.0.1:{port}/"
    server = process(blog, "serve")
    try:
        eventually(lambda: status_of(f"{home}readyz") == 200)
        for slug in ("first", "second"):
            postgresql_of_its_own.stop()
            eventually(lambda: status_of(f"{home}readyz") == 503)
            postgresql_of_its_own.start()
            eventually(lambda: status_of(f"{home}readyz") == 200)
            asyncio.run(postgresql_of_its_own.end_connections())
            file = blog.write(f"{slug}.md", f"# The {slug} post\n\nWords.")
            assert finished(process(blog, "publish", str(file)))[0] == 0
            eventually(lambda slug=slug: f"The {slug} post" in page(home))  # type: ignore[misc]
        server.send_signal(signal.SIGTERM)
        status, _, stderr = finished(server)
    finally:
        server.kill()
        server.communicate()
    assert status == 0
    assert "Traceback" not in stderr


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=LONGEST) as answer:
        return str(answer.read().decode())
