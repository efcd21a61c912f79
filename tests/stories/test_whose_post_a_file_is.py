"""Which post a file means, and which it must not touch: the slug for a command, the file for the folder, the kind for ever."""

import asyncio
import os
from pathlib import Path

import pytest

from syndicate.errors import InputError
from syndicate.federation.actors.local_actors import Identities
from syndicate.federation.outbox.outbox import Announcer
from syndicate.importers.posts_folder import Library
from syndicate.model.post import Manuscript, Post, PostKind
from syndicate.publishing import Publisher
from syndicate.publishing.renderer import Typesetter
from syndicate.storage import Store
from tests.instances import RunningHouse
from tests.peer import Peer


def library(house: RunningHouse) -> Library:
    return house.house.study.library


def put(house: RunningHouse, name: str, text: str) -> Path:
    """A file in the posts folder, as its author saved it a minute ago."""
    path = house.config.storage.posts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    then = house.clock().timestamp() - 60
    os.utime(path, (then, then))
    return path


async def imported(house: RunningHouse, **fields: object) -> Post:
    given = {"slug": "tea", "source": "From the old blog.", "title": "Old tea", **fields}
    manuscript = Manuscript(**given)  # type: ignore[arg-type]
    return (await house.house.study.publisher.publish(manuscript, origin="wordpress", announce=False)).post


async def current(house: RunningHouse, slug: str) -> Post:
    post = await house.store.posts.by_slug(slug)
    assert post is not None
    return post


async def test_another_slug_in_a_file_of_the_folder_moves_its_post(house: RunningHouse, ann: Peer) -> None:
    await ann.follow()
    put(house, "tea.md", "---\ntitle: Tea\n---\nHot.")
    await library(house).scan()
    before = await current(house, "tea")
    house.clock.advance(minutes=2)
    put(house, "tea.md", "---\ntitle: Tea\nslug: green-tea\n---\nHot.")
    await library(house).scan()
    after = await current(house, "green-tea")
    assert (after.id, after.uri, after.guid, after.published) == (
        before.id,
        before.uri,
        before.guid,
        before.published,
    )
    assert await house.store.posts.by_slug("tea") is None
    moved = await house.get(before.path)
    assert (moved.status, moved.headers["Location"]) == (301, after.path)
    assert (await house.get(after.path)).status == 200
    await house.settle()
    assert [update["object"]["id"] for update in ann.of_type("Update")] == [before.uri]


async def test_a_post_may_move_back_and_another_take_its_place(house: RunningHouse) -> None:
    put(house, "tea.md", "---\nslug: a\n---\nHot.")
    await library(house).scan()
    first = (await current(house, "a")).path
    for slug in ("b", "a", "b"):
        house.clock.advance(minutes=2)
        put(house, "tea.md", f"---\nslug: {slug}\n---\nHot.")
        await library(house).scan()
    assert (await house.get(first)).status == 301
    put(house, "other.md", "---\nslug: a\n---\nCold.")
    await library(house).scan()
    assert "Cold." in (await house.get(first)).text


async def test_a_file_never_takes_the_slug_of_another_file(house: RunningHouse) -> None:
    put(house, "tea.md", "Hot.")
    put(house, "rain.md", "Wet.")
    await library(house).scan()
    house.clock.advance(minutes=2)
    file = put(house, "rain.md", "---\nslug: tea\n---\nWet.")
    await library(house).scan()
    assert "Hot." in (await house.get((await current(house, "tea")).path)).text
    assert "Wet." in (await house.get((await current(house, "rain")).path)).text
    with pytest.raises(InputError, match=r"rain\.md: its slug 'tea' is that of tea\.md"):
        await library(house).take(file)


async def test_a_file_in_the_folder_does_not_take_over_the_post_of_an_import(house: RunningHouse) -> None:
    before = await imported(house)
    file = put(house, "tea.md", "From a file.")
    await library(house).scan()
    assert await house.store.posts.files() == {}
    assert (await current(house, "tea")).html == before.html
    with pytest.raises(InputError, match=r"tea\.md: the slug 'tea' is that of the post 'Old tea' at https://blog"):
        await library(house).take(file)
    house.clock.advance(minutes=2)
    await library(house).take(file, replace=True)
    after = await current(house, "tea")
    assert "From a file." in after.html
    assert (after.id, after.guid, after.path) == (before.id, before.guid, before.path)
    assert await house.store.posts.revisions(after.id) == ["From the old blog."]


async def test_a_page_that_is_published_again_remains_a_page(house: RunningHouse) -> None:
    page = await house.publish("About tea", kind=PostKind.PAGE)
    house.clock.advance(minutes=2)
    again = await house.publish("About tea", "New words.")
    assert (again.id, again.kind, again.path) == (page.id, PostKind.PAGE, page.path)
    assert "New words." not in (await house.get("/feed/")).text


async def test_a_file_that_two_workers_take_at_once_is_one_post(house: RunningHouse, database_address: str) -> None:
    """Each worker has its own connections, as if it ran on another machine."""
    study, config = house.house.study, house.config
    store = await Store.open(database_address, house.clock)
    try:
        identities = await Identities.open(config, store, house.clock)
        publisher = Publisher(
            store,
            Typesetter(store, study.files, study.urls, house.clock),
            Announcer(identities, study.urls, house.clock, config.comments.moderation),
            study.urls,
            config.site,
            house.clock,
        )
        other = Library(store, publisher, config.storage.posts, config.site.zone, house.clock)
        for number in range(20):
            put(house, f"post-{number}.md", f"Number {number}.")
            await asyncio.gather(library(house).scan(), other.scan())
        posts = await house.store.posts.latest(limit=100)
        assert sorted(post.slug for post in posts) == sorted(f"post-{number}" for number in range(20))
        for number in range(20):
            house.clock.advance(minutes=2)
            put(house, f"post-{number}.md", f"---\nslug: moved-{number}\n---\nNumber {number}.")
            await asyncio.gather(library(house).scan(), other.scan())
        moved = await house.store.posts.latest(limit=100)
        assert sorted(post.id for post in moved) == sorted(post.id for post in posts)
        assert {post.slug for post in moved} == {f"moved-{number}" for number in range(20)}
    finally:
        await store.close()
