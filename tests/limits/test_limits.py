"""How fast, how much at once, and how long to wait."""

import asyncio
import random
from datetime import timedelta

import pytest

from syndicate.limits.backoff import Backoff, growing
from syndicate.limits.in_flight import InFlight, NoSlot
from syndicate.limits.token_bucket import TokenBucket
from tests.clocks import FakeClock
from tests.waiting import tasks_rest

MINUTE = timedelta(minutes=1)


def bucket(clock: FakeClock, max_keys: int = 10) -> TokenBucket:
    return TokenBucket(burst=2, per_second=0.5, max_keys=max_keys, now=lambda: clock().timestamp())


def test_a_bucket_is_full_at_first_and_refills_at_its_rate(clock: FakeClock) -> None:
    tokens = bucket(clock)
    assert [tokens.take("a") for _ in range(3)] == [True, True, False]
    assert tokens.take("b"), "every key has its own"
    assert tokens.seconds_until_next("a") == 2
    clock.advance(seconds=2)
    assert [tokens.take("a") for _ in range(2)] == [True, False]
    clock.advance(hours=1)
    assert tokens.left("a") == 2
    clock.advance(hours=-1)
    assert tokens.left("a") >= 0, "a clock that is set back takes nothing away"


def test_what_is_spent_without_asking_is_owed(clock: FakeClock) -> None:
    tokens = bucket(clock)
    for _ in range(4):
        tokens.spend("a")
    assert tokens.left("a") == -2
    assert tokens.seconds_until_next("a") == 6
    clock.advance(seconds=4)
    assert not tokens.take("a")


def test_the_bucket_that_was_used_least_recently_is_forgotten_first(clock: FakeClock) -> None:
    tokens = bucket(clock, max_keys=2)
    for key in ("a", "a", "b", "b", "a", "c"):
        tokens.take(key)
    assert (tokens.left("a"), tokens.left("b"), tokens.left("c")) == (0, 2, 1)


def test_waits_grow_to_their_maximum_and_are_used_up() -> None:
    backoff = Backoff(growing(MINUTE, factor=3, maximum=10 * MINUTE))
    assert [backoff.delay(failures) // MINUTE for failures in (0, 1, 2, 3, 4, 99)] == [1, 1, 3, 9, 10, 10]
    assert [backoff.is_exhausted(failures) for failures in (1, 4, 5)] == [False, False, True]
    assert backoff.max_attempts == 5
    assert backoff.delay(1, at_least=7 * MINUTE) == 7 * MINUTE
    assert backoff.delay(4, at_least=7 * MINUTE) == 10 * MINUTE


def test_what_failed_together_does_not_come_again_together() -> None:
    backoff, chance = Backoff((MINUTE,), jitter=(0.5, 1.5)), random.Random(1)
    waits = {backoff.delay(1, chance) for _ in range(20)}
    assert len(waits) == 20
    assert all(MINUTE / 2 <= wait <= MINUTE * 1.5 for wait in waits)


def test_one_key_does_not_take_all_slots() -> None:
    slots = InFlight(limit=3, limit_per_key=2)
    with slots.slot("a"), slots.slot("a"):
        with pytest.raises(NoSlot), slots.slot("a"):
            pass
        with slots.slot("b"), pytest.raises(NoSlot), slots.slot("c"):
            pass
    with slots.slot("a"):
        pass


async def test_a_waiting_task_gets_the_next_free_slot_of_its_key() -> None:
    slots = InFlight(limit=2, limit_per_key=1)
    order: list[str] = []
    release = {name: asyncio.Event() for name in ("a1", "b1", "a2", "c1")}

    async def work(name: str) -> None:
        async with slots.wait_for_slot(name[0], seconds=60):
            order.append(name)
            await release[name].wait()

    tasks = [asyncio.create_task(work(name)) for name in release]
    await tasks_rest()
    assert order == ["a1", "b1"]
    release["b1"].set()
    await tasks_rest()
    assert order == ["a1", "b1", "c1"], "a2 waits for the slot of its key"
    release["a1"].set()
    await tasks_rest()
    assert order == ["a1", "b1", "c1", "a2"]
    tasks[2].cancel()
    release["c1"].set()
    await asyncio.gather(*tasks, return_exceptions=True)
    with slots.slot("a"), slots.slot("b"):
        pass


async def test_a_wait_that_ends_leaves_no_trace() -> None:
    slots = InFlight(limit=1, limit_per_key=1)
    with slots.slot("a"):
        with pytest.raises(NoSlot):
            async with slots.wait_for_slot("b", seconds=0):
                pass
        cancelled = asyncio.create_task(_hold(slots, "c"))
        await tasks_rest()
        cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    async with slots.wait_for_slot("d", seconds=0):
        pass


async def _hold(slots: InFlight, key: str) -> None:
    async with slots.wait_for_slot(key, seconds=60):
        pass
