"""A reader who says which version of a feed it has gets what is new and nothing else (RFC 3229, `A-IM: feed`)."""

import gzip
import random

import feedparser
import pytest

from syndicate.feeds import FeedFormat
from tests.feeds import lint
from tests.instances import Answer, RunningInstance
from tests.peer import Peer

BASE = "https://blog.example"
PATHS = {FeedFormat.RSS: "/feed/", FeedFormat.ATOM: "/feed/atom/", FeedFormat.JSON: "/feed/json/"}
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}


def titles(answer: Answer) -> list[str]:
    if answer.headers["Content-Type"].startswith("application/feed+json"):
        return [item["title"] for item in answer.json()["items"]]
    return [entry.title for entry in feedparser.parse(answer.body).entries]


@pytest.mark.parametrize("format", FeedFormat)
async def test_new_and_changed_posts_come_alone(instance: RunningInstance, format: FeedFormat) -> None:
    for title in ("One", "Two", "Three"):
        await instance.publish(title)
        instance.clock.advance(minutes=1)
    path = PATHS[format]
    before = await instance.get(path, accept="*/*")
    await instance.publish("Four")
    instance.clock.advance(minutes=1)
    await instance.publish("Two, anew", slug="two")

    delta = await instance.get(path, accept="*/*", If_None_Match=before.headers["ETag"], A_IM="feed")
    assert (delta.status, delta.headers["IM"]) == (226, "feed")
    assert sorted(titles(delta)) == ["Four", "Two, anew"]
    assert delta.headers["Cache-Control"] == "no-store"
    assert delta.headers["Content-Type"] == before.headers["Content-Type"]
    assert [*LINTS[format](delta.body, BASE + path, instance.clock())] == []

    whole = await instance.get(path, accept="*/*")
    assert (whole.status, len(titles(whole))) == (200, 4)
    assert delta.headers["ETag"] == whole.headers["ETag"]
    again = await instance.get(path, accept="*/*", If_None_Match=delta.headers["ETag"], A_IM="feed")
    assert (again.status, again.body) == (304, b"")


async def test_who_has_a_version_that_we_do_not_know_gets_the_whole(instance: RunningInstance) -> None:
    await instance.publish("One")
    await instance.get("/feed/")
    for tag in ('"never-was"', 'W/"0123456789abcdef0123456789abcdef"', "*broken"):
        answer = await instance.get("/feed/", If_None_Match=tag, A_IM="feed")
        assert (answer.status, titles(answer)) == (200, ["One"])


async def test_who_does_not_ask_for_it_is_given_no_delta(instance: RunningInstance) -> None:
    await instance.publish("One")
    before = await instance.get("/feed/")
    await instance.publish("Two")
    for manipulation in ("", "vcdiff, diffe", "feeds"):
        answer = await instance.get("/feed/", If_None_Match=before.headers["ETag"], A_IM=manipulation)
        assert (answer.status, len(titles(answer))) == (200, 2)


async def test_the_tag_may_have_come_through_a_proxy(instance: RunningInstance) -> None:
    await instance.publish("One")
    before = await instance.get("/feed/")
    await instance.publish("Two")
    tag = before.headers["ETag"].removeprefix("W/").rstrip('"') + '-gzip"'
    answer = await instance.get("/feed/", If_None_Match=tag, A_IM="feed, gzip")
    assert (answer.status, titles(answer)) == (226, ["Two"])


async def test_comments_come_alone_too(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Hello")
    await ann.reply(post.uri, "<p>First.</p>")
    await open_instance.settle()
    path = f"{post.path}feed/"
    before = await open_instance.get(path)
    open_instance.clock.advance(minutes=1)
    await ann.reply(post.uri, "<p>Second.</p>")
    await open_instance.settle()
    await open_instance.publish("Another")  # a change that is no talk: the feed is made anew at once
    answer = await open_instance.get(path, If_None_Match=before.headers["ETag"], A_IM="feed")
    assert answer.status == 226
    assert [entry.summary for entry in feedparser.parse(answer.body).entries] == ["Second."]


async def test_new_entries_are_compressed_and_never_more_than_the_whole(instance: RunningInstance) -> None:
    """Readers of the new entries alone must not get more bytes than those of the compressed whole."""
    chance = random.Random(1)
    long = " ".join(str(chance.random()) for _ in range(2_000))
    await instance.publish("Short", source="Word. " * 400)
    before = await instance.get("/feed/")
    instance.clock.advance(minutes=1)
    await instance.publish("Long", source=long)
    sent = {"If_None_Match": before.headers["ETag"], "A_IM": "feed"}
    packed = await instance.get("/feed/", Accept_Encoding="gzip", **sent)
    plain = await instance.get("/feed/", Accept_Encoding="identity", **sent)
    assert (packed.status, packed.headers["Content-Encoding"]) == (226, "gzip")
    assert (plain.status, plain.body, titles(plain)) == (226, gzip.decompress(packed.body), ["Long"])
    assert "Content-Encoding" not in plain.headers

    await instance.publish("Short, anew", slug="short", source="Word. " * 400)
    await instance.publish("Long, anew", slug="long", source=long)
    whole = await instance.get("/feed/", Accept_Encoding="gzip", **sent)
    assert whole.status == 200
    assert gzip.decompress(whole.body) == (await instance.get("/feed/")).body
