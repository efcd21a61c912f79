"""Old addresses answer, and ids of the old feed stay."""

import pytest

from tests.importers.markdown.folders import ELEVENTY, HEXO, HUGO, JEKYLL, NIKOLA, PELICAN, ZOLA, Folder

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
OLD = "https://old.example"


@pytest.mark.parametrize(
    ("settings", "name", "header", "path", "guid"),
    [
        (JEKYLL, "_posts/2015-06-02-Code.html", "title: x", "/2015/06/02/Code.html", f"{OLD}/2015/06/02/Code"),
        (JEKYLL, "_posts/2015-06-02-y.md", "permalink: /howto/x.html", "/howto/x.html", f"{OLD}/howto/y"),
        (
            {"_config.yml": f"url: {OLD}\npermalink: pretty\nbaseurl: /blog"},
            "tea/_posts/2015-06-02-y.md",
            "category: Hot",
            "/blog/hot/2015/06/02/y/",
            f"{OLD}/blog/hot/2015/06/02/y",
        ),
        ({"_config.yml": f"url: {OLD}\ntimezone: Europe/Rome"}, "_posts/2012-07-03-a.md", "date: 2012-07-03 23:30:00", "/2012/07/04/a.html", f"{OLD}/2012/07/04/a"),
        (HUGO, "content/posts/My Tea.md", "date: 2015-06-02", "/posts/my-tea/", f"{OLD}/posts/my-tea/"),
        (HUGO, "content/posts/tea/index.md", "date: 2015-06-02\nslug: green", "/posts/green/", f"{OLD}/posts/green/"),
        ({"hugo.toml": f'baseURL = "{OLD}/"\n[permalinks]\nposts = "/:year/:month/:slug/"\n'}, "content/posts/a.md", "date: 2015-06-02\ntitle: Hot Tea", "/2015/06/hot-tea/", f"{OLD}/2015/06/hot-tea/"),
        ({"config.yaml": f"baseURL: {OLD}\nuglyURLs: true"}, "content/posts/a.md", "date: 2015-06-02", "/posts/a.html", f"{OLD}/posts/a.html"),
        (HUGO, "content/posts/a.md", "date: 2015-06-02\nurl: /x/y.html\nguid: tag:x", "/x/y.html", "tag:x"),
        (ZOLA, "content/b/2018-10-10-hi.md", "title: Hi", "/b/hi/", f"{OLD}/b/hi/"),
        (PELICAN, "content/a.md", "Title: My Pear\nDate: 2012-07-09", "/my-pear.html", "tag:old.example,2012-07-09:/my-pear.html"),
        (HEXO, "source/_posts/sub/tea.md", "date: 2015-06-02 10:00:00", "/2015/06/02/sub/tea/", f"{OLD}/2015/06/02/sub/tea/"),
        ({"_config.yml": f"url: {OLD}\npermalink: posts/:abbrlink.html", "source/_posts/.keep": ""}, "source/_posts/tea.md", "date: 2015-06-02\nabbrlink: 4a17", "/posts/4a17.html", f"{OLD}/posts/4a17.html"),
        (NIKOLA, "posts/a.md", "slug: tea\ndate: 2015-06-02", "/posts/tea/", f"{OLD}/posts/tea/"),
    ],
)  # fmt: skip
async def test_a_post_keeps_its_address_and_its_id_in_feeds(
    folder: Folder, settings: dict[str, str], name: str, header: str, path: str, guid: str
) -> None:
    fence = "" if settings is PELICAN else "---\n"
    await folder.take({**settings, name: f"{fence}{header}\n{fence}\nHot."})
    [post] = await folder.instance.store.post_lists.list_newest(limit=2)
    assert (post.path, post.guid) == (path, guid)
    assert await folder.lands(path) == path


async def test_other_spellings_of_an_address_lead_to_the_post(folder: Folder) -> None:
    text = "---\ndate: 2015-06-02\naliases: [old, /older/]\ntags: [Hot Tea]\ncategories: [Leaves]\n---\nHot."
    await folder.take({"hugo.toml": f'baseURL = "{OLD}/blog/"\n', "content/posts/tea.md": text})
    path = "/blog/posts/tea/"
    for address in (
        *("/blog/posts/tea/", "/blog/posts/tea", "/blog/posts/tea/index.html", "/posts/tea/", "/posts/tea"),
        *("/blog/posts/old/", "/posts/old/", "/blog/older/", "/older"),
    ):
        assert await folder.lands(address) == path, address
    for address in ("/tags/hot-tea/", "/blog/tags/hot-tea/", "/tag/hot-tea.html"):
        assert await folder.lands(address) == "/tag/hot-tea/", address
    assert await folder.lands("/categories/leaves/") == "/category/leaves/"
    for address in ("/index.xml", "/blog/index.xml", "/posts/index.xml"):
        assert await folder.lands(address) == "/feed/", address


async def test_two_dates_give_one_name_twice_and_both_come_in(folder: Folder) -> None:
    await folder.take({**JEKYLL, "_posts/2014-01-01-x.md": "---\n---\n1", "_posts/2015-01-01-x.md": "---\n---\n2"})
    assert ((await folder.post("x")).path, (await folder.post("x-2")).path) == (
        "/2014/01/01/x.html",
        "/2015/01/01/x.html",
    )


async def test_an_address_that_cannot_be_known_is_not_made_up(folder: Folder) -> None:
    text = "---\ndate: 2020-01-02\npermalink: '/{{ page.secret }}/'\n---\nHot."
    await folder.take({**ELEVENTY, "posts/tea.md": text})
    post = await folder.post("tea")
    assert (post.path, post.guid) == ("/2020/01/02/tea/", post.uri)
    assert "its address '/{{ page.secret }}/' is a pattern that is not known here" in folder.said()
    assert "--origin" in folder.said()


async def test_an_address_of_the_blog_itself_is_not_given_away(folder: Folder) -> None:
    await folder.take({**JEKYLL, "_posts/2020-01-02-tea.md": "---\npermalink: /feed/\n---\nHot."})
    assert (await folder.post("tea")).path == "/2020/01/02/tea/"
    assert (await folder.instance.get("/feed/")).headers["Content-Type"].startswith("application/rss")


async def test_origin_and_pattern_can_be_given(folder: Folder) -> None:
    await folder.take({"2020-01-02-tea.md": "Hot."}, origin="https://old.example/b/", pattern="/{year}/{slug}/")
    post = await folder.post("tea")
    assert (post.path, post.guid) == ("/b/2020/tea/", "https://old.example/b/2020/tea/")


async def test_each_language_has_its_address(folder: Folder) -> None:
    settings = 'baseURL = "https://old.example/"\ndefaultContentLanguage = "en"\n[languages.en]\n[languages.de]\n'
    header = "---\ndate: 2020-01-02\n---\n"
    await folder.take({"hugo.toml": settings, "content/tea.md": f"{header}Hot.", "content/tea.de.md": f"{header}Heiß."})
    german = await folder.instance.store.posts.find_by_path("/de/tea/")
    assert german is not None
    assert german.language == "de"
    assert "content/tea.de.md, content/tea.md: are translations of one text" in folder.said()
    assert await folder.lands("/tea/") == "/tea/"
