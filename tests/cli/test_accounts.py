"""The author's accounts and those of others: keys, moves, lists to take along, quotes, and what was given up."""

import csv
import io

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.clock import to_text
from syndicate.model.blogroll import BlogrollEntry, FollowState
from syndicate.model.ids import new_id
from syndicate.storage import Tables
from syndicate.storage.hosts import Host
from tests.cli.conftest import Desk
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.wire import Wire


async def test_followers_are_taken_along_as_csv(
    instance: RunningInstance, desk: Desk, ann: Peer, bob: Peer, rsa_keys: list[RSAPrivateKey]
) -> None:
    for peer in (ann, bob, ann.neighbour("zoe", rsa_keys[4])):
        instance.clock.advance(seconds=1)
        await peer.follow()
        await instance.settle()
    rows = list(csv.reader(io.StringIO(await desk.ok("followers", "--csv"))))
    assert rows == [["Account address"], ["zoe@social.example"], ["bob@elsewhere.example"], ["ann@social.example"]]


async def test_follows_are_taken_along_as_csv(instance: RunningInstance, desk: Desk) -> None:
    async def fill(tx: Tables) -> None:
        for name, handle in (("Ida", "@ida@hens.example"), ("Feed", "")):
            entry = BlogrollEntry(
                id=new_id(instance.clock()),
                name=name,
                url=f"https://{name}.example/",
                handle=handle,
                follow=FollowState.ACCEPTED,
            )
            await tx.blogroll.save(entry, added=to_text(instance.clock()))

    await instance.store.transaction(fill)
    rows = list(csv.reader(io.StringIO(await desk.ok("blogroll", "--csv"))))
    assert rows == [
        ["Account address", "Show boosts", "Notify on new posts", "Languages"],
        ["ida@hens.example", "true", "false", ""],
    ]


async def test_a_change_of_key_names_the_servers_that_may_need_help(
    instance: RunningInstance, desk: Desk, ann: Peer, bob: Peer, mallory: Peer
) -> None:
    for peer in (ann, bob, mallory):
        await peer.follow()
    await instance.settle()
    now = instance.clock()

    async def known(tx: Tables) -> None:
        await tx.hosts.set_software("social.example", "gotosocial")
        await tx.hosts.set_software("evil.example", "mastodon")
        await tx.hosts.save(Host(host="elsewhere.example", failures=2, failing_since=now), now=now)

    await instance.store.transaction(known)
    rows = await desk.lists("keys", "rotate", "--dry-run")
    assert [(row["server"], row["followers"], row["runs"]) for row in rows] == [
        ("elsewhere.example", 1, ""),
        ("social.example", 1, "gotosocial"),
    ]
    assert [bool(row["silent since"]) for row in rows] == [True, False]
    assert "Nothing was changed" in await desk.ok("keys", "rotate", "--dry-run")
    assert instance.server.services.local_actors.changing() == []


async def test_a_change_of_key_is_asked_for_and_the_server_does_it(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    before = (await instance.document("/actor"))["publicKey"]["publicKeyPem"]
    assert "the server changes the key" in await desk.ok("keys", "rotate")
    assert "is being changed" in await desk.refuses("keys", "rotate")
    assert "there is no account nobody" in await desk.refuses("keys", "rotate", "nobody")
    await instance.server.services.local_actors.renew()
    await instance.server.rotation.step()
    instance.clock.advance(seconds=5)
    await instance.settle()
    await instance.server.rotation.step()
    [update] = [update for update in ann.of_type("Update") if update["object"]["type"] == "Person"]
    assert update["object"]["publicKey"]["publicKeyPem"] != before
    assert (
        instance.server.services.local_actors.blog.actor.public_key_pem == update["object"]["publicKey"]["publicKeyPem"]
    )


async def test_the_blog_leaves_and_comes_back(instance: RunningInstance, desk: Desk, ann: Peer, bob: Peer) -> None:
    await ann.follow()
    await instance.settle()
    assert await desk.ok("move") == "The blog has not moved.\n"
    bob.documents[bob.actor] = bob.actor_document(alsoKnownAs=["https://blog.example/actor"])
    assert "the running server will do it" in await desk.ok("move", bob.actor)
    assert await desk.ok("move") == f"waiting for the server: {bob.actor}\n"
    await instance.server.moving.step()
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert await desk.ok("move") == f"moved to {bob.actor}\n"
    [move] = ann.of_type("Move")
    assert move["target"] == bob.actor
    assert (await instance.document("/actor"))["movedTo"] == bob.actor

    await desk.ok("move", "--cancel")
    await instance.server.moving.step()
    assert await desk.ok("move") == "the blog is here\n"
    assert instance.server.services.local_actors.blog.profile.moved_to == ""
    await desk.refuses("move", "@a@b.example", "--cancel", status=2)


async def test_what_was_given_up_is_sent_again(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    ann.inbox_status = 400
    await instance.publish("Tea")
    await instance.settle()
    [row] = await desk.lists("deliveries", "tea")
    assert (row["state"], row["status"]) == ("failed", 400)
    ann.inbox_status = 202
    [row] = await desk.lists("deliveries", "tea", "--again")
    assert (row["state"], row["tries"]) == ("waiting", 0)
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert len(ann.of_type("Create")) == 1
    await desk.refuses("deliveries", "--again", status=2)


async def test_a_deleted_posts_delete_is_seen_and_sent_again(instance: RunningInstance, desk: Desk, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    await instance.publish("Tea")
    await instance.settle()
    ann.inbox_status = 400
    await instance.delete("tea")
    await instance.settle()
    rows = {row["what"]: row for row in await desk.lists("deliveries", "tea")}
    assert (rows["Create"]["state"], rows["Delete"]["state"]) == ("delivered", "failed")
    assert rows["Delete"]["last"] >= rows["Delete"]["said"]
    ann.inbox_status = 202
    rows = {row["what"]: row for row in await desk.lists("deliveries", "tea", "--again")}
    assert (rows["Create"]["state"], rows["Delete"]["state"]) == ("delivered", "waiting")
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert len(ann.of_type("Delete")) == 1
    [row] = await desk.lists("deliveries", rows["Delete"]["activity"])
    assert (row["what"], row["state"]) == ("Delete", "delivered")


async def test_answers_follows_and_activities_have_deliveries_too(
    instance: RunningInstance, desk: Desk, ann: Peer
) -> None:
    follow = ann.activity("Follow", "https://blog.example/actor")
    await ann.send(follow, path="/actor/inbox")
    await instance.settle()
    [accept] = await desk.lists("deliveries", follow["id"])
    assert (accept["what"], accept["state"]) == ("Accept", "delivered")
    for key in (accept["activity"], accept["activity"].rpartition("/")[2]):
        assert await desk.lists("deliveries", key) == [accept]
    assert await desk.lists("deliveries", "@ann@social.example") == [accept]
    await instance.publish("Tea")
    answer = await instance.server.services.author_replies.reply("tea", "Milk first.")
    await instance.settle()
    for key in (answer.id, answer.uri):
        [said] = await desk.lists("deliveries", key)
        assert (said["what"], said["about"]) == ("Create", answer.uri)
    assert "'nothing'" in await desk.refuses("deliveries", "nothing")


async def test_the_author_sees_quotes_and_takes_leave_back(
    instance: RunningInstance, desk: Desk, ann: Peer, wire: Wire
) -> None:
    post = await instance.publish("Hello")
    quote = f"{ann.base}/notes/quote-1"
    request = ann.activity("QuoteRequest", post.uri, instrument=quote)
    assert await desk.lists("quotes", "list") == []
    await ann.send(request)
    await instance.settle()
    [row] = await desk.lists("quotes", "list")
    assert (row["quote"], row["author"], row["post"], row["state"]) == (quote, ann.actor, "hello", "allowed")

    assert await desk.ok("quotes", "revoke", quote) == f"{quote}: revoked\n"
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert (await instance.get(row["stamp"], accept="application/activity+json")).status == 410
    assert [delete["object"] for delete in ann.of_type("Delete")] == [row["stamp"]]
    [row] = await desk.lists("quotes", "list")
    assert row["state"] == "revoked"

    assert "may be requested again" in await desk.ok("quotes", "allow", quote)
    assert await desk.lists("quotes", "list") == []
    assert "no allowed quote" in await desk.refuses("quotes", "revoke", f"{ann.base}/notes/2")
