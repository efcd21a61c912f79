"""`syndicate import markdown` of archives and of what is for another command."""

import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Blog
from tests.cli.test_imports import GARDEN, OPML
from tests.pictures import PNG

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


def packed(file: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data, zipfile.ZIP_DEFLATED)
    return file


def test_a_folder_comes_in_from_a_zip_archive(blog: Blog) -> None:
    settings = b'baseURL = "https://old.example/"'
    members = {"blog/hugo.toml": settings, "blog/content/posts/tea.md": b"---\ndate: 2020-01-02\n---\nHot. ![x](x.png)"}
    archive = packed(
        blog.directory / "blog.zip", {**members, "blog/content/posts/x.png": PNG, "__MACOSX/blog/._x.md": b"x"}
    )
    for counts in ("1 created, 0 updated, 0 unchanged", "0 created, 0 updated, 1 unchanged"):
        assert blog.ok("import", "markdown", archive).startswith(counts)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"../x.md": b"x"}, "leads out of the archive"),
        ({"a.md": b"\0" * 32 * 1024**2}, "unpacks to"),
        ({"export.xml": GARDEN.read_bytes()}, "import wordpress"),
        ({"a.txt": b"x"}, "no folder of Markdown"),
        ({"posts.csv": b"post_id,post_date,is_published,email_sent_at\n"}, "Substack"),
    ],
)
def test_an_archive_that_is_no_folder_of_markdown_is_refused_in_one_line(
    blog: Blog, members: dict[str, bytes], says: str
) -> None:
    assert says in blog.refuses("import", "markdown", packed(blog.directory / "x.zip", members))


def test_a_file_for_another_command_is_refused_with_its_name(blog: Blog) -> None:
    assert "import wordpress" in blog.refuses("import", "markdown", GARDEN)
    assert "import opml" in blog.refuses("import", "markdown", OPML)
    assert "syndicate publish" in blog.refuses("import", "markdown", blog.write("tea.md", "Hot."))
    blog.write("export/old.xml", GARDEN.read_text(encoding="utf-8"))
    assert "import wordpress" in blog.refuses("import", "markdown", blog.directory / "export")


def test_a_folder_without_posts_says_what_was_sought_and_what_was_not_read(blog: Blog) -> None:
    blog.write("old/_notes/tea.md", "Hot.")
    blog.write("old/.trash/gone.md", "Cold.")
    blog.write("old/_layouts/post.html", "{{ content }}")
    said = blog.ok("import", "markdown", blog.directory / "old")
    assert "nothing to import in" in said
    assert "next: give the folder in which the posts lie" in said
    assert "_notes: its name begins with '_'" in said
    assert ".trash: its name begins with '.'" in said
    assert "_layouts" not in said


PAGE = "<html><head><title>{title}</title><meta name=generator content=Any>{head}</head><body>{body}</body></html>"
LINKS = "<ul>" + "".join(f"<li><a href=/{number}/>Pears and plums {number}</a>" for number in range(9)) + "</ul>"


def test_built_pages_that_only_list_others_are_left_out_by_name(blog: Blog) -> None:
    pages = {
        "two": ("", "<article>Tea</article><article>Pears</article>"),
        "entries": ("", '<div class="h-entry">Tea</div><div class="h-entry">Pears</div>'),
        "links": ("<meta property=og:type content=website>", LINKS),
        "schema": ('<script type="application/ld+json">{"@type": "CollectionPage"}</script>', "<p>All."),
        "tea": ("<meta property=article:published_time content=2020-01-02T03:04:05Z>", f"<p>Hot.</p>{LINKS}"),
        "pears": ("", "<article>Ripe.</article><aside><article>Tea</article></aside>"),
        "about": ("", "<p>I write of pears.</p>"),
    }
    for name, (head, body) in pages.items():
        blog.write(f"built/{name}/index.html", PAGE.format(title=name, head=head, body=body))
    said = blog.ok("import", "markdown", blog.directory / "built")
    assert said.startswith("3 created")
    for name in ("two", "entries", "links", "schema"):
        assert f"{name}/index.html: it" in said
    assert "2020-01-02" in blog.ok("posts", "show", "tea")
