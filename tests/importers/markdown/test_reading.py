"""What a file of a project is: post or page, at which address, without a blog."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.importers.markdown.discover import MarkdownFileKind, discover
from syndicate.importers.markdown.project import open_project
from syndicate.importers.markdown.reading import MarkdownEntry, NotAPost, read_entry
from tests.importers.markdown.folders import ELEVENTY, HUGO, JEKYLL, NIKOLA, OBSIDIAN, PELICAN

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ASTRO = {"astro.config.mjs": "export default { site: 'https://old.example' }"}
GATSBY = {"gatsby-config.js": "module.exports = { siteMetadata: { siteUrl: `https://old.example` } }"}
OCTOPRESS = {"_config.yml": "url: https://old.example", "Rakefile": "", "source/_posts/.keep": ""}


def entries(folder: Path, files: dict[str, str]) -> list[MarkdownEntry]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project = open_project(folder, UTC)
    found = []
    for file in discover(project):
        try:
            found += (
                [read_entry(project, file, NOW)] if file.kind in (MarkdownFileKind.POST, MarkdownFileKind.PAGE) else []
            )
        except NotAPost:
            continue
    return found


@pytest.mark.parametrize(
    ("settings", "name", "text", "kind", "path"),
    [
        (NIKOLA, "pages/p.md", "---\nslug: p\n---\nx", "page", "/pages/p/"),
        (ASTRO, "src/content/blog/Hello You.mdx", "---\npubDate: Jul 08 2022\n---\nx", "post", "/blog/hello-you/"),
        (ASTRO, "src/pages/about.md", "---\ntitle: A\n---\nx", "page", "/about/"),
        (GATSBY, "content/blog/hello/index.md", "---\ndate: 2015-05-01\n---\nx", "post", "/hello/"),
        (OCTOPRESS, "source/_posts/2012-01-02-hi.markdown", "---\ntitle: Hi\n---\nx", "post", "/blog/2012/01/02/hi/"),
        (OCTOPRESS, "source/about/index.markdown", "---\ntitle: A\n---\nx", "page", "/about/"),
        (PELICAN, "content/pages/about.md", "Title: About Me\n\nx", "page", "/pages/about-me.html"),
        (ELEVENTY, "posts/2018-01-01-x.md", "---\ntitle: X\n---\nx", "post", "/posts/2018-01-01-x/"),
        (ELEVENTY, "about.md", "---\ntitle: A\n---\nx", "page", "/about/"),
        (HUGO, "content/about.md", "---\ntitle: A\n---\nx", "page", "/about/"),
        (OBSIDIAN, "Folder/My Note.md", "---\ncreated: 2020-01-01\n---\nx", "post", None),
    ],
)
def test_posts_and_pages_are_where_each_program_has_them(
    tmp_path: Path, settings: dict[str, str], name: str, text: str, kind: str, path: str | None
) -> None:
    [entry] = entries(tmp_path, {**settings, name: text})
    assert (entry.kind.value, entry.path) == (kind, path)


@pytest.mark.parametrize(
    ("settings", "name"),
    [(JEKYLL, "index.md"), (HUGO, "content/_index.md"), (ASTRO, "src/pages/index.md"), (ELEVENTY, "index.md")],
)
def test_home_pages_and_sections_are_made_here(tmp_path: Path, settings: dict[str, str], name: str) -> None:
    assert entries(tmp_path, {**settings, name: "---\ntitle: Home\n---\nx"}) == []


def test_a_header_may_lie_beside_its_text_or_be_the_head_of_a_page(tmp_path: Path) -> None:
    beside = entries(tmp_path / "n", {**NIKOLA, "posts/a.md": "Hot.", "posts/a.meta": ".. title: Tea\n.. tags: a, b\n"})
    assert [(entry.title, entry.front.tags, entry.body) for entry in beside] == [("Tea", ("a", "b"), "Hot.")]
    page = '<html><head><title>Tea</title><meta name="tags" content="a, b"></head><body><p>Hot.</p></body></html>'
    [whole] = entries(tmp_path / "p", {**PELICAN, "content/a.html": page})
    assert (whole.title, whole.front.tags, whole.body) == ("Tea", ("a", "b"), "<p>Hot.</p>")


def test_defaults_count_as_written_in_the_file_which_wins(tmp_path: Path) -> None:
    settings = (
        "defaults:\n- scope: {path: '', type: posts}\n  values: {published: false, tags: bees}\n"
        "- scope: {path: _posts/open}\n  values: {published: true}\n"
    )
    files = {"_posts/2015-01-02-x.md": "---\n---\nx", "_posts/open/2015-01-03-y.md": "---\ntags: tea\n---\ny"}
    found = {entry.slug: entry for entry in entries(tmp_path, {"_config.yml": settings, **files})}
    assert (found["x"].state.value, found["x"].front.tags) == ("draft", ("bees",))
    assert (found["y"].state.value, found["y"].front.tags) == ("published", ("tea",))


def test_data_files_of_eleventy_count_in_yaml_too(tmp_path: Path) -> None:
    files = {
        "src/posts/posts.yml": "draft: true\ntags: tea\n",
        "src/posts/a.md": "a",
        "src/posts/b.md": "---\ndraft: false\n---\nb",
        "src/posts/c/index.md": "c",
        "src/posts/c/index.yml": "title: Pears\ndate: 2022-09-26\ndraft: no\ndesc: On pears\ncover_image: c.png\n",
    }
    found = {entry.slug: entry for entry in entries(tmp_path, {"eleventy.config.js": "", **files})}
    assert {slug: entry.state.value for slug, entry in found.items()} == {
        "a": "draft",
        "b": "published",
        "c": "published",
    }
    pears = found["c"]
    assert (pears.title, pears.date.year if pears.date else 0) == ("Pears", 2022)
    assert (pears.front.summary, pears.front.image) == ("On pears", "c.png")
    assert found["b"].front.tags == ("tea",)


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("---\ntitle: Zoë\n---\nTea".encode("utf-16"))
    assert [entry.title for entry in entries(tmp_path, {})] == ["Zoë"]


def test_settings_of_an_odd_form_and_links_that_lead_nowhere_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts" / "2020-01-01-loop.md").symlink_to(tmp_path / "_posts" / "2020-01-01-loop.md")
    settings = (
        "defaults:\n- scope: all\n  values: {tags: bees}\n- x\nexclude: x\nlanguages: [en]\ntimezone: Nowhere/Land\n"
    )
    [entry] = entries(tmp_path, {"_config.yml": settings, "_posts/2015-01-02-x.md": "---\n---\nx"})
    assert entry.front.tags == ("bees",)


def test_a_cascade_of_a_section_counts_for_its_pages(tmp_path: Path) -> None:
    section = "---\ncascade:\n  draft: true\n---\n"
    files = {"content/posts/_index.md": section, "content/posts/a.md": "---\ndate: 2020-01-01\n---\nx"}
    [entry] = entries(tmp_path, {**HUGO, **files})
    assert entry.state.value == "draft"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Don&#8217;t &amp; won&#x2019;t", "Don’t & won’t"),
        ("AT&T &copy 2020", "AT&T &copy 2020"),
        ("&nothing;", "&nothing;"),
    ],
)
def test_characters_that_a_title_spells_as_in_html_are_read(tmp_path: Path, written: str, title: str) -> None:
    [entry] = entries(tmp_path, {**JEKYLL, "_posts/2020-01-01-a.md": f'---\ntitle: "{written}"\n---\nx'})
    assert entry.title == title
