"""What feed readers show of a post: its picture once, its words, its language, its categories and its links."""

from pathlib import Path
from typing import Any

import feedparser
import pytest

from syndicate.content.frontmatter import terms
from syndicate.feeds import FeedFormat
from syndicate.model.post import TermKind
from tests.feeds import lint
from tests.instances import RunningInstance
from tests.pictures import encoded

BASE = "https://blog.example"
PATHS = {FeedFormat.RSS: "/feed/", FeedFormat.ATOM: "/feed/atom/", FeedFormat.JSON: "/feed/json/"}
LINTS = {FeedFormat.RSS: lint.rss, FeedFormat.ATOM: lint.atom, FeedFormat.JSON: lint.json_feed}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "hen.png").write_bytes(encoded("PNG"))
    return str(tmp_path)


async def shown(instance: RunningInstance) -> dict[FeedFormat, tuple[str, str, str]]:
    """(title, summary, HTML) of the newest post in each format; no feed has a fault."""
    found: dict[FeedFormat, tuple[str, str, str]] = {}
    for format, path in PATHS.items():
        answer = await instance.get(path)
        assert [*LINTS[format](answer.body, BASE + path, instance.clock())] == []
        if format is FeedFormat.JSON:
            item: Any = answer.json()["items"][0]
            found[format] = (item.get("title", ""), item["summary"], item["content_html"])
        else:
            entry = feedparser.parse(answer.body, sanitize_html=False).entries[0]
            found[format] = (entry.get("title", ""), entry.summary, entry.content[0].value)
    return found


async def test_the_picture_of_a_post_is_at_the_top_of_its_text_once(instance: RunningInstance, folder: str) -> None:
    await instance.publish("Hens", image="hen.png", image_alt="A hen", local_files=folder)
    for _, _, html in (await shown(instance)).values():
        assert html.count("<img") == 1
        assert html.startswith("<p><img ")
        assert 'alt="A hen"' in html
    rss = (await instance.get("/feed/")).text
    assert "<media:thumbnail" in rss
    assert "<media:content" not in rss
    instance.clock.advance(minutes=1)
    source = "Look:\n\n![There](hen.png)"
    await instance.publish("Hens", slug="hens-2", source=source, image="hen.png", local_files=folder)
    for _, _, html in (await shown(instance)).values():
        assert (html.count("<img"), html.startswith("<p>Look:")) == (1, True)


@pytest.mark.parametrize("is_cover", [False, True])
async def test_a_note_that_is_only_a_picture_has_its_words(
    instance: RunningInstance, folder: str, is_cover: bool
) -> None:
    fields = {"source": "", "image": "hen.png", "image_alt": "A hen"} if is_cover else {"source": "![A hen](hen.png)"}
    post = await instance.publish("", slug="hen", local_files=folder, **fields)
    assert (post.excerpt, post.heading) == ("A hen", "A hen")
    found = await shown(instance)
    assert {summary for _, summary, _ in found.values()} == {"A hen"}
    assert [title for title, _, _ in found.values()] == ["A hen", "A hen", ""]
    instance.clock.advance(minutes=1)
    await instance.publish("Next")
    assert "A hen" in (await instance.get("/2026/11/22/next/")).text
    edited = await instance.publish("", slug="hen", source="Words.", local_files=folder)
    assert edited.excerpt == "Words."


async def test_text_says_its_language_and_direction_where_it_is_not_that_of_the_blog(
    instance: RunningInstance,
) -> None:
    await instance.publish("مرحبا", slug="salam", source="نص", language="ar")
    assert all('dir="rtl"' in html and 'lang="ar"' in html for _, _, html in (await shown(instance)).values())
    instance.clock.advance(minutes=1)
    await instance.publish("Hello")
    assert {html.strip() for _, _, html in (await shown(instance)).values()} == {"<p>A few words.</p>"}


async def test_categories_whose_names_differ_are_two(instance: RunningInstance) -> None:
    first = await instance.publish("One", terms=terms(TermKind.TAG, (".NET", "Rain")))
    instance.clock.advance(minutes=1)
    second = await instance.publish("Two", terms=terms(TermKind.TAG, ("net", ".net", "rain")))
    assert [(term.slug, term.name) for term in first.terms] == [("net", ".NET"), ("rain", "Rain")]
    both = await instance.store.posts.find_by_slug("two")
    assert both is not None
    assert [(term.slug, term.name) for term in both.terms] == [("net-2", "net"), ("net", ".NET"), ("rain", "Rain")]
    assert second.guid == both.guid
    atom = feedparser.parse((await instance.get("/feed/atom/")).body)
    assert [tag.term for tag in atom.entries[0].tags] == ["net", ".NET", "Rain"]
    assert len(feedparser.parse((await instance.get("/tag/net/feed/")).body).entries) == 2
    assert len(feedparser.parse((await instance.get("/tag/net-2/feed/")).body).entries) == 1


async def test_addresses_are_links_and_columns_keep_their_alignment(instance: RunningInstance) -> None:
    await instance.publish("Table", source="See https://a.example/x.\n\n| A | B |\n|---|--:|\n| 1 | 2 |\n")
    for _, _, html in (await shown(instance)).values():
        assert '<a href="https://a.example/x">https://a.example/x</a>.' in html
        assert html.count('align="right"') == 2
    page = (await instance.get("/2026/11/22/table/")).text
    assert '<a href="https://a.example/x">https://a.example/x</a>.' in page
    assert "align=" not in page
