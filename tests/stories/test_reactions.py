"""Posts are liked and shared, and both can be taken back: counted once, and only by who did it."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import Post, PostState
from syndicate.storage import Tables
from syndicate.storage.reactions import Reaction
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer


async def counts(instance: RunningInstance, post: Post) -> tuple[int, int]:
    """Likes and shares."""
    await instance.settle()
    current = await instance.store.posts.find(post.id)
    assert current is not None
    return current.counts.likes, current.counts.shares


async def test_a_like_and_a_boost_are_on_the_page_and_in_the_object(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.like(post.uri)
    await ann.boost(post.uri)
    await instance.settle()
    page = (await instance.get(post.path)).text
    assert "1 like" in page
    assert "1 share" in page
    document = await instance.document(post.uri)
    assert (document["likes"]["totalItems"], document["shares"]["totalItems"]) == (1, 1)
    assert (await instance.document(f"{post.uri}/likes"))["totalItems"] == 1
    assert (await instance.document(f"{post.uri}/shares"))["totalItems"] == 1


async def test_a_like_is_counted_once_whatever_its_id(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    for _ in range(3):
        await ann.like(post.uri)
        await ann.boost(post.uri)
    assert await counts(instance, post) == (1, 1)
    await bob.like(post.uri)
    assert await counts(instance, post) == (2, 1)


async def test_emoji_are_counted_once_per_actor_and_emoji(instance: RunningInstance, ann: Peer) -> None:
    """Misskey's Like and Pleroma's EmojiReact; each is taken back by its own Undo."""
    post = await instance.publish("Hello")
    party = await ann.like(post.uri, content="🎉", _misskey_reaction="🎉")
    await ann.like(post.uri, content="🎉", _misskey_reaction="🎉")
    assert await counts(instance, post) == (1, 0)
    react = ann.activity("EmojiReact", post.uri, content="🔥")
    await ann.send(react)
    await ann.send({**react, "id": f"{ann.base}/activities/again"})
    assert await counts(instance, post) == (2, 0)
    await ann.undo(party)
    assert await counts(instance, post) == (1, 0)
    await ann.undo(react)
    assert await counts(instance, post) == (0, 0)


async def test_nobody_fills_the_count_with_made_up_emoji(instance: RunningInstance, mallory: Peer) -> None:
    post = await instance.publish("Hello")
    for at in range(40):
        await mallory.like(post.uri, content=f":e{at}:")
    likes, _ = await counts(instance, post)
    assert likes <= 10


@pytest.mark.parametrize("form", ["embedded", "id", "another id", "no id"])
@pytest.mark.parametrize("type", ["Like", "Announce"])
async def test_what_is_taken_back_counts_no_longer(instance: RunningInstance, ann: Peer, type: str, form: str) -> None:
    post = await instance.publish("Hello")
    reaction = await (ann.like(post.uri) if type == "Like" else ann.boost(post.uri))
    assert sum(await counts(instance, post)) == 1
    forms: dict[str, Any] = {
        "embedded": reaction,
        "id": reaction["id"],
        "another id": {**reaction, "id": f"{ann.base}/activities/made-anew"},
        "no id": {key: reaction[key] for key in ("type", "actor", "object")},
    }
    for _ in range(2):
        await ann.send(ann.activity("Undo", forms[form]))
        assert await counts(instance, post) == (0, 0)


async def test_a_reaction_can_be_deleted_like_an_object(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    boost = await ann.boost(post.uri)
    assert await counts(instance, post) == (0, 1)
    await ann.send(ann.activity("Delete", boost["id"]))
    assert await counts(instance, post) == (0, 0)


async def test_nobody_takes_back_what_another_did(
    instance: RunningInstance, ann: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    post = await instance.publish("Hello")
    like, boost = await ann.like(post.uri), await ann.boost(post.uri)
    assert await counts(instance, post) == (1, 1)
    eve = ann.neighbour("eve", rsa_keys[4])
    for other in (mallory, eve):
        for reaction in (like, boost):
            for inner in (
                reaction,
                reaction["id"],
                {**reaction, "actor": other.actor},
                {"type": reaction["type"], "actor": ann.actor, "object": post.uri},
                {"type": reaction["type"], "object": post.uri},
                [reaction],
            ):
                await other.send(other.activity("Undo", inner))
            await other.send(other.activity("Delete", reaction["id"]))
    assert await counts(instance, post) == (1, 1)


async def test_what_is_shared_or_liked_elsewhere_is_none_of_ours(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Hello")
    for object in ("https://elsewhere.example/notes/1", "https://blog.example/posts/none", "https://blog.example/", ""):
        await ann.like(object)
        await ann.boost(object)
    assert await counts(instance, post) == (0, 0)
    assert {reason for _, _, reason in await instance.verdicts()} == {"like.elsewhere", "announce.elsewhere"}


async def test_a_like_of_a_comment_is_not_one_of_the_post(open_instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await open_instance.publish("Hello")
    note = await ann.reply(post.uri, "<p>Like me.</p>")
    await open_instance.settle()
    like, boost = await bob.like(note["id"]), await bob.boost(note["id"])
    assert await counts(open_instance, post) == (0, 0)
    await bob.like(post.uri)
    for reaction in (like, boost):
        await bob.send(bob.activity("Undo", {**reaction, "id": f"{bob.base}/activities/made-anew"}))
    assert await counts(open_instance, post) == (1, 0)


async def test_likes_and_shares_are_listed_by_their_ids(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    likes = [(await peer.like(post.uri))["id"] for peer in (ann, bob)]
    await instance.settle()
    boost = await ann.boost(post.uri)
    await instance.settle()
    document = await instance.document(post.uri)
    assert sorted(document["likes"]["first"]["items"]) == sorted(likes)
    assert (document["likes"]["totalItems"], document["shares"]["totalItems"]) == (2, 1)
    assert document["shares"]["first"]["items"] == [boost["id"]]
    for name in ("likes", "shares"):
        collection = await instance.document(f"{post.uri}/{name}")
        assert collection["first"] == document[name]["first"]
        page = await instance.document(collection["first"]["id"])
        assert (page["type"], page["items"]) == ("CollectionPage", collection["first"]["items"])


async def test_many_likes_are_listed_page_by_page(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    ids = [f"https://social.example/likes/{number:03}" for number in range(45)]

    async def fill(tx: Tables) -> None:
        for number, id in enumerate(ids):
            reaction = Reaction(
                uri=id, post=post.id, kind="like", actor=f"{id}/by", content="", received=instance.clock()
            )
            assert await tx.reactions.add(reaction), number

    await instance.store.transaction(fill)
    page = (await instance.document(f"{post.uri}/likes"))["first"]
    found = list(page["items"])
    while "next" in page:
        page = await instance.document(page["next"])
        found += page["items"]
    assert found == ids


async def test_an_answer_of_the_authors_is_liked_and_shared(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Hello")
    own = await instance.server.services.author_replies.reply("hello", "Thank you all.")
    like = await ann.like(own.uri)
    await bob.like(own.uri)
    boost = await bob.boost(own.uri)
    await instance.settle()
    assert {verdict[1:] for verdict in await instance.verdicts()} == {
        ("done", "like.counted"),
        ("done", "announce.counted"),
    }
    document = await instance.document(own.uri)
    assert (document["likes"]["totalItems"], document["shares"]["totalItems"]) == (2, 1)
    assert like["id"] in document["likes"]["first"]["items"]
    assert document["shares"]["first"]["items"] == [boost["id"]]
    assert (await instance.document(f"{own.uri}/likes"))["totalItems"] == 2
    assert await counts(instance, post) == (0, 0)

    await ann.undo(like)
    await instance.settle()
    counted = await instance.store.reactions.get_counts(own.id)
    assert (counted.likes, counted.shares) == (1, 1)


async def test_a_change_of_a_post_does_not_set_others_counts_to_nothing(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    post = await instance.publish("Hello")
    await ann.follow()
    await bob.like(post.uri)
    await instance.settle()
    instance.clock.advance(minutes=1)
    await instance.publish("Hello", source="Other words.")
    await instance.settle()
    [update] = ann.of_type("Update")
    assert update["object"]["likes"]["totalItems"] == 1
    assert update["object"]["likes"]["first"] == f"{post.uri}/likes?page=1"


async def test_a_boost_for_followers_only_is_not_counted(instance: RunningInstance, ann: Peer) -> None:
    post = await instance.publish("Hello")
    await ann.send(ann.activity("Announce", post.uri, to=[f"{ann.actor}/followers"]))
    assert await counts(instance, post) == (0, 0)
    assert {reason for _, _, reason in await instance.verdicts()} == {"announce.private"}


@pytest.mark.parametrize("type", ["Dislike", "View", "Read", "Listen", "Question", "Nonsense"])
async def test_what_we_do_not_know_is_taken_and_changes_nothing(
    instance: RunningInstance, ann: Peer, type: str
) -> None:
    post = await instance.publish("Hello")
    assert (await ann.send(ann.activity(type, post.uri, to=[PUBLIC], content="x" * 100_000))).status == 202
    assert await counts(instance, post) == (0, 0)
    assert await instance.verdicts() == [(type, "unsupported", "activity.unsupported")]


async def test_a_like_of_a_draft_or_of_what_is_gone_says_nothing(instance: RunningInstance, ann: Peer) -> None:
    draft = await instance.publish("Secret", state=PostState.DRAFT)
    gone = await instance.publish("Gone")
    await instance.delete("gone")
    for post in (draft, gone):
        await ann.like(post.uri)
        await ann.boost(post.uri)
    await instance.settle()
    assert {reason for _, _, reason in await instance.verdicts()} == {"like.elsewhere", "announce.elsewhere"}


async def test_the_text_of_a_reaction_is_shown_to_nobody(instance: RunningInstance, mallory: Peer) -> None:
    post = await instance.publish("Hello")
    await mallory.like(post.uri, content="<script>x</script> buy at spam.example")
    outputs = await instance.outputs(post)
    assert "spam.example" not in outputs


async def test_accounts_that_reacted_receive_the_deletion_of_the_post(
    instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    post = await instance.publish("Hello")
    await ann.like(post.uri)
    await instance.settle()
    ann.received.clear()
    await instance.delete(post.slug)
    await instance.settle()
    [delete] = ann.of_type("Delete")
    assert delete["object"]["id"] == post.uri
