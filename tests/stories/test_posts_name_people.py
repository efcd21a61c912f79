"""A post names people: they are looked up after it is published, linked, and told of it."""

import json
from datetime import timedelta

from syndicate.model.post import Term, TermKind
from syndicate.storage import Tables
from syndicate.storage.blocks import Block
from tests.instances import RunningInstance
from tests.peer import PUBLIC, Peer
from tests.wire import Wire

ACTOR = "https://blog.example/actor"


def link(peer: Peer) -> str:
    return (
        f'<span class="h-card" translate="no"><a class="u-url mention" href="{peer.base}/@{peer.name}">'
        f"@<span>{peer.name}@{peer.host}</span></a></span>"
    )


async def test_a_mentioned_account_is_linked_and_notified(instance: RunningInstance, ann: Peer, bob: Peer) -> None:
    await bob.follow()
    await instance.settle()
    ann.is_found_by_name()
    post = await instance.publish("Quinces", source="With thanks to @ann@social.example, who lent the ladder.")
    assert "u-url mention" not in (await instance.get(post.path)).text
    assert (ann.requests, bob.of_type("Create")) == ([], [])  # publishing waits for nobody

    await instance.settle()
    assert link(ann) in (await instance.get(post.path)).text
    for peer in (ann, bob):
        [create] = peer.of_type("Create")
        note = create["object"]
        assert {"type": "Mention", "name": "@ann@social.example", "href": ann.actor} in note["tag"]
        assert note["cc"] == create["cc"] == [f"{ACTOR}/followers", ann.actor]
        assert link(ann) in note["content"]
    assert (await instance.document(post.uri))["cc"] == [f"{ACTOR}/followers", ann.actor]


async def test_who_follows_and_is_named_gets_one_copy(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    ann.is_found_by_name()
    await instance.publish("Quinces", source="@ann@social.example")
    await instance.settle()
    [create] = ann.of_type("Create")
    assert ann.actor in create["cc"]


async def test_a_mentioned_account_receives_changes_and_the_deletion(instance: RunningInstance, ann: Peer) -> None:
    ann.is_found_by_name()
    await instance.publish("Quinces", source="@ann@social.example")
    await instance.settle()
    instance.clock.advance(minutes=1)
    await instance.publish("Quinces", source="She is named no longer.")
    await instance.settle()
    [update] = ann.of_type("Update")
    assert ann.actor not in update["cc"]
    await instance.delete("quinces")
    await instance.settle()
    assert len(ann.of_type("Delete")) == 1


async def test_a_name_that_is_known_is_not_asked_for_again(instance: RunningInstance, ann: Peer) -> None:
    asked = ann.is_found_by_name()
    await instance.publish("Quinces", source="@ann@social.example")
    await instance.settle()
    again = await instance.publish("Medlars", source="Again with @Ann@social.example")
    assert [mention.actor for mention in again.mentions] == [ann.actor]
    await instance.settle()
    assert ann.fetched(asked) == 1
    assert len(ann.of_type("Create")) == 2


async def test_nobody_found_leaves_the_text_and_the_post_goes_out(
    instance: RunningInstance, ann: Peer, bob: Peer
) -> None:
    await bob.follow()
    await instance.settle()
    post = await instance.publish("Quinces", source="@nobody@social.example")
    await instance.settle()
    [create] = bob.of_type("Create")
    assert create["object"]["tag"] == []
    assert "@nobody@social.example" in (await instance.get(post.path)).text
    assert await instance.store.mentions.next_due(instance.clock()) is None


async def test_a_server_that_is_down_holds_a_post_back_for_a_minute_at_most(
    instance: RunningInstance, wire: Wire, ann: Peer, bob: Peer
) -> None:
    await bob.follow()
    await instance.settle()
    wire.cut("social.example")
    post = await instance.publish("Quinces", source="@ann@social.example")
    for _ in range(3):
        await instance.settle()
        instance.clock.advance(seconds=13)
    assert len(bob.of_type("Create")) == 1
    assert len([request for request in wire.to("social.example") if "webfinger" in request.url]) == 3

    wire.mend("social.example")
    ann.is_found_by_name()
    instance.clock.advance(hours=1)
    await instance.publish("Quinces", source="@ann@social.example, once more")
    await instance.settle()
    assert [mention.actor for mention in (await instance.store.posts.find_by_slug("quinces") or post).mentions] == [
        ann.actor
    ]
    assert ann.actor in bob.of_type("Update")[0]["cc"]


async def test_a_post_whose_names_nobody_looks_up_goes_out_by_itself(instance: RunningInstance, bob: Peer) -> None:
    await bob.follow()
    await instance.settle()
    await instance.publish("Quinces", source="@ann@social.example")
    await instance.server.deliveries.drain()
    assert bob.of_type("Create") == []
    instance.clock.advance(seconds=61)
    await instance.server.deliveries.drain()
    assert len(bob.of_type("Create")) == 1


async def test_a_lookup_that_was_cut_off_is_done_again(instance: RunningInstance, ann: Peer) -> None:
    ann.is_found_by_name()
    post = await instance.publish("Quinces", source="@ann@social.example")
    now = instance.clock()

    await instance.server.actors.refresh(ann.actor)

    async def half_of_it(tx: Tables) -> None:
        [named] = await tx.mentions.claim(now=now, until=now, limit=8)
        await tx.mentions.set_found(named, ann.actor)

    await instance.store.transaction(half_of_it)
    instance.clock.advance(seconds=5)
    await instance.settle()
    assert link(ann) in (await instance.get(post.path)).text
    assert len(ann.of_type("Create")) == 1


async def test_accounts_of_a_blocked_server_are_neither_looked_up_nor_notified(
    instance: RunningInstance, wire: Wire, ann: Peer
) -> None:
    ann.is_found_by_name()
    block = Block(pattern="social.example", reason="", created=instance.clock())
    await instance.server.services.blocking.block(block)
    await instance.publish("Quinces", source="@ann@social.example")
    await instance.settle()
    assert wire.to("social.example") == []


async def test_a_handle_in_an_old_post_is_linked_and_nobody_is_notified(instance: RunningInstance, ann: Peer) -> None:
    ann.is_found_by_name()
    post = await instance.publish("Old", source="@ann@social.example", date=instance.clock() - timedelta(days=900))
    await instance.settle()
    assert link(ann) in (await instance.get(post.path)).text
    assert ann.received == []


async def test_mentions_of_a_scheduled_post_are_resolved_when_it_is_published(
    instance: RunningInstance, ann: Peer
) -> None:
    ann.is_found_by_name()
    await instance.publish("Soon", source="@ann@social.example", date=instance.clock() + timedelta(hours=1))
    await instance.settle()
    assert ann.received == []
    instance.clock.advance(hours=1, seconds=1)
    await instance.server.services.publisher.release_due()
    await instance.settle()
    [create] = ann.of_type("Create")
    assert ann.actor in create["object"]["cc"]


async def test_words_that_are_hashtags_lead_to_their_pages(instance: RunningInstance, bob: Peer) -> None:
    await bob.follow()
    await instance.settle()
    tags = (Term(kind=TermKind.TAG, slug="seed-library", name="Seed library"),)
    await instance.publish(
        "Quinces", source="A #SeedLibrary for #everybody, see [our pages](/tag/seed-library/).", terms=tags
    )
    await instance.settle()
    content = bob.of_type("Create")[0]["object"]["content"]
    address = "https://blog.example/tag/seed-library/"
    assert f'<a class="mention hashtag" href="{address}" rel="tag">#<span>SeedLibrary</span></a>' in content
    assert f'<a class="mention hashtag" rel="tag" href="{address}">our pages</a>' in content
    assert "#everybody" in content
    assert PUBLIC in json.dumps(bob.of_type("Create")[0])
