"""Rows that a process has in hand, and work that one process at a time does."""

import asyncio
from datetime import timedelta

from syndicate.maintenance.single_process import SingleProcessJobs
from syndicate.model.activity import Activity, Outcome, ReceivedActivity, Verdict
from syndicate.model.ids import IdsInOrder
from syndicate.storage import Store
from syndicate.workers.loop import MAX_WAIT_SECONDS, STORAGE_RETRY_SECONDS
from syndicate.workers.queue import LEASE_DURATION, RENEW_INTERVAL
from tests.clocks import FakeClock

IDS = IdsInOrder()
MOMENT = timedelta(seconds=1)


async def arrive(store: Store, actor: str, type: str = "Create") -> str:
    """An activity is on the record and waits; its id there."""
    now = store.clock()
    arrival = ReceivedActivity(
        id=IDS.new(now),
        activity=Activity(id=f"{actor}/{IDS.new(now)}", type=type, actor=actor, object=f"{actor}/note", raw={}),
        received=now,
        fingerprint="",
        verdict=Verdict(outcome=Outcome.WAITING, reason="arrival.waiting"),
    )
    await store.transaction(lambda tx: tx.inbox_queue.enqueue(arrival, by_actor=True))
    return arrival.id


async def claimed(store: Store, limit: int = 10) -> list[str]:
    now = store.clock()
    arrivals = await store.transaction(
        lambda tx: tx.inbox_queue.claim(now=now, until=now + LEASE_DURATION, limit=limit)
    )
    return [arrival.id for arrival in arrivals]


async def test_what_a_process_had_in_hand_when_it_ended_is_free_within_a_minute(store: Store, clock: FakeClock) -> None:
    id = await arrive(store, "https://social.example/ann")
    assert await claimed(store) == [id]
    assert await claimed(store) == []
    clock.now += LEASE_DURATION + MOMENT
    due = await store.inbox_queue.next_due(clock())
    assert due is not None
    assert due <= clock()
    assert await claimed(store) == [id]
    assert LEASE_DURATION + timedelta(seconds=MAX_WAIT_SECONDS + STORAGE_RETRY_SECONDS) < timedelta(minutes=1)


async def test_what_is_worked_on_for_long_stays_leased(store: Store, clock: FakeClock) -> None:
    id = await arrive(store, "https://social.example/ann")
    await claimed(store)
    store.leased_rows.add("arrivals", id)
    for _ in range(10):
        clock.now += RENEW_INTERVAL
        await store.renew_leases()
    assert await claimed(store) == []
    store.leased_rows.remove("arrivals", id)
    clock.now += LEASE_DURATION + MOMENT
    await store.renew_leases()
    assert await claimed(store) == [id]


async def test_what_is_done_is_not_leased_again(store: Store, clock: FakeClock) -> None:
    id = await arrive(store, "https://social.example/ann")
    await claimed(store)
    store.leased_rows.add("arrivals", id)
    await store.renew_leases()
    await store.transaction(lambda tx: tx.inbox_queue.postpone(id, due=clock(), reason="arrival.waiting"))
    await store.renew_leases()
    store.leased_rows.remove("arrivals", id)
    assert await claimed(store) == [id]


async def test_what_an_actor_sends_is_claimed_only_when_nothing_of_hers_is_in_hand(
    store: Store, clock: FakeClock
) -> None:
    ann, bob = "https://social.example/ann", "https://social.example/bob"
    first, second = await arrive(store, ann), await arrive(store, ann, "Update")
    other = await arrive(store, bob)
    assert await claimed(store, limit=1) == [first]
    assert await claimed(store) == [other]
    due = await store.inbox_queue.next_due(clock())
    assert due is not None
    assert due > clock(), "nobody asks again at once"
    verdict = Verdict(outcome=Outcome.DONE, reason="comment.open")
    await store.transaction(lambda tx: tx.inbox_queue.complete(first, verdict))
    assert await claimed(store) == [second]


async def test_two_workers_never_have_one_actors_activities_at_once(store: Store, clock: FakeClock) -> None:
    for turn in range(20):
        ann = f"https://social.example/{turn}"
        ids = [await arrive(store, ann), await arrive(store, ann, "Update")]
        found = await asyncio.gather(claimed(store, limit=1), claimed(store, limit=1))
        assert sorted(found) == [[], ids[:1]]


async def test_one_process_at_a_time_does_the_maintenance(store: Store, clock: FakeClock) -> None:
    one, other = SingleProcessJobs(store, clock, {}), SingleProcessJobs(store, clock, {})
    assert await one.hold()
    assert not await other.hold()
    clock.now += RENEW_INTERVAL
    assert await one.hold()
    clock.now += LEASE_DURATION - MOMENT
    assert not await other.hold()
    clock.now += 2 * MOMENT
    assert await other.hold(), "the first did not renew it"
    assert not await one.hold()
    await one.release()
    assert not await one.hold(), "it gives back what it has, and nothing else"
    await other.release()
    assert await one.hold()


async def test_the_maintenance_ends_with_their_process_and_the_next_takes_over(store: Store, clock: FakeClock) -> None:
    began = {"one": asyncio.Event(), "other": asyncio.Event()}

    def jobs(name: str) -> SingleProcessJobs:
        async def work() -> None:
            began[name].set()
            await asyncio.Event().wait()

        return SingleProcessJobs(store, clock, {"work": work})

    first = asyncio.create_task(jobs("one").run())
    await began["one"].wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(jobs("other").run())
    await began["other"].wait()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
