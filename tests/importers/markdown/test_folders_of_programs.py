"""What comes in from a folder, what is told, and that nothing comes in twice."""

from pathlib import Path

import pytest

from syndicate.model.post import PostDraft, PostKind, PostState
from tests.importers.markdown.folders import ELEVENTY, HEXO, HUGO, JEKYLL, PELICAN, ZOLA, Folder
from tests.pictures import PNG, drawn, encoded

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


def names(folder: Folder, kind: str, terms: object) -> list[str]:
    return [term.name for term in terms if term.kind.value == kind]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("settings", "name", "text", "tags", "categories"),
    [
        (JEKYLL, "_posts/2020-01-01-a.md", "---\ntags: garden tools\ncategories: howto shell\n---\nx", ["garden", "tools"], ["howto", "shell"]),
        (JEKYLL, "hot/_posts/2020-01-01-a.md", "---\ntag: garden tools\n---\nx", ["garden tools"], ["hot"]),
        (HUGO, "content/a.md", "---\ndate: 2020-01-01\ntags: garden tools\n---\nx", ["garden tools"], []),
        (PELICAN, "content/birds/a.md", "Title: A\nDate: 2020-01-01\nSlug: a\nTags: a, b; c\n\nx", ["a, b", "c"], ["birds"]),
        (ELEVENTY, "posts/a.md", "---\ndate: 2020-01-01\ntags: [posts, bees]\n---\nx", ["bees"], []),
        (HEXO, "source/_posts/a.md", "---\ndate: 2020-01-01\ncategories: [[A, B], C]\n---\nx", [], ["B", "C"]),
        (HEXO, "source/_posts/a.md", "---\ndate: 2020-01-01\ncategories: [A, B]\n---\nx", [], ["B"]),
        (ZOLA, "content/a.md", "+++\ndate = 2020-01-01\n[taxonomies]\ntags = ['Bees']\n+++\nx", ["Bees"], []),
        (HUGO, "content/a.md", "---\ndate: 2020-01-01\ntags: [{name: Bees}]\n---\nx", ["Bees"], []),
    ],
)  # fmt: skip
async def test_terms_are_read_as_each_program_means_them(
    folder: Folder, settings: dict[str, str], name: str, text: str, tags: list[str], categories: list[str]
) -> None:
    await folder.take({**settings, name: text})
    terms = (await folder.post("a")).terms
    assert (sorted(names(folder, "tag", terms)), sorted(names(folder, "category", terms))) == (tags, categories)


async def test_bundles_are_named_by_their_folder_and_an_import_again_changes_nothing(folder: Folder) -> None:
    files: dict[str, str | bytes] = {
        **HUGO,
        "content/posts/_index.md": "---\ntitle: All posts\n---\nx",
        "content/posts/a/index.md": "---\ndate: 2020-01-01\n---\nSee ![shed](shed.png) and [the other](../b/index.md).",
        "content/posts/a/part.md": "Part.",
        "content/posts/a/shed.png": PNG,
        "content/posts/b/index.md": "---\ndate: 2020-01-02\n---\nTwo.\n\n![old](/images/old.png)",
        "static/images/old.png": encoded("PNG", drawn(1)),
        "content/about.md": "---\ntitle: About me\n---\nMe.",
        "content/posts/c.md": "Undated words.",
    }
    await folder.take(files)
    assert folder.counts() == (4, 0, 0)
    html = await folder.html("a")
    assert 'src="https://blog.example/posts/a/shed.png"' in html
    assert 'href="https://blog.example/posts/b/"' in html
    assert (await folder.instance.get("/posts/a/shed.png")).status == 200
    assert (await folder.instance.get("/images/old.png")).status == 200
    about = await folder.post("about")
    assert (about.kind, about.path, about.title) == (PostKind.PAGE, "/about/", "About me")
    await folder.take()
    assert folder.counts() == (0, 0, 4)
    folder.write({"content/posts/b/index.md": "---\ndate: 2020-01-02\n---\nTwo and more."})
    await folder.take(below="content/posts")
    assert folder.counts() == (0, 1, 2)


async def test_what_was_edited_here_is_not_overwritten(folder: Folder) -> None:
    await folder.take({**HUGO, "content/a.md": "---\ndate: 2020-01-01\n---\nOne."})
    await folder.instance.publish(title="", slug="other")
    await folder.instance.server.services.post_importer.publish(
        PostDraft(slug="a", source="Mine."), origin="publish", replace=True
    )
    await folder.take({"content/a.md": "---\ndate: 2020-01-01\n---\nTwo."})
    assert "Mine." in await folder.html("a")
    assert "not updated, since it was edited here: a" in folder.said()


async def test_what_a_file_made_here_is_not_doubled(folder: Folder) -> None:
    await folder.instance.publish(title="Tea", source="Mine.")
    await folder.take({"tea.md": "---\ndate: 2020-01-01\n---\nTwo."})
    assert folder.counts() == (0, 0, 0)
    assert "not updated, since it was edited here: tea" in folder.said()


async def test_a_picture_that_cannot_be_served_leaves_its_description(folder: Folder) -> None:
    await folder.take(
        {**HUGO, "content/a.md": "---\ndate: 2020-01-01\n---\n![A plan](a.svg)", "content/a.svg": "<svg/>"}
    )
    html = await folder.html("a")
    assert "[A plan]" in html
    assert "<img" not in html
    assert "a.svg: not a picture" in folder.said()


async def test_a_picture_is_found_by_the_address_of_its_page_and_in_other_capitals(folder: Folder) -> None:
    post = "---\ndate: 2020-01-01\n"
    await folder.take(
        {
            **ZOLA,
            "content/posts/02-tea/index.md": f"{post}path: tea\n---\nTea",
            "content/posts/02-tea/leaf.png": PNG,
            "content/posts/03-cup/index.md": f"{post}path: cup\n---\n![a](../tea/leaf.png) ![b](/tea/leaf.png)",
            "content/posts/04-pot/index.md": f"{post}path: pot\n---\n![c](https://old.example/tea/leaf.png) ![d](My%20Pot.png)",
            "content/posts/04-pot/my pot.PNG": PNG,
        }
    )
    assert folder.report.missing == []
    assert (await folder.html("03-cup")).count("<img") == 2
    assert (await folder.html("04-pot")).count("<img") == 2
    assert await folder.lands("/tea/leaf.png") != "404"


async def test_unknown_fields_are_named_once_and_counted(folder: Folder) -> None:
    files = {
        f"content/p{n}.md": f"---\ndate: 2020-01-01\ntype: post\nlayout: post\nweight: {n}\n---\nx"
        for n in range(1, 41)
    }
    await folder.take({**HUGO, **files})
    said = [line for line in folder.said().splitlines() if "weight" in line]
    assert said == ["fields without a meaning here: 40 × weight"]
    assert not (await folder.post("p40")).pinned
    assert "layout" not in folder.said()


async def test_what_is_not_read_is_named(folder: Folder) -> None:
    report = await folder.take(
        {
            **HUGO,
            "content/a.rst": "Title\n=====\n",
            "content/README.md": "x",
            "content/contributing.md": "---\ndate: 2020-01-02\n---\nHow to take part.",
            "node_modules/x/a.md": "x",
            "content/latin.md": b"caf\xe9",
            "content/b.md": "---\ndate: 2020-01-01\n---\n",
            "content/c.md": "---\ntitle: [x]\nslug: '!!'\ndate: 2020-01-01\n---\nx",
        }
    )
    assert folder.counts() == (2, 0, 0)
    assert [line.rpartition("/")[2].partition(":")[0] for line in report.left_out] == ["a.rst", "b.md", "latin.md"]
    assert any("README.md: it is about the project" in line for line in report.skipped)
    assert "c.md:2: field 'title': it must be text" in folder.said()
    assert (await folder.post("c")).title == "c"


async def test_nothing_outside_of_the_project_is_read(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    outside.write_bytes(PNG)
    (tmp_path / "secret.md").write_text("secret-words")
    folder.write(
        {
            **HUGO,
            "content/a.md": f"---\ndate: 2020-01-01\n---\n![](/etc/hostname) ![](../../secret.png) ![]({outside}) ![](link.png)\n\n"
            "{{< include ../../secret.md >}}",
        }
    )
    (folder.root / "content" / "link.png").symlink_to(outside)
    (folder.root / "content" / "link.md").symlink_to(tmp_path / "secret.md")
    (folder.root / "content" / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    report = await folder.take()
    assert list((folder.instance.config.storage.media).rglob("*.png")) == []
    assert "secret-words" not in await folder.html("a")
    assert any("link.md: it lies outside of the project" in line for line in report.left_out)
    assert any("elsewhere: it is a link to another folder" in line for line in report.skipped)


async def test_dates_are_read_in_the_zone_of_the_program(folder: Folder) -> None:
    settings = {"_config.yml": "url: https://old.example\ntimezone: Europe/Rome"}
    await folder.take(
        {
            **settings,
            "_posts/2012-07-03-a.md": "---\ndate: 2012-7-3 9:05\n---\nx",
            "_posts/2012-07-03-b.md": "---\ndate: 2012-07-03 23:30:00\n---\nx",
            "_posts/2012-07-03-c.md": "---\ndate: '2012-07-03 23:30:00'\n---\nx",
            "_posts/2012-07-03-d.md": "---\ndate: 03/04/2020\n---\nx",
        }
    )
    times = [f"{(await folder.post(slug)).published:%d %H:%M}" for slug in "abcd"]
    assert times == ["03 07:05", "03 23:30", "03 21:30", "02 22:00"]
    assert "d.md:2: field 'date': it must be a date such as" in folder.said()


async def test_without_a_date_the_time_of_the_file_counts_and_that_is_said(folder: Folder) -> None:
    await folder.take({"tea.md": "# Hot tea\n\nHot."})
    post = await folder.post("tea")
    assert (post.title, f"{post.published:%Y}", post.state) == ("Hot tea", "2021", PostState.PUBLISHED)
    assert "tea.md: it has no date; the time of the file is taken" in folder.said()


async def test_pages_of_jekyll_lie_outside_of_posts(folder: Folder) -> None:
    await folder.take(
        {
            **JEKYLL,
            "index.md": "---\nlayout: home\n---\n",
            "about.md": "---\ntitle: About\n---\nMe.",
            "notes.md": "No header.",
            "_posts/2020-01-01-a.md": "No header.",
            "assets/demo.html": "<p>x</p>",
        }
    )
    assert folder.counts() == (1, 0, 0)
    assert (await folder.post("about")).path == "/about.html"
    assert "2020-01-01-a.md: it has no header" in folder.report.left_out[0]
    assert len(folder.report.left_out) == 1


async def test_files_for_those_who_work_on_the_project_are_no_posts(folder: Folder) -> None:
    beside = dict.fromkeys(("README.md", "CONTRIBUTING.md", "CLAUDE.md", "LICENSE.md", "soup/README.md"), "Words.")
    await folder.take({**ELEVENTY, **beside, "pages/license.md": "You may copy this."})
    assert folder.counts() == (1, 0, 0)
    assert (await folder.post("license")).kind is PostKind.PAGE
    assert len(folder.report.skipped) == len(beside)
