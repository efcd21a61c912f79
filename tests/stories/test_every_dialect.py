"""The same conversation with every kind of server, each in its own words: from the follow to the last undo."""

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.clocks import FakeClock
from tests.dialects import SIGNED, Speaker
from tests.houses import RunningHouse
from tests.wire import Wire


async def hear(house: RunningHouse, speaker: Speaker, name: str, *, path: str = "/inbox") -> None:
    """Let it be said, and done."""
    if not speaker.says(name):
        return
    response = await speaker.say(name, path=path)
    assert response.status == 202, (name, response.body)
    await house.settle()
    [*_, (_, outcome, reason)] = await house.verdicts()
    assert outcome == "done", (name, reason)


@pytest.mark.parametrize("software", SIGNED)
async def test_a_whole_conversation_is_understood(
    open_house: RunningHouse, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], software: str
) -> None:
    house = open_house
    post = await house.publish("Quinces", source="They were late this year.")
    await house.settle()
    speaker = Speaker(wire, clock, rsa_keys[4], software, post)

    await hear(house, speaker, "follow", path="/actor/inbox")
    assert await house.store.followers.find("blog", speaker.actor) is not None
    [accept] = speaker.received
    follow = speaker.documents["follow"]
    assert accept["type"] == "Accept"
    assert accept["object"] == {key: follow[key] for key in ("id", "type", "actor", "object")}

    clock.advance(seconds=1)
    await hear(house, speaker, "reply")
    [comment] = await house.comments(post)
    assert comment.author.uri == speaker.actor
    assert comment.uri == speaker.documents["reply"]["object"]["id"]
    assert comment.author.handle.startswith("@")
    assert (await house.document(f"{post.uri}/replies"))["first"]["items"] == [comment.uri]

    if speaker.says("edit"):
        await hear(house, speaker, "edit")
        [edited] = await house.comments(post)
        assert edited.html != comment.html
        assert (edited.id, edited.published) == (comment.id, comment.published)

    await hear(house, speaker, "like", path="/actor/inbox")
    await hear(house, speaker, "boost")
    current = await house.store.posts.find(post.id)
    assert current is not None
    assert (current.counts.comments, current.counts.likes) == (1, 1)
    assert current.counts.shares == int(speaker.says("boost"))

    await hear(house, speaker, "unlike", path="/actor/inbox")
    await hear(house, speaker, "unboost")
    await hear(house, speaker, "delete")
    await hear(house, speaker, "unfollow", path="/actor/inbox")
    current = await house.store.posts.find(post.id)
    assert current is not None
    counts = current.counts
    assert (counts.comments, counts.likes, counts.shares) == (0, 0, 0)
    assert await house.comments(post) == []
    assert await house.store.followers.total("blog") == 0
    assert comment.uri not in await house.outputs(post)


@pytest.mark.parametrize("software", SIGNED)
async def test_every_word_twice_changes_nothing(
    open_house: RunningHouse, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], software: str
) -> None:
    house = open_house
    post = await house.publish("Quinces")
    await house.settle()
    speaker = Speaker(wire, clock, rsa_keys[4], software, post)
    for name in ("follow", "reply", "edit", "like", "boost"):
        if not speaker.says(name):
            continue
        for path in ("/inbox", "/actor/inbox", "/inbox"):
            assert (await speaker.say(name, path=path)).status == 202
            await house.settle()
    current = await house.store.posts.find(post.id)
    assert current is not None
    counts = current.counts
    assert (counts.comments, counts.likes, counts.shares) == (1, 1, int(speaker.says("boost")))
    assert await house.store.followers.total("blog") == 1
    assert {accept["object"]["id"] for accept in speaker.received} == {speaker.documents["follow"]["id"]}
