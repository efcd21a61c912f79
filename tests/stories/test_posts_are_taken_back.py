"""What is published at the desk is on the site at once, and can be taken back for a minute as if nothing had happened."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from syndicate.errors import AlreadyAnnounced
from syndicate.model.post import Post, PostDraft, PostState, Visibility
from syndicate.publishing import Publisher
from syndicate.publishing.announcements import TAKE_BACK_PERIOD
from syndicate.publishing.drafts import draft_of
from tests.instances import ACTIVITY, RunningInstance
from tests.peer import Peer
from tests.subscriber import FakeSubscriber
from tests.wire import Wire

FEED = "https://blog.example/feed/"
OUTBOX = "https://blog.example/actor/outbox?page=true"


@pytest.fixture
async def reader(instance: RunningInstance, wire: Wire, ann: Peer) -> FakeSubscriber:
    """Reads by push; and Ann follows."""
    reader = FakeSubscriber(wire)
    await ann.follow()
    assert (await reader.ask(FEED)).status == 202
    await instance.settle()
    return reader


def publisher(instance: RunningInstance) -> Publisher:
    return instance.server.services.publisher


async def written(instance: RunningInstance, **fields: Any) -> Post:
    """A draft of the author that is an hour old."""
    draft = PostDraft(slug="tea", title="Tea", source="Hot water.", state=PostState.DRAFT, **fields)
    post = (await publisher(instance).create(draft)).post
    instance.clock.advance(hours=1)
    return post


async def change(instance: RunningInstance, id: str, *, minor: bool = False, **fields: Any) -> Post:
    """Change a post as the desk does."""
    post, made = await instance.store.posts.find(id), await instance.store.posts.find_source(id)
    assert post is not None
    assert made is not None
    fields.setdefault("date", None if made.released is None else post.published)
    draft = replace(draft_of(post, made), **fields)
    return (await publisher(instance).update(id, draft, delay=TAKE_BACK_PERIOD, minor=minor)).post


async def publish(instance: RunningInstance, id: str, **fields: Any) -> Post:
    return await change(instance, id, state=PostState.PUBLISHED, **fields)


async def settle(instance: RunningInstance, *, seconds: int = 0) -> None:
    instance.clock.advance(seconds=seconds)
    await publisher(instance).announce_due()
    await instance.settle()


def heard(ann: Peer, reader: FakeSubscriber) -> tuple[int, int, int, int]:
    return (len(ann.of_type("Create")), len(ann.of_type("Update")), len(ann.of_type("Delete")), len(reader.pushed))


async def test_a_post_is_on_the_site_at_once_and_leaves_after_a_minute(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance, pinned=True)).id)
    await settle(instance, seconds=59)
    assert (await instance.get(post.path)).status == 200
    assert "Hot water" in (await instance.get(FEED)).text
    assert "Hot water" in (await instance.get("/")).text
    for collection in (OUTBOX, "https://blog.example/actor/featured"):
        assert post.uri not in (await instance.get(collection, accept=ACTIVITY)).text
    assert heard(ann, reader) == (0, 0, 0, 0)
    assert await instance.store.announcements.next_due(instance.clock()) is not None
    await settle(instance, seconds=1)
    assert heard(ann, reader) == (1, 0, 0, 1)
    assert ann.of_type("Add")
    assert "Hot water" in str(reader.pushed[0].body)
    assert post.uri in (await instance.get(OUTBOX, accept=ACTIVITY)).text
    await settle(instance, seconds=300)
    assert heard(ann, reader) == (1, 0, 0, 1)
    with pytest.raises(AlreadyAnnounced):
        await publisher(instance).take_back(post.id)


async def test_taken_back_it_is_a_draft_under_its_id_and_nothing_was_sent(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    draft = await written(instance)
    post = await publish(instance, draft.id)
    await settle(instance, seconds=50)
    taken = (await publisher(instance).take_back(post.id)).post
    assert (taken.state, taken.uri, taken.guid) == (PostState.DRAFT, post.uri, post.guid)
    assert taken.published == draft.published
    assert (await instance.get(post.path)).status == 404
    assert (await instance.get(post.uri, accept=ACTIVITY)).status == 404
    assert "Hot water" not in (await instance.get(FEED)).text
    await settle(instance, seconds=300)
    assert heard(ann, reader) == (0, 0, 0, 0)
    assert await instance.store.tombstones.find(post.uri) is None
    assert (await publisher(instance).take_back(post.id)).post.state is PostState.DRAFT  # pressed twice

    instance.clock.advance(days=1)
    again = await publish(instance, post.id)
    assert (again.uri, again.published) == (post.uri, instance.clock())
    await settle(instance, seconds=60)
    assert heard(ann, reader) == (1, 0, 0, 1)
    assert ann.of_type("Create")[0]["object"]["id"] == post.uri
    assert (await instance.get(post.path)).status == 301  # somebody may have copied that day's address


async def test_changes_within_the_minute_go_along_with_the_post(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance)).id)
    await settle(instance, seconds=20)
    await change(instance, post.id, source="Hotter water.")
    await change(instance, post.id, source="Hot milk.", minor=True)
    await settle(instance, seconds=40)
    assert heard(ann, reader) == (1, 0, 0, 1)
    assert "Hot milk." in ann.of_type("Create")[0]["object"]["content"]
    assert "Hot milk." in str(reader.pushed[0].body)


async def test_a_post_without_announcement_is_not_announced_after_the_delay_either(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance)).id, minor=True)
    await settle(instance, seconds=60)
    assert heard(ann, reader) == (0, 0, 0, 0)
    assert post.uri in (await instance.get(OUTBOX, accept=ACTIVITY)).text
    await change(instance, post.id, source="Hot milk.")
    await settle(instance)
    assert heard(ann, reader) == (0, 0, 0, 1)


async def test_it_is_not_taken_back_unseen_once_another_server_has_fetched_it(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance)).id)
    assert (await instance.get(post.path, accept=ACTIVITY)).status == 200
    with pytest.raises(AlreadyAnnounced):
        await publisher(instance).take_back(post.id)
    draft = await change(instance, post.id, state=PostState.DRAFT)
    assert draft.uri != post.uri
    assert (await instance.get(post.uri, accept=ACTIVITY)).status == 410
    await settle(instance, seconds=60)
    assert heard(ann, reader) == (0, 0, 1, 0)


async def test_a_server_that_fetched_an_earlier_text_gets_the_change(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance)).id)
    assert "Hot water" in (await instance.document(post.uri))["content"]
    await change(instance, post.id, source="Hot milk.")
    assert "Hot milk" in (await instance.document(post.uri))["content"]
    await settle(instance, seconds=60)
    assert heard(ann, reader) == (1, 1, 0, 1)


async def test_a_post_that_is_deleted_or_made_local_within_the_minute_was_never_sent(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    first = await publish(instance, (await written(instance)).id)
    await publisher(instance).delete(first.id)
    assert (await instance.get(first.path)).status == 410  # readers of the site may have seen it
    second = await publish(instance, (await written(instance)).id)
    local = await change(instance, second.id, visibility=Visibility.LOCAL)
    assert local.uri == second.uri
    await settle(instance, seconds=60)
    assert heard(ann, reader) == (0, 0, 0, 1)
    assert await instance.store.announcements.list_due(instance.clock()) == []


async def test_two_processes_announce_a_post_once(instance: RunningInstance, ann: Peer, reader: FakeSubscriber) -> None:
    post = await publish(instance, (await written(instance)).id)
    instance.clock.advance(seconds=60)
    one, other = publisher(instance), publisher(instance)
    await asyncio.gather(one.announce_due(), other.announce_due(), change(instance, post.id, source="Hot milk."))
    await settle(instance)
    assert len(ann.of_type("Create")) == 1
    assert "Hot milk" in [*ann.of_type("Create"), *ann.of_type("Update")][-1]["object"]["content"]


async def test_a_restored_backup_announces_nothing_by_itself(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    post = await publish(instance, (await written(instance)).id)
    await instance.store.transaction(lambda tx: tx.held_deliveries.hold_all())
    assert (await instance.store.held_deliveries.count()).activities == 1
    await settle(instance, seconds=600)
    assert heard(ann, reader) == (0, 0, 0, 0)
    with pytest.raises(AlreadyAnnounced):
        await publisher(instance).take_back(post.id)
    await instance.store.transaction(lambda tx: tx.held_deliveries.resume(instance.clock()))
    await settle(instance)
    assert heard(ann, reader) == (1, 0, 0, 1)
