"""What names the blog without answering a post, private words, and quotes: kept for the author, and shown to nobody else."""

from typing import Any

import pytest

from syndicate.storage.blocks import Block
from tests.cli.conftest import Desk
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer

BLOG = "https://blog.example/actor"
TAG = {"type": "Mention", "href": BLOG, "name": "@notes@blog.example"}


async def write(
    instance: RunningInstance, peer: Peer, content: str, answers: str = "", /, **more: Any
) -> dict[str, Any]:
    """Something that names the blog."""
    note = peer.note(answers, content, **{"tag": [TAG], "cc": [BLOG], **more})
    await peer.send(peer.create(note))
    await instance.settle()
    return note


async def words(desk: Desk, *options: str) -> list[tuple[str, str]]:
    return [(row["kind"], row["words"]) for row in await desk.lists("mentions", *options)]


async def test_mentions_and_private_words_wait_for_the_author(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await write(instance, ann, "<p>Have you read @notes?</p><script>x</script>")
    assert (await instance.verdicts())[-1] == ("Create", "held", "mention.kept")
    instance.clock.advance(seconds=1)
    await write(instance, ann, "<p>Between us, canary</p>", to=[BLOG], cc=[])
    instance.clock.advance(seconds=1)
    await write(instance, ann, "<p>A private answer, canary</p>", post.uri, to=[f"{ann.actor}/followers"], cc=[BLOG])
    kept = [
        ("private", "A private answer, canary"),
        ("private", "Between us, canary"),
        ("mention", "Have you read @notes?"),
    ]
    text = await desk.ok("mentions", "--all")
    assert "Ann @ann@social.example" in text
    assert "Between us, canary" in text
    assert await words(desk) == [], "it has been shown"
    assert await words(desk, "--all") == kept
    assert "canary" not in await instance.outputs(post)
    assert "Have you read" not in await instance.outputs(post)


async def test_what_has_been_seen_is_shown_only_when_asked_for(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    await write(instance, ann, "<p>First</p>")
    assert await words(desk) == [("mention", "First")]
    instance.clock.advance(seconds=1)
    await write(instance, ann, "<p>Second</p>")
    assert await words(desk) == [("mention", "Second")]
    assert await words(desk, "--all") == [("mention", "Second"), ("mention", "First")]


async def test_an_answer_to_a_post_is_a_comment_and_no_mention(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    post = await instance.publish("Hello")
    await write(instance, ann, "<p>Well said</p>", post.uri)
    await write(instance, ann, "<p>To my followers, not to you</p>", to=[f"{ann.actor}/followers"], cc=[], tag=[])
    assert len(await instance.comments(post)) == 1
    assert await words(desk) == []


async def test_a_mention_changes_and_goes_with_its_original(
    instance: RunningInstance, desk: Desk, ann: Peer, mallory: Peer
) -> None:
    note = await write(instance, ann, "<p>First words</p>")
    instance.clock.advance(seconds=1)
    await ann.edit(note, "<p>Other words</p>")
    await mallory.delete({**note})
    await instance.settle()
    assert await words(desk) == [("mention", "Other words")]
    await ann.delete(note)
    await instance.settle()
    assert await words(desk, "--all") == []


async def test_a_block_hides_mentions(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await write(instance, ann, "<p>Rude</p>")
    blocking = instance.server.services.blocking
    await blocking.block(Block(pattern="social.example", reason="", created=instance.clock()))
    assert await words(desk, "--all") == []
    await blocking.unblock("social.example")
    assert await words(desk, "--all") == [("mention", "Rude")]


async def test_mentions_are_kept_for_ninety_days(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await write(instance, ann, "<p>Hello</p>")
    for days, kept in ((89, 1), (2, 0)):
        instance.clock.advance(days=days)
        await instance.server.retention.apply()
        assert len(await words(desk, "--all")) == kept


@pytest.mark.parametrize("member", ["quote", "quoteUrl", "quoteUri", "_misskey_quote"])
async def test_who_quotes_and_what_they_wrote_is_shown_to_the_author(
    instance: RunningInstance, desk: Desk, ann: Peer, member: str
) -> None:
    post = await instance.publish("Hello")
    note = await write(instance, ann, "<p>Read this, canary</p>", tag=[], cc=[], **{member: post.uri})
    assert (await instance.verdicts())[-1] == ("Create", "done", "quote.kept")
    [quote] = await desk.lists("quotes", "list")
    assert (quote["quote"], quote["words"], quote["state"]) == (note["id"], "Read this, canary", "unasked")
    assert quote["name"] == "Ann @ann@social.example"
    assert "canary" not in await instance.outputs(post)
    await ann.delete(note)
    await instance.settle()
    assert await desk.lists("quotes", "list") == []


async def test_a_quote_that_was_allowed_has_words(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    post = await instance.publish("Hello")
    note = ann.note("", "<p>Read this</p>", quote=post.uri, to=[PUBLIC])
    await ann.send(ann.activity("QuoteRequest", post.uri, instrument=note))
    await instance.settle()
    await ann.send(ann.create(note))
    await instance.settle()
    [quote] = await desk.lists("quotes", "list")
    assert (quote["words"], quote["state"], quote["post"]) == ("Read this", "allowed", "hello")
    assert await desk.ok("quotes", "approve", note["id"]) == f"{note['id']}: shown under the post\n"
    assert [row["shown"] for row in await desk.lists("quotes", "list")] == ["shown"]
    assert await desk.ok("quotes", "reject", note["id"]) == f"{note['id']}: not shown\n"
    assert "there is no quote" in await desk.refuses("quotes", "approve", f"{ann.base}/notes/none")
    await desk.ok("quotes", "approve", note["id"])
    await desk.ok("quotes", "revoke", note["id"])
    assert [row["shown"] for row in await desk.lists("quotes", "list")] == [""]


async def test_a_private_quote_is_not_kept_as_a_quote(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await write(instance, ann, "<p>Look</p>", to=[f"{ann.actor}/followers"], cc=[], tag=[], quoteUrl=post.uri)
    assert await desk.lists("quotes", "list") == []
    assert await words(desk) == []
