"""A reader who came late gets everything: page by page, volume by volume, or post by post from the first one on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from syndicate.feeds import FeedFormat
from syndicate.model.post import Post, PostState
from tests.feeds import lint
from tests.instances import Answer, RunningInstance

BASE = "https://blog.example"
XML = [FeedFormat.RSS, FeedFormat.ATOM]
LIVE = {FeedFormat.RSS: "/feed/", FeedFormat.ATOM: "/feed/atom/", FeedFormat.JSON: "/feed/json/"}
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}
FIRST = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def write(instance: RunningInstance, count: int, *, start: int = 0) -> list[Post]:
    """So many posts, a day apart, the oldest first."""
    return [
        await instance.publish(f"Post {number}", slug=f"post-{number}", date=FIRST + timedelta(days=number))
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


async def walk(instance: RunningInstance, path: str, name: str) -> list[Answer]:
    """The document at a path, and those that its links lead to one after the other."""
    found = []
    while path:
        answer = await instance.get(path)
        assert answer.status == 200, path
        found.append(answer)
        path = rel(answer.body, name)
    return found


@pytest.mark.parametrize("format", XML)
async def test_the_pages_of_a_feed_reach_every_post_once(instance: RunningInstance, format: FeedFormat) -> None:
    posts = await write(instance, 45)
    pages = await walk(instance, LIVE[format], "next")
    assert [id for page in pages for id in ids(page)] == [post.guid for post in reversed(posts)]
    assert [len(ids(page)) for page in pages] == [20, 20, 5]
    assert [rel(page.body, "previous") for page in pages] == [
        "",
        LIVE[format],
        f"{LIVE[format]}page/2/",
    ]
    assert {rel(page.body, "last") for page in pages} == {f"{LIVE[format]}page/3/"}


async def test_json_feeds_have_pages_too(instance: RunningInstance) -> None:
    posts = await write(instance, 25)
    first = (await instance.get("/feed/json/")).json()
    second = (await instance.get(first["next_url"])).json()
    assert [item["id"] for item in [*first["items"], *second["items"]]] == [post.guid for post in reversed(posts)]
    assert "next_url" not in second


async def test_a_page_beyond_the_last_is_none_and_wordpress_s_spelling_leads_on(instance: RunningInstance) -> None:
    await write(instance, 25)
    assert (await instance.get("/feed/page/3/")).status == 404
    for spelling in ("/feed/?paged=2", "/?feed=rss2&paged=2", "/feed/rss2/page/2/", "/feed/page/2"):
        answer = await instance.get(spelling)
        assert (answer.status, answer.headers["Location"]) == (301, "/feed/page/2/"), spelling
    assert (await instance.get("/feed/page/1/")).headers["Location"] == "/feed/"


@pytest.mark.parametrize("format", XML)
async def test_volumes_lead_from_the_live_feed_to_the_first_post(instance: RunningInstance, format: FeedFormat) -> None:
    posts = await write(instance, 47)
    await instance.settle()
    live, *volumes = await walk(instance, LIVE[format], "prev-archive")
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


async def test_a_volume_stays_as_it_is_unless_one_of_its_posts_changes(instance: RunningInstance) -> None:
    posts = await write(instance, 20)
    await instance.settle()
    first = await instance.get("/feed/archive/1/")

    await write(instance, 25, start=20)
    await instance.publish("Long ago", date=FIRST - timedelta(days=400))
    await instance.settle()
    instance.clock.advance(minutes=1)
    await instance.settle()
    again = await instance.get("/feed/archive/1/")
    assert again.body == first.body
    assert {name: again.headers[name] for name in ("ETag", "Last-Modified")} == {
        name: first.headers[name] for name in ("ETag", "Last-Modified")
    }

    await instance.publish("Post 3, anew", slug="post-3")
    edited = await instance.get("/feed/archive/1/", If_None_Match=first.headers["ETag"])
    assert (edited.status, "Post 3, anew" in edited.text) == (200, True)
    assert sorted(ids(edited)) == sorted(post.guid for post in posts)

    await instance.delete("post-4")
    after = await instance.get("/feed/archive/1/")
    assert sorted(ids(after)) == sorted(post.guid for post in posts if post.slug != "post-4")


async def test_posts_that_come_with_old_dates_are_reached_too(instance: RunningInstance) -> None:
    """An import of what was written long ago, into a blog that goes on."""
    posts = await write(instance, 25, start=100)
    posts += await write(instance, 7)
    for is_settled in (False, True):
        if is_settled:
            await instance.settle()
        documents = await walk(instance, "/feed/", "prev-archive")
        assert {id for document in documents for id in ids(document)} == {post.guid for post in posts}


async def test_the_volume_after_the_newest_is_still_the_live_feed(instance: RunningInstance) -> None:
    await write(instance, 20)
    await instance.settle()
    newest = await instance.get("/feed/atom/archive/1/")
    coming = await instance.get(rel(newest.body, "next-archive"))
    assert (coming.status, coming.headers["Location"]) == (307, "/feed/atom/")
    assert coming.headers["Cache-Control"] == "no-store"
    assert (await instance.get("/feed/atom/archive/3/")).status == 404


async def test_a_post_that_is_hidden_for_a_while_comes_back_into_its_volume(instance: RunningInstance) -> None:
    await write(instance, 20)
    await instance.settle()
    before = ids(await instance.get("/feed/archive/1/"))
    await instance.publish("Post 7", slug="post-7", state=PostState.DRAFT)
    assert len(ids(await instance.get("/feed/archive/1/"))) == 19
    await instance.publish("Post 7", slug="post-7")
    assert ids(await instance.get("/feed/archive/1/")) == before


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize("path", ["page/2/", "archive/1/"])
async def test_pages_and_volumes_are_feeds_without_a_fault(
    instance: RunningInstance, format: FeedFormat, path: str
) -> None:
    await write(instance, 25)
    await instance.settle()
    address = LIVE[format] + path
    answer = await instance.get(address)
    assert [*LINTS[format](answer.body, BASE + address, instance.clock())] == []


# from the beginning

SERIES = "/feed/from/2026-11-20/every-2-days/"


def entries(answer: Answer) -> list[tuple[str, str]]:
    """(title, date), newest first."""
    return [
        (entry.title, "{}-{:02}-{:02}".format(*entry.published_parsed[:3]))
        for entry in feedparser.parse(answer.body).entries
    ]


async def test_the_archive_is_read_from_the_first_post_on(instance: RunningInstance) -> None:
    await write(instance, 3)
    assert entries(await instance.get(SERIES)) == [("Post 1", "2026-11-22"), ("Post 0", "2026-11-20")]
    instance.clock.advance(days=1)
    assert len(entries(await instance.get(SERIES))) == 2
    instance.clock.advance(days=1)
    assert entries(await instance.get(SERIES))[0] == ("Post 2", "2026-11-24")
    instance.clock.advance(days=100)
    assert len(entries(await instance.get(SERIES))) == 3


async def test_a_series_that_has_not_begun_is_empty_and_valid(instance: RunningInstance) -> None:
    await write(instance, 3)
    path = "/feed/from/2027-01-01/every-1-days/"
    answer = await instance.get(path)
    assert (answer.status, entries(answer)) == (200, [])
    assert [*lint.rss(answer.body, BASE + path, instance.clock())] == []


@pytest.mark.parametrize("format", FeedFormat)
async def test_a_series_is_a_feed_without_a_fault_in_every_format(
    instance: RunningInstance, format: FeedFormat
) -> None:
    await write(instance, 30)
    path = "/feed/from/2026-10-01/every-1-days/" + {"rss": "", "atom": "atom/", "json": "json/"}[format.value]
    answer = await instance.get(path)
    assert answer.status == 200
    assert [*LINTS[format](answer.body, BASE + path, instance.clock())] == []


async def test_a_series_has_ids_of_its_own_and_each_showing_always_the_same(instance: RunningInstance) -> None:
    await write(instance, 5)
    live = set(ids(await instance.get("/feed/")))
    first = ids(await instance.get(SERIES))
    assert not live & set(first)
    instance.clock.advance(days=2)
    assert ids(await instance.get(SERIES))[1:] == first
    assert not set(ids(await instance.get("/feed/from/2026-11-20/every-3-days/"))) & set(first)


async def test_a_series_is_the_same_to_the_byte_all_day_and_good_until_midnight(instance: RunningInstance) -> None:
    await write(instance, 5)
    first = await instance.get(SERIES)
    instance.clock.advance(hours=4, minutes=30)
    again = await instance.get(SERIES, If_None_Match=first.headers["ETag"])
    assert again.status == 304
    assert "max-age=3600" in first.headers["Cache-Control"]


async def test_a_series_has_the_latest_twenty_showings(instance: RunningInstance) -> None:
    await write(instance, 45)
    shown = entries(await instance.get("/feed/from/2026-10-24/every-1-days/"))
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
async def test_a_day_or_pace_that_is_none_leads_nowhere(instance: RunningInstance, path: str) -> None:
    assert (await instance.get(path)).status == 404


async def test_an_address_has_one_spelling(instance: RunningInstance) -> None:
    answer = await instance.get("/feed/from/20261120/every-02-days/")
    assert (answer.status, answer.headers["Location"]) == (301, SERIES)


async def test_the_subscribe_page_makes_the_address(instance: RunningInstance) -> None:
    plain = (await instance.get("/subscribe/")).text
    assert 'value="2026-11-22"' in plain
    assert "/feed/from/" not in plain
    page = (await instance.get("/subscribe/?from=2026-12-01&every=7")).text
    for suffix in ("", "atom/", "json/"):
        assert f"{BASE}/feed/from/2026-12-01/every-7-days/{suffix}" in page
    for wrong in ("from=tomorrow&every=2", "from=2026-12-01&every=0", "from=2026-12-01", "every=x&from=2026-12-01"):
        answer = await instance.get(f"/subscribe/?{wrong}")
        assert (answer.status, "Please choose a day" in answer.text) == (200, True)


async def test_what_is_not_public_is_in_no_series(instance: RunningInstance) -> None:
    await write(instance, 2)
    await instance.publish("Secret", slug="secret", date=FIRST - timedelta(days=5), state=PostState.DRAFT)
    titles: list[Any] = [title for title, _ in entries(await instance.get(SERIES))]
    assert titles == ["Post 1", "Post 0"]


# the union of live feed and archive


async def test_no_client_that_reads_each_archive_document_once_misses_a_post(instance: RunningInstance) -> None:
    """Posts come with old dates, one by one and by the dozen, while new ones go on."""
    read: dict[str, str] = {}
    known: set[str] = set()

    async def poll() -> None:
        path = "/feed/atom/"
        while path and path not in known:
            answer = await instance.get(path)
            assert answer.status == 200, path
            read.update({entry.id: entry.title for entry in reversed(feedparser.parse(answer.body).entries)})
            known.add(path) if "archive" in path else None
            path = rel(answer.body, "prev-archive")

    posts = await write(instance, 23, start=100)
    await poll()
    for number in range(25):
        old = FIRST - timedelta(days=number)
        posts.append(await instance.publish(f"Old {number}", slug=f"old-{number}", date=old))
        posts += await write(instance, 1, start=130 + number)
        if number % 4 == 0:
            await instance.settle()
        if number % 3 == 0:
            await poll()
            assert set(read) == {post.guid for post in posts}
    deleted = posts.pop(-2)
    await instance.delete(deleted.slug)
    posts.append(await instance.publish("Older still", date=FIRST - timedelta(days=500)))
    instance.clock.advance(minutes=1)
    posts[0] = await instance.publish("Post 100, anew", slug="post-100")
    await poll()
    assert set(read) == {post.guid for post in posts} | {deleted.guid}
    assert read[posts[0].guid] == "Post 100, anew"


async def test_an_edited_old_post_is_in_the_live_feed_and_on_one_page(instance: RunningInstance) -> None:
    posts = await write(instance, 45)
    await instance.settle()
    version = await instance.server.topics.version(f"{BASE}/feed/atom/")
    instance.clock.advance(minutes=1)
    await instance.publish("Post 2, anew", slug="post-2", minor=True)
    assert len(ids(await instance.get("/feed/atom/"))) == 20
    assert await instance.server.topics.version(f"{BASE}/feed/atom/") == version
    await instance.publish("Post 3, anew", slug="post-3")
    live = await instance.get("/feed/atom/")
    assert [*lint.atom(live.body, f"{BASE}/feed/atom/", instance.clock())] == []
    assert ids(live) == [post.guid for post in [*posts[:24:-1], posts[3]]]
    pages = await walk(instance, "/feed/atom/", "next")
    assert sorted(id for page in pages for id in ids(page)) == sorted(post.guid for post in posts)
    instance.clock.advance(days=60)
    await write(instance, 20, start=330)
    assert posts[3].guid not in ids(await instance.get("/feed/atom/"))


async def test_the_open_document_has_an_address_for_each_state(instance: RunningInstance) -> None:
    await write(instance, 20, start=100)
    await write(instance, 3)
    opened = rel((await instance.get("/feed/")).body, "prev-archive")
    assert (await instance.get("/feed/archive/1/")).headers["Location"] == opened
    assert [*lint.rss((await instance.get(opened)).body, BASE + opened, instance.clock())] == []
    await write(instance, 1, start=50)
    grown = rel((await instance.get("/feed/")).body, "prev-archive")
    assert grown != opened
    assert (await instance.get(opened)).headers["Location"] == "/feed/archive/1/"
    await instance.settle()
    assert (await instance.get(opened)).headers["Location"] == "/feed/archive/1/"
    assert (await instance.get("/feed/archive/1/")).status == 200


async def test_a_deletion_moves_the_date_of_its_archive_document(instance: RunningInstance) -> None:
    await write(instance, 45)
    await instance.settle()
    document = await instance.get("/feed/archive/1/")
    other = await instance.get("/feed/archive/2/")
    instance.clock.advance(minutes=5)
    await instance.delete("post-4")
    sent = {"If_Modified_Since": document.headers["Last-Modified"]}
    assert "Post 4" not in (await instance.get("/feed/archive/1/", **sent)).text
    assert (await instance.get("/feed/archive/1/", **sent)).status == 200
    assert (await instance.get("/feed/archive/2/", If_Modified_Since=other.headers["Last-Modified"])).status == 304
