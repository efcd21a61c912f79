"""Many write at once, and each post stays one post."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest

from syndicate.errors import InputError, PostNotFound
from syndicate.model.post import PostDraft, PostKind
from syndicate.publishing import Change
from syndicate.publishing.drafts import digest_of
from tests.instances import RunningInstance


async def test_one_slug_published_by_many_at_once_is_one_post(instance: RunningInstance) -> None:
    done = await asyncio.gather(*(instance.publish_draft(slug="tea", source=f"Number {n}.") for n in range(4)))
    assert [published.change for published in done].count(Change.CREATED) == 1
    assert len({published.post.id for published in done}) == 1
    assert len(await instance.store.post_lists.list_newest(limit=10)) == 1
    assert len(await instance.store.revisions.list_of(done[0].post.id)) == 3
    assert await instance.store.totals.get("posts") == 1


async def test_many_slugs_published_at_once_have_dates_of_their_own(instance: RunningInstance) -> None:
    done = await asyncio.gather(*(instance.publish_draft(slug=f"post-{n}", source="Words.") for n in range(20)))
    assert len({published.post.updated for published in done}) == 20
    assert await instance.store.totals.get("posts") == 20
    assert await instance.store.totals.get("outbox") == 20


async def test_what_is_counted_is_what_there_is(instance: RunningInstance) -> None:
    await instance.publish("One")
    await instance.publish("Two")
    await instance.publish("Page", kind=PostKind.PAGE)
    await instance.publish("One", "Changed.")
    await instance.delete("two")
    assert await instance.store.totals.get("posts") == 1
    assert await instance.store.totals.get("outbox") == 1
    assert await instance.store.totals.get("author:Mara Lind") == 1
    assert await instance.store.totals.get("month:2026-11") == 1


async def test_what_is_not_there_cannot_be_deleted(instance: RunningInstance) -> None:
    with pytest.raises(PostNotFound, match="'nothing'"):
        await instance.server.services.publisher.delete("nothing")


async def test_a_text_without_bounds_is_refused_or_read(instance: RunningInstance) -> None:
    for source in ("> " * 100_000, "*" * 200_000 + "a", "[" * 100_000, "![a](" * 50_000):
        with contextlib.suppress(InputError):
            await instance.server.services.post_importer.publish(
                PostDraft(slug="bomb", source=source), origin="publish"
            )
            assert (await instance.get("/2026/11/22/bomb/")).status == 200


async def test_a_text_that_says_what_another_says_is_still_another_post(instance: RunningInstance) -> None:
    first, second = await instance.publish("A", "Same."), await instance.publish("B", "Same.")
    assert first.uri != second.uri
    assert first.path != second.path


def test_what_an_earlier_version_published_is_known_to_be_the_same() -> None:
    """Digests are stored: a field more, or another directory, must not make every post look as if it had changed."""
    post_draft = PostDraft(
        slug="tea",
        source="Hot.",
        title="Tea",
        date=datetime(2026, 3, 14, tzinfo=UTC),
        guid="https://old.example/?p=7",
        local_files="/a",
        local_root="/",
    )
    assert digest_of(post_draft) == "779a8dd93994b586ae86e1c6b55251fe1d4ad5c2d952f64b8c7b0c39fa9bcad1"
