"""Only what its author addressed to everybody is ever shown; and nothing of a post that is not public."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import PostState
from tests.clocks import FakeClock
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import AS2, PUBLIC, Peer

BLOG = "https://blog.example/actor"
CANARY = "Canary"
TEXT = f"<p>{CANARY} words.</p>"
FOLLOWERS = "https://social.example/users/ann/followers"

PRIVATE: dict[str, dict[str, Any]] = {
    "direct": {"to": [BLOG], "cc": []},
    "direct, as text": {"to": BLOG},
    "followers only": {"to": [FOLLOWERS], "cc": [BLOG]},
    "nobody at all": {},
    "empty lists": {"to": [], "cc": []},
    "nothing": {"to": None, "cc": None},
    "public in lower case": {"to": ["https://www.w3.org/ns/activitystreams#public"]},
    "another public": {"to": ["https://evil.example/#Public", "as:public", "public", "PUBLIC"]},
    "blind copies": {"bto": [PUBLIC], "bcc": [PUBLIC]},
    "audience": {"audience": PUBLIC},
    "a tag": {"tag": [{"type": "Mention", "href": PUBLIC, "name": "@public"}]},
    "an object that is named so": {"to": [{"id": BLOG, "name": PUBLIC}]},
    "a list within a list": {"to": [[[PUBLIC, BLOG]]]},
}
REACH = ("to", "cc", "bto", "bcc", "audience")


def note_to(peer: Peer, post: str, address: dict[str, Any]) -> dict[str, Any]:
    note = peer.note(post, TEXT)
    made = {key: value for key, value in note.items() if key not in REACH} | address
    peer.documents[note["id"]] = {"@context": AS2, **made}
    return made


async def is_nowhere(instance: RunningInstance, post: Any) -> None:
    await instance.settle()
    assert CANARY not in await instance.outputs(post)
    assert await instance.store.shown_comments.list_shown(post.id, limit=10, skip=0) == []
    assert (await instance.document(f"{post.uri}/replies"))["totalItems"] == 0
    current = await instance.store.posts.find(post.id)
    assert current is not None
    assert current.counts.comments == 0


@pytest.mark.parametrize("kind", PRIVATE)
async def test_what_is_not_for_everybody_is_shown_to_nobody(
    open_instance: RunningInstance, ann: Peer, kind: str
) -> None:
    post = await open_instance.publish("Hello")
    note = note_to(ann, post.uri, PRIVATE[kind])
    addressed = {key: note[key] for key in REACH if key in note}
    assert (await ann.send(ann.activity("Create", note, **addressed))).status == 202
    assert (await ann.send(ann.activity("Create", note))).status == 202
    if addressed:
        assert (await ann.send(ann.activity("Create", note["id"], to=[PUBLIC]))).status == 202
    await is_nowhere(open_instance, post)
    assert {(outcome, reason) for _, outcome, reason in await open_instance.verdicts()} == {
        ("private", "object.private")
    }
    assert await open_instance.comments(post) == []


@pytest.mark.parametrize("kind", [kind for kind, address in PRIVATE.items() if any(name in address for name in REACH)])
async def test_the_narrower_of_activity_and_object_counts(open_instance: RunningInstance, ann: Peer, kind: str) -> None:
    post = await open_instance.publish("Hello")
    private = note_to(ann, post.uri, PRIVATE[kind])
    await ann.send(ann.activity("Create", private, to=[PUBLIC], cc=[BLOG]))
    public = ann.note(post.uri, TEXT)
    await ann.send(ann.activity("Create", public, **{key: private[key] for key in REACH if key in private}))
    await is_nowhere(open_instance, post)


async def test_a_private_activity_that_only_names_its_object_is_private(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    public = ann.note(post.uri, TEXT)
    for type in ("Create", "Update"):
        await ann.send(ann.activity(type, public["id"], to=[FOLLOWERS], cc=[BLOG]))
    await is_nowhere(open_instance, post)


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public", [PUBLIC], [[PUBLIC]], {"id": PUBLIC}])
async def test_everybody_is_spelled_in_three_ways(open_instance: RunningInstance, ann: Peer, spelling: Any) -> None:
    post = await open_instance.publish("Hello")
    await ann.send(ann.activity("Create", note_to(ann, post.uri, {"to": spelling}), to=spelling))
    await open_instance.settle()
    assert CANARY in (await open_instance.get(post.path)).text


async def test_an_unlisted_reply_stands_under_its_post_and_not_among_the_newest(
    open_instance: RunningInstance, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    address = {"to": [FOLLOWERS], "cc": [PUBLIC]}
    await ann.send(ann.activity("Create", note_to(ann, post.uri, address), **address))
    await open_instance.settle()
    assert CANARY in (await open_instance.get(post.path)).text
    assert CANARY in (await open_instance.get(f"{post.path}feed/")).text
    for feed in ("/comments/feed/", "/comments/feed/atom/", "/comments/feed/json/"):
        assert CANARY not in (await open_instance.get(feed)).text


async def test_an_edit_that_narrows_takes_the_comment_away(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, TEXT)
    await open_instance.settle()
    assert CANARY in await open_instance.outputs(post)
    clock.advance(minutes=1)
    address = {"to": [FOLLOWERS], "cc": []}
    narrowed = {**note, **address, "updated": clock().isoformat()}
    await ann.send(ann.activity("Update", narrowed, **address))
    await is_nowhere(open_instance, post)
    assert (await open_instance.verdicts())[-1] == ("Update", "private", "object.narrowed")


async def test_a_late_copy_does_not_show_what_was_narrowed(
    open_instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    """The Create comes again, under another id, from herself and by another's hand."""
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, TEXT)
    await open_instance.settle()
    clock.advance(minutes=1)
    address = {"to": [FOLLOWERS], "cc": []}
    narrowed = {**note, **address, "updated": clock().isoformat()}
    ann.documents[note["id"]] = {"@context": AS2, **narrowed}
    await ann.send(ann.activity("Update", narrowed, **address))
    await open_instance.settle()
    await bob.send({**ann.create(note), "signature": {"type": "RsaSignature2017"}})
    await is_nowhere(open_instance, post)
    await bob.send(bob.activity("Announce", ann.create(note), to=[PUBLIC]))
    await is_nowhere(open_instance, post)
    await ann.send(ann.create(note))
    await is_nowhere(open_instance, post)


async def test_an_edit_that_narrows_before_the_comment_came_counts_too(
    open_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await open_instance.publish("Hello")
    note = ann.note(post.uri, TEXT)
    clock.advance(minutes=1)
    address = {"to": [FOLLOWERS], "cc": []}
    await ann.send(ann.activity("Update", {**note, **address, "updated": clock().isoformat()}, **address))
    await open_instance.settle()
    await ann.send(ann.create(note))
    await is_nowhere(open_instance, post)


async def test_nobody_else_widens_what_is_private(
    open_instance: RunningInstance, ann: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey], clock: FakeClock
) -> None:
    """Mastodon CVE-2024-37903: somebody else's activity names the same object, for everybody."""
    post = await open_instance.publish("Hello")
    eve = ann.neighbour("eve", rsa_keys[4])
    note = note_to(ann, post.uri, {"to": [BLOG], "cc": []})
    await ann.send(ann.activity("Create", note, to=[BLOG]))
    await open_instance.settle()
    clock.advance(minutes=1)
    wide = {**note, "to": [PUBLIC], "updated": clock().isoformat()}
    for other in (mallory, eve):
        for type in ("Create", "Update", "Announce"):
            for object in (wide, note["id"], {"type": "Create", "id": wide["id"] + "/1", "object": wide}):
                await other.send(other.activity(type, object, to=[PUBLIC]))
        await other.send({**ann.create(wide), "signature": {}, "to": [PUBLIC]})
    await is_nowhere(open_instance, post)


async def test_a_group_does_not_publish_what_a_member_wrote_to_followers(
    open_instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    """We fetch it with our own name, and may be shown more than everybody is."""
    post = await open_instance.publish("Hello")
    note = note_to(ann, post.uri, {"to": [FOLLOWERS], "cc": []})
    await bob.send(bob.activity("Announce", ann.create({**note, "to": [PUBLIC]}), to=[PUBLIC]))
    await is_nowhere(open_instance, post)


async def test_a_private_message_leaves_no_copy_in_the_log(
    open_instance: RunningInstance, ann: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    post = await open_instance.publish("Hello")
    await ann.send(ann.activity("Create", note_to(ann, post.uri, {"to": [BLOG]}), to=[BLOG]))
    await open_instance.settle()
    captured = capsys.readouterr()
    assert CANARY not in captured.out + captured.err


# posts that are not public


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.PRIVATE, PostState.PASSWORD])
async def test_comments_of_a_post_that_is_taken_back_are_gone_at_once(
    open_instance: RunningInstance, ann: Peer, state: PostState
) -> None:
    """WordPress CVE-2026-66666: the comments feed showed them."""
    post, other = await open_instance.publish("Hello"), await open_instance.publish("Other")
    await ann.reply(post.uri, TEXT)
    await open_instance.settle()
    assert CANARY in await open_instance.outputs(post)
    await open_instance.publish("Hello", state=state)
    assert CANARY not in await open_instance.outputs(post)
    assert CANARY not in await open_instance.outputs(other)
    for address in (post.uri, f"{post.uri}/replies", f"{post.path}feed/", post.path):
        assert (await open_instance.get(address, accept=ACTIVITY)).status in (404, 410), address


async def test_comments_of_a_deleted_post_are_gone_at_once(open_instance: RunningInstance, ann: Peer) -> None:
    post, other = await open_instance.publish("Hello"), await open_instance.publish("Other")
    await ann.reply(post.uri, TEXT)
    await open_instance.settle()
    assert CANARY in await open_instance.outputs(post)
    await open_instance.delete(post.slug)
    assert CANARY not in await open_instance.outputs(post)
    assert CANARY not in await open_instance.outputs(other)


@pytest.mark.parametrize("state", [PostState.DRAFT, PostState.PRIVATE, PostState.PASSWORD])
async def test_a_guess_at_a_draft_is_answered_as_for_what_never_was(
    open_instance: RunningInstance, ann: Peer, state: PostState
) -> None:
    draft = await open_instance.publish("Secret plans", state=state)
    for target in (draft.uri, f"https://blog.example{draft.path}", "https://blog.example/posts/none"):
        response = await ann.send(ann.create(ann.note(target, TEXT)))
        assert (response.status, response.body) == (202, b"")
    await open_instance.settle()
    assert await open_instance.comments(draft) == []
    for suffix in ("", "/replies", "/likes", "/shares"):
        asked = await open_instance.get(f"{draft.uri}{suffix}", accept=ACTIVITY)
        never = await open_instance.get(f"/posts/none{suffix}", accept=ACTIVITY)
        assert (asked.status, asked.body) == (never.status, never.body) == (404, never.body)


# what waits


@pytest.mark.parametrize("moderation", ["first-time", "all"])
async def test_a_comment_that_waits_is_shown_nowhere(instance: RunningInstance, ann: Peer, moderation: str) -> None:
    post = await instance.publish("Hello")
    await ann.reply(post.uri, TEXT)
    await is_nowhere(instance, post)
    assert len(await instance.comments(post)) == 1
