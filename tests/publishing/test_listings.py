"""Which posts stand in a list: terms with all below them, authors, and days as the calendar has them."""

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.model.post import Term, TermKind
from syndicate.publishing.listings import author_slug, family_of
from tests.instances import RunningInstance


def category(slug: str, parent: str | None = None) -> Term:
    return Term(kind=TermKind.CATEGORY, slug=slug, name=slug.title(), parent=parent)


def test_a_category_has_all_below_it() -> None:
    plants, beans, runner = category("plants"), category("beans", "plants"), category("runner", "beans")
    assert family_of(plants, [runner, beans, plants, category("other")]) == ["plants", "beans", "runner"]


def test_categories_that_are_one_another_s_parents_end() -> None:
    a, b = category("a", "b"), category("b", "a")
    assert sorted(family_of(a, [a, b])) == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "slug"), [("Mara Lind", "mara-lind"), ("Bo Öst", "bo-öst"), ("茶", "茶"), ("!!!", "author")]
)
def test_an_author_has_a_slug(name: str, slug: str) -> None:
    assert author_slug(name) == slug


async def test_a_category_lists_the_posts_of_its_children(instance: RunningInstance) -> None:
    plants, beans = category("plants"), category("beans", "plants")
    await instance.publish("Plants", terms=(plants,))
    await instance.publish("Beans", terms=(beans,))
    await instance.publish("Both", terms=(plants, beans))
    text = (await instance.get("/category/plants/")).text
    assert all(title in text for title in ("Plants", "Beans", "Both"))
    below = (await instance.get("/category/beans/feed/")).text
    assert "<title>Beans</title>" in below
    assert "<title>Plants</title>" not in below


async def test_every_page_of_a_list_is_there_and_none_beyond(instance: RunningInstance) -> None:
    tag = Term(kind=TermKind.TAG, slug="tea", name="Tea")
    for number in range(21):
        await instance.publish(f"Post {number}", terms=(tag,))
        instance.clock.advance(minutes=1)
    for base in ("/", "/tag/tea/", "/2026/", "/2026/11/", "/2026/11/22/", "/author/mara-lind/"):
        found = []
        for page in (1, 2, 3):
            answer = await instance.get(base if page == 1 else f"{base}page/{page}/")
            assert answer.status == 200, (base, page)
            found += [number for number in range(21) if f"/2026/11/22/post-{number}/" in answer.text]
        assert sorted(found) == list(range(21)), base
        assert (await instance.get(f"{base}page/4/")).status == 404
        assert (await instance.get(f"{base}page/1/")).headers["Location"] == base
        assert (await instance.get(f"{base}page/2")).headers["Location"] == f"{base}page/2/"


@pytest.mark.parametrize("path", ["/2026/13/", "/2026/02/30/", "/0000/", "/2025/", "/2026/10/", "/9999/12/31/"])
async def test_a_period_without_posts_is_no_page(instance: RunningInstance, path: str) -> None:
    await instance.publish("Hello")
    assert (await instance.get(path)).status == 404
    assert (await instance.get(f"{path}feed/")).status == 404


async def test_a_day_begins_and_ends_at_midnight(instance: RunningInstance) -> None:
    midnight = datetime(2026, 3, 29, tzinfo=UTC)
    for name, date in (("before", -1), ("first", 0), ("last", 86_399), ("after", 86_400)):
        await instance.publish(name, date=midnight + timedelta(seconds=date))
    text = (await instance.get("/2026/03/29/")).text
    assert [name for name in ("before", "first", "last", "after") if f"/{name}/" in text] == ["first", "last"]
