"""What another program would not publish is not published here."""

import pytest

from syndicate.model.post import PostState
from tests.importers.markdown.folders import ELEVENTY, HEXO, HUGO, JEKYLL, NIKOLA, OBSIDIAN, PELICAN, Folder

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


async def test_a_draft_is_nowhere_in_every_syntax(folder: Folder) -> None:
    await folder.take(
        {
            **HUGO,
            "content/posts/toml.md": "+++\ntitle = 'Toml'\ndate = 2020-01-01\ndraft = true\n+++\nsecret-words",
            "content/posts/json.md": '{"title": "Json", "date": "2020-01-01", "draft": "true"}\nsecret-words',
            "content/posts/yaml.md": "---\nDraft: TRUE\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/unpublished.md": "---\npublished: false\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/both.md": "---\ndraft: false\npublished: false\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/ended.md": "---\nexpiryDate: 2020-01-02\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/banana.md": "---\nstatus: banana\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/headless.md": "---\nheadless: true\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/unlisted.md": "---\nbuild: {list: never}\ndate: 2020-01-01\n---\nsecret-words",
            "content/drafts/a.md": "---\ndate: 2020-01-01\n---\nsecret-words",
            "content/posts/dated.md": "---\npublished: 2019-03-14\n---\nOpen words.",
        }
    )
    for slug in ("toml", "json", "yaml", "unpublished", "both", "ended", "banana", "headless", "unlisted", "a"):
        post = await folder.post(slug)
        assert post.state is PostState.DRAFT, slug
        assert (await folder.lands(post.path)) == "404"
    assert [post.slug for post in await folder.instance.store.post_lists.list_newest(limit=20)] == ["dated"]
    public = await folder.instance.outputs(await folder.post("dated"))
    assert "secret-words" not in public
    assert (await folder.post("dated")).published.year == 2019
    assert "banana.md:2: field 'status': 'banana' is not public" in folder.said()


async def test_a_folder_for_drafts_and_a_page_without_address_hold_back(folder: Folder) -> None:
    files = {
        **JEKYLL,
        "_drafts/a.md": "---\ntitle: A\n---\nx",
        "_posts/2020-01-01-b.md": "---\ntitle: B\n---\n{% if x %}y{% endif %}",
    }
    await folder.take({**files, "_posts/2020-01-02-c.md": "---\nredirect_to: https://x.example/\n---\nx"})
    assert [(await folder.post(slug)).state for slug in "abc"] == [PostState.DRAFT] * 3


@pytest.mark.parametrize(
    ("settings", "name", "text"),
    [
        (PELICAN, "content/a.md", "Title: A\nDate: 2020-01-01\nStatus: hidden\n\nx"),
        (PELICAN, "content/a.md", "Title: A\nDate: 2020-01-01\nStatus: draft\n\nx"),
        (ELEVENTY, "posts/a.md", "---\ndate: 2020-01-01\npermalink: false\n---\nx"),
        (ELEVENTY, "posts/a.md", "---\ndate: 2020-01-01\neleventyExcludeFromCollections: true\n---\nx"),
        (NIKOLA, "posts/a.md", "<!--\n.. title: A\n.. slug: a\n.. date: 2020-01-01\n.. tags: bees, draft\n-->\nx"),
        (HUGO, "content/a.md", "---\ndate: 03/04/2020\n---\nx"),
    ],
)
async def test_what_a_program_hides_is_a_draft(folder: Folder, settings: dict[str, str], name: str, text: str) -> None:
    await folder.take({**settings, name: text})
    assert (await folder.post("a")).state is PostState.DRAFT


async def test_defaults_of_the_settings_hold_back_too(folder: Folder) -> None:
    await folder.take(
        {**ELEVENTY, "posts/posts.json": '{"draft": true}', "posts/a.md": "---\ndate: 2020-01-01\n---\nx"}
    )
    assert (await folder.post("a")).state is PostState.DRAFT


async def test_a_date_ahead_waits_and_a_password_is_private(folder: Folder) -> None:
    year = folder.instance.clock().year + 1
    await folder.take(
        {
            **HEXO,
            "source/_posts/a.md": f"title: A\ndate: {year}-01-01 10:00:00\n---\nx",
            "source/_posts/b.md": "title: B\ndate: 2020-01-01\npassword: 1234\n---\nx",
        }
    )
    assert (await folder.post("a")).state is PostState.SCHEDULED
    assert (await folder.post("b")).state is PostState.PRIVATE


async def test_a_vault_gives_only_what_it_publishes(folder: Folder) -> None:
    await folder.take(
        {
            **OBSIDIAN,
            ".obsidian/templates.json": '{"folder": "Templates"}',
            "Templates/t.md": "---\npublish: true\n---\nx",
            "A.md": "---\npublish: true\n---\nSee [[B]] and [[C|the third]].\n\n![[B]]\n\n%%secret%% <!-- secret --> ==loud== ![[x.png|300]]",
            "B.md": "hidden-words",
            "C.md": "---\npublish: true\naliases: [Old title]\n---\nThird.",
        }
    )
    assert folder.counts() == (2, 0, 0)
    html = await folder.html("a")
    assert "See B and " in html
    assert (await folder.post("c")).path in html
    assert "hidden-words" not in html
    assert "secret" not in html
    assert "<mark>loud</mark>" in html
    assert await folder.lands("/Old title") == "404"
    assert "1 × note that is not published" in folder.said()


async def test_a_header_that_does_not_end_leaves_the_file_out_by_line(folder: Folder) -> None:
    report = await folder.take({**HUGO, "content/posts/a.md": "---\ntitle: A\ndraft: true\n\nsecret-words"})
    assert folder.counts() == (0, 0, 0)
    assert report.left_out[0].endswith("a.md:1: the line '---' that ends the header is missing")
