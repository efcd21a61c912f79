"""A database that the first version wrote opens, migrates, and serves everything under the ids that it had."""

import gzip
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from syndicate.storage.engine.migrate import scripts
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

FIRST_VERSION = Path(__file__).parents[1] / "documents" / "first_version"
HOST, BASE = "garden.example", "https://garden.example"
IDS = (
    "SELECT id, uri, guid, slug, path, number, published, kind, state FROM posts ORDER BY id",
    "SELECT id, post_id, uri, url, anchor, state FROM comments ORDER BY id",
    "SELECT uri, post_id, kind, actor_uri FROM reactions ORDER BY uri",
    "SELECT local_actor, actor_uri, follow_uri, since FROM followers ORDER BY actor_uri",
    "SELECT id, uri, type, object_uri FROM outbox ORDER BY id",
    "SELECT id, uri, handle, public_key_pem, proof_key FROM local_actors ORDER BY id",
    "SELECT address, post_id FROM aliases ORDER BY address",
    "SELECT kind, slug, name FROM terms ORDER BY kind, slug",
    "SELECT uri, handle FROM remote_actors ORDER BY uri",
)


def rows(database: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The database as the first version left it, with the keys of its blog beside it."""
    (tmp_path / "garden" / "keys").mkdir(parents=True)
    for key in FIRST_VERSION.glob("*.pem"):
        shutil.copy(key, tmp_path / "garden" / "keys" / key.name)
    file = tmp_path / "garden" / "syndicate.db"
    file.write_bytes(gzip.decompress((FIRST_VERSION / "syndicate.db.gz").read_bytes()))
    return file


@pytest.fixture
def before(database: Path) -> list[list[tuple[str, ...]]]:
    """The ids in the database before this version has opened it."""
    found = [rows(database, query) for query in IDS]
    assert all(found), "the first version wrote some of everything"
    return found


@pytest.fixture
async def upgraded(before: object, database: Path, wire: Wire, clock: FakeClock) -> AsyncIterator[RunningInstance]:
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    key = load_pem_private_key((FIRST_VERSION / "blog.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    async with running_instance(database.parent, str(database), wire, clock, key, host=HOST) as instance:
        await instance.server.rerendering.run()
        yield instance


async def test_every_id_is_kept(before: list[list[tuple[str, ...]]], database: Path, upgraded: RunningInstance) -> None:
    assert [rows(database, query) for query in IDS] == before
    assert [name for (name,) in rows(database, "SELECT name FROM migrations ORDER BY name")] == sorted(
        scripts("sqlite")
    )


async def test_what_was_published_is_served_under_its_addresses(
    before: list[list[tuple[str, ...]]], upgraded: RunningInstance
) -> None:
    posts, comments, _, _, _, [actor], aliases, _, _ = before
    published = {post[0]: post for post in posts if post[-1] == "published"}
    feed, pages = (await upgraded.get("/feed/")).text, ""
    for _, uri, guid, slug, path, _, _, kind, _ in published.values():
        page = await upgraded.get(path)
        assert page.status == 200, path
        pages += page.text
        if kind == "post":
            assert (await upgraded.document(uri))["id"] == uri, slug
            assert guid.replace("&", "&amp;") in feed
    for address, post in aliases:
        if address.startswith("/") and post in published:
            answer = await upgraded.get(address)
            assert (answer.status, answer.headers["Location"].removeprefix(BASE)) == (301, published[post][4]), address
    for _, _, _, _, anchor, state in comments:
        assert (f'id="{anchor}"' in pages) == (state == "approved")
    assert await upgraded.store.totals.starting_with("comments:") == Counter(comment[-1] for comment in comments)
    profile = await upgraded.document("/actor")
    assert (profile["id"], profile["publicKey"]["publicKeyPem"]) == (actor[1], actor[3])
    frost = next(post[1] for post in posts if post[3] == "first-frost")
    assert (await upgraded.document(f"{frost}/likes"))["totalItems"] == 1


async def test_the_blog_goes_on_with_the_followers_that_it_had(
    upgraded: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    ann = Peer(wire, clock, rsa_keys[1])
    assert (await upgraded.document("/actor/followers"))["totalItems"] == 1
    post = await upgraded.publish("Snow")
    clock.advance(seconds=5)
    await upgraded.settle()
    assert post.uri in [create["object"]["id"] for create in ann.of_type("Create")]
