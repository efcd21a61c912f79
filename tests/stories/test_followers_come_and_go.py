"""Somebody follows the blog, asks again, goes away: and nobody else can do that for them."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.storage.blocks import Block
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.peer import AS2, PUBLIC, Peer

BLOG = "https://blog.example/actor"


async def followers(instance: RunningInstance) -> int:
    """As the database counts, and as everybody is told."""
    await instance.settle()
    total = await instance.store.followers.count("blog")
    rows = await instance.store.followers.list_page("blog", before=None, limit=100)
    assert total == len(rows)
    return total


async def deliveries_of(instance: RunningInstance, peer: Peer, title: str) -> int:
    """Publish, and see how often it came to a server."""
    peer.received.clear()
    await instance.publish(title)
    await instance.settle()
    return len(peer.of_type("Create"))


# coming


async def test_a_follow_is_accepted_with_the_follow_verbatim(instance: RunningInstance, ann: Peer) -> None:
    follow = ann.activity("Follow", BLOG)
    assert (await ann.send(follow, path="/actor/inbox")).status == 202
    assert await followers(instance) == 1
    [accept] = ann.received
    assert accept["type"] == "Accept"
    assert accept["actor"] == BLOG
    assert accept["id"].startswith("https://blog.example/activities/")
    assert accept["object"] == {key: follow[key] for key in ("id", "type", "actor", "object")}
    [post] = [request for request in ann.requests if request.method == "POST"]
    assert post.url == ann.inbox
    assert any(name.lower() == "signature" for name, _ in post.headers)
    assert (await instance.document("/actor/followers"))["totalItems"] == 1


@pytest.mark.parametrize(
    "object",
    [{"id": BLOG, "type": "Person"}, [BLOG], [{"id": BLOG, "type": "Person"}]],
    ids=["embedded", "list", "list of one embedded"],
)
async def test_the_blog_may_be_named_in_every_way_that_json_ld_knows(
    instance: RunningInstance, ann: Peer, object: Any
) -> None:
    await ann.send(ann.activity("Follow", object))
    assert await followers(instance) == 1
    [accept] = ann.received
    assert accept["object"]["object"] == BLOG


@pytest.mark.parametrize(
    "object",
    [
        PUBLIC,
        "https://blog.example/",
        "https://elsewhere.example/users/bob",
        f"{BLOG}/followers",
        "",
        None,
        [BLOG, BLOG],
    ],
)
async def test_a_follow_of_something_else_is_taken_and_has_no_effect(
    instance: RunningInstance, ann: Peer, object: Any
) -> None:
    assert (await ann.send(ann.activity("Follow", object))).status == 202
    assert await followers(instance) == 0
    assert await instance.verdicts() == [("Follow", "ignored", "follow.not-ours")]
    assert ann.received == []


async def test_following_again_is_accepted_again_and_counted_once(instance: RunningInstance, ann: Peer) -> None:
    """After a restore or a change of keys, servers follow anew and wait for an answer to the new id."""
    for _ in range(3):
        await ann.follow()
        assert await followers(instance) == 1
    accepted = [accept["object"]["id"] for accept in ann.of_type("Accept")]
    assert len(accepted) == len(set(accepted)) == 3
    assert await deliveries_of(instance, ann, "Once") == 1


async def test_the_same_follow_a_hundred_times_is_one_follower_and_one_accept(
    instance: RunningInstance, ann: Peer
) -> None:
    follow = ann.activity("Follow", BLOG)
    for at in range(100):
        assert (await ann.send(follow, path="/inbox" if at % 2 else "/actor/inbox")).status == 202
    assert await followers(instance) == 1
    assert len(ann.of_type("Accept")) == 1


async def test_followers_behind_a_shared_inbox_get_one_copy(
    instance: RunningInstance, ann: Peer, bob: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    ben = ann.neighbour("ben", rsa_keys[4])
    for peer in (ann, ben, bob):
        await peer.follow()
    assert await followers(instance) == 3
    ann.requests.clear()
    assert await deliveries_of(instance, ann, "To all") == 1
    assert [request.url for request in ann.requests if request.method == "POST"] == [ann.shared_inbox]


@pytest.mark.parametrize(
    "inbox",
    [
        "http://social.example/inbox",
        "http://elsewhere.example/inbox",
        "https://user@elsewhere.example/inbox",
        "javascript:alert(1)",
        "",
    ],
)
async def test_a_follower_without_a_usable_inbox_is_refused(
    instance: RunningInstance, ann: Peer, bob: Peer, inbox: str
) -> None:
    """On which hosts an inbox may lie stands with the inboxes on other hosts."""
    ann.documents[ann.actor] = ann.actor_document(inbox=inbox)
    assert (await ann.follow()).status == 401
    assert await followers(instance) == 0
    assert bob.requests == []


@pytest.mark.parametrize(
    "shared", ["https://elsewhere.example/inbox", "https://blog.example/inbox", "http://10.0.0.1/", 7]
)
async def test_a_shared_inbox_elsewhere_is_not_used(
    instance: RunningInstance, ann: Peer, bob: Peer, shared: Any
) -> None:
    ann.documents[ann.actor] = ann.actor_document(endpoints={"sharedInbox": shared})
    await ann.follow()
    assert await followers(instance) == 1
    assert await deliveries_of(instance, ann, "To her own inbox") == 1
    assert bob.requests == []


async def test_an_inbox_that_moves_elsewhere_later_is_not_followed(
    instance: RunningInstance, ann: Peer, bob: Peer, clock: FakeClock
) -> None:
    await ann.follow()
    await instance.settle()
    ann.documents[ann.actor] = ann.actor_document(inbox=bob.inbox, endpoints={"sharedInbox": bob.shared_inbox})
    await ann.send(ann.activity("Update", ann.documents[ann.actor], to=[PUBLIC]))
    await instance.settle()
    clock.advance(days=2)
    await instance.publish("Still to her")
    await instance.settle()
    assert bob.requests == []


# going


@pytest.mark.parametrize("embedded", [True, False])
async def test_an_undo_names_the_follow_or_describes_it(instance: RunningInstance, ann: Peer, embedded: bool) -> None:
    follow = ann.activity("Follow", BLOG)
    await ann.send(follow)
    assert await followers(instance) == 1
    await ann.undo(follow if embedded else follow["id"])
    assert await followers(instance) == 0
    assert await deliveries_of(instance, ann, "Without her") == 0
    assert (await instance.document("/actor/followers"))["totalItems"] == 0


async def test_an_undo_with_another_id_than_the_follows_counts(instance: RunningInstance, ann: Peer) -> None:
    """Lemmy makes the inner Follow anew, with a new id."""
    await ann.follow()
    assert await followers(instance) == 1
    await ann.unfollow()
    assert await followers(instance) == 0


@pytest.mark.parametrize("form", ["embedded", "embedded as her", "id", "in her own name", "without an id"])
async def test_nobody_undoes_the_follow_of_another(
    instance: RunningInstance, ann: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey], form: str
) -> None:
    eve = ann.neighbour("eve", rsa_keys[4])
    follow = ann.activity("Follow", BLOG)
    await ann.send(follow)
    assert await followers(instance) == 1
    for thief in (mallory, eve):
        inner: dict[str, Any] = {
            "embedded": follow,
            "embedded as her": {**follow, "actor": thief.actor},
            "id": follow["id"],
            "in her own name": {**follow, "id": f"{thief.base}/follows/1", "actor": ann.actor},
            "without an id": {"type": "Follow", "actor": ann.actor, "object": BLOG},
        }
        await thief.send(thief.activity("Undo", inner[form]))
        assert await followers(instance) == 1
    assert await deliveries_of(instance, ann, "Still here") == 1


async def test_nobody_lets_another_go_by_block_delete_or_reject(
    instance: RunningInstance, ann: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    eve = ann.neighbour("eve", rsa_keys[4])
    follow = ann.activity("Follow", BLOG)
    await ann.send(follow)
    for thief in (mallory, eve):
        for activity in (
            thief.activity("Block", ann.actor),
            thief.activity("Block", BLOG),
            thief.activity("Delete", ann.actor),
            thief.activity("Delete", {"id": ann.actor, "type": "Tombstone"}),
            thief.activity("Delete", follow["id"]),
            thief.activity("Reject", follow),
            thief.activity("Move", ann.actor, target=thief.actor),
            thief.activity("Update", {**ann.actor_document(), "inbox": thief.inbox}),
        ):
            await thief.send(activity)
    assert await followers(instance) == 1
    assert await deliveries_of(instance, ann, "Still here") == 1
    assert {verdict for verdict in await instance.verdicts() if verdict[1] == "done"} == {
        ("Follow", "done", "follow.accepted")
    }


async def test_who_blocks_the_blog_gets_nothing_any_more_and_unblocking_does_not_follow(
    instance: RunningInstance, ann: Peer
) -> None:
    await ann.follow()
    block = ann.activity("Block", BLOG)
    await ann.send(block)
    assert await followers(instance) == 0
    assert await deliveries_of(instance, ann, "Blocked") == 0
    await ann.undo(block)
    assert await followers(instance) == 0


async def test_an_account_that_is_deleted_follows_no_longer(instance: RunningInstance, ann: Peer) -> None:
    """Its key is still known here, although its server has none any more."""
    await ann.follow()
    assert await followers(instance) == 1
    ann.documents.clear()
    ann.statuses[ann.actor] = 410
    assert (await ann.send(ann.activity("Delete", ann.actor, to=[PUBLIC]))).status == 202
    assert await followers(instance) == 0
    assert await instance.store.remote_actors.find(ann.actor) is None


async def test_the_farewell_of_somebody_never_seen_costs_nothing(instance: RunningInstance, mallory: Peer) -> None:
    """Mastodon tells every server it knows of each account that is gone: the keys cannot be had any more."""
    for at in range(100):
        actor = f"{mallory.base}/users/gone{at}"
        farewell = {**mallory.activity("Delete", actor), "actor": actor}
        assert (await mallory.send(farewell, key_id=f"{actor}#main-key")).status == 202
    assert mallory.requests == []
    assert await instance.verdicts() == []
    assert (await mallory.follow()).status == 202
    assert await followers(instance) == 1


async def test_an_unsigned_farewell_of_somebody_we_know_is_refused(
    instance: RunningInstance, ann: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    await ann.follow()
    assert await followers(instance) == 1
    assert (await ann.send(ann.activity("Delete", ann.actor), key=rsa_keys[5])).status == 401
    assert await followers(instance) == 1


# blocked by the author


@pytest.mark.parametrize("pattern", ["evil.example", "example", "https://evil.example/users/mallory"])
async def test_a_blocked_sender_is_refused_and_nothing_is_asked_of_it(
    instance: RunningInstance, mallory: Peer, clock: FakeClock, pattern: str
) -> None:
    block = Block(pattern=pattern, reason="", created=clock())
    await instance.store.transaction(lambda tx: tx.blocks.save(block))
    post = await instance.publish("Hello")
    for type in ("Like", "Create"):
        assert (await mallory.send(mallory.activity(type, post.uri))).status == 403
    assert mallory.requests == []
    is_person = "://" in pattern
    assert (await mallory.follow()).status == (202 if is_person else 403)
    assert set(instance.refusals()) == {(403, "sender.blocked")}
    assert await followers(instance) == 0
    assert len(mallory.of_type("Reject")) == is_person


async def test_a_block_covers_subdomains_and_not_neighbours(
    instance: RunningInstance, wire: Any, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    below = Peer(wire, clock, rsa_keys[3], host="deep.below.evil.example", name="mallory")
    beside = Peer(wire, clock, rsa_keys[4], host="notevil.example", name="noel")
    block = Block(pattern="evil.example", reason="", created=clock())
    await instance.store.transaction(lambda tx: tx.blocks.save(block))
    assert (await below.follow()).status == 403
    assert (await beside.follow()).status == 202
    assert await followers(instance) == 1


async def test_a_block_set_between_arrival_and_work_counts(
    instance: RunningInstance, mallory: Peer, clock: FakeClock
) -> None:
    assert (await mallory.follow()).status == 202
    block = Block(pattern="evil.example", reason="", created=clock())
    await instance.store.transaction(lambda tx: tx.blocks.save(block))
    assert await followers(instance) == 0
    assert await instance.verdicts() == [("Follow", "refused", "sender.blocked")]
    assert mallory.received == []


# whom the blog follows


async def following(instance: RunningInstance, peer: Peer) -> str:
    """Let the blog have asked a peer; returns the id of its Follow."""
    entry = BlogrollEntry(id="1", name=peer.name, actor=peer.actor)
    await instance.store.transaction(lambda tx: tx.blogroll.save(entry, added=instance.clock().isoformat()))
    follow = "https://blog.example/activities/follow-1"
    await instance.store.transaction(lambda tx: tx.blogroll.set_follow("1", FollowState.PENDING, follow))
    return follow


async def state(instance: RunningInstance) -> FollowState:
    await instance.settle()
    [entry] = await instance.store.blogroll.list_all()
    return entry.follow


@pytest.mark.parametrize("embedded", [True, False])
async def test_their_accept_confirms_and_their_reject_ends_it(
    instance: RunningInstance, bob: Peer, embedded: bool
) -> None:
    follow = await following(instance, bob)
    object: Any = {"id": follow, "type": "Follow", "actor": BLOG, "object": bob.actor} if embedded else follow
    await bob.send(bob.activity("Accept", object))
    assert await state(instance) is FollowState.ACCEPTED
    await bob.send(bob.activity("Reject", object))
    assert await state(instance) is FollowState.REJECTED


@pytest.mark.parametrize("embedded", [True, False])
async def test_an_accept_that_is_undone_ends_it_too(
    instance: RunningInstance, bob: Peer, mallory: Peer, embedded: bool
) -> None:
    follow = await following(instance, bob)
    object: Any = {"id": follow, "type": "Follow", "actor": BLOG, "object": bob.actor} if embedded else follow
    accept = bob.activity("Accept", object)
    await bob.send(accept)
    assert await state(instance) is FollowState.ACCEPTED
    await mallory.undo({**accept, "actor": mallory.actor, "id": f"{mallory.base}/accepts/1"})
    await bob.undo({**accept, "object": "https://blog.example/activities/another"})
    assert await state(instance) is FollowState.ACCEPTED
    await bob.undo(accept)
    assert await state(instance) is FollowState.REJECTED


@pytest.mark.parametrize("type", ["Accept", "Reject"])
async def test_nobody_else_answers_for_them(
    instance: RunningInstance, bob: Peer, mallory: Peer, rsa_keys: list[RSAPrivateKey], type: str
) -> None:
    follow = await following(instance, bob)
    eve = bob.neighbour("eve", rsa_keys[4])
    for other in (mallory, eve):
        for object in (follow, {"id": follow, "type": "Follow", "actor": BLOG, "object": bob.actor}, bob.actor):
            await other.send(other.activity(type, object))
    await bob.send(bob.activity(type, "https://blog.example/activities/never-said"))
    await bob.send(bob.activity(type, {"type": "Follow", "actor": BLOG, "object": bob.actor}))
    assert await state(instance) is FollowState.PENDING
    assert {reason for _, _, reason in await instance.verdicts()} == {"follow.not-asked"}


async def test_an_accept_of_a_follow_that_was_never_said_is_refused(instance: RunningInstance, mallory: Peer) -> None:
    await mallory.send(mallory.activity("Accept", "https://blog.example/activities/1"))
    await instance.settle()
    assert await instance.verdicts() == [("Accept", "refused", "follow.not-asked")]
    assert await instance.store.blogroll.list_all() == []


# names


async def test_a_username_that_poses_as_anothers_handle_is_not_shown(
    open_instance: RunningInstance, mallory: Peer
) -> None:
    post = await open_instance.publish("Hello")
    mallory.documents[mallory.actor] = mallory.actor_document(preferredUsername="ann@social.example")
    await mallory.reply(post.uri, "<p>It is me, Ann.</p>")
    await open_instance.settle()
    [comment] = await open_instance.comments(post)
    assert comment.author.handle == ""
    assert "@social.example" not in await open_instance.outputs(post)


async def test_a_profile_address_on_another_server_is_not_linked(
    open_instance: RunningInstance, mallory: Peer, ann: Peer
) -> None:
    post = await open_instance.publish("Hello")
    mallory.documents[mallory.actor] = mallory.actor_document(url=f"{ann.base}/@ann")
    await mallory.reply(post.uri, "<p>It is me, Ann.</p>", url=f"{ann.base}/@ann/1")
    await open_instance.settle()
    [comment] = await open_instance.comments(post)
    assert (comment.author.url, comment.url) == (mallory.actor, comment.uri)
    assert ann.base not in await open_instance.outputs(post)


async def test_an_actor_document_of_a_key_alone_is_no_follower(instance: RunningInstance, ann: Peer) -> None:
    ann.documents[ann.actor] = {"@context": AS2, "id": ann.actor, "publicKey": ann.actor_document()["publicKey"]}
    assert (await ann.follow()).status == 401
    assert await followers(instance) == 0
