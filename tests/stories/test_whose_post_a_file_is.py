"""Which post a file means, and which it must not touch: the slug for a command, the file for the folder, the kind for ever."""

import asyncio
import os
from pathlib import Path

import pytest

from syndicate.errors import InputError
from syndicate.federation.actors.local_actors import LocalActors
from syndicate.federation.outbox.outbox import Outbox
from syndicate.importers.post_importer import PostImporter
from syndicate.importers.posts_folder import PostsFolder
from syndicate.model.post import Post, PostDraft, PostKind
from syndicate.publishing import Publisher
from syndicate.publishing.addresses import PostAddresses
from syndicate.publishing.composer import PostComposer
from syndicate.publishing.post_writer import PostWriter
from syndicate.publishing.renderer import Renderer
from syndicate.storage import Store
from syndicate.storage.site_settings import SiteSettings
from syndicate.web.reserved_paths import is_reserved
from syndicate.webmention.outbox import WebmentionOutbox
from tests.instances import RunningInstance
from tests.peer import Peer


def posts_folder(instance: RunningInstance) -> PostsFolder:
    return instance.server.services.posts_folder


def put(instance: RunningInstance, name: str, text: str) -> Path:
    """A file in the posts folder, as its author saved it a minute ago."""
    path = instance.config.storage.posts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    then = instance.clock().timestamp() - 60
    os.utime(path, (then, then))
    return path


async def imported(instance: RunningInstance, **fields: object) -> Post:
    given = {"slug": "tea", "source": "From the old blog.", "title": "Old tea", **fields}
    post_draft = PostDraft(**given)  # type: ignore[arg-type]
    return (await instance.server.services.post_importer.publish(post_draft, origin="wordpress", announce=False)).post


async def current(instance: RunningInstance, slug: str) -> Post:
    post = await instance.store.posts.find_by_slug(slug)
    assert post is not None
    return post


async def test_another_slug_in_a_file_of_the_folder_moves_its_post(instance: RunningInstance, ann: Peer) -> None:
    await ann.follow()
    put(instance, "tea.md", "---\ntitle: Tea\n---\nHot.")
    await posts_folder(instance).scan()
    before = await current(instance, "tea")
    instance.clock.advance(minutes=2)
    put(instance, "tea.md", "---\ntitle: Tea\nslug: green-tea\n---\nHot.")
    await posts_folder(instance).scan()
    after = await current(instance, "green-tea")
    assert (after.id, after.uri, after.guid, after.published) == (
        before.id,
        before.uri,
        before.guid,
        before.published,
    )
    assert await instance.store.posts.find_by_slug("tea") is None
    moved = await instance.get(before.path)
    assert (moved.status, moved.headers["Location"]) == (301, after.path)
    assert (await instance.get(after.path)).status == 200
    await instance.settle()
    assert [update["object"]["id"] for update in ann.of_type("Update")] == [before.uri]


async def test_a_post_may_move_back_and_another_take_its_place(instance: RunningInstance) -> None:
    put(instance, "tea.md", "---\nslug: a\n---\nHot.")
    await posts_folder(instance).scan()
    first = (await current(instance, "a")).path
    for slug in ("b", "a", "b"):
        instance.clock.advance(minutes=2)
        put(instance, "tea.md", f"---\nslug: {slug}\n---\nHot.")
        await posts_folder(instance).scan()
    assert (await instance.get(first)).status == 301
    put(instance, "other.md", "---\nslug: a\n---\nCold.")
    await posts_folder(instance).scan()
    assert "Cold." in (await instance.get(first)).text


async def test_a_file_never_takes_the_slug_of_another_file(instance: RunningInstance) -> None:
    put(instance, "tea.md", "Hot.")
    put(instance, "rain.md", "Wet.")
    await posts_folder(instance).scan()
    instance.clock.advance(minutes=2)
    file = put(instance, "rain.md", "---\nslug: tea\n---\nWet.")
    await posts_folder(instance).scan()
    assert "Hot." in (await instance.get((await current(instance, "tea")).path)).text
    assert "Wet." in (await instance.get((await current(instance, "rain")).path)).text
    with pytest.raises(InputError, match=r"rain\.md: its slug 'tea' is also that of tea\.md"):
        await posts_folder(instance).take(file)


async def test_a_file_in_the_folder_does_not_take_over_the_post_of_an_import(instance: RunningInstance) -> None:
    before = await imported(instance)
    file = put(instance, "tea.md", "From a file.")
    await posts_folder(instance).scan()
    assert await instance.store.source_files.list_all() == {}
    assert (await current(instance, "tea")).html == before.html
    with pytest.raises(InputError, match=r"tea\.md: the slug 'tea' is that of the post 'Old tea' at https://blog"):
        await posts_folder(instance).take(file)
    instance.clock.advance(minutes=2)
    await posts_folder(instance).take(file, replace=True)
    after = await current(instance, "tea")
    assert "From a file." in after.html
    assert (after.id, after.guid, after.path) == (before.id, before.guid, before.path)
    assert [one.source for one in await instance.store.revisions.list_of(after.id)] == ["From the old blog."]


async def test_a_page_that_is_published_again_remains_a_page(instance: RunningInstance) -> None:
    page = await instance.publish("About tea", kind=PostKind.PAGE)
    instance.clock.advance(minutes=2)
    again = await instance.publish("About tea", "New words.")
    assert (again.id, again.kind, again.path) == (page.id, PostKind.PAGE, page.path)
    assert "New words." not in (await instance.get("/feed/")).text


async def test_a_file_that_two_workers_take_at_once_is_one_post(
    instance: RunningInstance, database_address: str
) -> None:
    """Each worker has its own connections, as if it ran on another machine."""
    services, config = instance.server.services, instance.config
    store = await Store.open(database_address, instance.clock)
    try:
        settings = await SiteSettings.open(store, config)
        local_actors = await LocalActors.open(settings, store, instance.clock)
        outbox = Outbox(local_actors, services.urls, instance.clock, settings)
        renderer = Renderer(store, services.files, services.urls, instance.clock)
        addresses = PostAddresses(store, services.urls, settings, is_reserved)
        composer = PostComposer(renderer, outbox, services.urls, settings, instance.clock, addresses, store.citations)
        writer = PostWriter(outbox, WebmentionOutbox(services.urls, instance.clock), services.urls, instance.clock)
        publisher = Publisher(store, renderer, composer, writer, instance.clock)
        importer = PostImporter(store, publisher, composer, services.urls)
        other = PostsFolder(store, importer, config.storage.posts, settings, instance.clock)
        for number in range(20):
            put(instance, f"post-{number}.md", f"Number {number}.")
            await asyncio.gather(posts_folder(instance).scan(), other.scan())
        posts = await instance.store.post_lists.list_newest(limit=100)
        assert sorted(post.slug for post in posts) == sorted(f"post-{number}" for number in range(20))
        for number in range(20):
            instance.clock.advance(minutes=2)
            put(instance, f"post-{number}.md", f"---\nslug: moved-{number}\n---\nNumber {number}.")
            await asyncio.gather(posts_folder(instance).scan(), other.scan())
        moved = await instance.store.post_lists.list_newest(limit=100)
        assert sorted(post.id for post in moved) == sorted(post.id for post in posts)
        assert {post.slug for post in moved} == {f"moved-{number}" for number in range(20)}
    finally:
        await store.close()
