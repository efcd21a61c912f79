"""The outgoing queue holds several kinds of things, which do not get into one another's way."""

from dataclasses import replace
from datetime import timedelta

from syndicate.model.actor import Role
from syndicate.storage import Store, Tables
from syndicate.storage.actors import StoredActor
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState
from syndicate.storage.fanouts import Fanout
from syndicate.storage.outbox import OutboxActivity
from tests.clocks import FakeClock

INBOX = "https://social.example/inbox"


def delivery(clock: FakeClock, id: str, kind: DeliveryKind = DeliveryKind.ACTIVITY) -> Delivery:
    return Delivery(
        activity=id,
        kind=kind,
        inbox=INBOX,
        host="social.example",
        object="https://blog.example/posts/1",
        due=clock(),
        changed=clock(),
    )


async def put(store: Store, *deliveries: Delivery) -> None:
    async def body(tx: Tables) -> None:
        for one in deliveries:
            await tx.deliveries.enqueue(one)

    await store.transaction(body)


async def say(tx: Tables, clock: FakeClock, *ids: str) -> None:
    """Activities of the blog."""
    await tx.local_actors.save(
        StoredActor(
            id="blog",
            uri="https://blog.example/actor",
            handle="notes",
            role=Role.BLOG,
            subject="",
            public_key_pem="",
            proof_key="",
            published=clock(),
        )
    )
    for id in ids:
        await tx.outbox.save(
            OutboxActivity(
                id=id,
                uri=f"https://blog.example/activities/{id}",
                local_actor="blog",
                type="Accept",
                object="https://social.example/follows/1",
                post=None,
                document={},
                public=False,
                published=clock(),
            )
        )


async def states(store: Store) -> dict[str, str]:
    return {found.activity: found.state.value for found in await store.delivery_lists.list_newest(10)}


async def test_what_is_newer_takes_the_place_of_its_own_kind_only(store: Store, clock: FakeClock) -> None:
    await put(
        store,
        delivery(clock, "1"),
        delivery(clock, "2", DeliveryKind.WEBSUB),
        delivery(clock, "3", DeliveryKind.WEBSUB),
        delivery(clock, "4", DeliveryKind.PING),
    )
    assert await states(store) == {"1": "waiting", "2": "superseded", "3": "waiting", "4": "waiting"}


async def test_a_pause_for_one_kind_is_none_for_another(store: Store, clock: FakeClock) -> None:
    push = delivery(clock, "1", DeliveryKind.WEBSUB)
    await put(store, push, delivery(clock, "2"))
    later = clock() + timedelta(hours=1)
    await store.transaction(lambda tx: tx.deliveries.pause_queue(push.queue_key, later))
    claimed = await store.transaction(lambda tx: tx.deliveries.claim(now=clock(), until=later, limit=10))
    assert [(found.activity, found.kind) for found in claimed] == [("2", DeliveryKind.ACTIVITY)]


async def test_what_is_planned_for_later_does_not_wait(store: Store, clock: FakeClock) -> None:
    planned = replace(delivery(clock, "1", DeliveryKind.REQUEST), due=clock() + timedelta(days=8))
    await put(store, planned)
    assert await store.delivery_lists.count_waiting(clock()) == 0
    assert await store.deliveries.is_planned(DeliveryKind.REQUEST, planned.object)
    assert not await store.deliveries.is_planned(DeliveryKind.PING, planned.object)
    clock.advance(days=8)
    assert await store.delivery_lists.count_waiting(clock()) == 1


async def test_other_kinds_than_activities_are_forgotten_sooner(store: Store, clock: FakeClock) -> None:
    both = delivery(clock, "1"), delivery(clock, "2", DeliveryKind.WEBSUB)
    await put(store, *both)

    async def settle(tx: Tables) -> None:
        for one in both:
            await tx.deliveries.complete(replace(one, state=DeliveryState.DELIVERED))

    await store.transaction(settle)
    clock.advance(days=8)
    now = clock()
    await store.transaction(lambda tx: tx.deliveries.prune(now - timedelta(days=180), others=now - timedelta(days=7)))
    assert await states(store) == {"1": "delivered"}


async def test_an_answer_that_is_forgotten_takes_its_deliveries_along_and_no_others(
    store: Store, clock: FakeClock
) -> None:
    old, waiting = delivery(clock, "1"), delivery(clock, "2")
    other = replace(delivery(clock, "3", DeliveryKind.WEBSUB), object="https://blog.example/feed/")

    async def body(tx: Tables) -> None:
        await say(tx, clock, "1", "2")
        for one in (old, replace(waiting, object="another"), other):
            await tx.deliveries.enqueue(one)
        await tx.deliveries.complete(replace(old, state=DeliveryState.DELIVERED))
        await tx.deliveries.complete(replace(other, state=DeliveryState.DELIVERED))

    await store.transaction(body)
    clock.advance(days=181)
    await store.transaction(lambda tx: tx.outbox.prune(clock() - timedelta(days=180)))
    assert await states(store) == {"2": "waiting", "3": "delivered"}
    assert [await store.outbox.get(id) is not None for id in ("1", "2")] == [False, True]


async def test_a_worker_that_asks_for_one_leaves_the_rest_to_the_others(store: Store, clock: FakeClock) -> None:
    """PostgreSQL leased every row that was due, and only the first was ever worked on."""

    async def fan_out(tx: Tables) -> None:
        await say(tx, clock, *"12345")
        for activity in "12345":
            await tx.fanouts.enqueue(Fanout(activity=activity, audience="blog", post_uri="", reached="", due=clock()))

    await store.transaction(fan_out)
    later = clock() + timedelta(hours=1)
    claimed = [await store.transaction(lambda tx: tx.fanouts.claim(now=clock(), until=later)) for _ in range(6)]
    assert [fanout and fanout.activity for fanout in claimed] == ["1", "2", "3", "4", "5", None]
