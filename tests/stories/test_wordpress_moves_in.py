"""What real WordPress exports hold, and what becomes of it here."""

import gzip
import zipfile
from pathlib import Path

import pytest

from syndicate.importers.blog_importer import BlogImporter
from syndicate.importers.report import ImportReport
from syndicate.importers.wordpress.export import WordPressExport
from syndicate.model.post import PostState
from syndicate.storage.media import MediaState
from syndicate.transport.message import Request, Response
from tests.instances import RunningInstance
from tests.old_blog import OldBlog, comment
from tests.pictures import PNG
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
"""Both databases are tried with other exports."""

CASES = Path(__file__).parents[1] / "documents" / "wordpress" / "cases.xml"


async def move_in(instance: RunningInstance, *exports: Path, media: Path | None = None) -> ImportReport:
    services = instance.server.services
    return await BlogImporter(
        services.store,
        services.post_importer,
        services.files,
        services.urls,
        services.clock,
        media=media,
        announce=False,
        progress=lambda _: None,
    ).run(WordPressExport(exports, services.config.site.zone))


async def html_of(instance: RunningInstance, slug: str) -> str:
    post = await instance.store.posts.find_by_slug(slug)
    assert post is not None
    return post.html


async def test_what_old_blogs_are_made_of_comes_in_and_what_cannot_be_shown_is_counted(
    instance: RunningInstance,
) -> None:
    report = await move_in(instance, CASES)
    blocks = await html_of(instance, "with-reusable")
    for kept in (
        "<p>Words of the reusable block.</p>",
        '<a href="https://old.example/wp-content/uploads/2020/01/cover.jpg">',
        '<a href="https://social.example/@ann">mastodon</a>',
        '<a href="https://gist.github.com/ann/12345">',
        '<a href="https://shop.example/">Buy it</a>',
    ):
        assert kept in blocks
    code = await html_of(instance, "code")
    for kept in (
        '<pre><code class="language-php">&lt;?php if ($a &lt; $b &amp;&amp; $c &gt; 1) { echo "&lt;b&gt;bold&lt;/b&gt;"; } ?&gt;\n',
        '<pre><code class="language-java">Map&lt;String, List&lt;Integer&gt;&gt; m = new HashMap&lt;&gt;();\n',
        '<code class="language-c">#include &lt;stdio.h&gt;</code>',
        '<a href="http://www.youtube.com/watch?v=old1">',
        '<a href="https://www.slideshare.net/slideshow/embed_code/123">',
    ):
        assert kept in code
    assert report.linked == dict.fromkeys(
        ("cover", "googlemaps", "object", "script", "slideshare", "social-link", "youtube"), 1
    ) | {"iframe": 2}
    assert report.reactions == {"like": 1}
    assert report.held_back == ["held back as a draft: A pitch: its status “in-progress” is unknown"]
    assert report.twins == ["Second of a guid"]
    question, answer = await instance.store.shown_comments.list_shown(
        await _id(instance, "with-reusable"), limit=9, skip=0
    )
    assert (question.author.name, answer.author.name, answer.parent) == ("Parent", "Child", question.id)
    again = await move_in(instance, CASES)
    assert (again.created, again.updated, again.comments, again.comments_updated) == (0, 0, 0, 0)


async def _id(instance: RunningInstance, slug: str) -> str:
    post = await instance.store.posts.find_by_slug(slug)
    assert post is not None
    return post.id


async def test_pages_at_addresses_of_this_program_are_moved_and_named(instance: RunningInstance) -> None:
    report = await move_in(instance, CASES)
    assert report.moved == [
        "Archives: /archives/ is an address of this program; now at /archives-2/",
        "How to search & find: /search/ is an address of this program; now at /2020/01/05/search/",
    ]
    assert "My own page of archives." in (await instance.get("/archives-2/")).text
    assert (await instance.get("/archives/")).status == 200
    for path in ("/a/team/", "/b/team/"):
        assert (await instance.get(path)).status == 200


async def test_a_reusable_block_that_shows_itself_ends_and_is_named(instance: RunningInstance, tmp_path: Path) -> None:
    loop = '<!-- wp:block {"ref":9} /-->'
    blog = (
        OldBlog().post(9, type="wp_block", html=f"Once. {loop}").post(7, html=f'{loop}<!-- wp:block {{"ref":5}} /-->')
    )
    report = await move_in(instance, blog.write(tmp_path / "old.xml"))
    assert (await html_of(instance, "post-7")).count("Once.") == 1
    assert report.notes == ["Post 7: left out 2 × reusable block that is not in the export or shows itself"]


async def test_a_second_import_mends_the_threads_of_comments(instance: RunningInstance, tmp_path: Path) -> None:
    await move_in(instance, OldBlog().post(7, more=comment(2, "Answer.", parent=1)).write(tmp_path / "1.xml"))
    both = OldBlog().post(7, more=comment(2, "Answer.", parent=1) + comment(1, "Question."))
    report = await move_in(instance, both.write(tmp_path / "2.xml"))
    assert (report.comments, report.comments_updated) == (1, 1)
    found = {
        one.anchor: one
        for one in await instance.store.shown_comments.list_shown(await _id(instance, "post-7"), limit=9, skip=0)
    }
    assert found["comment-2"].parent == found["comment-1"].id
    assert (await move_in(instance, tmp_path / "2.xml")).comments_updated == 0


def reaction(id: int, type: str, url: str = "", meta: str = "") -> str:
    return comment(id, "liked this!").replace(
        "</wp:comment>",
        f"<wp:comment_type>{type}</wp:comment_type><wp:comment_author_url>{url}</wp:comment_author_url>{meta}</wp:comment>",
    )


async def test_likes_and_boosts_by_somebody_who_is_named_come_in_once(
    instance: RunningInstance, tmp_path: Path
) -> None:
    id = "<wp:commentmeta><wp:meta_key>source_id</wp:meta_key><wp:meta_value>https://s.example/likes/1</wp:meta_value></wp:commentmeta>"
    reactions = (
        reaction(1, "like", "https://s.example/@ann", id)
        + reaction(2, "like", "https://s.example/@ann")
        + reaction(3, "repost", "https://s.example/@bob")
        + reaction(4, "like")
        + reaction(5, "bookmark", "https://s.example/@bob")
    )
    blog = OldBlog().post(7, more=reactions).write(tmp_path / "old.xml")
    report = await move_in(instance, blog)
    assert (report.likes, report.reactions) == ({"like": 1, "share": 1}, {"like": 1, "bookmark": 1})
    assert report.comments == 0
    again = await move_in(instance, blog)
    assert (again.likes, again.updated) == ({}, 0)
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert (post.counts.likes, post.counts.shares) == (1, 1)


async def test_private_notes_of_plug_ins_are_shown_to_nobody(instance: RunningInstance, tmp_path: Path) -> None:
    note = comment(1, "SECRET-NOTE").replace(
        "</wp:comment>", "<wp:comment_type>order_note</wp:comment_type></wp:comment>"
    )
    report = await move_in(instance, OldBlog().post(7, more=note + comment(2, "Public.")).write(tmp_path / "old.xml"))
    assert report.comments == 1
    assert report.counted == {("comment of the type “order_note”", "a plug-in keeps it, maybe in private"): 1}
    for path in ("/2014/07/31/post-7/", "/comments/feed/"):
        assert "SECRET-NOTE" not in (await instance.get(path)).text


@pytest.mark.parametrize(
    ("status", "date", "state"),
    [
        ("pending", "2014-07-31 10:00:00", PostState.DRAFT),
        ("dp-rewrite-republish", "2014-07-31 10:00:00", PostState.DRAFT),
        ("future", "2014-07-31 10:00:00", PostState.DRAFT),
        ("future", "2114-07-31 10:00:00", PostState.SCHEDULED),
        ("publish", "0000-00-00 00:00:00", PostState.DRAFT),
        ("publish", "2014-07-31T10:00:00", PostState.PUBLISHED),
    ],
)
async def test_what_is_not_surely_public_is_a_draft_and_named(
    instance: RunningInstance, tmp_path: Path, status: str, date: str, state: PostState
) -> None:
    report = await move_in(instance, OldBlog().post(7, status=status, date=date).write(tmp_path / "old.xml"))
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert post.state is state
    assert len(report.held_back) == (state is PostState.DRAFT)


async def test_a_date_for_feeds_counts_where_there_is_no_other(instance: RunningInstance, tmp_path: Path) -> None:
    zeros, feed = "0000-00-00 00:00:00", "<pubDate>Thu, 31 Jul 2014 10:00:00 +0000</pubDate>"
    never = "<pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate>"
    blog = OldBlog().post(7, date=zeros, more=feed).post(8, date=zeros, more=never)
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    dated = await instance.store.posts.find_by_slug("post-7")
    undated = await instance.store.posts.find_by_slug("post-8")
    assert dated
    assert undated
    assert (f"{dated.published:%Y-%m-%d %H}", dated.state) == ("2014-07-31 10", PostState.PUBLISHED)
    assert undated.state is PostState.DRAFT


async def test_a_post_without_number_is_known_by_its_guid_or_address(instance: RunningInstance, tmp_path: Path) -> None:
    blog = OldBlog().post(7).post(8)
    blog.items = [
        item.replace("<wp:post_id>7</wp:post_id>", "").replace("<wp:post_id>8</wp:post_id>", "") for item in blog.items
    ]
    export = blog.write(tmp_path / "old.xml")
    assert (await move_in(instance, export)).created == 2
    assert (await move_in(instance, export)).unchanged == 2


@pytest.mark.parametrize("form", ["zip", "gzip"])
async def test_an_export_may_be_compressed(instance: RunningInstance, tmp_path: Path, form: str) -> None:
    parts = [OldBlog().post(id).write(tmp_path / f"old.{id}.xml") for id in (7, 8)]
    packed = tmp_path / "old"
    if form == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for part in parts:
                archive.write(part, part.name)
    else:
        packed.write_bytes(gzip.compress(OldBlog().post(7).post(8).write(parts[0]).read_bytes()))
    assert (await move_in(instance, packed)).created == 2


async def test_files_at_wordpress_com_are_taken_from_its_archive(instance: RunningInstance, tmp_path: Path) -> None:
    hosted = "https://ann.files.wordpress.com/2013/09"
    text = (
        f'<img src="{hosted}/leaf.png?w=300"> <img src="https://i0.wp.com/ann.files.wordpress.com/2013/09/root.png">'
        ' <img src="https://old.example/files/2013/09/twig-300x200.png">'
    )
    blog = OldBlog().post(7, html=text)
    for id, name in ((8, "leaf"), (9, "root")):
        blog.picture(id, f"{name}.png", url=f"{hosted}/{name}.png", file=f"2013/09/{name}.png")
    with zipfile.ZipFile(tmp_path / "media.zip", "w") as archive:
        for name in ("leaf", "root", "twig"):
            archive.writestr(f"2013/09/{name}.png", PNG)
    report = await move_in(instance, blog.write(tmp_path / "old.xml"), media=tmp_path / "media.zip")
    assert (report.pictures_kept, report.pictures_wanted) == (3, 0)
    html = await html_of(instance, "post-7")
    assert html.count('<img src="https://blog.example/') == 3
    assert (await instance.get("/files/2013/09/twig-300x200.png")).status == 200


async def test_pictures_of_plain_http_are_tried_by_https_first_and_leave_a_link(
    instance: RunningInstance, wire: Wire, tmp_path: Path
) -> None:
    asked: list[tuple[str, bool]] = []

    async def answer(request: Request) -> Response:
        asked.append((request.url, request.plain_http))
        is_there = request.url == "http://pictures.example/leaf.png"
        return Response(status=200 if is_there else 404, headers={}, body=PNG, url=request.url)

    wire.connect_server("pictures.example", answer)
    text = '<img src="http://pictures.example/leaf.png"> <img src="http://pictures.example/lost.png" alt="Lost">'
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"))
    await instance.publish("Mine", "![x](http://pictures.example/mine.png)")
    await instance.settle()
    assert sorted(asked) == [
        ("http://pictures.example/leaf.png", True),
        ("http://pictures.example/lost.png", True),
        ("http://pictures.example/mine.png", False),
        ("https://pictures.example/leaf.png", False),
        ("https://pictures.example/lost.png", False),
    ]
    assert await instance.store.media.count(MediaState.KEPT) == 1
    assert '<a href="http://pictures.example/lost.png">[Lost]</a>' in await html_of(instance, "post-7")


async def test_the_language_of_a_post_is_kept_and_other_taxonomies_are_named(
    instance: RunningInstance, tmp_path: Path
) -> None:
    terms = '<category domain="language" nicename="pt_BR">Português</category><category domain="season" nicename="a">A</category>'
    report = await move_in(instance, OldBlog().post(7, more=terms).write(tmp_path / "old.xml"))
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert post.language == "pt-BR"
    assert report.counted == {("“season” of a post", "posts are sorted by categories and tags only"): 1}


async def test_links_to_the_network_of_a_blog_stay_where_they_lead(instance: RunningInstance, tmp_path: Path) -> None:
    export = OldBlog("https://ann.network.example").post(
        7, html='<a href="https://network.example/tea/">n</a> <a href="https://ann.network.example/tea/">a</a>'
    )
    file = export.write(tmp_path / "old.xml")
    text = file.read_text()
    site = "<wp:base_site_url>https://ann.network.example</wp:base_site_url>"
    file.write_text(text.replace(site, site.replace("ann.", "")))
    await move_in(instance, file)
    html = await html_of(instance, "post-7")
    assert 'href="https://network.example/tea/"' in html
    assert 'href="https://blog.example/tea/"' in html


async def test_a_post_without_text_is_named(instance: RunningInstance, tmp_path: Path) -> None:
    report = await move_in(instance, OldBlog().post(7, html="").write(tmp_path / "old.xml"))
    assert report.created == 1
    assert report.notes == ["Post 7: has no text in the export"]
