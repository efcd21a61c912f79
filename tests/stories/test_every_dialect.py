"""The same conversation with every kind of server, each in its own words: from the follow to the last undo."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import PostState
from tests.clocks import FakeClock
from tests.dialects import SIGNED, Speaker
from tests.instances import ACTIVITY, RunningInstance
from tests.wire import Wire


async def hear(instance: RunningInstance, speaker: Speaker, name: str, *, path: str = "/inbox") -> None:
    """Let it be said, and done."""
    if not speaker.says(name):
        return
    response = await speaker.say(name, path=path)
    assert response.status == 202, (name, response.body)
    await instance.settle()
    [*_, (_, outcome, reason)] = await instance.verdicts()
    assert outcome == "done", (name, reason)


def accepts(speaker: Speaker) -> list[dict[str, Any]]:
    """What answered its Follow; a server's first follower also gets what unpins the posts that stood in for pinned ones."""
    return [activity for activity in speaker.received if activity["type"] == "Accept"]


@pytest.mark.parametrize("software", SIGNED)
async def test_a_whole_conversation_is_understood(
    open_instance: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], software: str
) -> None:
    instance = open_instance
    post = await instance.publish("Quinces", source="They were late this year.")
    await instance.settle()
    speaker = Speaker(wire, clock, rsa_keys[4], software, post)

    await hear(instance, speaker, "follow", path="/actor/inbox")
    assert await instance.store.followers.find("blog", speaker.actor) is not None
    [accept] = accepts(speaker)
    follow = speaker.documents["follow"]
    assert accept["type"] == "Accept"
    assert accept["object"] == {key: follow[key] for key in ("id", "type", "actor", "object")}

    clock.advance(seconds=1)
    await hear(instance, speaker, "reply")
    [comment] = await instance.comments(post)
    assert comment.author.uri == speaker.actor
    assert comment.uri == speaker.documents["reply"]["object"]["id"]
    assert comment.author.handle.startswith("@")
    assert (await instance.document(f"{post.uri}/replies"))["first"]["items"] == [comment.uri]

    if speaker.says("edit"):
        await hear(instance, speaker, "edit")
        [edited] = await instance.comments(post)
        assert edited.html != comment.html
        assert (edited.id, edited.published) == (comment.id, comment.published)

    await hear(instance, speaker, "like", path="/actor/inbox")
    await hear(instance, speaker, "boost")
    current = await instance.store.posts.find(post.id)
    assert current is not None
    assert (current.counts.comments, current.counts.likes) == (1, 1)
    assert current.counts.shares == int(speaker.says("boost"))

    await hear(instance, speaker, "unlike", path="/actor/inbox")
    await hear(instance, speaker, "unboost")
    await hear(instance, speaker, "delete")
    await hear(instance, speaker, "unfollow", path="/actor/inbox")
    current = await instance.store.posts.find(post.id)
    assert current is not None
    counts = current.counts
    assert (counts.comments, counts.likes, counts.shares) == (0, 0, 0)
    assert await instance.comments(post) == []
    assert await instance.store.followers.count("blog") == 0
    assert comment.uri not in await instance.outputs(post)


@pytest.mark.parametrize("software", SIGNED)
async def test_every_word_twice_changes_nothing(
    open_instance: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], software: str
) -> None:
    instance = open_instance
    post = await instance.publish("Quinces")
    await instance.settle()
    speaker = Speaker(wire, clock, rsa_keys[4], software, post)
    for name in ("follow", "reply", "edit", "like", "boost"):
        if not speaker.says(name):
            continue
        for path in ("/inbox", "/actor/inbox", "/inbox"):
            assert (await speaker.say(name, path=path)).status == 202
            await instance.settle()
    current = await instance.store.posts.find(post.id)
    assert current is not None
    counts = current.counts
    assert (counts.comments, counts.likes, counts.shares) == (1, 1, int(speaker.says("boost")))
    assert await instance.store.followers.count("blog") == 1
    assert {accept["object"]["id"] for accept in accepts(speaker)} == {speaker.documents["follow"]["id"]}


TABLES = ("comments", "reactions", "stamps", "reply_requests", "visits", "mentions", "followers", "fanouts", "posts")


async def rows(instance: RunningInstance, table: str, condition: str = "1 = 1") -> int:
    row = await instance.store.database.read.one(f"SELECT count(*) AS total FROM {table} WHERE {condition}")
    assert row is not None
    total: int = row["total"]
    return total


@pytest.mark.parametrize("software", SIGNED)
async def test_a_conversation_to_its_end_leaves_nothing_behind(
    open_instance: RunningInstance, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], software: str
) -> None:
    """Follow, post, reply, reply to the reply, edit, like, boost, quote, our edit, and the end of it all."""
    instance = open_instance
    draft = await instance.publish("Quinces", source="They were late this year.", state=PostState.DRAFT)
    speaker = Speaker(wire, clock, rsa_keys[4], software, draft)

    await hear(instance, speaker, "follow", path="/actor/inbox")
    clock.advance(seconds=1)
    post = await instance.publish("Quinces", source="They were late this year.")
    await instance.settle()
    assert [said["type"] for said in speaker.received] == ["Accept", "Create"]
    assert speaker.received[-1]["object"]["id"] == post.uri == draft.uri

    clock.advance(seconds=1)
    for name in ("reply", "second", "edit"):
        await hear(instance, speaker, name)
    comments = {comment.uri: comment for comment in await instance.comments(post)}
    first, second = (comments[speaker.documents[name]["object"]["id"]] for name in ("reply", "second"))
    assert (first.parent, second.parent) == (None, first.id)
    await hear(instance, speaker, "like", path="/actor/inbox")
    await hear(instance, speaker, "boost")
    is_asked = speaker.says("quote") and speaker.documents["quote"]["type"] == "QuoteRequest"
    if is_asked:
        await hear(instance, speaker, "quote", path="/actor/inbox")
        accept = speaker.received[-1]
        assert accept["type"] == "Accept"
        assert (await instance.document(accept["result"]))["interactionTarget"] == post.uri
    elif speaker.says("quote"):  # they quote without asking: a post of theirs, and no answer to ours
        assert (await speaker.say("quote")).status == 202
        await instance.settle()
        assert (await instance.verdicts())[-1][1:] == ("held", "mention.kept")
    assert len(await instance.comments(post)) == 2
    document = await instance.document(post.uri)
    likes, shares = (document[name]["totalItems"] for name in ("likes", "shares"))
    assert (likes, shares) == (1, int(speaker.says("boost")))

    clock.advance(minutes=1)
    await instance.publish("Quinces", source="They were early after all.")
    await instance.settle()
    [update] = [said for said in speaker.received if said["type"] == "Update"]
    assert update["object"]["updated"] > update["object"]["published"]
    assert update["object"]["likes"]["totalItems"] == 1

    await instance.delete("quinces")
    await instance.settle()
    ends = [said["object"]["id"] for said in speaker.received if said["type"] == "Delete"]
    assert ends == [post.uri]
    assert (await speaker.say("delete")).status == 202
    await hear(instance, speaker, "unfollow", path="/actor/inbox")

    assert {table: await rows(instance, table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    assert await rows(instance, "arrivals", "outcome = 'waiting'") == 0
    assert await rows(instance, "deliveries", "state = 'waiting'") == 0
    assert await rows(instance, "inboxes", "followers <> 0") == 0
    assert await rows(instance, "totals", "total <> 0 AND name <> 'comment-numbers'") == 0  # none is given twice
    assert await rows(instance, "outbox", "public = 1 AND type <> 'Delete'") == 0
    for address in (post.uri, f"{post.uri}/replies", f"{post.uri}/likes", f"{post.uri}/context", post.path):
        assert (await instance.get(address, accept=ACTIVITY)).status == 410, address
    assert "Quinces" not in (await instance.get("/")).text


# what they say of their accounts


async def known(instance: RunningInstance, speaker: Speaker) -> None:
    """She follows, and has said something."""
    await hear(instance, speaker, "follow", path="/actor/inbox")
    instance.clock.advance(seconds=1)
    for name in ("reply", "like"):
        await hear(instance, speaker, name)


@pytest.fixture(params=SIGNED)
async def speaker(
    request: pytest.FixtureRequest,
    open_instance: RunningInstance,
    wire: Wire,
    clock: FakeClock,
    rsa_keys: list[RSAPrivateKey],
) -> Speaker:
    post = await open_instance.publish("Quinces", source="They were late this year.")
    await open_instance.settle()
    return Speaker(wire, clock, rsa_keys[4], request.param, post)


async def test_another_name_stands_under_what_was_said_before(open_instance: RunningInstance, speaker: Speaker) -> None:
    await known(open_instance, speaker)
    context = speaker.documents["actor"]["@context"]
    speaker.documents["actor"] = {"@context": context, **speaker.documents["renamed"]["object"]}
    await hear(open_instance, speaker, "renamed")
    [comment] = await open_instance.comments(speaker.post)
    assert comment.author.name == "Renamed"


async def test_an_account_that_is_deleted_leaves_nothing(open_instance: RunningInstance, speaker: Speaker) -> None:
    await known(open_instance, speaker)
    await hear(open_instance, speaker, "farewell")
    assert await open_instance.comments(speaker.post) == []
    assert await open_instance.store.followers.count("blog") == 0
    current = await open_instance.store.posts.find(speaker.post.id)
    assert current is not None
    assert (current.counts.comments, current.counts.likes) == (0, 0)
    assert await open_instance.store.remote_actors.find(speaker.actor) is None


async def test_who_blocks_the_blog_follows_it_no_longer(open_instance: RunningInstance, speaker: Speaker) -> None:
    if not speaker.says("block"):
        assert speaker.software in ("friendica", "lemmy", "peertube", "pixelfed", "threads", "wordpress")
        return
    await known(open_instance, speaker)
    await hear(open_instance, speaker, "block", path="/actor/inbox")
    assert await open_instance.store.followers.count("blog") == 0


async def test_the_move_of_a_follower_changes_nothing(open_instance: RunningInstance, speaker: Speaker) -> None:
    if not speaker.says("move"):
        assert speaker.software in ("friendica", "ghost", "lemmy", "peertube", "threads")
        return
    await known(open_instance, speaker)
    assert (await speaker.say("move")).status == 202
    await open_instance.settle()
    assert (await open_instance.verdicts())[-1] == ("Move", "ignored", "move.not-followed")
    followers = await open_instance.store.followers.list_page("blog", before=None, limit=10)
    assert [follower.actor for follower in followers] == [speaker.actor]


async def test_a_report_waits_for_the_author(open_instance: RunningInstance, speaker: Speaker) -> None:
    """From the server itself, where it hides who reports."""
    if not speaker.says("flag"):
        assert speaker.software in ("ghost", "threads", "wordpress")
        return
    assert (await speaker.say("flag", path="/actor/inbox")).status == 202
    await open_instance.settle()
    assert (await open_instance.verdicts())[-1] == ("Flag", "held", "report.kept")
    [report] = await open_instance.store.reports.list_newest(10)
    assert report.reporter == speaker.documents["flag"]["actor"]
    assert report.words == "Advertising, I think."
    assert "Advertising" not in await open_instance.outputs(speaker.post)
