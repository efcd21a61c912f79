"""A blog leaves with everything: read back into an empty one it is the same, and is exported as the same bytes."""

import asyncio
import json
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from syndicate.clock import utc_now
from syndicate.comments.admission import admit
from syndicate.comments.draft import CommentDraft, ModerationDecision, Target
from syndicate.content.shortcode_marks import escape_shortcodes, unescape_shortcodes
from syndicate.model.comment import Author, CommentKind, CommentSource, CommentState
from syndicate.storage import Store
from tests.cli.conftest import Blog
from tests.old_blog import OldBlog, comment
from tests.pictures import drawn, encoded

FOR_LATER = ("followers.csv", "following.csv", "blogroll.opml")
"""The lists that an import of posts does not bring back."""


def filled(blog: Blog) -> None:
    """A blog with one of everything."""
    texts = blog.directory / "texts"
    (texts / "pictures").mkdir(parents=True)
    (texts / "pictures/pear tree.png").write_bytes(encoded("PNG"))
    (texts / "sub").mkdir()
    (texts / "sub/above.png").write_bytes(encoded("PNG", drawn(1)))
    (texts / "above.png").write_bytes(encoded("PNG", drawn(1)))
    posts = {
        "pears": "---\ntags: [Garden, C++]\ncategory: Fruit\nsummary: Ripe\ndate: 2024-03-01 10:00\n---\n# Pears\n\n"
        "![A tree](<pictures/pear tree.png>)\n\n\n`{{< youtube x >}}`\n",
        "sub/plums": "---\ndate: 2024-03-02 10:00\nvisibility: quiet\npinned: true\ncomments: closed\nlanguage: de\n"
        'sensitive: Wasps\nteaser: "Blue: and sweet"\nhashtags: [plums]\nquotes: nobody\n---\n# "Plums" & more\n\n'
        "![Above](above.png) and `above.png`.\n",
        "note": "---\ndate: 2024-03-03 10:00\nvisibility: local\n---\nOnly a note.\n",
        "draft": "---\ndraft: true\n---\n# A draft\n\nNot yet.\n",
        "private": "---\nstate: private\n---\n# A secret\n\nFor me.\n",
        "later": "---\ndate: 2099-01-01 10:00\n---\n# Later\n\nNext century.\n",
        "about-me": "---\npage: true\n---\n# About me\n\n- one\n- two\n",
        "birnen-äpfel": "---\nimage: {src: above.png, alt: A view}\nsummary: ''\n---\n# 2024\n\nno: yes\n",
    }
    for name, text in posts.items():
        blog.ok("publish", blog.write(f"texts/{name}.md", text))
    uploads = blog.directory / "uploads/2014/07"
    uploads.mkdir(parents=True)
    (uploads / "hut.jpg").write_bytes(encoded("JPEG"))
    old = OldBlog(url="https://blog.example")
    old.post(
        7,
        html='<p>Old *text*, not Markdown.</p>\n\n<pre>a  b\n\n* c</pre><img src="https://blog.example/wp-content/uploads/2014/07/hut.jpg" alt="Hut">',
        old_slugs=("huts",),
        more=comment(3, "Nice.", author="Reader")
        + comment(5, "Thanks.", parent=3)
        + comment(6, "Pills.", approved="spam"),
    )
    blog.ok("import", "wordpress", old.write(blog.directory / "old.xml"), "--media", blog.directory / "uploads")


def discussed(address: str) -> None:
    """Under a note: a comment of every kind, an answer, and one that was edited and stands in another language."""

    async def write() -> None:
        store = await Store.open(address, utc_now)
        try:
            post = await store.posts.find_by_slug("pears")
            assert post is not None
            parent = None
            for number, kind in enumerate(CommentKind):
                written = datetime(2024, 4, 1, 10, number, tzinfo=UTC)
                draft = CommentDraft(
                    source=CommentSource.FORM if kind is CommentKind.REPLY else CommentSource.WEBMENTION,
                    kind=kind,
                    author=Author(name="Zoë", uri="https://zoe.example", url="https://zoe.example/me"),
                    html="" if kind.is_reaction else "<p>Très <em>bien</em> &amp; plus.</p>",
                    target=Target(post=post, parent=parent),
                    raw_html="",
                    sanitizer=1,
                    published=written,
                    updated=written + timedelta(hours=number),
                    url=f"https://zoe.example/{number}",
                    language="fr",
                )
                decision = ModerationDecision(state=CommentState.APPROVED, reason="")
                await store.transaction(partial(admit, draft=draft, decision=decision, now=utc_now()))
                parent = (await store.comments.list_for_export(post.id))[0]
        finally:
            await store.close()

    asyncio.run(write())


def content(address: str) -> list[Any]:
    """What has to be the same after a round trip."""

    async def read() -> list[Any]:
        store = await Store.open(address, utc_now)
        try:
            found: list[Any] = []
            for post in await store.post_export.list_after(("", ""), 100):
                made = await store.posts.find_source(post.id)
                assert made is not None
                comments = await store.comments.list_for_export(post.id)
                uris = {comment.id: comment.uri for comment in comments}
                said = sorted(
                    (it.uri, uris.get(it.parent or ""), it.author.name, it.author.url, it.published, it.updated, *more)
                    for it in comments
                    for more in [(it.state, it.kind, it.language, it.html)]
                )
                same = replace(post, id="", uri="", news="")
                same = replace(same, terms=tuple(sorted(post.terms, key=repr)))
                found.append((same, made.source_format, sorted(await store.posts.list_aliases(post.id)), said))
            return found
        finally:
            await store.close()

    return asyncio.run(read())


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name not in FOR_LATER
    }


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_a_blog_that_is_read_back_is_the_same(
    blog: Blog, database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(blog)
    discussed(database_address)
    first = tmp_path / "first"
    said = blog.ok("export", first)
    assert "8 posts, 1 pages" in said
    assert "not empty" in blog.refuses("export", first)
    before = content(database_address)

    for form in ("folder", "wordpress"):
        other = Blog(tmp_path / form)
        address = str(tmp_path / f"{form}.db")
        monkeypatch.setenv("SYNDICATE_STORAGE__DATABASE", address)
        other.write("syndicate.toml", blog.settings.read_text())
        come_back(other, first, form)
        after = content(address)
        for one, another in zip(before, after, strict=True):
            assert one == another
        again = other.directory / "again"
        other.ok("export", again)
        assert files_of(again).keys() == files_of(first).keys()
        for name, data in files_of(first).items():
            assert files_of(again)[name] == data, name
        assert "0 created, 0 updated" in come_back(other, first, form)


def come_back(blog: Blog, export: Path, form: str) -> str:
    if form == "folder":
        return blog.ok("import", "markdown", export)
    return blog.ok("import", "wordpress", export / "blog.xml", "--media", export / "static/wp-content/uploads")


@pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
def test_an_export_is_what_other_programs_read(blog: Blog, tmp_path: Path) -> None:
    filled(blog)
    out = tmp_path / "out"
    blog.ok("export", out)
    root = ElementTree.parse(out / "blog.xml").getroot()
    wp = {"wp": "http://wordpress.org/export/1.2/"}
    assert root.findtext("channel/wp:wxr_version", namespaces=wp) == "1.2"
    addresses = [it.text or "" for it in root.iterfind("channel/item/wp:attachment_url", wp)]
    assert any(address.endswith("/wp-content/uploads/2014/07/hut.jpg") for address in addresses)
    statuses = [it.text for it in root.iterfind("channel/item/wp:status", wp)]
    assert {"publish", "draft", "private", "future", "inherit"} <= set(statuses)
    with zipfile.ZipFile(out / "blog.bar") as bar:
        feed = json.loads(bar.read("feed.json"))
        assert {name.partition("/")[0] for name in bar.namelist()} == {"feed.json", "index.html", "uploads"}
        assert b"h-entry" in bar.read("index.html")
    titles = {item.get("title", "") for item in feed["items"]}
    assert "Pears" in titles
    assert not titles & {"A secret", "A draft", "Later"}
    pears = (out / "posts/pears/index.md").read_text()
    assert "`{{</* youtube x */>}}`" in pears
    assert (out / "posts/pears/pictures/pear tree.png").exists()
    assert (out / "static/wp-content/uploads/2014/07/hut.jpg").exists()
    assert json.loads((out / "comments.json").read_text())["comments"]
    everything = b"".join(files_of(out).values())
    assert b"PRIVATE KEY" not in everything
    assert b"reader@mail.example" not in everything


@pytest.mark.parametrize(
    "text", ["", "{{< x >}}", "{{% x %}}", "{{</* x */>}}", "a >}} b", "{{</*/* x */*/>}} {{% y >}}", "{ {<"]
)
def test_shortcodes_are_written_as_text_and_read_back(text: str) -> None:
    assert unescape_shortcodes(escape_shortcodes(text)) == text
    assert "{{< " not in escape_shortcodes(text)
