"""Where the author chose so, the blogroll can be followed: it passes on what its members publish, a little each day."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import Term, TermKind
from tests.blogs import Blog, edit, follow, wait
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import PUBLIC, Peer
from tests.stories.test_accounts_of_the_blog import account
from tests.stories.test_accounts_of_the_blog import follow as follow_account
from tests.stories.test_the_blogroll_has_accounts import read, say
from tests.wire import Wire


@pytest.fixture
async def roll(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    federation = {"blogroll_actor": True}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        yield instance


@pytest.fixture
async def garden(wire: Wire, clock: FakeClock) -> Blog:
    blog = Blog(wire, clock)
    blog.write("Old roses", at=clock() - timedelta(hours=5))
    return blog


async def test_it_tells_of_posts_of_those_that_have_only_a_feed(
    roll: RunningInstance, garden: Blog, bob: Peer, clock: FakeClock
) -> None:
    actor = await account(roll, "blogroll")
    assert (actor["type"], actor["url"]) == ("Service", "https://blog.example/blogroll/")
    await follow_account(bob, actor)
    await follow(roll, garden.home)
    await wait(roll, hours=1)
    assert not bob.of_type("Create"), "what was there before is no news"
    garden.write("Roses & <thorns>", author="Ann")
    await wait(roll, days=1)
    (create,) = bob.of_type("Create")
    note = create["object"]
    assert create["actor"] == note["attributedTo"] == actor["id"]
    assert (note["to"], note["cc"]) == ([actor["followers"]], [PUBLIC])
    assert note["content"] == (
        f'<p><a href="{garden.home}roses-&amp;-%3Cthorns%3E">Roses &amp; &lt;thorns&gt;</a></p><p>Garden Days · Ann</p>'
    )
    assert note["id"].startswith(f"{actor['id']}/notes/")
    fetched = await roll.document(note["id"])
    assert {key: value for key, value in fetched.items() if key != "@context"} == note
    assert (await roll.get(note["id"])).headers["Location"] == "/blogroll/river/"
    outbox = await roll.document(f"{actor['outbox']}?page=true")
    assert [item["id"] for item in outbox["orderedItems"]] == [create["id"]]
    assert (await roll.document(actor["outbox"]))["totalItems"] == 1
    assert await roll.document(create["id"]) == outbox["orderedItems"][0]
    assert (await roll.document("/actor/outbox"))["totalItems"] == 0
    assert (await roll.document(actor["featured"]))["orderedItems"] == []


async def test_it_boosts_members_that_are_accounts(roll: RunningInstance, ann: Peer, bob: Peer) -> None:
    actor = await account(roll, "blogroll")
    await follow_account(bob, actor)
    await read(roll, ann)
    note = await say(roll, ann, "<p>The first frost</p>")
    (announce,) = bob.of_type("Announce")
    assert (announce["actor"], announce["object"]) == (actor["id"], note["id"])
    assert (announce["to"], announce["cc"]) == ([actor["followers"]], [PUBLIC, ann.actor])
    assert [told["id"] for told in ann.of_type("Announce")] == [announce["id"]]
    await ann.delete(note)
    await roll.settle()
    (undo,) = bob.of_type("Undo")
    assert undo["object"]["id"] == announce["id"]
    assert (await roll.document(actor["outbox"]))["totalItems"] == 0


async def test_posts_of_an_account_are_boosted_and_not_linked(
    roll: RunningInstance, ann: Peer, bob: Peer, wire: Wire, clock: FakeClock
) -> None:
    blog = Blog(wire, clock, host="ann.example", title="Ann's garden")
    blog.head = f'<link rel="alternate" type="application/activity+json" href="{ann.actor}">'
    await follow_account(bob, await account(roll, "blogroll"))
    await read(roll, ann, blog.home)
    note = ann.note("", "<p>Frost</p>")
    blog.write("Frost", link=note["url"])
    await wait(roll, hours=30)
    assert not bob.of_type("Create")
    await ann.send(ann.create(note))
    await roll.settle()
    assert [announce["object"] for announce in bob.of_type("Announce")] == [note["id"]]
    assert not bob.of_type("Create")


async def test_ten_a_day_are_enough_and_the_newest_come_first(
    roll: RunningInstance, garden: Blog, bob: Peer, clock: FakeClock
) -> None:
    await follow_account(bob, await account(roll, "blogroll"))
    await follow(roll, garden.home)
    clock.advance(hours=1)
    for number in range(14):
        garden.write(f"Number {number}", at=clock() + timedelta(minutes=number))
    await wait(roll, hours=25)
    told = [create["object"]["content"] for create in bob.of_type("Create")]
    assert len(told) == 10
    assert all(f"Number {number}<" in "".join(told) for number in range(4, 14))
    clock.advance(hours=5)
    await roll.settle()
    assert len(bob.of_type("Create")) == 14
    await wait(roll, days=3)
    assert len(bob.of_type("Create")) == 14


async def test_nothing_older_than_two_days_is_passed_on(roll: RunningInstance, garden: Blog, bob: Peer) -> None:
    await follow_account(bob, await account(roll, "blogroll"))
    await follow(roll, garden.home)
    garden.write("Found late", at=roll.clock() - timedelta(days=2))
    await wait(roll, hours=25)
    assert not bob.of_type("Create")


async def test_who_does_not_want_to_be_on_blogs_is_not_passed_on(
    roll: RunningInstance, garden: Blog, ann: Peer, bob: Peer
) -> None:
    await follow_account(bob, await account(roll, "blogroll"))
    ann.documents[ann.actor] = ann.actor_document(summary="<p>Gardener. #nobot #noblog</p>")
    await read(roll, ann)
    await follow(roll, garden.home)
    await say(roll, ann, "<p>Between us</p>")
    garden.write("Not for blogs", category="NoBlog")
    garden.write("Neither", description="For my readers #noblog")
    await wait(roll, hours=25)
    assert not bob.of_type("Announce")
    assert not bob.of_type("Create")
    river = (await roll.get("/blogroll/river/")).text
    assert "Between us" not in river
    assert "Not for blogs" not in river
    assert "Neither" not in river


async def test_what_is_hidden_is_not_passed_on_and_what_was_is_taken_back(
    roll: RunningInstance, garden: Blog, ann: Peer, bob: Peer, wire: Wire, clock: FakeClock
) -> None:
    actor = await account(roll, "blogroll")
    await follow_account(bob, actor)
    secret = Blog(wire, clock, host="secret.example", title="Secret")
    await follow(roll, secret.home, hidden=True)
    await follow(roll, garden.home)
    await read(roll, ann)
    clock.advance(hours=1)
    secret.write("Nobody knows")
    garden.write("Roses")
    await say(roll, ann, "<p>Frost</p>")
    await wait(roll, hours=25)
    (create,), (announce,) = bob.of_type("Create"), bob.of_type("Announce")
    await edit(roll, garden.home, hidden=True)
    await edit(roll, ann.actor, hidden=True)
    await edit(roll, secret.home, hidden=False)
    await roll.settle()
    assert [delete["object"]["id"] for delete in bob.of_type("Delete")] == [create["object"]["id"]]
    assert [undo["object"]["id"] for undo in bob.of_type("Undo")] == [announce["id"]]
    assert len(bob.of_type("Create")) == 1, "what was hidden is no news when it is shown"
    assert (await roll.document(actor["outbox"]))["totalItems"] == 0
    gone = await roll.get(create["object"]["id"], accept="application/activity+json")
    assert (gone.status, gone.json()["type"]) == (410, "Tombstone")
    assert (await roll.get(create["id"], accept="application/activity+json")).status == 404


async def test_without_the_choice_there_is_no_such_account(instance: RunningInstance, garden: Blog) -> None:
    assert (await instance.get("/.well-known/webfinger?resource=acct:blogroll@blog.example")).status == 404
    await follow(instance, garden.home)
    garden.write("Roses")
    await wait(instance, hours=25)
    assert "account to follow" not in (await instance.get("/blogroll/river/")).text


async def test_it_and_an_account_of_a_category_do_not_mix(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], garden: Blog, bob: Peer
) -> None:
    federation: dict[str, Any] = {"blogroll_actor": True, "category_actors": ["garden"]}
    async with running_instance(
        tmp_path, str(tmp_path / "notes.db"), wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        await follow(instance, garden.home)
        garden.write("Roses")
        await instance.publish("Soil", terms=(Term(kind=TermKind.CATEGORY, slug="garden", name="Garden"),))
        await wait(instance, hours=25)
        outboxes = [
            (await instance.document(f"{(await account(instance, handle))['outbox']}?page=true"))["orderedItems"]
            for handle in ("garden", "blogroll")
        ]
        assert [[item["type"] for item in items] for items in outboxes] == [["Announce"], ["Create"]]
        assert "@blogroll@blog.example" in (await instance.get("/blogroll/")).text
