"""What is kept of what other servers said: the verdict always, the text within limits."""

import pytest

from syndicate.federation.inbox import text_limits
from syndicate.model.activity import ReceivedActivity
from tests.instances import RunningInstance
from tests.peer import Peer

PARAGRAPH = "<p>" + "Word by word. " * 1500 + "</p>"


async def arrivals(instance: RunningInstance, peer: Peer) -> list[ReceivedActivity]:
    """Of one actor, newest first."""
    return [
        arrival for arrival in await instance.store.inbox_queue.list_newest(500) if arrival.activity.actor == peer.actor
    ]


def size_of(found: list[ReceivedActivity]) -> int:
    return sum(len(str(arrival.activity.raw)) for arrival in found if arrival.activity.raw)


async def test_what_has_no_effect_keeps_its_verdict_and_not_its_text(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply("https://elsewhere.example/notes/1", PARAGRAPH)
    await ann.send(ann.activity("Dance", post.uri))
    await ann.reply(post.uri, "<p>Well said.</p>")
    await open_instance.settle()
    found = {
        verdict.outcome: arrival for arrival in await arrivals(open_instance, ann) for verdict in [arrival.verdict]
    }
    assert {outcome.value: bool(arrival.activity.raw) for outcome, arrival in found.items()} == {
        "ignored": False,
        "unsupported": False,
        "done": True,
    }


async def test_the_oldest_texts_of_a_server_go_and_others_stay(
    open_instance: RunningInstance, ann: Peer, bob: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_limits, "MAX_BYTES_PER_HOST", 100_000)
    monkeypatch.setattr(text_limits, "HOST_INTERVAL_BYTES", 10_000)
    post = await open_instance.publish("Tea")
    await bob.reply(post.uri, "<p>The oldest of all.</p>")
    for _ in range(12):
        await ann.reply(post.uri, PARAGRAPH)
        await open_instance.settle()
    found = await arrivals(open_instance, ann)
    assert [arrival.verdict.outcome.value for arrival in found] == ["done"] * 12
    kept = [bool(arrival.activity.raw) for arrival in found]
    assert kept == sorted(kept, reverse=True), "the newest"
    assert 2 <= sum(kept) <= 4
    assert size_of(await arrivals(open_instance, bob)) > 0
    assert len(await open_instance.comments(post)) == 13


async def test_what_waits_is_kept_longest_and_bounded_as_well(
    open_instance: RunningInstance, ann: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_limits, "MAX_BYTES_PER_HOST", 100_000)
    monkeypatch.setattr(text_limits, "HOST_INTERVAL_BYTES", 10_000)
    post = await open_instance.publish("Tea")
    await ann.reply(post.uri, PARAGRAPH)
    await open_instance.settle()
    for _ in range(8):
        await ann.reply(post.uri, PARAGRAPH)
    waiting, done = (await arrivals(open_instance, ann))[:8], (await arrivals(open_instance, ann))[8:]
    assert not any(arrival.activity.raw for arrival in done)
    outcomes = [arrival.verdict.outcome.value for arrival in waiting]
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) == {"waiting", "failed"}
    assert size_of(waiting) <= 100_000


async def test_all_texts_together_are_bounded(
    open_instance: RunningInstance, ann: Peer, bob: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_limits, "MAX_BYTES", 100_000)
    monkeypatch.setattr(text_limits, "INTERVAL_BYTES", 10_000)
    post = await open_instance.publish("Tea")
    for _ in range(4):
        for peer in (ann, bob):
            await peer.reply(post.uri, PARAGRAPH)
            await open_instance.settle()
    found = await open_instance.store.inbox_queue.list_newest(500)
    assert 0 < size_of(found) <= 100_000
    assert {arrival.verdict.outcome.value for arrival in found} == {"done"}
