"""A small change is there for whoever looks, and nobody is told of it."""

import pytest

from syndicate.model.post import PostDraft, PostState, Visibility
from syndicate.publishing import Published
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.subscriber import FakeSubscriber
from tests.wire import Wire

FEED = "https://blog.example/feed/"


@pytest.fixture
async def reader(instance: RunningInstance, wire: Wire, ann: Peer) -> FakeSubscriber:
    """Reads by push, in each format; and Ann follows."""
    reader = FakeSubscriber(wire)
    await ann.follow()
    await instance.settle()
    for format in ("", "atom/", "json/"):
        assert (await reader.ask(f"{FEED}{format}")).status == 202
        await instance.settle()
    await publish(instance, "Hot watr.")
    assert len(reader.pushed) == 3
    return reader


async def publish(instance: RunningInstance, source: str, *, by_command: bool = False, **more: object) -> Published:
    instance.clock.advance(minutes=5)
    post_draft = PostDraft(slug="tea", title="Tea", source=source, **more)  # type: ignore[arg-type]
    published = await instance.server.services.post_importer.publish(post_draft, origin="publish", minor=by_command)
    await instance.settle()
    return published


def heard(ann: Peer, reader: FakeSubscriber) -> tuple[int, int, int]:
    """What Ann was told of, and what was pushed since the post was new."""
    return len(ann.of_type("Create")), len(ann.of_type("Update")), len(reader.pushed) - 3


@pytest.mark.parametrize("how", [{"by_command": True}, {"minor": True}])
async def test_a_minor_change_notifies_nobody(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber, how: dict[str, bool]
) -> None:
    before = await instance.store.posts.find_by_slug("tea")
    done = await publish(instance, "Hot water.", **how)
    assert before is not None
    assert done.post.updated > before.updated
    assert heard(ann, reader) == (1, 0, 0)
    assert "Hot water." in await instance.outputs(done.post)
    assert "Hot water." in (await instance.document(done.post.uri))["content"]
    await publish(instance, "Hot water and milk.")
    assert heard(ann, reader) == (1, 1, 3)


async def test_the_header_counts_for_the_change_that_introduces_it(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    await publish(instance, "Hot water.", minor=True)
    assert heard(ann, reader) == (1, 0, 0)
    await publish(instance, "Hot water, at last.", minor=True)
    assert heard(ann, reader) == (1, 1, 3)
    await publish(instance, "Hot water, at last.")
    assert heard(ann, reader) == (1, 1, 3)  # the words are the same
    await publish(instance, "Hot water at last.", minor=True)
    assert heard(ann, reader) == (1, 1, 3)


async def test_what_is_new_and_minor_is_not_announced(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    await instance.settle()
    await publish(instance, "Not yet.", minor=True, state=PostState.DRAFT)
    post = (await publish(instance, "Hot water.", minor=True)).post
    assert ann.of_type("Create") == []
    assert (await instance.get(post.path)).status == 200


async def test_what_is_taken_back_in_a_minor_change_is_deleted_everywhere(
    instance: RunningInstance, ann: Peer, reader: FakeSubscriber
) -> None:
    await publish(instance, "Hot water.", by_command=True, visibility=Visibility.LOCAL)
    assert len(ann.of_type("Delete")) == 1


async def test_who_still_waits_for_the_post_gets_its_newest_text(
    instance: RunningInstance, wire: Wire, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    wire.cut(ann.host)
    await publish(instance, "Hot watr.")
    await publish(instance, "Hot water.", by_command=True)
    wire.mend(ann.host)
    instance.clock.advance(hours=1)
    await instance.settle()
    [create] = ann.of_type("Create")
    assert "Hot water." in create["object"]["content"]
    assert ann.of_type("Update") == []
