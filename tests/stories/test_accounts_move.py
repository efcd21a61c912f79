"""Accounts go elsewhere: those that the blog follows, and the blog itself. A follower's move changes nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.clock import to_text
from syndicate.federation.outbox.account_move import ASKED, OUTCOME
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.blocks import Block
from syndicate.storage.reports import Report
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import PUBLIC, Peer
from tests.wire import Wire


def claims(new: Peer, old: str) -> None:
    new.documents[new.actor] = new.actor_document(alsoKnownAs=[old])


def move(old: Peer, new: Peer) -> dict[str, Any]:
    return old.activity("Move", old.actor, target=new.actor, to=[f"{old.actor}/followers"])


async def followers(instance: RunningInstance) -> list[str]:
    return [follower.actor for follower in await instance.store.followers.list_page("blog", before=None, limit=10)]


async def read(instance: RunningInstance, peer: Peer) -> None:
    """The blog follows an account."""
    await instance.server.actors.get(peer.actor)
    entry = BlogrollEntry(
        id=new_id(instance.clock()), name="Ann's garden", tagline="Roses", actor=peer.actor, position=1
    )
    await instance.store.transaction(lambda tx: tx.blogroll.save(entry, added=to_text(instance.clock())))
    await instance.store.transaction(
        lambda tx: tx.blogroll.set_follow(entry.id, FollowState.ACCEPTED, "https://blog.example/activities/1")
    )


async def followed(instance: RunningInstance) -> list[str]:
    return [entry.actor for entry in await instance.store.blogroll.list_all()]


async def test_a_follower_who_moves_follows_anew_or_not_at_all(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await ann.follow()
    await instance.settle()
    claims(bob, ann.actor)
    await ann.send(move(ann, bob))
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Move", "ignored", "move.not-followed")
    assert await followers(instance) == [ann.actor]
    assert bob.requests == []
    await bob.follow()
    await ann.unfollow()
    await instance.settle()
    assert await followers(instance) == [bob.actor]


async def test_a_move_that_the_new_account_does_not_claim_is_none(
    instance: RunningInstance, ann: Peer, bob: Peer, mallory: Peer
) -> None:
    await read(instance, ann)
    await ann.send(move(ann, bob))
    await mallory.send(mallory.activity("Move", ann.actor, target=mallory.actor))
    await instance.settle()
    assert await instance.verdicts() == [
        ("Move", "refused", "move.not-claimed"),
        ("Move", "refused", "move.not-owner"),
    ]
    assert await followed(instance) == [ann.actor]


async def test_nobody_moves_to_where_a_block_keeps_out(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await read(instance, ann)
    claims(bob, ann.actor)
    block = Block(pattern="elsewhere.example", reason="", created=instance.clock())
    await instance.server.services.blocking.block(block)
    await ann.send(move(ann, bob))
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Move", "refused", "sender.blocked")
    assert bob.requests == []
    assert await followed(instance) == [ann.actor]


async def test_an_account_that_the_blog_follows_is_followed_where_it_went(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    await read(instance, ann)
    claims(bob, ann.actor)
    await ann.send(move(ann, bob))
    await instance.settle()
    (moved,) = await instance.store.blogroll.list_all()
    assert (moved.name, moved.tagline) == ("Ann's garden", "Roses")
    assert (moved.actor, moved.follow) == (bob.actor, FollowState.PENDING)
    assert [follow["object"] for follow in bob.of_type("Follow")] == [bob.actor]
    assert [undo["object"]["id"] for undo in ann.of_type("Undo")] == ["https://blog.example/activities/1"]


async def test_nobody_is_followed_round_and_round(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await read(instance, ann)
    claims(bob, ann.actor)
    claims(ann, bob.actor)
    await ann.send(move(ann, bob))
    await instance.settle()
    asked = len(ann.wire.log)
    for _ in range(3):
        await bob.send(move(bob, ann))
        await ann.send(move(ann, bob))
        await instance.settle()
    assert not [one for one in ann.wire.log[asked:] if one.method == "GET"]
    assert await followed(instance) == [bob.actor]
    assert ("Move", "refused", "move.too-soon") in await instance.verdicts()
    instance.clock.advance(days=8)
    await bob.send(move(bob, ann))
    await instance.settle()
    assert await followed(instance) == [ann.actor]


async def test_nobody_moves_into_this_instance(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    await ann.send(ann.activity("Move", ann.actor, target="https://blog.example/actor"))
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Move", "refused", "object.origin")
    assert not [one for one in ann.wire.to("blog.example") if one.method == "GET"]
    assert await followers(instance) == [ann.actor]


async def ask(instance: RunningInstance, target: str) -> str:
    await instance.store.transaction(lambda tx: tx.key_values.save(ASKED, target))
    await instance.server.moving.step()
    await instance.settle()
    return await instance.store.key_values.find(OUTCOME) or ""


async def test_the_blog_leaves_and_takes_its_followers_along(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await ann.follow()
    await instance.settle()
    assert "does not name" in await ask(instance, bob.actor)
    assert not ann.of_type("Move")
    claims(bob, "https://blog.example/actor")
    assert await ask(instance, bob.actor) == f"moved to {bob.actor}"
    (told,) = ann.of_type("Move")
    assert (told["object"], told["target"]) == ("https://blog.example/actor", bob.actor)
    assert (await instance.document("/actor"))["movedTo"] == bob.actor
    assert ann.of_type("Update")[0]["object"]["movedTo"] == bob.actor
    assert await ask(instance, "cancel") == "the blog is here"
    assert "movedTo" not in await instance.document("/actor")


async def test_servers_that_received_a_move_are_notified_of_its_cancellation(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    """Their people follow the new account by then; Mastodon refuses to follow what it believes to have moved."""
    await ann.follow()
    await instance.settle()
    claims(bob, "https://blog.example/actor")
    await ask(instance, bob.actor)
    assert len(ann.of_type("Move")) == 1
    await ann.unfollow()
    await instance.settle()
    ann.received.clear()
    await ask(instance, "cancel")
    [update] = ann.of_type("Update")
    assert update["object"]["id"] == "https://blog.example/actor"
    assert "movedTo" not in update["object"]
    instance.clock.advance(minutes=1)
    await ask(instance, "cancel")
    assert len(ann.of_type("Update")) == 1


async def test_a_cancelled_move_is_never_published(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await ann.follow()
    await instance.settle()
    claims(bob, "https://blog.example/actor")
    ann.inbox_status = 503
    await ask(instance, bob.actor)
    await ask(instance, "cancel")
    ann.inbox_status = 202
    ann.received.clear()
    instance.clock.advance(days=1)
    await instance.settle()
    assert ann.of_type("Move") == []
    assert "movedTo" not in ann.of_type("Update")[-1]["object"]


async def test_a_move_to_nowhere_is_explained(instance: RunningInstance) -> None:
    assert "not moved to https://nowhere.example/a" in await ask(instance, "https://nowhere.example/a")
    assert await instance.store.key_values.find(ASKED) == ""


async def test_accounts_that_may_move_here_are_named(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    federation = {"also_known_as": ["https://social.example/users/ann"]}
    database = str(tmp_path / "notes.db")
    async with running_instance(tmp_path, database, wire, clock, rsa_keys[0], federation=federation) as instance:
        assert (await instance.document("/actor"))["alsoKnownAs"] == ["https://social.example/users/ann"]


# what else is told, and heard


async def test_pinning_is_published(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    post = await instance.publish("Tea")
    instance.clock.advance(minutes=1)
    await instance.publish("Tea", "Pinned.", pinned=True)
    await instance.settle()
    instance.clock.advance(minutes=1)
    await instance.publish("Tea", "Not any more.")
    await instance.settle()
    for type in ("Add", "Remove"):
        (told,) = ann.of_type(type)
        assert (told["object"], told["target"]) == (post.uri, "https://blog.example/actor/featured")


async def test_what_others_pin_is_taken_without_effect(instance: RunningInstance, ann: Peer) -> None:
    for type in ("Add", "Remove"):
        await ann.send(ann.activity(type, f"{ann.base}/notes/1", target=f"{ann.actor}/featured"))
    await instance.settle()
    assert {reason for _, _, reason in await instance.verdicts()} == {"collection.not-ours"}


@pytest.mark.parametrize("as_list", [True, False])
async def test_a_report_is_kept_for_the_author_alone(instance: RunningInstance, ann: Peer, as_list: bool) -> None:
    post = await instance.publish("Tea")
    about: Any = ["https://blog.example/actor", post.uri, "https://elsewhere.example/1"] if as_list else post.uri
    await ann.send(ann.activity("Flag", about, content=f"<p>Spam</p>{'x' * 5000}"))
    await instance.settle()
    (report,) = await instance.store.reports.list_newest(10)
    assert report.reporter == ann.actor
    assert post.uri in report.about
    assert "https://elsewhere.example/1" not in report.about
    assert len(report.words) <= 2000
    assert "Spam" not in await instance.outputs(post)
    await ann.send(ann.activity("Flag", "https://elsewhere.example/1", content="Nothing of yours"))
    await instance.settle()
    assert (await instance.verdicts())[-1] == ("Flag", "ignored", "report.elsewhere")


async def test_nobody_pushes_out_what_others_report(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    post = await instance.publish("Tea")
    await bob.send(bob.activity("Flag", post.uri, content="honest"))
    await instance.settle()

    async def flood(tx: Tables) -> None:
        for number in range(1100):
            id = new_id(instance.clock() + timedelta(seconds=number))
            report = Report(id=id, reporter=ann.actor, about=(post.uri,), words=f"{number}", received=instance.clock())
            await tx.reports.save(report)

    await instance.store.transaction(flood)
    kept = await instance.store.reports.list_newest(2000)
    assert [report.words for report in kept if report.reporter == bob.actor] == ["honest"]
    assert [report.words for report in kept][:2] == ["1099", "1098"]
    assert len(kept) == 101


async def test_a_changed_profile_is_published_once(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    await instance.server.rotation.publish_changes()
    await instance.settle()
    assert not ann.of_type("Update"), "nobody knew another one"
    await instance.store.transaction(lambda tx: tx.key_values.save("profile:blog", "another"))
    for _ in range(2):
        await instance.server.rotation.publish_changes()
    await instance.settle()
    assert [update["object"]["id"] for update in ann.of_type("Update")] == ["https://blog.example/actor"]
    assert ann.of_type("Update")[0]["to"] == [PUBLIC]


async def test_what_was_given_up_can_be_sent_again(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    ann.inbox_status = 400
    post = await instance.publish("Tea")
    await instance.settle()
    assert not ann.of_type("Create")
    ann.inbox_status = 202
    [failed] = await instance.store.delivery_lists.list_by_post(post.id)
    assert await instance.store.transaction(lambda tx: tx.deliveries.retry(failed, instance.clock()))
    await instance.settle()
    assert len(ann.of_type("Create")) == 1
