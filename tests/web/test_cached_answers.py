"""What was answered before is handed out at once, and never when it should no longer be."""

import pytest

from syndicate.model.post import Manuscript, PostState
from syndicate.web.keys import SHELF
from tests.instances import ACTIVITY, RunningHouse

PAGE = "text/html"


async def twice(house: RunningHouse, path: str, accept: str = PAGE) -> bytes:
    """Ask until it is answered from memory."""
    first, second = await house.get(path, accept=accept), await house.get(path, accept=accept)
    assert (first.status, first.body) == (second.status, second.body) == (200, first.body)
    return second.body


async def test_asked_again_is_not_made_again(house: RunningHouse) -> None:
    post = await house.publish("Hello")
    shelf = house.house.app[SHELF]
    for path in (post.path, "/", "/feed/"):
        await house.get(path)
        made = shelf.renders
        await twice(house, path)
        assert shelf.renders == made, path


@pytest.mark.parametrize("accept", [PAGE, ACTIVITY])
async def test_a_post_that_is_deleted_is_gone_at_once(house: RunningHouse, accept: str) -> None:
    post = await house.publish("Hello")
    await twice(house, post.path, accept)
    await house.house.study.publisher.delete(post.slug)
    assert (await house.get(post.path, accept=accept)).status == 410


@pytest.mark.parametrize("accept", [PAGE, ACTIVITY])
async def test_a_post_that_becomes_a_draft_is_not_shown_any_more(house: RunningHouse, accept: str) -> None:
    post = await house.publish("Hello")
    await twice(house, post.path, accept)
    await house.publish("Hello", state=PostState.DRAFT)
    assert (await house.get(post.path, accept=accept)).status in (404, 410)


async def test_an_edit_is_shown_at_once_on_every_page_that_shows_it(house: RunningHouse) -> None:
    post = await house.publish("Hello", source="A few words.")
    for path in (post.path, "/", "/feed/"):
        await twice(house, path)
    await house.publish("Hello", source="Other words altogether.")
    for path in (post.path, "/feed/"):
        assert b"Other words altogether." in (await house.get(path)).body, path


async def test_one_address_has_a_page_and_an_object(house: RunningHouse) -> None:
    post = await house.publish("Hello")
    page, document = await twice(house, post.path), await twice(house, post.path, ACTIVITY)
    assert page.lstrip().lower().startswith(b"<!doctype")
    assert document.startswith(b"{")
    assert await twice(house, post.path) == page


async def test_a_page_of_its_own_takes_the_place_of_the_built_in_one(house: RunningHouse) -> None:
    await twice(house, "/about/")
    about = Manuscript(slug="about", title="About", source="Written by hand.", path="/about/")
    await house.house.study.publisher.publish(about, origin="test")
    assert b"Written by hand." in (await house.get("/about/")).body


async def test_head_and_get_are_told_apart(house: RunningHouse) -> None:
    post = await house.publish("Hello")
    await twice(house, post.path)
    head = await house.get(post.path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert (await house.get(post.path, method="POST")).status == 405


async def test_another_host_is_led_to_ours_although_it_was_asked_before(house: RunningHouse) -> None:
    post = await house.publish("Hello")
    await twice(house, post.path)
    answer = await house.get(post.path, Host="elsewhere.example")
    assert (answer.status, answer.headers["Location"]) == (308, f"{house.config.site.url}{post.path}")
