"""Somebody looks for something that was written here."""

import feedparser
import pytest

from syndicate.model.post import PostKind, PostState
from tests.instances import RunningInstance


async def found(instance: RunningInstance, words: str) -> list[str]:
    """The titles that the feed of a search has."""
    answer = await instance.get(f"/search/{words}/feed/")
    assert answer.status == 200
    return [entry.title for entry in feedparser.parse(answer.body).entries]


async def test_what_holds_all_of_the_words_is_found_the_newest_first(instance: RunningInstance) -> None:
    await instance.publish("Beans", source="How to keep *beans* over the winter.")
    await instance.publish("Slow clocks", source="The winter is long.")
    assert await found(instance, "winter") == ["Slow clocks", "Beans"]
    assert await found(instance, "WINTER%20keep") == ["Beans"]
    assert await found(instance, "summer") == []


@pytest.mark.parametrize("words", ["cafe", "Café", "CAFÉ"])
async def test_accents_and_case_make_no_difference(instance: RunningInstance, words: str) -> None:
    await instance.publish("Coffee", source="A café in the rain.")
    assert await found(instance, words) == ["Coffee"]


@pytest.mark.parametrize(
    "words", ['"', "a OR b", "NEAR(x", "beans*", "-beans", "' ; DROP TABLE posts", "%E2%98%83", "*"]
)
async def test_a_question_is_never_a_command(instance: RunningInstance, words: str) -> None:
    await instance.publish("Beans", source="Beans.")
    assert (await instance.get(f"/search/{words.replace(' ', '%20')}/")).status == 200
    assert (await instance.get(f"/search/{words.replace(' ', '%20')}/feed/")).status == 200


async def test_what_is_not_public_or_no_more_is_not_found(instance: RunningInstance) -> None:
    await instance.publish("Secret", source="Treasure.", state=PostState.DRAFT)
    await instance.publish("Gone", source="Treasure.")
    await instance.delete("gone")
    await instance.publish("Hidden", source="Treasure.")
    await instance.publish("Hidden", source="Treasure.", state=PostState.PRIVATE)
    await instance.publish("Changed", source="Treasure.")
    await instance.publish("Changed", source="Trash.")
    assert await found(instance, "treasure") == []
    assert "<article" not in (await instance.get("/search/treasure/")).text


async def test_titles_tags_and_scheduled_posts_are_found_when_they_are_there(instance: RunningInstance) -> None:
    await instance.publish("A quiet Harbour", source="Words.")
    later = instance.clock().replace(hour=20)
    await instance.publish("Lantern", source="Words.", date=later)
    assert await found(instance, "harbour") == ["A quiet Harbour"]
    assert await found(instance, "lantern") == []
    instance.clock.advance(hours=2)
    await instance.server.services.publisher.release_due()
    assert await found(instance, "lantern") == ["Lantern"]


async def test_wordpress_s_spellings_lead_to_it(instance: RunningInstance) -> None:
    await instance.publish("Beans", source="Beans.")
    for asked, leads in (
        ("/?s=beans", "/search/beans/"),
        ("/?s=green+beans&feed=rss2", "/search/green%20beans/feed/"),
        ("/search/beans", "/search/beans/"),
    ):
        answer = await instance.get(asked)
        assert (answer.status, answer.headers["Location"]) == (301, leads)


async def test_the_page_of_a_search_goes_on_and_is_for_no_search_engine(instance: RunningInstance) -> None:
    for number in range(13):
        await instance.publish(f"Bean {number}", source="Beans.")
    first, second = (await instance.get("/search/beans/")).text, (await instance.get("/search/beans/page/2/")).text
    assert 'content="noindex"' in first
    assert 'href="/search/beans/page/2/"' in first
    assert (first.count("<article"), second.count("<article")) == (10, 3)
    assert 'href="/search/beans/"' in second
    assert (await instance.get("/search/")).status == 200


async def test_who_asks_too_often_is_asked_to_wait(instance: RunningInstance) -> None:
    await instance.publish("Beans", source="Beans.")
    answers = [await instance.get(f"/search/beans{number}/") for number in range(25)]
    assert {answer.status for answer in answers} == {200, 429}
    assert answers[-1].headers["Retry-After"]
    assert "<h1" in answers[-1].text
    assert (await instance.get("/feed/")).status == 200


async def test_pages_are_found_by_people_and_stay_out_of_feeds(instance: RunningInstance) -> None:
    await instance.publish("Colophon", source="Typefaces.", kind=PostKind.PAGE)
    assert await found(instance, "typefaces") == []
    assert await instance.store.search.find("typefaces", kind=None, limit=5) != []
