"""Responses served from the cache by address, and their invalidation."""

import pytest

from syndicate.model.post import PostDraft, PostState
from syndicate.web.http.keys import RESPONSE_CACHE
from tests.instances import ACTIVITY, RunningInstance

PAGE = "text/html"


async def twice(instance: RunningInstance, path: str, accept: str = PAGE) -> bytes:
    """Request a path twice, so that the second response comes from the cache."""
    first, second = await instance.get(path, accept=accept), await instance.get(path, accept=accept)
    assert (first.status, first.body) == (second.status, second.body) == (200, first.body)
    return second.body


async def test_a_repeated_request_is_not_rendered_again(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    response_cache = instance.server.app[RESPONSE_CACHE]
    for path in (post.path, "/", "/feed/"):
        await instance.get(path)
        made = response_cache.renders
        await twice(instance, path)
        assert response_cache.renders == made, path


@pytest.mark.parametrize("accept", [PAGE, ACTIVITY])
async def test_a_deleted_post_is_gone_at_once(instance: RunningInstance, accept: str) -> None:
    post = await instance.publish("Hello")
    await twice(instance, post.path, accept)
    await instance.delete(post.slug)
    assert (await instance.get(post.path, accept=accept)).status == 410


@pytest.mark.parametrize("accept", [PAGE, ACTIVITY])
async def test_a_post_that_becomes_a_draft_is_no_longer_shown(instance: RunningInstance, accept: str) -> None:
    post = await instance.publish("Hello")
    await twice(instance, post.path, accept)
    await instance.publish("Hello", state=PostState.DRAFT)
    assert (await instance.get(post.path, accept=accept)).status in (404, 410)


async def test_an_edit_is_shown_at_once_on_every_page_that_shows_it(instance: RunningInstance) -> None:
    post = await instance.publish("Hello", source="A few words.")
    for path in (post.path, "/", "/feed/"):
        await twice(instance, path)
    await instance.publish("Hello", source="Other words altogether.")
    for path in (post.path, "/feed/"):
        assert b"Other words altogether." in (await instance.get(path)).body, path


async def test_a_permalink_has_a_page_and_an_object(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    page, document = await twice(instance, post.path), await twice(instance, post.path, ACTIVITY)
    assert page.lstrip().lower().startswith(b"<!doctype")
    assert document.startswith(b"{")
    assert await twice(instance, post.path) == page


async def test_a_page_of_the_author_replaces_the_built_in_one(instance: RunningInstance) -> None:
    await twice(instance, "/about/")
    about = PostDraft(slug="about", title="About", source="Written by hand.", path="/about/")
    await instance.server.services.post_importer.publish(about, origin="test")
    assert b"Written by hand." in (await instance.get("/about/")).body


async def test_head_and_get_are_distinguished(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    await twice(instance, post.path)
    head = await instance.get(post.path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert (await instance.get(post.path, method="POST")).status == 405


async def test_another_host_is_redirected_although_the_path_is_cached(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    await twice(instance, post.path)
    answer = await instance.get(post.path, Host="elsewhere.example")
    assert (answer.status, answer.headers["Location"]) == (307, f"{instance.config.site.url}{post.path}")
