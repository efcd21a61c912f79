"""`syndicate posts` and `revisions`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Blog
from tests.old_blog import OldBlog

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


def lists(blog: Blog, *options: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(blog.ok("posts", *options, "--json"))
    return rows


def slugs(blog: Blog, *options: str) -> list[str]:
    return [row["slug"] for row in lists(blog, *options)]


@pytest.fixture
def written(blog: Blog) -> Blog:
    """A blog with a post of each kind."""
    headers = {
        "tea": "title: Green tea\ndate: 2026-03-14\ntags: [Leaves]",
        "idea": "date: 2026-03-13\ndraft: true",
        "hush": "date: 2026-03-12\nstate: private",
        "locked": "date: 2026-03-11\nstate: password",
        "soon": "date: 2099-01-01",
        "contact": "title: Contact\ndate: 2026-03-10\npage: true",
    }
    for slug, header in headers.items():
        blog.ok("publish", blog.write(f"{slug}.md", f"---\n{header}\n---\nWords about {slug}.\n"))
    return blog


def edit_with(blog: Blog, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make `code` the editor: it changes `text`."""
    script = blog.write(
        "editor.py",
        f"import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text()\n{code}\nfile.write_text(text)\n",
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


def test_posts_are_listed_by_state_and_words(written: Blog) -> None:
    assert slugs(written) == ["soon", "tea", "idea", "hush", "locked", "contact"]
    assert slugs(written, "--drafts") == ["idea"]
    assert slugs(written, "--private") == ["hush", "locked"]
    assert slugs(written, "--scheduled") == ["soon"]
    assert slugs(written, "--pages") == ["contact"]
    assert slugs(written, "--drafts", "--scheduled") == ["soon", "idea"]
    assert slugs(written, "--search", "WORDS idea") == ["idea"]
    assert slugs(written, "--search", "Green") == ["tea"]
    assert slugs(written, "--search", "nothing like this") == []
    [tea] = lists(written, "--search", "green tea")
    assert (tea["state"], tea["url"], tea["origin"]) == (
        "published",
        "https://blog.example/2026/03/14/tea/",
        "publish",
    )
    assert "Green tea" in written.ok("posts")
    assert written.ok("posts", "--drafts", "--search", "nowhere") == "No posts.\n"


def test_deleted_posts_are_listed_with_their_addresses(written: Blog) -> None:
    assert written.ok("posts", "--deleted") == "No post was deleted.\n"
    for slug in ("tea", "idea"):
        written.ok("delete", slug)
    [row] = lists(written, "--deleted")
    assert (row["path"], row["type"]) == ("/2026/03/14/tea/", "Article")
    assert "cannot be combined" in written.refuses("posts", "--deleted", "--drafts", status=2)


def test_a_post_is_shown_as_a_whole(written: Blog) -> None:
    shown = written.ok("posts", "show", "tea")
    assert "state: published\n" in shown
    assert "tags: Leaves\n" in shown
    assert shown.endswith("\nWords about tea.\n\n")
    fields = json.loads(written.ok("posts", "show", "hush", "--json"))
    assert (fields["state"], fields["source"], fields["revision"]) == ("private", "Words about hush.\n", 1)
    for command in ("show", "release", "edit"):
        assert "there is no post with the slug 'never'" in written.refuses("posts", command, "never")


def test_what_an_import_keeps_back_is_released(blog: Blog) -> None:
    export = OldBlog().post(7, title="Old words", status="draft").write(blog.directory / "old.xml")
    blog.ok("import", "wordpress", export)
    [draft] = lists(blog, "--drafts")
    assert draft["origin"] == "wordpress"
    assert blog.ok("posts", "release", draft["slug"]).startswith(
        f"{draft['slug']}: published, at https://blog.example/"
    )
    assert slugs(blog, "--drafts") == []
    assert "public already" in blog.ok("posts", "release", draft["slug"])
    assert f"edited here: {draft['slug']}" in blog.ok("import", "wordpress", export)


def test_a_draft_is_released_now_and_a_private_post_at_its_date(written: Blog) -> None:
    assert "announced to followers" in written.ok("posts", "release", "idea")
    assert written.ok("posts", "release", "hush") == "hush: published, at https://blog.example/2026/03/12/hush/\n"
    assert written.ok("posts", "release", "soon") == "soon: scheduled for 2099-01-01T00:00:00+00:00\n"


def test_a_post_is_edited_with_all_its_properties(written: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_with(written, monkeypatch, "")
    for slug in ("tea", "hush", "soon", "contact"):
        assert written.ok("posts", "edit", slug) == f"{slug}: unchanged\n"
    edit_with(written, monkeypatch, "text = text.replace('Green', 'Black').replace('Words', 'Other words')")
    assert written.ok("posts", "edit", "tea") == "tea: updated, published, at https://blog.example/2026/03/14/tea/\n"
    fields = json.loads(written.ok("posts", "show", "tea", "--json"))
    assert (fields["title"], fields["tags"], fields["source"]) == ("Black tea", ["Leaves"], "Other words about tea.\n")
    assert "hush: updated, private" in written.ok("posts", "edit", "hush")
    assert "which was written or changed here" in written.refuses("publish", written.directory / "tea.md")


def test_what_cannot_be_used_after_editing_is_kept(
    written: Blog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    edit_with(written, monkeypatch, "text = text.replace('title:', 'comments: perhaps\\ntitle:')")
    refused = written.refuses("posts", "edit", "tea")
    assert "field 'comments': it must be open or closed" in refused
    kept = Path(refused.rpartition("your text is in ")[2].strip())
    assert "comments: perhaps" in kept.read_text()
    edit_with(written, monkeypatch, "text = text.replace('draft: true', 'draft: perhaps')")
    assert "field 'draft'" in written.refuses("posts", "edit", "idea")
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    assert "editor" in written.refuses("posts", "edit", "tea")
    assert slugs(written, "--drafts") == ["idea"]
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_file()) == [".md", ".md"]


def test_earlier_texts_are_listed_and_come_back_as_new_ones(written: Blog) -> None:
    assert written.ok("revisions", "tea") == "tea has no earlier texts.\n"
    assert "tea has no earlier texts" in written.refuses("revisions", "tea", "--restore", "1")
    file = written.directory / "tea.md"
    file.write_text(file.read_text().replace("Green", "Black").replace("Words", "Other words"))
    written.ok("publish", file)
    [first] = json.loads(written.ok("revisions", "tea", "--json"))
    assert (first["revision"], first["title"], first["source"]) == (1, "Green tea", "Words about tea.\n")
    assert "Words about tea." in written.ok("revisions", "tea")
    assert "there are 1 to 1" in written.refuses("revisions", "tea", "--restore", "2")
    assert written.ok("revisions", "tea", "--restore", "1") == "tea: 1 restored, as 3\n"
    fields = json.loads(written.ok("posts", "show", "tea", "--json"))
    assert (fields["title"], fields["source"], fields["tags"]) == ("Green tea", "Words about tea.\n", ["Leaves"])
    assert [row["title"] for row in json.loads(written.ok("revisions", "tea", "--json"))] == ["Green tea", "Black tea"]
    assert written.ok("revisions", "tea", "--restore", "1") == "tea: unchanged\n"
    assert "there is no post" in written.refuses("revisions", "never")


def test_deleting_names_the_file_that_is_still_there(blog: Blog) -> None:
    file = blog.write("data/posts/tea.md", "Hot.")
    os.utime(file, (1, 1))
    blog.ok("publish", file)
    result = blog.run("delete", "tea")
    assert result.stdout == "tea: deleted\n"
    assert f"its file is still in the posts folder, and makes a new post when it changes: {file}" in result.stderr
