"""What stands behind a content warning is folded wherever the whole text is, and absent wherever only a line is."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from syndicate.model.post import Post
from tests.instances import RunningInstance
from tests.peer import Peer
from tests.pictures import PNG

HIDDEN = "eight hairy legs"
WARNING = "Spiders & <b>more</b>"
FEEDS = ("feed/", "feed/atom/", "feed/json/")
WARNED = [
    pytest.param({"sensitive": True, "warning": WARNING}, WARNING, id="warning"),
    pytest.param({"sensitive": True}, "Sensitive content", id="sensitive"),
    pytest.param({"warning": WARNING}, WARNING, id="only words"),
]


async def warned_post(instance: RunningInstance, folder: Path, title: str, **fields: Any) -> Post:
    """Between two others."""
    (folder / "legs.png").write_bytes(PNG)
    fields = {"image": "legs.png", "image_alt": f"A picture of {HIDDEN}", "local_files": str(folder), **fields}
    instance.clock.advance(minutes=1)
    await instance.publish("Before")
    instance.clock.advance(minutes=1)
    post = await instance.publish(title, source=f"It has {HIDDEN}.", slug="legs", summary=f"On {HIDDEN}", **fields)
    instance.clock.advance(minutes=1)
    await instance.publish("After")
    return post


def unfolded(page: str) -> str:
    """A page without what is folded."""
    tree: Any = html.fromstring(page)
    for folded in tree.xpath("//details/*[not(self::summary)]"):
        folded.getparent().remove(folded)
    text: str = etree.tostring(tree, encoding="unicode")
    return unescape(text)


def unfolded_feed(feed: str) -> str:
    return re.sub(r"</summary>.*?</details>", "", unescape(unescape(feed)), flags=re.DOTALL)


@pytest.mark.parametrize(("fields", "warning"), WARNED)
@pytest.mark.parametrize("title", ["Legs", ""], ids=["titled", "untitled"])
async def test_no_page_shows_what_is_behind_a_warning(
    instance: RunningInstance, tmp_path: Path, title: str, fields: dict[str, Any], warning: str
) -> None:
    post = await warned_post(instance, tmp_path, title, **fields)
    neighbours = [(await instance.store.posts.find_by_slug(slug)) for slug in ("before", "after")]
    paths = ["/", "/2026/", "/2026/11/", "/search/hairy/", post.path]
    for path in [*paths, *(neighbour.path for neighbour in neighbours if neighbour)]:
        page = (await instance.get(path)).text
        shown = unfolded(page)
        assert (path, HIDDEN in shown) == (path, False)
        assert "/media/" not in shown
        assert warning in shown or title in shown
    page = unfolded((await instance.get(post.path)).text)
    assert f'property="og:description" content="{warning}"'.replace('"', "") in page.replace('"', "")
    assert f"<title>{title or warning}" in page
    assert HIDDEN in (await instance.get(post.path)).text


@pytest.mark.parametrize(("fields", "warning"), WARNED)
@pytest.mark.parametrize("title", ["Legs", ""], ids=["titled", "untitled"])
@pytest.mark.parametrize("feed", FEEDS)
async def test_no_feed_shows_what_is_behind_a_warning(
    instance: RunningInstance, tmp_path: Path, feed: str, title: str, fields: dict[str, Any], warning: str
) -> None:
    post = await warned_post(instance, tmp_path, title, **fields)
    for path in (f"/{feed}", f"{post.path}{feed}", f"/comments/{feed}"):
        whole = (await instance.get(path, accept="*/*")).text
        shown = unfolded_feed(whole)
        assert (path, HIDDEN in shown) == (path, False)
        assert "/media/" not in shown
    whole = unescape((await instance.get(f"/{feed}", accept="*/*")).text)
    assert HIDDEN in whole
    assert warning in unescape(whole)


async def test_a_json_feed_tells_the_warning_alone_as_summary(instance: RunningInstance, tmp_path: Path) -> None:
    await warned_post(instance, tmp_path, "Legs", sensitive=True, warning=WARNING)
    item = (await instance.get("/feed/json/")).json()["items"][1]
    assert item["summary"] == WARNING
    assert "image" not in item
    assert item["content_html"].startswith('<details class="warning"><summary>Spiders &amp; &lt;b&gt;more&lt;/b&gt;')


async def test_a_comment_is_folded_behind_its_warning(open_instance: RunningInstance, ann: Peer) -> None:
    post = await open_instance.publish("Tea")
    await ann.reply(
        post.uri, f"<p>It has {HIDDEN}.</p></details><p>And {HIDDEN}</p>", summary="Spiders", sensitive=True
    )
    await open_instance.settle()
    page = (await open_instance.get(post.path)).text
    assert HIDDEN in page
    assert HIDDEN not in unfolded(page)
    assert "<summary>Spiders</summary>" in unfolded(page)
    for feed in FEEDS:
        for path in (f"/comments/{feed}", f"{post.path}{feed}"):
            text = (await open_instance.get(path, accept="*/*")).text
            assert HIDDEN in text
            assert HIDDEN not in unfolded_feed(text)
    [item] = (await open_instance.get("/comments/feed/json/")).json()["items"]
    assert item["summary"] == "Spiders"
