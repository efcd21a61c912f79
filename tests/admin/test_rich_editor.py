"""What the server does for the rich editor: the cut of a text, and parts of it as readers see them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from syndicate.model.post import SourceFormat
from syndicate.web.admin.pages.posts import EditPage
from syndicate.web.admin.text_blocks import block_lengths
from syndicate.web.site import bundle
from tests.admin.browser import Browser
from tests.admin.test_pages import FRAME, SAMPLES
from tests.settings import pages_of

SOURCE = "<p>One 😀.</p>\r\n\r\n<table><tr><td>2</table>\n<p>Three.</p>"


async def test_an_html_text_comes_with_the_lengths_of_its_blocks(author: Browser) -> None:
    post = await author.instance.publish("Imported", SOURCE, source_format=SourceFormat.HTML)
    await author.get(f"/admin/posts/{post.id}/")
    assert author.control("Text").get("data-blocks") == "16,25,13"
    answer = await author.post(f"/admin/posts/{post.id}/blocks", {"csrf": author.csrf, "text": SOURCE})
    assert answer.json() == {"lengths": [16, 25, 13]}


def test_lengths_are_counted_as_browsers_count() -> None:
    for text in ("", "a", "😀<p>😀</p>", "\ud800<hr>"):
        assert sum(block_lengths(text)) == len(text.encode("utf-16-le", "surrogatepass")) // 2


async def test_parts_are_shown_sanitized_and_with_our_addresses(author: Browser) -> None:
    blog = author.instance
    post = await blog.publish("Imported", SOURCE, source_format=SourceFormat.HTML)
    await author.get(f"/admin/posts/{post.id}/")
    csrf = author.csrf
    parts = ["<table><tr><td onclick='x()'>2<script>alert(1)</script></table>", '<video src="/v.mp4"></video>']
    for id in (post.id, "new"):
        answer = await author.post(f"/admin/posts/{id}/shown", {"csrf": csrf, "parts": json.dumps(parts)})
        table, video = answer.json()["parts"]
        assert "<td>2</td>" in table
        assert "onclick" not in table + video
        assert "alert" not in table
        assert f'src="{blog.config.site.url}/v.mp4"' in video
    assert await blog.store.posts.find(post.id) == post


@pytest.mark.parametrize("parts", ["", "{}", "[1]", json.dumps(["<hr>"] * 101)])
async def test_parts_that_cannot_be_shown_are_refused(author: Browser, parts: str) -> None:
    await author.get("/admin/posts/new")
    assert (await author.post("/admin/posts/new/shown", {"csrf": author.csrf, "parts": parts})).status == 422


async def test_a_new_post_is_written_as_the_one_before_and_else_with_the_rich_editor(
    author: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def format_of_new() -> str:
        await author.get("/admin/posts/new")
        return str(author.page.get_element_by_id("post").get("data-format"))

    assert await format_of_new() == "markdown"
    (tmp_path / bundle.RICH_EDITOR).write_text("")
    monkeypatch.setattr(bundle, "BUILT", tmp_path)
    assert await format_of_new() == "html"
    await author.get("/admin/posts/new?format=markdown")
    await author.submit("Save draft", text="*Few* words")
    assert await format_of_new() == "markdown"
    author.instance.clock.advance(seconds=1)
    await author.get(author.link("Write without Markdown"))
    await author.submit("Save draft", text="<p>Some <em>words</em></p>")
    assert author.value_of("Slug") == "some-words"
    made = await author.instance.store.posts.find_source(author.path.split("/")[3])
    assert made is not None
    assert (made.source_format, made.source) == (SourceFormat.HTML, "<p>Some <em>words</em></p>")
    assert await format_of_new() == "html"


def test_without_the_editor_the_page_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "BUILT", tmp_path)
    assert bundle.why_missing() == bundle.UNKNOWN_REASON
    (tmp_path / bundle.REASON).write_text("npm was not found\n")
    sample = SAMPLES["post"]
    assert isinstance(sample, EditPage)
    pages = pages_of(timezone="UTC")
    page = pages.render_template(sample.template, page=replace(sample, is_html=True), frame=FRAME).decode()
    assert "There is no rich editor here: npm was not found." in page
    assert "rich-editor" not in page
    (tmp_path / bundle.RICH_EDITOR).write_text("")
    assert bundle.why_missing() == ""
