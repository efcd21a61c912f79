"""Categories and tags that can be followed by themselves: each is an account that announces posts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.model.post import Term, TermKind, Visibility
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.peer import Peer
from tests.wire import Wire

GARDEN = Term(kind=TermKind.CATEGORY, slug="garden", name="The Garden")
ROSES = Term(kind=TermKind.CATEGORY, slug="roses", name="Roses", parent="garden")
SEEDS = Term(kind=TermKind.TAG, slug="saving-seeds", name="Saving seeds")


@pytest.fixture
async def garden_instance(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    federation = {"category_actors": ["garden"], "tag_actors": ["saving-seeds"]}
    async with running_instance(
        tmp_path / "blog", database_address, wire, clock, rsa_keys[0], federation=federation
    ) as instance:
        yield instance


async def account(instance: RunningInstance, handle: str) -> dict[str, Any]:
    found = await instance.get(f"/.well-known/webfinger?resource=acct:{handle}@blog.example")
    assert found.status == 200
    links = [link["href"] for link in found.json()["links"] if link["rel"] == "self"]
    document: dict[str, Any] = await instance.document(links[0])
    return document


async def follow(peer: Peer, actor: dict[str, Any]) -> None:
    path = actor["inbox"].removeprefix("https://blog.example")
    answer = await peer.send(peer.activity("Follow", actor["id"]), path=path)
    assert answer.status == 202


async def test_a_category_is_found_as_an_account_of_its_own(garden_instance: RunningInstance) -> None:
    await garden_instance.publish("Soil", terms=(GARDEN,))
    garden = await account(garden_instance, "garden")
    seeds = await account(garden_instance, "saving_seeds")
    assert garden["type"] == "Service"
    assert garden["url"] == "https://blog.example/category/garden/"
    assert garden["id"].startswith("https://blog.example/actors/")
    assert garden["publicKey"]["owner"] == garden["id"] != seeds["id"]
    assert garden["publicKey"]["publicKeyPem"] != seeds["publicKey"]["publicKeyPem"]
    assert (await garden_instance.get(garden["id"])).headers["Location"] == "/category/garden/"
    assert (await garden_instance.get("/.well-known/webfinger?resource=acct:roses@blog.example")).status == 404


async def test_who_follows_a_category_gets_its_posts_and_no_others(garden_instance: RunningInstance, ann: Peer) -> None:
    garden = await account(garden_instance, "garden")
    await follow(ann, garden)
    await garden_instance.settle()
    (accept,) = ann.of_type("Accept")
    assert accept["actor"] == garden["id"]
    soil = await garden_instance.publish("Soil", terms=(GARDEN,))
    await garden_instance.publish("Books")
    await garden_instance.settle()
    (announce,) = ann.of_type("Announce")
    assert (announce["actor"], announce["object"]) == (garden["id"], soil.uri)
    assert garden["followers"] in announce["cc"]
    assert not ann.of_type("Create")
    outbox = await garden_instance.document(f"{garden['outbox']}?page=true")
    assert [item["id"] for item in outbox["orderedItems"]] == [announce["id"]]
    assert (await garden_instance.document(garden["outbox"]))["totalItems"] == 1
    assert await garden_instance.document(announce["id"]) == outbox["orderedItems"][0]
    assert (await garden_instance.document(garden["featured"]))["orderedItems"] == [soil.uri]
    assert (await garden_instance.document(garden["followers"]))["totalItems"] == 1
    assert (await garden_instance.document("/actor/followers"))["totalItems"] == 0


async def test_a_category_announces_what_stands_below_it(garden_instance: RunningInstance, ann: Peer) -> None:
    await garden_instance.publish("Soil", terms=(GARDEN,))
    await garden_instance.settle()
    await follow(ann, await account(garden_instance, "garden"))
    roses = await garden_instance.publish("Thorns", terms=(ROSES,))
    await garden_instance.settle()
    assert [announce["object"] for announce in ann.of_type("Announce")] == [roses.uri]


async def test_a_post_that_enters_a_category_is_announced_then_and_once(
    garden_instance: RunningInstance, ann: Peer, clock: FakeClock
) -> None:
    garden = await account(garden_instance, "garden")
    await follow(ann, garden)
    soil = await garden_instance.publish("Soil")
    await garden_instance.settle()
    assert not ann.of_type("Announce")
    for text in ("Now sorted.", "And edited."):
        clock.advance(seconds=60)
        await garden_instance.publish("Soil", text, terms=(GARDEN,))
        await garden_instance.settle()
    assert [announce["object"] for announce in ann.of_type("Announce")] == [soil.uri]
    assert len(ann.of_type("Update")) == 1, "she had it by its announcement when it was edited"
    clock.advance(seconds=60)
    await garden_instance.publish("Soil", "Sorted elsewhere.")
    await garden_instance.settle()
    (undo,) = ann.of_type("Undo")
    assert undo["actor"] == garden["id"]
    assert undo["object"]["id"] == ann.of_type("Announce")[0]["id"]
    assert (await garden_instance.document(garden["outbox"]))["totalItems"] == 0


async def test_what_is_deleted_is_deleted_for_those_who_had_it_by_announcement(
    garden_instance: RunningInstance, ann: Peer
) -> None:
    garden = await account(garden_instance, "garden")
    await follow(ann, garden)
    soil = await garden_instance.publish("Soil", terms=(GARDEN,))
    await garden_instance.settle()
    await garden_instance.delete("soil")
    await garden_instance.settle()
    assert [delete["object"]["id"] for delete in ann.of_type("Delete")] == [soil.uri]
    assert (await garden_instance.document(f"{garden['outbox']}?page=true"))["orderedItems"] == []


async def test_quiet_posts_are_announced_quietly_and_local_ones_not_at_all(
    garden_instance: RunningInstance, ann: Peer
) -> None:
    garden = await account(garden_instance, "garden")
    await follow(ann, garden)
    await garden_instance.publish("Whisper", terms=(GARDEN,), visibility=Visibility.QUIET)
    await garden_instance.publish("Here only", terms=(GARDEN,), visibility=Visibility.LOCAL)
    await garden_instance.settle()
    (announce,) = ann.of_type("Announce")
    assert announce["to"] == [garden["followers"]]


async def test_who_no_longer_follows_gets_no_more(garden_instance: RunningInstance, ann: Peer) -> None:
    garden = await account(garden_instance, "garden")
    await follow(ann, garden)
    await ann.follow()
    undone = {"type": "Follow", "actor": ann.actor, "object": garden["id"]}
    await ann.send(ann.activity("Undo", undone))
    await garden_instance.settle()
    assert await garden_instance.store.followers.count("blog") == 1
    await garden_instance.publish("Soil", terms=(GARDEN,))
    await garden_instance.settle()
    assert not ann.of_type("Announce")
    assert len(ann.of_type("Create")) == 1


async def test_a_name_that_another_has_gets_a_number(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    federation = {"category_actors": ["notes"]}
    database = str(tmp_path / "notes.db")
    async with running_instance(tmp_path, database, wire, clock, rsa_keys[0], federation=federation) as instance:
        assert (await account(instance, "notes"))["id"] == "https://blog.example/actor"
        assert (await account(instance, "notes_2"))["preferredUsername"] == "notes_2"


async def test_a_category_that_is_chosen_no_longer_is_not_there_and_comes_back_the_same(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> None:
    ids = []
    for chosen in (["garden"], [], ["garden"]):
        database, federation = str(tmp_path / "notes.db"), {"category_actors": chosen}
        async with running_instance(tmp_path, database, wire, clock, rsa_keys[0], federation=federation) as instance:
            if chosen:
                ids.append((await account(instance, "garden"))["id"])
            else:
                assert (await instance.get(ids[0], accept="application/activity+json")).status == 404
    assert ids[0] == ids[1]
