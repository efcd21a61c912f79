"""Several processes with workers on one PostgreSQL: what is done once is done once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.federation.actors.local_actors import BLOG
from syndicate.model.post import PostState
from syndicate.publishing.archive import COUNTS_INTERVAL
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

TIMES = 20
pytestmark = pytest.mark.parametrize("database_address", ["postgresql"], indirect=True)


@pytest.fixture
async def two(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[tuple[RunningInstance, RunningInstance]]:
    """The same blog in two processes, as far as they share nothing but database and directory."""
    async with AsyncExitStack() as stack:
        instances = [
            await stack.enter_async_context(
                running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0])
            )
            for _ in range(2)
        ]
        yield instances[0], instances[1]


async def activities(instance: RunningInstance, type: str) -> int:
    row = await instance.store.database.read.one("SELECT count(*) AS total FROM outbox WHERE type = :type", type=type)
    assert row is not None
    return int(row["total"])


async def test_a_scheduled_post_is_announced_once(
    two: tuple[RunningInstance, RunningInstance], clock: FakeClock
) -> None:
    for turn in range(TIMES):
        due = clock() + timedelta(minutes=5)
        post = await two[0].publish(f"Tea {turn}", date=due)
        assert post.state is PostState.SCHEDULED
        clock.now = due + timedelta(seconds=1)
        await asyncio.gather(*(instance.server.services.publisher.release_due() for instance in two))
        assert await activities(two[0], "Create") == turn + 1


async def test_a_change_of_key_begins_and_ends_once(
    two: tuple[RunningInstance, RunningInstance], clock: FakeClock
) -> None:
    for turn in range(TIMES):
        await two[0].store.transaction(lambda tx: tx.local_actors.request_rotation(BLOG))
        for _ in ("begin", "end"):
            for instance in two:
                await instance.server.services.local_actors.renew()
            await asyncio.gather(*(instance.server.rotation.step() for instance in two))
            clock.advance(minutes=11)
        assert await activities(two[0], "Update") == turn + 1
        [actor] = await two[0].store.local_actors.list_all()
        assert actor.next_keys is None
        assert actor.rotation not in ("", "asked")


async def test_a_move_is_published_once(two: tuple[RunningInstance, RunningInstance], ann: Peer) -> None:
    ann.documents[ann.actor] = ann.actor_document(alsoKnownAs=["https://blog.example/actor"])
    for turn in range(TIMES):
        await two[0].store.transaction(lambda tx: tx.key_values.save("move.asked", ann.actor))
        await asyncio.gather(*(instance.server.moving.step() for instance in two))
        assert await activities(two[0], "Move") == turn + 1
        assert await two[0].store.key_values.find("move.outcome") == f"moved to {ann.actor}"


async def test_comments_are_pushed_once_an_hour(
    two: tuple[RunningInstance, RunningInstance], ann: Peer, clock: FakeClock
) -> None:
    post = await two[0].publish("Tea")
    for turn in range(TIMES):
        reply = await ann.reply(post.uri)
        await two[0].settle()
        await two[0].decide(reply["id"], "approve")
        clock.now += COUNTS_INTERVAL
        await asyncio.gather(*(instance.server.archive_builder.work() for instance in two))
        assert await two[0].store.versions.get("counts") == turn + 1
