"""`syndicate preview`: what publishing would do, and nothing of it done."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Blog
from tests.pictures import PNG

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


def files_of(blog: Blog) -> set[Path]:
    return {path for path in blog.directory.rglob("*") if path.is_file() and "media" in path.parts}


def test_a_preview_says_what_would_happen_and_stores_nothing(blog: Blog) -> None:
    (blog.directory / "leaf.png").write_bytes(PNG)
    text = "---\ntitle: Tea\ntags: [Leaves]\ncolour: green\n---\n![A leaf](leaf.png) for @ann@social.example\n"
    file = blog.write("tea.md", text)
    result = blog.run("preview", file, "--html")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("tea: would be created, at https://blog.example/")
    assert "title: Tea" in lines
    assert "visibility: public" in lines
    assert "fediverse: Article" in lines
    assert "categories and tags: Leaves" in lines
    assert "mentioned: @ann@social.example" in lines
    assert "notified: 0 followers, 0 subscribers of feeds" in lines
    assert '<img src="https://blog.example/media/' in result.stdout
    assert "the field 'colour' is unknown" in result.stderr
    assert json.loads(blog.ok("posts", "--json")) == []
    assert files_of(blog) == set()

    blog.ok("publish", file)
    stored = files_of(blog)
    assert blog.ok("preview", file) == "tea: would be unchanged\n"
    blog.write("tea.md", text.replace("A leaf", "Two leaves"))
    assert "tea: would be updated, at https://blog.example/" in blog.ok("preview", file)
    assert "notified: nobody" in blog.ok("preview", file, "--minor")
    blog.write("tea.md", text.replace("title: Tea", "title: Tea\ndraft: true"))
    said = blog.ok("preview", file)
    assert "tea: would be updated as draft" in said
    assert "visibility: none, since it is draft\n" in said
    assert "notified: 0 followers, to delete it\n" in said
    assert files_of(blog) == stored
    assert json.loads(blog.ok("revisions", "tea", "--json")) == []


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("date: 2099-01-01", "visibility: public, from 2099-01-01T00:00:00+00:00 on"),
        ("visibility: local", "visibility: local"),
        ("page: true", "notified: nobody"),
        ("date: 2014-01-01", "notified: 0 subscribers of feeds"),
        ("state: private", "notified: nobody"),
    ],
)
def test_a_preview_says_who_would_see_it(blog: Blog, header: str, line: str) -> None:
    assert line in blog.ok("preview", blog.write("tea.md", f"---\n{header}\n---\nHot.")).splitlines()


def test_a_preview_fails_where_publishing_would(blog: Blog) -> None:
    file = blog.write("tea.md", "![Leaves](leaves.png)")
    assert f"{file}: not published: {blog.directory / 'leaves.png'}: no such file" in blog.refuses("preview", file)
    assert "nowhere.md" in blog.refuses("preview", blog.directory / "nowhere.md")
    assert "tea.md:2: field 'tags'" in blog.refuses("preview", blog.write("tea.md", "---\ntags: {a: b}\n---\nHot."))
    one = blog.write("data/posts/one.md", "---\nslug: same\n---\nHot.")
    two = blog.write("data/posts/two.md", "---\nslug: same\n---\nCold.")
    for path in (one, two):
        os.utime(path, (1, 1))
    blog.ok("publish", one)
    assert "its slug 'same' is also that of one.md" in blog.refuses("preview", two)
