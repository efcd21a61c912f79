"""What a reader gets out of our feeds: feedparser stands for the readers."""

import json
from typing import Any

import feedparser
import pytest

from syndicate.feeds import FeedFormat, render
from tests.feeds.corpus import NASTY, feed, rich

xml = pytest.mark.parametrize("format", [FeedFormat.RSS, FeedFormat.ATOM])


def read(body: bytes) -> Any:
    parsed = feedparser.parse(body, sanitize_html=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@xml
def test_a_reader_sees_title_site_author_dates_text_and_enclosure(format: FeedFormat) -> None:
    parsed = read(render(rich(format), format).body)
    post = parsed.entries[0]

    assert parsed.feed.title == "Notes"
    assert parsed.feed.link == "https://blog.example/"
    assert post.id == "https://blog.example/posts/1"
    assert post.link == "https://blog.example/2026/11/21/rain/"
    assert post.author == "Ada Moss"
    assert post.published_parsed[:6] == (2026, 11, 21, 19, 0, 0)
    assert post.content[0].value == "<p>It <em>rained</em> all day.</p>"
    assert post.summary == "It rained all day."
    assert post.enclosures[0].href == "https://blog.example/media/rain.mp3"
    assert post.enclosures[0].length == "48000"
    assert post.enclosures[0].type == "audio/mpeg"
    assert "Weather & wind" in [tag.label or tag.term for tag in post.tags]


@xml
def test_a_reader_sees_titles_as_they_were_typed(format: FeedFormat) -> None:
    parsed = read(render(rich(format), format).body)

    assert parsed.entries[0].title == 'Rain & "sun" <b>'


@xml
@pytest.mark.parametrize("text", ["<p>]]&gt;</p>", "<p>a ]]> b</p>", "<p>1 &lt; 2 &amp;amp; 3</p>", "<p>😀 \u200d</p>"])
def test_content_arrives_as_it_was(format: FeedFormat, text: str) -> None:
    changed = (
        rich(format)
        .entries[0]
        .__class__(
            id="urn:1",
            url="https://blog.example/",
            html=text,
            published=NASTY["a note"].published,
            updated=NASTY["a note"].updated,
        )
    )

    assert read(render(feed(changed, format=format), format).body).entries[0].content[0].value == text


def test_a_note_has_no_title_in_rss_and_json_and_its_beginning_in_atom() -> None:
    note = feed(NASTY["a note"])

    assert "title" not in read(render(note, FeedFormat.RSS).body).entries[0]
    assert "title" not in json.loads(render(note, FeedFormat.JSON).body)["items"][0]
    assert read(render(note, FeedFormat.ATOM).body).entries[0].title == "It rained all day."
