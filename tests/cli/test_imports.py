"""`syndicate import`: what came in, what was left out, and nothing twice."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Blog
from tests.old_blog import OldBlog, comment
from tests.pictures import PNG

DOCUMENTS = Path(__file__).parents[1] / "documents"
GARDEN = DOCUMENTS / "wordpress" / "garden.xml"
OPML = Path(__file__).parents[1] / "feeds" / "documents" / "wordpress.opml"


def test_a_wordpress_export_comes_in_and_says_what_was_left_out(blog: Blog) -> None:
    result = blog.run("import", "wordpress", GARDEN)
    assert "3 created, 0 updated, 0 unchanged; 4 comments\n" in result.stdout or " created, " in result.stdout
    assert "skipped: 2 × menu entry" in result.stdout
    assert "not imported: " in result.stderr
    assert result.exit_code == 1
    again = blog.run("import", "wordpress", GARDEN)
    assert again.stdout.startswith("0 created, 0 updated, ")
    assert "; 0 comments" in again.stdout


def test_a_whole_export_is_a_success(blog: Blog) -> None:
    export = OldBlog().post(7).post(8, type="page").write(blog.directory / "old.xml")
    assert blog.ok("import", "wordpress", export) == (
        "2 created, 0 updated, 0 unchanged; 0 comments\nread: 1 × post, 1 × page\n"
        "skipped: the blog's name, Old Notes: site.title and site.tagline in the settings name this blog\n"
    )


def test_an_import_says_what_it_took_and_what_it_could_not_keep(blog: Blog) -> None:
    talk = comment(31, "Shown.") + comment(32, "Waits.", approved="0") + comment(33, "Spam.", approved="spam")
    export = OldBlog(terms="<wp:tag><wp:tag_slug>tea</wp:tag_slug><wp:tag_name>Tea</wp:tag_name></wp:tag>")
    export.post(7, more=talk + "<wp:is_sticky>1</wp:is_sticky>", html="[tea-map]x[/tea-map] [gallery]")
    export.post(8, status="draft").post(9, status="private").post(10, type="page", status="pending")
    said = blog.ok("import", "wordpress", export.write(blog.directory / "old.xml"))
    for line in (
        "4 created, 0 updated, 0 unchanged; 3 comments",
        "read: 3 × post, 1 × page; 1 pinned",
        "not public: 2 × draft, 1 × private",
        "comments: 1 × shown, 1 × waiting for you, 1 × spam",
        "terms: 1 × tag",
        "removed from texts, since only WordPress can show it: 1 × [gallery], 1 × [tea-map]",
    ):
        assert line in said.splitlines()


def test_several_files_are_one_blog(blog: Blog) -> None:
    first = OldBlog().post(7, html='[gallery ids="9"]').write(blog.directory / "1.xml")
    second = OldBlog().picture(9, "leaf.png").write(blog.directory / "2.xml")
    said = blog.ok("import", "wordpress", first, second)
    assert "1 created" in said
    assert "pictures: 0 stored, 1 for the server to download" in said


def test_pictures_are_taken_from_a_copy(blog: Blog) -> None:
    uploads = blog.directory / "uploads"
    uploads.mkdir()
    (uploads / "leaf.png").write_bytes(PNG)
    export = OldBlog().picture(9, "leaf.png").write(blog.directory / "old.xml")
    assert "pictures: 1 stored, 0 for the server" in blog.ok("import", "wordpress", "--media", uploads, export)


@pytest.mark.parametrize(
    "text",
    ["", "<html><body>Log in</body></html>", '{"posts": []}', '<opml version="2.0"><body/></opml>', "\x89PNG"],
)
def test_what_is_no_export_changes_nothing(blog: Blog, text: str) -> None:
    good = OldBlog().post(7).write(blog.directory / "good.xml")
    wrong = blog.write("wrong.xml", text)
    assert "wrong.xml" in blog.refuses("import", "wordpress", good, wrong)
    assert "there is no post" in blog.refuses("delete", "post-7")


def zipped(data: bytes, name: str) -> bytes:
    """A ZIP archive whose compressed bytes are damaged in the middle."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    damaged = bytearray(packed.getvalue())
    middle = len(damaged) // 3
    damaged[middle : middle + 8] = bytes(byte ^ 0xFF for byte in damaged[middle : middle + 8])
    return bytes(damaged)


GHOST = json.dumps({"db": [{"data": {"posts": [{"id": "1", "title": "Pears"}], "posts_tags": []}}]}).encode()
MENTIONS = json.dumps({"children": [{"wm-source": "https://a.example/", "wm-target": "https://b.example/"}]}).encode()
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}]}).encode()


@pytest.mark.parametrize(
    ("command", "name", "data"),
    [
        ("ghost", "cut.json", GHOST[:-9]),
        ("webmentions", "cut.json", MENTIONS[:-9]),
        ("feed", "cut.json", JSON_FEED[:-9]),
        ("ghost", "damaged.zip", zipped(GHOST * 9, "ghost.json")),
        ("feed", "damaged.zip", zipped(b"<rss>" + JSON_FEED * 9, "feed.xml")),
        ("wordpress", "damaged.zip", zipped(b"<rss>" + JSON_FEED * 9, "old.xml")),
    ],
)
def test_a_damaged_export_is_one_line_and_changes_nothing(blog: Blog, command: str, name: str, data: bytes) -> None:
    path = blog.directory / name
    path.write_bytes(data)
    said = blog.refuses("import", command, path)
    assert name in said
    assert "use `syndicate import" not in said
    assert len(said.strip().splitlines()) == 1


def test_half_a_post_at_the_end_of_a_feed_is_left_out_by_name(blog: Blog) -> None:
    item = "<item><title>{0}</title><guid>{0}</guid><pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate><description>{0}</description></item>"
    whole = f"<rss version='2.0'><channel><title>B</title>{item.format('Pears')}{item.format('Plums')}"
    result = blog.run("import", "feed", blog.write("feed.xml", whole[:-30]))
    assert result.exit_code == 1
    assert "1 created" in result.output
    assert "“Plums”: feed.xml is not whole" in result.output


def test_a_file_or_directory_that_is_not_there_is_named(blog: Blog) -> None:
    export = OldBlog().post(7).write(blog.directory / "old.xml")
    assert "nowhere.xml" in blog.refuses("import", "wordpress", blog.directory / "nowhere.xml")
    assert "nowhere" in blog.refuses("import", "wordpress", "--media", blog.directory / "nowhere", export)
    assert "nowhere.opml" in blog.refuses("import", "opml", blog.directory / "nowhere.opml")
    assert "nowhere" in blog.refuses("import", "markdown", blog.directory / "nowhere")


def test_nothing_is_announced_unless_that_was_asked_for(blog: Blog) -> None:
    export = OldBlog().post(7).write(blog.directory / "old.xml")
    blog.ok("import", "wordpress", export)
    assert json.loads(blog.ok("deliveries", "post-7", "--json")) == []


def test_a_blogroll_comes_in_once(blog: Blog) -> None:
    result = blog.run("import", "opml", OPML)
    assert " added, 0 updated, 0 unchanged" in result.stdout
    entries = json.loads(blog.ok("blogroll", "--json"))
    assert len(entries) == int(result.stdout.split()[0])
    again = blog.run("import", "opml", OPML)
    assert again.stdout.startswith("0 added, 0 updated, ")
    assert json.loads(blog.ok("blogroll", "--json")) == entries


@pytest.mark.parametrize("text", ["", "no xml", "<html/>", '<rss version="2.0"><channel/></rss>'])
def test_what_is_no_list_changes_nothing(blog: Blog, text: str) -> None:
    blog.refuses("import", "opml", blog.write("list.opml", text))
    assert json.loads(blog.ok("blogroll", "--json")) == []


def test_a_folder_of_markdown_comes_in_but_for_what_is_wrong(blog: Blog) -> None:
    blog.write("posts/2024-05-06-tea.md", "Hot.")
    blog.write("posts/deep/rain.markdown", "Wet.")
    blog.write("posts/.hidden.md", "Hidden.")
    blog.write("posts/wrong.md", "---\ntitle: x\n")
    blog.write("posts/notes.txt", "No post.")
    result = blog.run("import", "markdown", blog.directory / "posts")
    assert result.stdout.startswith("2 created, 0 updated, 0 unchanged\n")
    assert "rain.markdown: it has no date; the time of the file is taken" in result.stdout
    assert "wrong.md:1: the line '---' that ends the header is missing" in result.stderr
    assert result.exit_code == 1
    (blog.directory / "posts" / "wrong.md").unlink()
    assert blog.ok("import", "markdown", blog.directory / "posts").startswith("0 created, 0 updated, 2 unchanged\n")
    assert "https://blog.example/2024/05/06/tea/" in blog.ok(
        "publish", "--replace", blog.directory / "posts/2024-05-06-tea.md"
    )


def test_a_folder_that_was_moved_changes_nothing(blog: Blog) -> None:
    blog.write("notes/2024-05-06-tea.md", "Hot.")
    assert blog.ok("import", "markdown", blog.directory / "notes") == "1 created, 0 updated, 0 unchanged\n"
    (blog.directory / "notes").rename(blog.directory / "old-notes")
    assert blog.ok("import", "markdown", blog.directory / "old-notes") == "0 created, 0 updated, 1 unchanged\n"


def test_two_files_with_one_slug_are_two_posts(blog: Blog) -> None:
    blog.write("posts/a/tea.md", "---\ndate: 2020-01-01\n---\nFirst.")
    blog.write("posts/b/tea.md", "---\ndate: 2020-01-02\n---\nSecond.")
    blog.write("posts/b/tea (Case Conflict).md", "Third.")
    for counts in ("2 created, 0 updated, 0 unchanged", "0 created, 0 updated, 2 unchanged"):
        said = blog.ok("import", "markdown", blog.directory / "posts")
        assert said.startswith(f"{counts}\nskipped: ")
        assert "tea (Case Conflict).md: the other version" in said
    assert blog.ok("delete", "tea-2") == "tea-2: deleted\n"


def test_a_sample_is_not_put_into_a_blog_that_has_posts(blog: Blog) -> None:
    blog.write("posts/tea.md", "Hot.")
    blog.ok("import", "markdown", "--if-empty", blog.directory / "posts")
    blog.write("posts/rain.md", "Wet.")
    blog.ok("import", "markdown", "--if-empty", blog.directory / "posts")
    assert "there is no post" in blog.refuses("delete", "rain")


def test_an_import_of_a_folder_holds_back_and_leaves_out_by_name(blog: Blog) -> None:
    result = blog.run("import", "markdown", DOCUMENTS / "markdown")
    assert "not imported" not in result.stderr
    for name in ("draft-misspelt", "jekyll-published-false", "status-draft", "publish-false", "half-done"):
        assert f"{name}.md:" in result.stdout
    again = blog.run("import", "markdown", DOCUMENTS / "markdown")
    assert again.stdout.startswith("0 created, 0 updated, ")


def test_two_posts_with_one_guid_are_two_posts_and_stay_so(blog: Blog) -> None:
    result = blog.run("import", "wordpress", DOCUMENTS / "wordpress" / "cases.xml")
    told = "gets a new id in feeds, since another post of the export has the same guid: Second of a guid"
    assert told in result.stdout.splitlines()
    again = blog.run("import", "wordpress", DOCUMENTS / "wordpress" / "cases.xml")
    assert again.stdout.startswith("0 created, 0 updated, ")
    blog.ok("delete", "first")
    blog.ok("delete", "second")


def test_mastodon_s_lists_are_taken_as_they_are_exported(blog: Blog) -> None:
    """Block lists have no heading."""
    assert blog.ok("blocks", "import", blog.write("servers.csv", "spam.example.net\n")) == "1 blocked\n"
    assert blog.ok("blocks", "import", blog.write("accounts.csv", "cyn@masto.peer.test\n")) == "1 blocked\n"
    listed = {row["who"]: row["kind"] for row in json.loads(blog.ok("blocks", "--json"))}
    assert listed == {"@cyn@masto.peer.test": "actor", "spam.example.net": "domain"}
    assert "is no longer blocked" in blog.ok("unblock", "cyn@masto.peer.test")


def test_a_list_of_another_kind_is_refused_with_the_command_for_it(blog: Blog) -> None:
    follows = blog.write("follows.csv", "Account address,Show boosts,Notify\nann@masto.peer.test,true,false\n")
    mutes = blog.write("mutes.csv", "Account address,Hide notifications\nben@masto.peer.test,true\n")
    blocks = blog.write("blocks.csv", "#domain,#severity\nspam.example,suspend\n")
    assert "syndicate import following" in blog.refuses("blocks", "import", follows)
    assert "a list of accounts that you mute" in blog.refuses("blocks", "import", mutes)
    assert "a list of accounts that you mute" in blog.refuses("import", "following", mutes)
    assert "syndicate blocks import" in blog.refuses("import", "following", blocks)
    assert "syndicate import following" in blog.refuses("import", "opml", follows)
