"""What JSON Feed has that the others have not."""

import json
from typing import Any

from syndicate.feeds import Feed, FeedFormat, render
from tests.feeds.corpus import entry, feed, rich


def feed_of(source: Feed) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(source, FeedFormat.JSON).body)
    return read


def test_a_feed_names_itself_its_home_its_hubs_and_what_comes_next() -> None:
    read = feed_of(rich(FeedFormat.JSON))

    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert read["feed_url"] == "https://blog.example/feed/json/"
    assert read["home_page_url"] == "https://blog.example/"
    assert read["next_url"] == "https://blog.example/feed/json/?paged=2"
    assert read["hubs"][0] == {"type": "WebSub", "url": "https://blog.example/hub"}
    assert read["icon"] == "https://blog.example/logo.png"
    assert read["favicon"] == "https://blog.example/icon.png"
    assert read["authors"] == [{"name": "Ada Moss", "url": "https://blog.example/about/"}]


def test_an_item_has_everything_that_the_entry_has() -> None:
    item = feed_of(rich(FeedFormat.JSON))["items"][0]

    assert item["title"] == 'Rain & "sun" <b>'
    assert item["content_html"] == "<p>It <em>rained</em> all day.</p>"
    assert item["summary"] == "It rained all day."
    assert item["date_published"] == "2026-11-21T19:00:00Z"
    assert item["date_modified"] == "2026-11-22T17:00:00Z"
    assert item["tags"] == ["Weather & wind", "Home"]
    assert item["language"] == "de"
    assert item["image"] == "https://blog.example/media/rain.jpg"
    assert item["attachments"][1] == {
        "url": "https://blog.example/media/rain.pdf",
        "mime_type": "application/pdf",
        "size_in_bytes": 1_200,
    }


def test_an_empty_feed_still_has_items() -> None:
    assert feed_of(feed(format=FeedFormat.JSON))["items"] == []


def test_an_archive_is_followed_where_there_are_no_pages() -> None:
    read = feed_of(feed(entry(), prev_archive="https://blog.example/feed/json/?archive=1"))

    assert read["next_url"] == "https://blog.example/feed/json/?archive=1"
