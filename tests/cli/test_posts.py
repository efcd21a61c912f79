"""`syndicate publish` and `delete`."""

import shutil
import sys
from pathlib import Path

import pytest

from syndicate.media import picture_pool, pictures
from tests.cli.conftest import Blog
from tests.old_blog import OldBlog
from tests.pictures import PNG

DOCUMENTS = Path(__file__).parents[1] / "documents" / "markdown"
POST = "---\ntitle: Tea\ndate: 2026-03-14\ntags: [Leaves]\n---\nHot.\n"


def test_a_file_becomes_a_post_and_its_slug_is_who_it_is(blog: Blog) -> None:
    file = blog.write("2026-03-14-tea.md", POST)
    assert blog.ok("publish", file) == "tea: created, at https://blog.example/2026/03/14/tea/\n"
    assert blog.ok("publish", file) == "tea: unchanged, at https://blog.example/2026/03/14/tea/\n"
    file.write_text(POST.replace("Hot", "Cold"))
    assert blog.ok("publish", file) == "tea: updated, at https://blog.example/2026/03/14/tea/\n"


def test_what_is_new_is_announced_and_that_is_said(blog: Blog) -> None:
    assert blog.ok("publish", blog.write("tea.md", "# Tea\n\nHot.")).endswith(", announced to followers\n")
    assert "announced" not in blog.ok("publish", blog.write("tea.md", "# Tea\n\nCold."))
    local = blog.write("local.md", "---\nvisibility: local\n---\nHere.")
    assert "announced" not in blog.ok("publish", local)


@pytest.mark.parametrize(("field", "state"), [("draft: true", "draft"), ("date: 2099-01-01", "scheduled")])
def test_what_nobody_sees_yet_has_no_address_in_what_is_said(blog: Blog, field: str, state: str) -> None:
    assert blog.ok("publish", blog.write("tea.md", f"---\n{field}\n---\nHot.")).startswith(f"tea: created as {state}")


def test_what_is_scheduled_says_when(blog: Blog) -> None:
    said = blog.ok("publish", blog.write("tea.md", "---\ndate: 2099-01-01 10:30\n---\nHot."))
    assert said == "tea: created as scheduled, for 2099-01-01 10:30 UTC\n"


def test_a_field_that_means_nothing_is_reported_and_not_refused(blog: Blog) -> None:
    result = blog.run("publish", blog.write("tea.md", "---\ncolour: green\n---\nHot."))
    assert result.exit_code == 0
    assert "the field 'colour' is unknown" in result.stderr


def test_without_a_picture_that_it_names_nothing_is_published(blog: Blog) -> None:
    file = blog.write("tea.md", "![Leaves](leaves.png)")
    refused = blog.refuses("publish", file)
    assert f"{file}: not published: {blog.directory / 'leaves.png'}: no such file" in refused
    (blog.directory / "leaves.png").write_bytes(PNG)
    assert "created" in blog.ok("publish", file)


def test_where_pictures_cannot_be_read_nothing_is_published(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "POOL", picture_pool.PicturePool())
    monkeypatch.setattr(picture_pool, "COMMAND", (sys.executable, "-I", "-c", "import no_decoder"))
    (blog.directory / "leaves.png").write_bytes(PNG)
    refused = blog.refuses("publish", blog.write("tea.md", "![Leaves](leaves.png)"))
    assert "leaves.png: the program that reads pictures does not run (ModuleNotFoundError: " in refused
    assert "please install Syndicate again" in refused
    assert "Traceback" not in refused
    assert "there is no post" in blog.refuses("delete", "tea")


def test_a_heic_picture_is_refused_in_words(blog: Blog) -> None:
    (blog.directory / "leaves.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40)
    assert "HEIC" in blog.refuses("publish", blog.write("tea.md", "![Leaves](leaves.heic)"))


@pytest.mark.parametrize(
    ("header", "line", "field"),
    [
        ("title: Tea\nquotes: perhaps\n", 3, "quotes"),
        ("tags: {a: b}\n", 2, "tags"),
        ("image: javascript:alert(1)\n", 2, "image"),
        ("hashtags: {a: b}\n", 2, "hashtags"),
        ("slug: what?\n", 2, "slug"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_line(blog: Blog, header: str, line: int, field: str) -> None:
    file = blog.write("tea.md", f"---\n{header}---\nHot.")
    assert f"{file}:{line}: field '{field}': " in blog.refuses("publish", file)
    assert "there is no post" in blog.refuses("delete", "tea")


def test_a_header_that_is_no_yaml_is_named_with_its_line(blog: Blog) -> None:
    file = blog.write("tea.md", "---\ntitle: Tea\n  bad: [\n---\nHot.")
    assert f"{file}:" in blog.refuses("publish", file)
    unended = blog.write("tea.md", "---\ntitle: Tea\n\nHot.")
    assert "ends the header" in blog.refuses("publish", unended)


def test_a_file_that_cannot_be_read_is_named(blog: Blog) -> None:
    assert "nowhere.md" in blog.refuses("publish", blog.directory / "nowhere.md")
    latin = blog.directory / "latin.md"
    latin.write_bytes(b"caf\xe9")
    assert "UTF-8" in blog.refuses("publish", latin)
    nameless = blog.write("!!!.md", "Hot.")
    assert "slug" in blog.refuses("publish", nameless)


def test_a_post_is_deleted_once(blog: Blog) -> None:
    blog.ok("publish", blog.write("tea.md", POST))
    assert blog.ok("delete", "tea") == "tea: deleted\n"
    assert "'tea'" in blog.refuses("delete", "tea")
    assert "'never'" in blog.refuses("delete", "never")
    assert "tea: created" in blog.ok("publish", blog.directory / "tea.md")


def test_an_empty_file_is_refused(blog: Blog) -> None:
    assert "empty.md: is empty; a post needs" in blog.refuses("publish", blog.write("empty.md", ""))
    assert "there is no post" in blog.refuses("delete", "empty")


def test_commands_say_what_they_hold_back_and_leave_out(blog: Blog) -> None:
    held = blog.run("publish", shutil.copy(DOCUMENTS / "draft-misspelt.md", blog.directory / "secret.md"))
    assert held.exit_code == 0
    assert held.stdout == "secret: created as draft\n"
    assert "secret.md:3: field 'darft': it may be meant for 'draft'" in held.stderr
    assert "secret.md:4: field 'visibilty': it may be meant for 'visibility'" in held.stderr
    unreadable = blog.write("toml.md", "+++\ntitle = Tea\n+++\nHot.")
    assert "toml.md:2: the header is not TOML" in blog.refuses("publish", unreadable)
    told = blog.run("publish", blog.write("tea.md", "---\ncomments: perhaps\nmood: hot\n---\nHot.")).stderr
    assert "ignored: " in told
    assert "tea.md:2: field 'comments': it must be open or closed" in told
    assert "the field 'mood' is unknown" in told


def test_a_file_says_which_post_it_made_before(blog: Blog) -> None:
    file = blog.write("tea.md", "---\nslug: tea\ndate: 2026-03-14\n---\nHot.")
    blog.ok("publish", file)
    file.write_text("---\nslug: green-tea\ndate: 2026-03-14\n---\nHot.")
    result = blog.run("publish", file)
    assert result.stdout == "green-tea: created, at https://blog.example/2026/03/14/green-tea/\n"
    assert "was published as 'tea' before, which remains (https://blog.example/2026/03/14/tea/)" in result.stderr
    assert blog.run("publish", file).stderr == ""


def test_the_post_of_an_import_is_replaced_only_when_that_is_asked_for(blog: Blog) -> None:
    export = OldBlog().post(7, title="Old words").post(8, type="page").write(blog.directory / "old.xml")
    blog.ok("import", "wordpress", export)
    file = blog.write("taken.md", "---\ntitle: Taken\nslug: post-7\n---\nText")
    refused = blog.refuses("publish", file)
    assert "the slug 'post-7' is that of the post 'Old words' at https://blog.example/" in refused
    assert "--replace" in refused
    assert "0 updated, 2 unchanged" in blog.ok("import", "wordpress", export)
    said = blog.ok("publish", "--replace", file).splitlines()
    assert said[0].startswith("post-7: replaces the post 'Old words' at https://blog.example/")
    assert said[1].startswith("post-7: updated, at https://blog.example/")
    page = blog.write("page.md", "---\ntitle: A page\nslug: post-8\n---\nText")
    assert "the page " in blog.ok("publish", "--replace", page)
    listed = blog.ok("import", "wordpress", export)
    assert "not updated, since it was edited here: post-8" in listed


def test_a_file_may_be_a_page(blog: Blog) -> None:
    page = blog.write("about.md", "---\ntitle: About me\npage: true\n---\nText")
    assert blog.ok("publish", page) == "about: created, at https://blog.example/about/\n"
    page.write_text("---\ntitle: About me\n---\nOther text")
    assert blog.ok("publish", page) == "about: updated, at https://blog.example/about/\n"


def test_the_doctor_names_what_the_folder_does_not_publish(blog: Blog) -> None:
    blog.ok("import", "wordpress", OldBlog().post(7, title="Old words").write(blog.directory / "old.xml"))
    blog.write("data/posts/draft-misspelt.md", (DOCUMENTS / "draft-misspelt.md").read_text())
    blog.write("data/posts/toml.md", "+++\ntitle = Tea\n+++\nHot.")
    blog.write("data/posts/post-7.md", "New words.")
    blog.write("data/posts/tea.md", "Hot.")
    folder = blog.directory / "data" / "posts"
    said = [line for line in blog.run("doctor").stdout.splitlines() if line.startswith(f"! {folder}")]
    assert len(said) == 4
    assert "draft-misspelt.md:3: field 'darft': it may be meant for 'draft'; held back" in said[0]
    assert "post-7.md: the slug 'post-7' is that of the post 'Old words'" in said[2]
    assert "toml.md:2: the header is not TOML" in said[3]
