"""The delivery worker with a scripted sender: no server delays the deliveries to another."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from syndicate.activitypub.parse import authority_of
from syndicate.delivery.retry import Attempt, DeliveryOutcome, outcome_of
from syndicate.delivery.worker import MAX_CONCURRENT_PER_SERVER, DeliveryWorker, SendResult
from syndicate.model.actor import Role
from syndicate.storage import Store, Tables
from syndicate.storage.actors import StoredActor
from syndicate.storage.deliveries import Delivery, DeliveryKind, DeliveryState
from syndicate.storage.fanouts import Fanout
from syndicate.storage.followers import Follower
from syndicate.storage.outbox import OutboxActivity
from tests.clocks import FakeClock
from tests.waiting import in_time


@dataclass
class Told:
    """`answers` are statuses by host, 202 where there is none; a `hanging` host does not answer until it is `let go`."""

    answers: dict[str, Attempt] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    carried: list[Delivery] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _now: Counter[str] = field(default_factory=Counter)

    async def send(self, delivery: Delivery, dialect: str) -> SendResult:
        host = delivery.host
        self._now[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._now[host])
        try:
            if host in self.hanging:
                await self.let_go.wait()
            await asyncio.sleep(0)
        finally:
            self._now[host] -= 1
        self.carried.append(delivery)
        async with self.changed:
            self.changed.notify_all()
        met = self.answers.get(host, Attempt(status=202))
        fate = outcome_of(met)
        afterwards = partial(self._told, delivery.inbox) if fate is DeliveryOutcome.GONE else None
        return SendResult(attempt=met, outcome=fate, dialect=dialect or "cavage", afterwards=afterwards)

    async def _told(self, inbox: str) -> None:
        self.gone.append(inbox)

    async def have_carried(self, number: int) -> None:
        """Wait until so many were carried."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.carried) >= number)


@dataclass
class Round:
    """A store with one actor, and a worker."""

    store: Store
    clock: FakeClock
    sender: Told

    def worker(self) -> DeliveryWorker:
        senders = {DeliveryKind.ACTIVITY: self.sender}
        return DeliveryWorker(self.store, senders, self.clock, host_of=authority_of, jitter=random.Random(1))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.worker().run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def say(self, number: int, *inboxes: str, object: str = "https://blog.example/posts/1") -> None:
        """Activity number … waits for these inboxes."""
        now = self.clock()

        async def body(tx: Tables) -> None:
            await tx.outbox.save(said(number, object, self.clock))
            for inbox in inboxes:
                await tx.deliveries.enqueue(
                    Delivery(
                        activity=f"{number:04}",
                        inbox=inbox,
                        host=authority_of(inbox),
                        object=object,
                        due=now,
                        changed=now,
                    )
                )

        await self.store.transaction(body)

    async def states(self) -> dict[tuple[str, str], DeliveryState]:
        found = await self.store.delivery_lists.list_newest(10_000)
        return {(delivery.activity, delivery.host): delivery.state for delivery in found}


def said(number: int, object: str, clock: FakeClock) -> OutboxActivity:
    return OutboxActivity(
        id=f"{number:04}",
        uri=f"https://blog.example/activities/{number}",
        local_actor="blog",
        type="Update",
        object=object,
        post=None,
        document={"type": "Update"},
        public=True,
        published=clock(),
    )


@pytest.fixture
async def round(store: Store, clock: FakeClock) -> Round:
    blog = StoredActor(
        id="blog",
        uri="https://blog.example/actor",
        handle="notes",
        role=Role.BLOG,
        public_key_pem="",
        proof_key="",
        published=clock(),
    )
    await store.transaction(lambda tx: tx.local_actors.save(blog))
    return Round(store, clock, Told())


def inbox(host: str, name: str = "inbox") -> str:
    return f"https://{host}/{name}"


async def test_one_server_that_hangs_delays_nobody(round: Round) -> None:
    """100 followers' servers, one of which takes the connection and says nothing."""
    hosts = [f"m{number}.example" for number in range(100)]
    round.sender.hanging = {hosts[0]}
    await round.say(1, *(inbox(host, f"users/{number}/inbox") for host in hosts for number in range(3)))
    async with round.working(), in_time():
        await round.sender.have_carried(3 * 99)
        assert hosts[0] not in {delivery.host for delivery in round.sender.carried}
        round.sender.let_go.set()
        await round.sender.have_carried(3 * 100)
    assert max(round.sender.most_at_once.values()) <= MAX_CONCURRENT_PER_SERVER


async def test_a_later_word_about_the_same_object_takes_the_place_of_the_earlier(round: Round) -> None:
    round.sender.answers["down.example"] = Attempt(status=None, answer="no answer")
    await round.say(1, inbox("up.example"), inbox("down.example"))
    await round.worker().drain()
    await round.say(2, inbox("up.example"), inbox("down.example"))
    await round.say(3, inbox("down.example"), object="https://blog.example/posts/2")
    del round.sender.answers["down.example"]
    round.clock.advance(minutes=5)
    await round.worker().drain()
    assert await round.states() == {
        ("0001", "up.example"): DeliveryState.DELIVERED,
        ("0001", "down.example"): DeliveryState.SUPERSEDED,
        ("0002", "up.example"): DeliveryState.DELIVERED,
        ("0002", "down.example"): DeliveryState.DELIVERED,
        ("0003", "down.example"): DeliveryState.DELIVERED,
    }


async def test_growing_waits_survive_the_process(round: Round) -> None:
    round.sender.answers["down.example"] = Attempt(status=502)
    await round.say(1, inbox("down.example"))
    tries, dues = [], []
    for _ in range(4):
        await round.worker().drain()  # another process each time
        [delivery] = await round.store.delivery_lists.list_newest(1)
        tries.append(delivery.attempts)
        dues.append(delivery.due - round.clock())
        round.clock.now = delivery.due - timedelta(seconds=1)
        await round.worker().drain()
        assert len(round.sender.carried) == len(tries), "not before its time"
        round.clock.now = delivery.due
    assert tries == [1, 2, 3, 4]
    assert dues == sorted(dues)
    assert dues[0] >= timedelta(seconds=20)
    assert dues[-1] >= timedelta(minutes=20)


async def test_it_is_given_up_after_two_weeks(round: Round) -> None:
    round.sender.answers["down.example"] = Attempt(status=None, answer="no answer")
    await round.say(1, inbox("down.example"))
    began = round.clock()
    for _ in range(100):
        await round.worker().drain()
        due = await round.store.deliveries.next_due(round.clock())
        if due is None:
            break
        round.clock.now = max(due, round.clock.now)
    [delivery] = await round.store.delivery_lists.list_newest(1)
    assert delivery.state is DeliveryState.FAILED
    assert timedelta(days=10) < round.clock() - began < timedelta(days=22)


async def test_retry_after_is_honoured_by_everything_that_waits_for_the_server(round: Round) -> None:
    round.sender.answers["busy.example"] = Attempt(status=429, wait=120.0)
    names = [inbox("busy.example", f"users/{number}/inbox") for number in range(20)]
    await round.say(1, *names, inbox("other.example"))
    await round.worker().drain()
    asked = [delivery for delivery in round.sender.carried if delivery.host == "busy.example"]
    assert len(asked) <= MAX_CONCURRENT_PER_SERVER
    assert (await round.states())[("0001", "other.example")] is DeliveryState.DELIVERED

    del round.sender.answers["busy.example"]
    round.clock.advance(seconds=119)
    await round.worker().drain()
    assert [delivery for delivery in round.sender.carried if delivery.host == "busy.example"] == asked
    round.clock.advance(seconds=2)
    await round.worker().drain()
    round.clock.advance(minutes=1)
    await round.worker().drain()
    assert set((await round.states()).values()) == {DeliveryState.DELIVERED}


async def test_a_dead_server_costs_one_try_now_and_then(round: Round) -> None:
    round.sender.answers["down.example"] = Attempt(status=None, answer="no answer")
    await round.say(1, *(inbox("down.example", f"users/{number}/inbox") for number in range(50)))
    for _ in range(60):
        await round.worker().drain()
        round.clock.advance(minutes=1)
    assert len(round.sender.carried) < 20


@pytest.mark.parametrize("status", [404, 410])
async def test_an_inbox_that_is_gone_is_reported(round: Round, status: int) -> None:
    round.sender.answers["gone.example"] = Attempt(status=status)
    await round.say(1, inbox("gone.example"), inbox("up.example"))
    await round.worker().drain()
    assert round.sender.gone == [inbox("gone.example")]
    assert (await round.states())[("0001", "gone.example")] is DeliveryState.FAILED


async def test_followers_behind_many_inboxes_are_reached_slice_by_slice(round: Round) -> None:
    """More than one slice, and everybody once."""
    inboxes = [inbox(f"m{number:04}.example") for number in range(1200)]

    async def fill(tx: Tables) -> None:
        for number, address in enumerate(inboxes):
            await tx.followers.save(
                Follower(local_actor="blog", actor=f"{address}/{number}", follow="", inbox=address, since=round.clock())
            )
        await tx.outbox.save(said(1, "https://blog.example/posts/1", round.clock))
        await tx.fanouts.enqueue(Fanout(activity="0001", audience="blog", due=round.clock()))

    await round.store.transaction(fill)
    await round.worker().drain()
    assert Counter(delivery.inbox for delivery in round.sender.carried) == Counter(inboxes)
