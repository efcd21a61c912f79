"""A reader who says which version of a feed it has gets what is new and nothing else (RFC 3229, `A-IM: feed`)."""

import feedparser
import pytest

from syndicate.feeds import FeedFormat
from tests.feeds import lint
from tests.instances import Answer, RunningHouse
from tests.peer import Peer

BASE = "https://blog.example"
PATHS = {FeedFormat.RSS: "/feed/", FeedFormat.ATOM: "/feed/atom/", FeedFormat.JSON: "/feed/json/"}
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}


def titles(answer: Answer) -> list[str]:
    if answer.headers["Content-Type"].startswith("application/feed+json"):
        return [item["title"] for item in answer.json()["items"]]
    return [entry.title for entry in feedparser.parse(answer.body).entries]


@pytest.mark.parametrize("format", FeedFormat)
async def test_new_and_changed_posts_come_alone(house: RunningHouse, format: FeedFormat) -> None:
    for title in ("One", "Two", "Three"):
        await house.publish(title)
        house.clock.advance(minutes=1)
    path = PATHS[format]
    before = await house.get(path, accept="*/*")
    await house.publish("Four")
    house.clock.advance(minutes=1)
    await house.publish("Two, anew", slug="two")

    delta = await house.get(path, accept="*/*", If_None_Match=before.headers["ETag"], A_IM="feed")
    assert (delta.status, delta.headers["IM"]) == (226, "feed")
    assert sorted(titles(delta)) == ["Four", "Two, anew"]
    assert delta.headers["Cache-Control"] == "no-store"
    assert delta.headers["Content-Type"] == before.headers["Content-Type"]
    assert [*LINTS[format](delta.body, BASE + path, house.clock())] == []

    whole = await house.get(path, accept="*/*")
    assert (whole.status, len(titles(whole))) == (200, 4)
    assert delta.headers["ETag"] == whole.headers["ETag"]
    again = await house.get(path, accept="*/*", If_None_Match=delta.headers["ETag"], A_IM="feed")
    assert (again.status, again.body) == (304, b"")


async def test_who_has_a_version_that_we_do_not_know_gets_the_whole(house: RunningHouse) -> None:
    await house.publish("One")
    await house.get("/feed/")
    for tag in ('"never-was"', 'W/"0123456789abcdef0123456789abcdef"', "*broken"):
        answer = await house.get("/feed/", If_None_Match=tag, A_IM="feed")
        assert (answer.status, titles(answer)) == (200, ["One"])


async def test_who_does_not_ask_for_it_is_given_no_delta(house: RunningHouse) -> None:
    await house.publish("One")
    before = await house.get("/feed/")
    await house.publish("Two")
    for manipulation in ("", "vcdiff, diffe", "feeds"):
        answer = await house.get("/feed/", If_None_Match=before.headers["ETag"], A_IM=manipulation)
        assert (answer.status, len(titles(answer))) == (200, 2)


async def test_the_tag_may_have_come_through_a_proxy(house: RunningHouse) -> None:
    await house.publish("One")
    before = await house.get("/feed/")
    await house.publish("Two")
    tag = before.headers["ETag"].removeprefix("W/").rstrip('"') + '-gzip"'
    answer = await house.get("/feed/", If_None_Match=tag, A_IM="feed, gzip")
    assert (answer.status, titles(answer)) == (226, ["Two"])


async def test_comments_come_alone_too(open_house: RunningHouse, ann: Peer) -> None:
    post = await open_house.publish("Hello")
    await ann.reply(post.uri, "<p>First.</p>")
    await open_house.settle()
    path = f"{post.path}feed/"
    before = await open_house.get(path)
    open_house.clock.advance(minutes=1)
    await ann.reply(post.uri, "<p>Second.</p>")
    await open_house.settle()
    await open_house.publish("Another")  # a change that is no talk: the feed is made anew at once
    answer = await open_house.get(path, If_None_Match=before.headers["ETag"], A_IM="feed")
    assert answer.status == 226
    assert [entry.summary for entry in feedparser.parse(answer.body).entries] == ["Second."]
