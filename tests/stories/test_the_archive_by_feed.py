"""A reader who came late gets everything: page by page, volume by volume, or post by post from the first one on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from syndicate.feeds import FeedFormat
from syndicate.model.post import Post, PostState
from tests.feeds import lint
from tests.instances import Answer, RunningHouse

BASE = "https://blog.example"
XML = [FeedFormat.RSS, FeedFormat.ATOM]
LIVE = {FeedFormat.RSS: "/feed/", FeedFormat.ATOM: "/feed/atom/", FeedFormat.JSON: "/feed/json/"}
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}
FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def write(house: RunningHouse, count: int, *, start: int = 0) -> list[Post]:
    """So many posts, a day apart, the oldest first."""
    return [
        await house.publish(f"Post {number}", slug=f"post-{number}", date=FIRST + timedelta(days=number))
        for number in range(start, start + count)
    ]


def rel(body: bytes, name: str) -> str:
    """Where a link of the feed itself leads, or empty."""
    for link in etree.fromstring(body).iter("{http://www.w3.org/2005/Atom}link"):
        if link.get("rel") == name:
            return (link.get("href") or "").removeprefix(BASE)
    return ""


def ids(answer: Answer) -> list[str]:
    return [entry.id for entry in feedparser.parse(answer.body).entries]


async def walk(house: RunningHouse, path: str, name: str) -> list[Answer]:
    """The document at a path, and those that its links lead to one after the other."""
    found = []
    while path:
        answer = await house.get(path)
        assert answer.status == 200, path
        found.append(answer)
        path = rel(answer.body, name)
    return found


@pytest.mark.parametrize("format", XML)
async def test_the_pages_of_a_feed_reach_every_post_once(house: RunningHouse, format: FeedFormat) -> None:
    posts = await write(house, 45)
    pages = await walk(house, LIVE[format], "next")
    assert [id for page in pages for id in ids(page)] == [post.guid for post in reversed(posts)]
    assert [len(ids(page)) for page in pages] == [20, 20, 5]
    assert [rel(page.body, "previous") for page in pages] == [
        "",
        LIVE[format],
        f"{LIVE[format]}page/2/",
    ]
    assert {rel(page.body, "last") for page in pages} == {f"{LIVE[format]}page/3/"}


async def test_json_feeds_have_pages_too(house: RunningHouse) -> None:
    posts = await write(house, 25)
    first = (await house.get("/feed/json/")).json()
    second = (await house.get(first["next_url"])).json()
    assert [item["id"] for item in [*first["items"], *second["items"]]] == [post.guid for post in reversed(posts)]
    assert "next_url" not in second


async def test_a_page_beyond_the_last_is_none_and_wordpress_s_spelling_leads_on(house: RunningHouse) -> None:
    await write(house, 25)
    assert (await house.get("/feed/page/3/")).status == 404
    for spelling in ("/feed/?paged=2", "/?feed=rss2&paged=2", "/feed/rss2/page/2/", "/feed/page/2"):
        answer = await house.get(spelling)
        assert (answer.status, answer.headers["Location"]) == (301, "/feed/page/2/"), spelling
    assert (await house.get("/feed/page/1/")).headers["Location"] == "/feed/"


@pytest.mark.parametrize("format", XML)
async def test_volumes_lead_from_the_live_feed_to_the_first_post(house: RunningHouse, format: FeedFormat) -> None:
    posts = await write(house, 47)
    await house.settle()
    live, *volumes = await walk(house, LIVE[format], "prev-archive")
    assert [rel(live.body, "self"), *(rel(volume.body, "self") for volume in volumes)] == [
        LIVE[format],
        f"{LIVE[format]}archive/2/",
        f"{LIVE[format]}archive/1/",
    ]
    read = {id for document in (live, *volumes) for id in ids(document)}
    assert read == {post.guid for post in posts}
    for volume in volumes:
        assert etree.fromstring(volume.body).find(".//{http://purl.org/syndication/history/1.0}archive") is not None
        assert rel(volume.body, "current") == LIVE[format]
        assert len(ids(volume)) == 20


async def test_a_volume_stays_as_it_is_unless_one_of_its_posts_changes(house: RunningHouse) -> None:
    posts = await write(house, 20)
    await house.settle()
    first = await house.get("/feed/archive/1/")

    await write(house, 25, start=20)
    await house.publish("Long ago", date=FIRST - timedelta(days=400))
    await house.settle()
    house.clock.advance(minutes=1)
    await house.settle()
    again = await house.get("/feed/archive/1/")
    assert again.body == first.body
    assert {name: again.headers[name] for name in ("ETag", "Last-Modified")} == {
        name: first.headers[name] for name in ("ETag", "Last-Modified")
    }

    await house.publish("Post 3, anew", slug="post-3")
    edited = await house.get("/feed/archive/1/", If_None_Match=first.headers["ETag"])
    assert (edited.status, "Post 3, anew" in edited.text) == (200, True)
    assert sorted(ids(edited)) == sorted(post.guid for post in posts)

    await house.house.study.publisher.delete("post-4")
    after = await house.get("/feed/archive/1/")
    assert sorted(ids(after)) == sorted(post.guid for post in posts if post.slug != "post-4")


async def test_posts_that_come_with_old_dates_are_reached_too(house: RunningHouse) -> None:
    """An import of what was written long ago, into a blog that goes on."""
    posts = await write(house, 25, start=100)
    posts += await write(house, 7)
    house.clock.advance(seconds=10)
    await house.settle()
    documents = await walk(house, "/feed/", "prev-archive")
    assert {id for document in documents for id in ids(document)} == {post.guid for post in posts}


async def test_the_volume_after_the_newest_is_still_the_live_feed(house: RunningHouse) -> None:
    await write(house, 20)
    await house.settle()
    newest = await house.get("/feed/atom/archive/1/")
    coming = await house.get(rel(newest.body, "next-archive"))
    assert (coming.status, coming.headers["Location"]) == (307, "/feed/atom/")
    assert coming.headers["Cache-Control"] == "no-store"
    assert (await house.get("/feed/atom/archive/3/")).status == 404


async def test_a_post_that_is_hidden_for_a_while_comes_back_into_its_volume(house: RunningHouse) -> None:
    await write(house, 20)
    await house.settle()
    before = ids(await house.get("/feed/archive/1/"))
    await house.publish("Post 7", slug="post-7", state=PostState.DRAFT)
    assert len(ids(await house.get("/feed/archive/1/"))) == 19
    await house.publish("Post 7", slug="post-7")
    assert ids(await house.get("/feed/archive/1/")) == before


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize("path", ["page/2/", "archive/1/"])
async def test_pages_and_volumes_are_feeds_without_a_fault(house: RunningHouse, format: FeedFormat, path: str) -> None:
    await write(house, 25)
    await house.settle()
    address = LIVE[format] + path
    answer = await house.get(address)
    assert [*LINTS[format](answer.body, BASE + address, house.clock())] == []


# from the beginning

SERIES = "/feed/from/2026-11-20/every-2-days/"


def entries(answer: Answer) -> list[tuple[str, str]]:
    """(title, date), newest first."""
    return [
        (entry.title, "{}-{:02}-{:02}".format(*entry.published_parsed[:3]))
        for entry in feedparser.parse(answer.body).entries
    ]


async def test_the_archive_is_read_from_the_first_post_on(house: RunningHouse) -> None:
    await write(house, 3)
    assert entries(await house.get(SERIES)) == [("Post 1", "2026-11-22"), ("Post 0", "2026-11-20")]
    house.clock.advance(days=1)
    assert len(entries(await house.get(SERIES))) == 2
    house.clock.advance(days=1)
    assert entries(await house.get(SERIES))[0] == ("Post 2", "2026-11-24")
    house.clock.advance(days=100)
    assert len(entries(await house.get(SERIES))) == 3


async def test_a_series_that_has_not_begun_is_empty_and_valid(house: RunningHouse) -> None:
    await write(house, 3)
    path = "/feed/from/2027-01-01/every-1-days/"
    answer = await house.get(path)
    assert (answer.status, entries(answer)) == (200, [])
    assert [*lint.rss(answer.body, BASE + path, house.clock())] == []


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_series_is_a_feed_without_a_fault_in_every_format(house: RunningHouse, format: FeedFormat) -> None:
    await write(house, 30)
    path = "/feed/from/2026-10-01/every-1-days/" + {"rss": "", "atom": "atom/", "json": "json/"}[format.value]
    answer = await house.get(path)
    assert answer.status == 200
    assert [*LINTS[format](answer.body, BASE + path, house.clock())] == []


async def test_a_series_has_ids_of_its_own_and_each_showing_always_the_same(house: RunningHouse) -> None:
    await write(house, 5)
    live = set(ids(await house.get("/feed/")))
    first = ids(await house.get(SERIES))
    assert not live & set(first)
    house.clock.advance(days=2)
    assert ids(await house.get(SERIES))[1:] == first
    assert not set(ids(await house.get("/feed/from/2026-11-20/every-3-days/"))) & set(first)


async def test_a_series_is_the_same_to_the_byte_all_day_and_good_until_midnight(house: RunningHouse) -> None:
    await write(house, 5)
    first = await house.get(SERIES)
    house.clock.advance(hours=4, minutes=30)
    again = await house.get(SERIES, If_None_Match=first.headers["ETag"])
    assert again.status == 304
    assert "max-age=3600" in first.headers["Cache-Control"]


async def test_a_series_has_the_latest_twenty_showings(house: RunningHouse) -> None:
    await write(house, 45)
    shown = entries(await house.get("/feed/from/2026-10-24/every-1-days/"))
    assert [title for title, _ in shown] == [f"Post {number}" for number in range(29, 9, -1)]


@pytest.mark.parametrize(
    "path",
    [
        "/feed/from/2026-02-30/every-2-days/",
        "/feed/from/yesterday/every-2-days/",
        "/feed/from/2026-11-20/every-0-days/",
        "/feed/from/2026-11-20/every-367-days/",
        "/feed/from/2026-11-20/every-day/",
    ],
)
async def test_a_day_or_pace_that_is_none_leads_nowhere(house: RunningHouse, path: str) -> None:
    assert (await house.get(path)).status == 404


async def test_an_address_has_one_spelling(house: RunningHouse) -> None:
    answer = await house.get("/feed/from/20261120/every-02-days/")
    assert (answer.status, answer.headers["Location"]) == (301, SERIES)


async def test_the_subscribe_page_makes_the_address(house: RunningHouse) -> None:
    plain = (await house.get("/subscribe/")).text
    assert 'value="2026-11-22"' in plain
    assert "/feed/from/" not in plain
    page = (await house.get("/subscribe/?from=2026-12-01&every=7")).text
    for suffix in ("", "atom/", "json/"):
        assert f"{BASE}/feed/from/2026-12-01/every-7-days/{suffix}" in page
    for wrong in ("from=tomorrow&every=2", "from=2026-12-01&every=0", "from=2026-12-01", "every=x&from=2026-12-01"):
        answer = await house.get(f"/subscribe/?{wrong}")
        assert (answer.status, "Please choose a day" in answer.text) == (200, True)


async def test_what_is_not_public_is_in_no_series(house: RunningHouse) -> None:
    await write(house, 2)
    await house.publish("Secret", slug="secret", date=FIRST - timedelta(days=5), state=PostState.DRAFT)
    titles: list[Any] = [title for title, _ in entries(await house.get(SERIES))]
    assert titles == ["Post 1", "Post 0"]
