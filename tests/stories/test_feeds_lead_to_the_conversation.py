"""What a feed says besides the posts: where they are talked about, what can be listened to, and where the blogroll is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from syndicate.feeds import FeedFormat
from syndicate.model.post import Enclosure, Visibility
from tests.clocks import FakeClock
from tests.feeds import lint
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire

BASE = "https://blog.example"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "source": "http://source.scripting.com/",
}
EPISODE = Enclosure(url="https://files.example/1.mp3", media_type="audio/mpeg", length=1234, duration=1870)


async def test_atom_and_json_name_the_collection_of_replies(instance: RunningInstance) -> None:
    post = await instance.publish("Hello")
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    links = atom.findall("a:entry/a:link[@rel='replies']", NAMES)
    assert [(link.get("type"), link.get("href")) for link in links] == [
        ("text/html", f"{BASE}{post.path}#comments"),
        ("application/atom+xml", f"{BASE}{post.path}feed/atom/"),
        ("application/activity+json", f"{post.uri}/replies"),
    ]
    feed = (await instance.get("/feed/json/")).json()
    assert feed["_activitypub"] == {"account": "@notes@blog.example", "actor": f"{BASE}/actor"}
    [item] = feed["items"]
    said = item["_activitypub"]
    assert (said["id"], said["replies"]) == (post.uri, f"{post.uri}/replies")
    assert (await instance.document(said["replies"]))["type"] == "Collection"
    assert (await instance.get(said["reply_url"])).status == 200


async def test_what_is_not_in_the_fediverse_names_nothing_there(instance: RunningInstance) -> None:
    await instance.publish("Local", visibility=Visibility.LOCAL)
    await instance.publish("Closed", comments_open=False)
    local, closed = sorted(
        (await instance.get("/feed/json/")).json()["items"], key=lambda item: item["title"] == "Closed"
    )
    assert "_activitypub" not in local
    assert "reply_url" not in closed["_activitypub"]


@pytest.fixture
async def podcast(
    tmp_path: Path, database_address: str, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey]
) -> AsyncIterator[RunningInstance]:
    feeds: dict[str, Any] = {
        "podcast_category": "Arts",
        "podcast_image": f"{BASE}/cover.jpg",
        "podcast_explicit": True,
        "source_blogroll": True,
        "content": "excerpt",
    }
    async with running_instance(tmp_path / "blog", database_address, wire, clock, rsa_keys[0], feeds=feeds) as instance:
        yield instance


async def test_an_episode_has_what_apps_for_podcasts_show_and_where_it_is_talked_about(
    podcast: RunningInstance,
) -> None:
    post = await podcast.publish("Episode 1", enclosure=EPISODE)
    channel = etree.fromstring((await podcast.get("/feed/")).body)[0]
    assert channel.findtext("itunes:explicit", namespaces=NAMES) == "true"
    category, image = channel.find("itunes:category", NAMES), channel.find("itunes:image", NAMES)
    assert category is not None
    assert image is not None
    assert (category.get("text"), image.get("href")) == ("Arts", f"{BASE}/cover.jpg")
    item = channel.find("item")
    assert item is not None
    assert item.findtext("itunes:title", namespaces=NAMES) == "Episode 1"
    assert item.findtext("itunes:author", namespaces=NAMES) == "Mara Lind"
    assert item.findtext("itunes:duration", namespaces=NAMES) == "1870"
    talked = item.find("podcast:socialInteract", NAMES)
    assert talked is not None
    assert {name: talked.get(name) for name in talked.keys()} == {  # noqa: SIM118 - an element, no mapping
        "protocol": "activitypub",
        "uri": post.uri,
        "accountId": "@notes@blog.example",
        "accountUrl": f"{BASE}/",
    }
    [attachment] = (await podcast.get("/feed/json/")).json()["items"][0]["attachments"]
    assert attachment["duration_in_seconds"] == 1870


async def test_a_blog_without_episodes_says_nothing_of_podcasts(instance: RunningInstance) -> None:
    await instance.publish(
        "Hello", enclosure=Enclosure(url="https://files.example/1.pdf", media_type="application/pdf")
    )
    body = (await instance.get("/feed/")).body
    assert b"itunes" not in body
    assert b"podcast" not in body
    assert b"source:" not in body


async def test_the_blogroll_is_named_where_its_author_wants_that(podcast: RunningInstance) -> None:
    channel = etree.fromstring((await podcast.get("/feed/")).body)[0]
    assert channel.findtext("source:blogroll", namespaces=NAMES) == f"{BASE}/blogroll.opml"
    findings = {*lint.rss((await podcast.get("/feed/")).body, f"{BASE}/feed/", podcast.clock())}
    assert findings == {"namespace http://source.scripting.com/"}  # what the validator warns of, and nothing else


@pytest.mark.parametrize("format", FeedFormat)
async def test_feeds_hold_the_beginning_where_their_author_wants_that(
    podcast: RunningInstance, format: FeedFormat
) -> None:
    source = " ".join(f"word{number}" for number in range(200))
    post = await podcast.publish("Long", source=source, summary="In short & <b>plain</b>.")
    path = {"rss": "/feed/", "atom": "/feed/atom/", "json": "/feed/json/"}[format.value]
    text = (await podcast.get(path)).text
    assert "word150" not in text
    assert "In short" in text
    assert f"{BASE}{post.path}" in text
