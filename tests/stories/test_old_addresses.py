"""A WordPress blog is imported, and every address that it had still leads to what was there."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from syndicate.importers.blog_importer import BlogImporter
from syndicate.importers.report import ImportReport
from syndicate.importers.wordpress.export import WordPressExport
from syndicate.model.post import PostDraft, PostKind
from syndicate.transport.message import Request, Response
from tests.instances import ACTIVITY, RunningInstance
from tests.old_blog import OldBlog, comment
from tests.peer import Peer
from tests.pictures import PNG, is_silent, telling

GARDEN = Path(__file__).parents[1] / "documents" / "wordpress" / "garden.xml"
BASE = "https://blog.example"


async def move_in(
    instance: RunningInstance, *exports: Path, media: Path | None = None, announce: bool = False
) -> ImportReport:
    services = instance.server.services
    return await BlogImporter(
        services.store,
        services.post_importer,
        services.files,
        services.urls,
        services.clock,
        media=media,
        announce=announce,
        progress=lambda _: None,
    ).run(WordPressExport(exports, services.config.site.zone))


async def leads(instance: RunningInstance, address: str) -> tuple[int, str]:
    """Where an address leads: its status, and the Location if there is one."""
    answer = await instance.get(address)
    return answer.status, answer.headers.get("Location", "")


# addresses


@pytest.mark.parametrize(
    "link",
    [
        "/2014/07/31/tea/",
        "/2014/07/tea.html",
        "/archives/123",
        "/index.php/2014/07/tea/",
        "/tea/",
        "/blog/2014/tea",
        "/%e8%8c%b6/",
        "/über-uns/茶/",
        "/a b/",
        "/2014/07/31/tea/comment-page-1/",
        "/it's-(tea)!/",
        "/%7Eida/100%25/a%2Db/",
    ],
)
async def test_a_post_stays_where_its_link_says_whatever_its_form(
    instance: RunningInstance, tmp_path: Path, link: str
) -> None:
    await move_in(instance, OldBlog().post(7, link=link, title="Tea", html="Leaves.").write(tmp_path / "old.xml"))
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    answer = await instance.get(post.path)
    assert answer.status == 200
    assert "Leaves." in answer.text
    page: Any = html.fromstring(answer.body)
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{BASE}{post.path}"]
    [entry] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item")
    assert entry.findtext("link") == f"{BASE}{post.path}"


async def test_an_address_is_found_however_its_letters_are_encoded(instance: RunningInstance, tmp_path: Path) -> None:
    await move_in(instance, OldBlog().post(7, link="/über/茶/").write(tmp_path / "old.xml"))
    for path in ("/%C3%BCber/%E8%8C%B6/", "/%c3%bcber/%e8%8c%b6/"):
        assert (await instance.get(path)).status == 200
    assert await leads(instance, "/%c3%bcber/%e8%8c%b6") == (301, "/%C3%BCber/%E8%8C%B6/")


async def test_every_address_that_a_post_had_leads_to_it(instance: RunningInstance, tmp_path: Path) -> None:
    blog = OldBlog("https://old.example/notes").post(
        7, slug="tea", link="/2014/07/31/tea/", guid="http://older.example/?p=3", old_slugs=("te", "t%c3%a9")
    )
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    post = await instance.store.posts.find_by_slug("tea")
    assert post is not None
    assert post.path == "/notes/2014/07/31/tea/"
    for address in (
        "/2014/07/31/tea/",
        "/?p=7",
        "/notes/?p=7",
        "/notes/2014/07/31/te/",
        "/notes/2014/07/31/t%C3%A9/",
        "/notes/2014/07/31/t%c3%a9/",
        "/notes/2014/07/31/tea",
    ):
        assert await leads(instance, address) == (301, post.path), address
    assert (await instance.get(post.path)).status == 200


async def test_a_blog_without_pretty_addresses_gets_them_and_keeps_the_old(
    instance: RunningInstance, tmp_path: Path
) -> None:
    blog = OldBlog().post(7, link="/?p=7", slug="tea").post(8, link="/?page_id=8", slug="who", type="page")
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    assert await leads(instance, "/?p=7") == (301, "/2014/07/31/tea/")
    assert await leads(instance, "/?page_id=8") == (301, "/who/")
    assert await leads(instance, "/?p=8") == (301, "/who/")
    assert (await leads(instance, "/?p=99"))[0] == 404
    assert (await leads(instance, "/?p=7&preview=true"))[0] == 301


async def test_the_page_of_a_picture_leads_to_the_post_that_shows_it(instance: RunningInstance, tmp_path: Path) -> None:
    blog = OldBlog().post(7, slug="tea").picture(8, "leaf.png", parent=7)
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    assert await leads(instance, "/leaf.png/") == (301, "/2014/07/31/tea/")


async def test_wordpress_s_own_addresses_keep_working(instance: RunningInstance) -> None:
    await move_in(instance, GARDEN)
    for address in (
        "/",
        "/feed/",
        "/feed/atom/",
        "/comments/feed/",
        "/category/vegetables/",
        "/category/vegetables/feed/",
        "/category/vegetables/%c3%bcber-beans/",
        "/tag/%e8%8c%b6/",
        "/tag/%e8%8c%b6/feed/",
        "/author/ida-the-hens/",
        "/2023/",
        "/2023/04/",
        "/2023/04/02/",
        "/2023/04/feed/",
        "/notes/2023/04/02/sowing-beans/",
        "/notes/2023/04/02/sowing-beans/feed/",
        "/notes/about/garden/",
        "/sitemap.xml",
    ):
        status, location = await leads(instance, address)
        if status == 301:
            status = (await instance.get(location)).status
        assert status == 200, address


async def test_an_address_of_the_old_blog_is_valid_as_what_is_answered(
    open_instance: RunningInstance, tmp_path: Path, ann: Peer
) -> None:
    blog = OldBlog("https://old.example/notes").post(
        7, slug="tea", guid="http://older.example/?p=3&x=1", old_slugs=("te",)
    )
    await move_in(open_instance, blog.write(tmp_path / "old.xml"))
    post = await open_instance.store.posts.find_by_slug("tea")
    assert post is not None
    answered = [
        post.uri,
        f"{BASE}{post.path}",
        f"{BASE}{post.path}#comments",
        f"{BASE}/notes/2014/07/31/tea",
        f"{BASE}/?p=7",
        f"{BASE}/notes/2014/07/31/te/",
        f"{BASE}/2014/07/31/tea/",
        f"{BASE}/notes/2014/07/31/t%65a/",
        "http://older.example/?p=3&x=1",
    ]
    for address in answered:
        open_instance.clock.advance(minutes=1)
        await ann.reply(address, f"<p>About {address}.</p>")
    await open_instance.settle()
    assert len(await open_instance.comments(post)) == len(answered)


async def test_the_guid_is_kept_to_the_byte_in_every_feed(instance: RunningInstance, tmp_path: Path) -> None:
    guid = "http://Older.example:80/?p=7&x=“a”#b"
    await move_in(instance, OldBlog().post(7, guid=guid).write(tmp_path / "old.xml"))
    [item] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item")
    assert item.findtext("guid") == guid
    atom = etree.fromstring((await instance.get("/feed/atom/")).body)
    assert [id.text for id in atom.findall("{*}entry/{*}id")] == [guid]
    assert [item["id"] for item in (await instance.get("/feed/json/")).json()["items"]] == [guid]


async def test_an_imported_post_has_an_id_of_its_own_in_the_fediverse(
    instance: RunningInstance, tmp_path: Path, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    ann.received.clear()
    await move_in(instance, OldBlog().post(7, date="2026-11-22 18:00:00").write(tmp_path / "old.xml"))
    await instance.settle()
    assert ann.received == []
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert post.uri.startswith(f"{BASE}/posts/")
    assert (await instance.document(post.uri))["published"] == "2026-11-22T18:00:00Z"
    assert (await instance.document(f"{BASE}{post.path}"))["id"] == post.uri
    [create] = (await instance.document("/actor/outbox?page=true"))["orderedItems"]
    assert create["object"]["id"] == post.uri


async def test_old_posts_are_announced_only_when_that_was_asked_for(
    instance: RunningInstance, tmp_path: Path, ann: Peer
) -> None:
    await ann.follow()
    await instance.settle()
    await move_in(instance, OldBlog().post(7).write(tmp_path / "old.xml"), announce=True)
    await instance.settle()
    [create] = ann.of_type("Create")
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert create["object"]["id"] == post.uri


# a blog in a directory

TEA = (
    '<dc:creator>ann</dc:creator><category domain="category" nicename="essays">Essays</category>'
    '<category domain="post_tag" nicename="tea">Tea</category>'
)
LISTS = (
    "<wp:author><wp:author_id>3</wp:author_id><wp:author_login>Ann.B</wp:author_login>"
    "<wp:author_display_name>Ann Author</wp:author_display_name></wp:author>"
    "<wp:author><wp:author_id>4</wp:author_id><wp:author_login>ann</wp:author_login>"
    "<wp:author_display_name>Ann Author</wp:author_display_name></wp:author>"
    "<wp:category><wp:term_id>5</wp:term_id><wp:category_nicename>essays</wp:category_nicename>"
    "<wp:category_parent></wp:category_parent><wp:cat_name>Essays</wp:cat_name></wp:category>"
    "<wp:category><wp:term_id>6</wp:term_id><wp:category_nicename>empty</wp:category_nicename>"
    "<wp:category_parent></wp:category_parent><wp:cat_name>Empty</wp:cat_name></wp:category>"
    "<wp:tag><wp:term_id>9</wp:term_id><wp:tag_slug>tea</wp:tag_slug><wp:tag_name>Tea</wp:tag_name></wp:tag>"
)
OF_THE_BLOG = [
    ("/", "/"),
    ("/feed/", "/feed/"),
    ("/feed", "/feed/"),
    ("/feed/atom/", "/feed/atom/"),
    ("/feed/rdf/", "/feed/"),
    ("/comments/feed/", "/comments/feed/"),
    ("/category/essays/", "/category/essays/"),
    ("/category/essays", "/category/essays/"),
    ("/category/essays/feed/", "/category/essays/feed/"),
    ("/category/essays/feed/atom/", "/category/essays/feed/atom/"),
    ("/tag/tea/", "/tag/tea/"),
    ("/tag/tea/feed/", "/tag/tea/feed/"),
    ("/author/ann/", "/author/ann-author/"),
    ("/author/ann/feed/", "/author/ann-author/feed/"),
    ("/2014/", "/2014/"),
    ("/2014/07/", "/2014/07/"),
    ("/2014/07/feed/", "/2014/07/feed/"),
    ("/wp-rss2.php", "/wp-rss2.php"),
    ("/wp-links-opml.php", "/wp-links-opml.php"),
    ("/sitemap.xml", "/sitemap.xml"),
    ("/?cat=5", "/category/essays/"),
    ("/?feed=rss2", "/feed/"),
    ("/?feed=atom&cat=5", "/category/essays/feed/atom/"),
    ("/?feed=feed", "/feed/"),
    ("/category/essays/?feed=rss2", "/category/essays/feed/"),
    ("/category/essays?feed=atom", "/category/essays/feed/atom/"),
    ("/tag/tea/?feed=rss", "/tag/tea/feed/"),
    ("/2014/07/?feed=rss2", "/2014/07/feed/"),
    ("/?s=tea", "/search/tea/"),
    ("/?p=7", "/notes/2014/07/31/tea/"),
    ("/?feed=rss2&p=7", "/notes/2014/07/31/tea/feed/"),
    ("/index.php/feed/", "/feed/"),
    ("/2014/07/31/tea/trackback/", "/notes/2014/07/31/tea/"),
    ("/2014/07/31/tea/comment-page-3/", "/notes/2014/07/31/tea/#comments"),
    ("/2014/07/31/te/feed/", "/notes/2014/07/31/tea/feed/"),
]


@pytest.fixture
async def directory(instance: RunningInstance, tmp_path: Path) -> RunningInstance:
    """A server with a blog that was at https://old.example/notes."""
    blog = OldBlog("https://old.example/notes", terms=LISTS)
    blog.post(7, slug="tea", old_slugs=("te",), more=TEA)
    blog.post(8, slug="about", link="/about/", type="page", title="Who I am", html="I like tea.")
    blog.post(9, slug="draft", status="draft", more='<category domain="category" nicename="empty">Empty</category>')
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    return instance


async def test_whatever_stood_in_the_directory_of_the_old_blog_leads_to_what_it_is_now(
    directory: RunningInstance,
) -> None:
    for old, now in OF_THE_BLOG:
        status, location = await leads(directory, f"/notes{old}")
        assert (status, location) == (301, now), old
        status, location = await leads(directory, now.partition("#")[0])
        assert status == 200 or (status == 301 and (await leads(directory, location))[0] == 200), now


async def test_what_the_old_blog_never_had_is_found_in_no_directory(directory: RunningInstance) -> None:
    for path in (
        "/notes/2013/",
        "/notes/category/",
        "/notes/category/empty/",
        "/notes/category/none/feed/",
        "/notes/notes/feed/",
        "/notes/?cat=6",
        "/notes/?cat=99",
        "/notes/2014/07/31/draft/",
        "/other/feed/",
        "/notesfeed/",
        "/notes/posts/019aad2e-7c00-7000-8000-000000000001",
    ):
        status, location = await leads(directory, path)
        assert status == 404 or (status == 301 and (await leads(directory, location))[0] == 404), path
    assert (await leads(directory, "/notes/2013/"))[0] == 404
    assert (await leads(directory, "/notes/?cat=99"))[0] == 404


async def test_an_old_slug_leads_to_its_post_wherever_it_stood(directory: RunningInstance) -> None:
    for path in ("/notes/2014/07/31/te/", "/2014/07/31/te/", "/te/", "/te"):
        assert await leads(directory, path) == (301, "/notes/2014/07/31/tea/"), path


async def test_a_page_about_the_author_wins_from_a_directory_too(directory: RunningInstance) -> None:
    assert await leads(directory, "/about/") == (301, "/notes/about/")
    page: Any = html.fromstring((await directory.get("/")).body)
    links = page.xpath("//nav[@class='site-nav']//a")
    assert ("Who I am", "/notes/about/") in [(link.text, link.get("href")) for link in links]
    assert "/about/" not in [link.get("href") for link in links]
    await directory.delete("about")
    assert (await directory.get("/about/")).status == 200


async def test_texts_of_a_blog_in_a_directory_lead_to_its_lists_of_today(
    instance: RunningInstance, tmp_path: Path
) -> None:
    written = {
        "https://old.example/notes/2014/07/": f"{BASE}/2014/07/",
        "/notes/category/essays/feed/": f"{BASE}/category/essays/feed/",
        "http://www.old.example/notes/": f"{BASE}/",
        "https://old.example/notes/?cat=5#x": f"{BASE}/?cat=5#x",
        "https://old.example/notes/2014/07/31/tea/#_ftn1": f"{BASE}/notes/2014/07/31/tea/#_ftn1",
        "/notes/2014/07/31/tea/": f"{BASE}/notes/2014/07/31/tea/",
        "https://old.example/2014/07/31/tea/": f"{BASE}/2014/07/31/tea/",
        "https://old.example/shop/": "https://old.example/shop/",
    }
    blog = OldBlog("https://old.example/notes").post(7, slug="tea")
    blog.post(8, slug="links", html=" ".join(f'<a href="{address}">x</a>' for address in written))
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    page: Any = html.fromstring((await instance.get("/notes/2014/07/31/links/")).body)
    [content] = page.xpath("//*[contains(@class, 'e-content')]")
    assert content.xpath(".//a/@href") == list(written.values())


async def test_an_author_s_list_is_found_by_every_name_that_it_had(instance: RunningInstance, tmp_path: Path) -> None:
    blog = OldBlog(terms=LISTS).post(7, more=TEA).post(8, more=TEA.replace(">ann<", ">Ann.B<"))
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    for address in ("/author/ann/", "/author/ann", "/author/ann-b/", "/?author=3", "/?author=4", "/?author_name=ann"):
        assert await leads(instance, address) == (301, "/author/ann-author/"), address
    assert await leads(instance, "/author/ann/feed/atom/") == (301, "/author/ann-author/feed/atom/")
    assert await leads(instance, "/?author=4&feed=rss2") == (301, "/author/ann-author/feed/")
    for address in ("/author/ann-author/", "/author/ann-author/feed/"):
        assert (await instance.get(address)).status == 200
    for address in ("/author/nobody/", "/?author=9", "/?author_name=nobody"):
        assert (await instance.get(address)).status == 404


async def test_what_was_asked_with_a_query_leads_to_what_it_meant(instance: RunningInstance, tmp_path: Path) -> None:
    await move_in(instance, OldBlog(terms=LISTS).post(7, slug="tea", more=TEA).write(tmp_path / "old.xml"))
    for query, path in {
        "cat=5": "/category/essays/",
        "cat=5&paged=2": "/category/essays/page/2/",
        "category_name=essays": "/category/essays/",
        "category_name=all/essays": "/category/essays/",
        "tag=tea": "/tag/tea/",
        "tag_id=9": "/tag/tea/",
        "m=201407": "/2014/07/",
        "m=2014": "/2014/",
        "m=20140731": "/2014/07/31/",
        "year=2014&monthnum=7": "/2014/07/",
        "feed=rss2&p=7": "/2014/07/31/tea/feed/",
        "feed=atom&tag=tea": "/tag/tea/feed/atom/",
        "feed=comments-rss2": "/comments/feed/",
        "feed=rss2&m=201407": "/2014/07/feed/",
    }.items():
        assert await leads(instance, f"/?{query}") == (301, path), query
        assert await leads(instance, f"/index.php?{query}") == (301, path), query
    for query in ("cat=6", "cat=x", "tag=none", "m=201408", "m=x", "year=1999", "category_name=none", "feed=ical"):
        assert (await leads(instance, f"/?{query}"))[0] == 404, query
    assert (await leads(instance, "/?utm_source=x"))[0] == 200


@pytest.mark.parametrize("link", ["/archives/123.html", "/archives/123", "/tea/"])
async def test_what_stands_behind_a_post_is_found_whatever_the_form_of_its_address(
    instance: RunningInstance, tmp_path: Path, link: str
) -> None:
    blog = OldBlog().post(7, link=link, more=comment(31, "Mine froze."))
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    behind = link.rstrip("/")
    [entry] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item")
    assert entry.findtext("{*}commentRss") == f"{BASE}{behind}/feed/"
    page: Any = html.fromstring((await instance.get(link)).body)
    assert page.xpath("//link[@rel='alternate']/@href")[-1] == f"{BASE}{behind}/feed/"
    for format in ("feed/", "feed/atom/", "feed/json/"):
        answer = await instance.get(f"{behind}/{format}")
        assert (answer.status, "Mine froze." in answer.text) == (200, True)
    assert await leads(instance, f"{behind}/feed") == (301, f"{behind}/feed/")
    assert await leads(instance, f"{behind}/comment-page-1/") == (301, f"{link}#comments")
    assert await leads(instance, f"{behind}/trackback/") == (301, link)
    await instance.delete("post-7")
    for path in (link, f"{behind}/feed/", f"{behind}/feed/atom/", f"{behind}/comment-page-1/"):
        assert (await leads(instance, path))[0] == 410, path


async def test_an_address_without_its_final_slash_leads_to_the_one_with_it(instance: RunningInstance) -> None:
    await instance.publish("Tea")
    for path in ("/about", "/archives", "/blogroll", "/subscribe", "/search", "/follow", "/2026", "/feed"):
        assert await leads(instance, path) == (301, f"{path}/")
    for path in ("/nowhere", "/actor/nowhere", "/media"):
        assert (await leads(instance, path))[0] == 404


# what is written inside


async def test_footnotes_lead_down_and_up_again(instance: RunningInstance, tmp_path: Path) -> None:
    text = (
        '<p>Tea<a href="#_ftn1" name="_ftnref1">[1]</a></p><p><a href="#_ftnref1" name="_ftn1">[1]</a> Green.</p>'
        '<h2><a name="2nd.part"></a>More</h2><p><a href="https://old.example/2014/07/31/tea/#2nd.part">see</a></p>'
    )
    await move_in(instance, OldBlog().post(7, slug="tea", html=text).write(tmp_path / "old.xml"))
    permalink = f"{BASE}/2014/07/31/tea/"
    [entry] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item")
    for source in ((await instance.get(permalink)).text, entry.findtext("{*}encoded") or ""):
        whole: Any = html.fromstring(source)
        links = [href for href in whole.xpath("//p/a/@href") if href.startswith(f"{permalink}#")]
        assert [href.partition("#")[2] for href in links[:3]] == ["_ftn1", "_ftnref1", "2nd.part"]
        for href in links[:3]:
            assert len(whole.xpath("//*[@id=$id]", id=href.partition("#")[2])) == 1


async def test_addresses_inside_texts_lead_to_where_things_are_now(instance: RunningInstance, tmp_path: Path) -> None:
    text = (
        '<a href="https://old.example/2014/07/31/tea/?x=1#c">a</a> <a href="http://www.old.example/about/">b</a> '
        '<a href="/feed/">c</a> <a href="https://else.example/old.example/">d</a> <a href="#end">e</a>'
    )
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"))
    page: Any = html.fromstring((await instance.get("/2014/07/31/post-7/")).body)
    [content] = page.xpath("//*[contains(@class, 'e-content')]")
    assert content.xpath(".//a/@href") == [
        f"{BASE}/2014/07/31/tea/?x=1#c",
        f"{BASE}/about/",
        f"{BASE}/feed/",
        "https://else.example/old.example/",
        f"{BASE}/2014/07/31/post-7/#end",
    ]


async def test_pictures_of_a_copy_are_served_where_they_were(instance: RunningInstance, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    (uploads / "2014").mkdir(parents=True)
    (uploads / "2014" / "leaf.png").write_bytes(PNG)
    (tmp_path / "secret.png").write_bytes(PNG)
    text = (
        '<img src="https://old.example/wp-content/uploads/2014/leaf.png" alt="A leaf">'
        '<img src="https://old.example/wp-content/uploads/../secret.png" alt="Not yours">'
        '<img src="https://old.example/wp-content/uploads/%2e%2e/secret.png" alt="Not yours">'
    )
    blog = OldBlog().post(7, html=text).picture(8, "2014/leaf.png", parent=7)
    report = await move_in(instance, blog.write(tmp_path / "old.xml"), media=uploads)
    assert report.pictures_kept == 1
    answer = await instance.get("/wp-content/uploads/2014/leaf.png")
    assert (answer.status, answer.body) == (200, PNG)
    assert answer.headers["Content-Type"] == "image/png"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page: Any = html.fromstring((await instance.get("/2014/07/31/post-7/")).body)
    assert page.xpath("//*[contains(@class, 'e-content')]//img/@src") == [f"{BASE}/wp-content/uploads/2014/leaf.png"]
    assert (await instance.get("/wp-content/uploads/secret.png")).status == 404


async def test_photographs_of_a_copy_lose_what_the_camera_wrote(instance: RunningInstance, tmp_path: Path) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "leaf.jpg").write_bytes(telling("JPEG"))
    text = '<img src="https://old.example/wp-content/uploads/leaf.jpg" alt="A leaf">'
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"), media=uploads)
    assert is_silent((await instance.get("/wp-content/uploads/leaf.jpg")).body)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Blätter 2.png", "Blätter 2.png"),
        ("Blätter 2.png", "Bl%c3%a4tter%202.png"),
        ("Blätter 2.png", "Bl%C3%A4tter%202.png"),
        ("leaf.png", "leaf.png?w=300"),
        ("leaf-300x200.png", "leaf-300x200.png"),
    ],
)
async def test_a_picture_is_found_however_its_name_is_written(
    instance: RunningInstance, tmp_path: Path, name: str, written: str
) -> None:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / name).write_bytes(PNG)
    text = f'<img src="https://old.example/wp-content/uploads/{written}" alt="A leaf">'
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"), media=uploads)
    page: Any = html.fromstring((await instance.get("/2014/07/31/post-7/")).body)
    [address] = page.xpath("//*[contains(@class, 'e-content')]//img/@src")
    assert (await instance.get(address)).body == PNG


async def test_pictures_that_are_far_away_are_fetched_afterwards(instance: RunningInstance, tmp_path: Path) -> None:
    asked = []

    async def old_server(request: Request) -> Response:
        asked.append(request.url)
        if request.url.endswith("leaf.png"):
            return Response(status=200, headers={"Content-Type": "image/png"}, body=PNG, url=request.url)
        return Response(status=404, headers={}, body=b"", url=request.url)

    instance_wire: Any = instance.server.transport
    instance_wire.connect_server("old.example", old_server)
    text = (
        '<img src="https://old.example/wp-content/uploads/leaf.png" alt="A leaf">'
        '<img src="https://old.example/wp-content/uploads/lost.png" alt="Lost">'
    )
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"))
    assert asked == []
    before: Any = html.fromstring((await instance.get("/2014/07/31/post-7/")).body)
    assert before.xpath("//*[contains(@class, 'e-content')]//img") == []
    await instance.settle()
    assert (await instance.get("/wp-content/uploads/leaf.png")).body == PNG
    after: Any = html.fromstring((await instance.get("/2014/07/31/post-7/")).body)
    assert after.xpath("//*[contains(@class, 'e-content')]//img/@src") == [f"{BASE}/wp-content/uploads/leaf.png"]
    assert "Lost" in after.text_content()
    [entry] = etree.fromstring((await instance.get("/feed/")).body).findall("channel/item")
    assert f"{BASE}/wp-content/uploads/leaf.png" in (entry.findtext("{*}encoded") or "")


async def test_what_a_server_calls_a_picture_and_is_none_is_not_served(
    instance: RunningInstance, tmp_path: Path
) -> None:
    bodies = {
        "svg.png": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "page.png": b"<!doctype html><script>alert(1)</script>",
        "actor.png": b'{"@context":"https://www.w3.org/ns/activitystreams","type":"Person"}',
    }

    async def old_server(request: Request) -> Response:
        name = request.url.rpartition("/")[2]
        return Response(status=200, headers={"Content-Type": "image/png"}, body=bodies[name], url=request.url)

    instance_wire: Any = instance.server.transport
    instance_wire.connect_server("old.example", old_server)
    text = "".join(f'<img src="https://old.example/wp-content/uploads/{name}" alt="">' for name in bodies)
    await move_in(instance, OldBlog().post(7, html=text).write(tmp_path / "old.xml"))
    await instance.settle()
    for name in bodies:
        for accept in ("*/*", ACTIVITY):
            assert (await instance.get(f"/wp-content/uploads/{name}", accept=accept)).status == 404


async def test_a_blog_that_kept_its_address_does_not_fetch_pictures_from_itself(
    instance: RunningInstance, tmp_path: Path
) -> None:
    text = '<img src="https://blog.example/wp-content/uploads/leaf.png" alt="A leaf">'
    report = await move_in(instance, OldBlog(BASE).post(7, html=text).write(tmp_path / "old.xml"))
    await instance.settle()
    instance_wire: Any = instance.server.transport
    assert instance_wire.log == []
    assert [item.what for item in report.left_out] == ["https://blog.example/wp-content/uploads/leaf.png"]


async def test_comments_keep_their_anchors_and_their_order(instance: RunningInstance, tmp_path: Path) -> None:
    talk = (
        comment(31, "Mine froze.")
        + comment(32, "Mine too.", parent=31, author="Ida")
        + comment(33, "Not yet seen.", approved="0")
        + comment(34, "Buy pills.", approved="spam")
        + comment(35, "Thrown away.", approved="trash")
    )
    await move_in(instance, OldBlog().post(7, more=talk).write(tmp_path / "old.xml"))
    answer = await instance.get("/2014/07/31/post-7/")
    page: Any = html.fromstring(answer.body)
    assert len(page.xpath("//*[@id='comment-31']")) == 1
    [nested] = page.xpath("//*[@id='comment-32']")
    assert "Mine too." in nested.text_content()
    for hidden in ("Not yet seen", "Buy pills", "Thrown away"):
        assert hidden not in answer.text
    feed = etree.fromstring((await instance.get("/comments/feed/")).body)
    assert {item.findtext("link") for item in feed.findall("channel/item")} == {
        f"{BASE}/2014/07/31/post-7/#comment-31",
        f"{BASE}/2014/07/31/post-7/#comment-32",
    }
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert post.guid not in {item.findtext("guid") for item in feed.findall("channel/item")}


async def test_what_commenters_told_nobody_else_is_told_nobody(instance: RunningInstance) -> None:
    await move_in(instance, GARDEN)
    paths = [
        "/",
        "/feed/",
        "/feed/atom/",
        "/feed/json/",
        "/comments/feed/",
        "/comments/feed/atom/",
        "/comments/feed/json/",
        "/notes/2023/04/02/sowing-beans/",
        "/notes/2023/04/02/sowing-beans/feed/",
        "/notes/about/garden/",
        "/sitemap.xml",
        "/archives/",
    ]
    for path in paths:
        for accept in ("text/html", ACTIVITY):
            text = (await instance.get(path, accept=accept)).text
            for secret in ("@mail.example", "203.0.113.", "Not yet", "Waiting", "javascript:"):
                assert secret not in text, (path, secret)
    assert "@mail.example" not in (await instance.get("/actor/outbox?page=true", accept=ACTIVITY)).text


# again


async def test_a_comment_that_was_edited_over_there_is_renewed_and_what_was_decided_here_stays(
    instance: RunningInstance, tmp_path: Path
) -> None:
    export = tmp_path / "old.xml"
    first = comment(31, "Mien froze.") + comment(32, "Buy pills.") + comment(33, "Waits.", approved="0")
    await move_in(instance, OldBlog().post(7, more=first).write(export))
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    [pills] = [found for found in await instance.comments(post) if "pills" in found.html]
    await instance.decide(pills.id, "spam")
    instance.clock.advance(hours=1)
    second = comment(31, "Mine froze.") + comment(32, "Buy more pills.") + comment(33, "Waits.") + comment(34, "New.")
    again = await move_in(instance, OldBlog().post(7, more=second).write(export))
    assert (again.comments, again.comments_updated) == (1, 3)
    text = (await instance.get(post.path)).text
    assert [words in text for words in ("Mine froze.", "Mien", "pills", "Waits.", "New.")] == [
        True,
        False,
        False,
        True,
        True,
    ]
    post = await instance.store.posts.find_by_slug("post-7")
    assert post is not None
    assert post.counts.comments == 3
    third = await move_in(instance, OldBlog().post(7, more=second).write(export))
    assert (third.comments, third.comments_updated) == (0, 0)


async def test_an_import_says_what_it_took(instance: RunningInstance, tmp_path: Path) -> None:
    talk = comment(31, "Shown.") + comment(32, "Waits.", approved="0") + comment(33, "Spam.", approved="spam")
    blog = OldBlog(terms=LISTS).post(7, more=talk + TEA, html="[contact-form-7 id=1] [gallery] [tea-map]x[/tea-map]")
    blog.post(8, type="page").post(9, status="draft").post(10, status="private")
    report = await move_in(instance, blog.write(tmp_path / "old.xml"))
    assert (report.kinds[PostKind.POST], report.kinds[PostKind.PAGE]) == (3, 1)
    assert dict(report.hidden) == {"draft": 1, "private": 1}
    assert dict(report.comment_states) == {"approved": 1, "pending": 1, "spam": 1}
    assert dict(report.terms) == {"category": 2, "tag": 1}
    assert {name: count for name, count in report.shortcodes.items() if count} == {
        "contact-form-7": 1,
        "gallery": 1,
        "tea-map": 1,
    }


async def test_imported_again_nothing_changes(instance: RunningInstance) -> None:
    first = await move_in(instance, GARDEN)
    addresses = ["/feed/", "/feed/atom/", "/feed/json/", "/comments/feed/", "/notes/2023/04/02/sowing-beans/"]
    before = [(await instance.get(path)).body for path in addresses]
    instance.clock.advance(days=1)
    again = await move_in(instance, GARDEN)
    assert first.created > 0
    assert (again.created, again.updated, again.comments) == (0, 0, 0)
    assert again.unchanged == first.created
    assert [(await instance.get(path)).body for path in addresses] == before


async def test_what_changed_over_there_is_renewed_and_what_was_edited_here_stays(
    instance: RunningInstance, tmp_path: Path
) -> None:
    export = tmp_path / "old.xml"
    await move_in(instance, OldBlog().post(7, html="First.").post(8, html="First.").write(export))
    await instance.server.services.post_importer.publish(
        PostDraft(slug="post-8", title="Post 8", source="Edited here."), origin="publish", replace=True
    )
    instance.clock.advance(hours=1)
    again = await move_in(instance, OldBlog().post(7, html="Second.").post(8, html="Second.").write(export))
    assert (again.updated, again.edited) == (1, ["post-8"])
    assert "Second." in (await instance.get("/2014/07/31/post-7/")).text
    assert "Edited here." in (await instance.get("/2014/07/31/post-8/")).text


async def test_a_slug_that_is_taken_gets_a_number_and_keeps_its_own_address(
    instance: RunningInstance, tmp_path: Path
) -> None:
    await instance.publish("Tea", slug="tea")
    await move_in(
        instance, OldBlog().post(7, slug="tea").post(8, slug="tea", type="page", link="/tea/").write(tmp_path / "o.xml")
    )
    for slug, path in (("tea", "/2026/11/22/tea/"), ("tea-2", "/2014/07/31/tea/"), ("tea-3", "/tea/")):
        post = await instance.store.posts.find_by_slug(slug)
        assert post is not None
        assert post.path == path
        assert (await instance.get(path)).status == 200


async def test_a_page_about_the_author_wins_over_the_one_that_is_built_in(
    instance: RunningInstance, tmp_path: Path
) -> None:
    assert (await instance.get("/about/")).status == 200
    blog = OldBlog().post(9, slug="about", link="/about/", type="page", title="About me", html="I like tea.")
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    assert "I like tea." in (await instance.get("/about/")).text


async def test_what_was_never_public_stays_so(instance: RunningInstance, tmp_path: Path) -> None:
    blog = OldBlog()
    for id, status in enumerate(("draft", "pending", "private", "future", "trash", "auto-draft"), start=7):
        blog.post(id, status=status, html=f"Canary {status}.", date="2014-07-31 10:00:00")
    blog.post(20, html="Canary password.", more="<wp:post_password>open</wp:post_password>")
    await move_in(instance, blog.write(tmp_path / "old.xml"))
    for path in ("/", "/feed/", "/feed/json/", "/2014/", "/2014/07/", "/sitemap.xml", "/actor/outbox?page=true"):
        answer = await instance.get(path, accept=ACTIVITY if "outbox" in path else "text/html")
        assert "Canary" not in answer.text
    for id in (*range(7, 13), 20):
        for address in (f"/?p={id}", f"/?p={id}&preview=true", f"/2014/07/31/post-{id}/"):
            answer = await instance.get(address)
            assert (answer.status, "Canary" in answer.text) == (404, False), address


async def test_a_post_that_was_renamed_over_there_stays_where_it_is_and_is_one_post(
    instance: RunningInstance, tmp_path: Path
) -> None:
    """Its new address leads here, and feed readers and the fediverse know it by the ids that it had."""
    export = tmp_path / "old.xml"
    await move_in(instance, OldBlog().post(7, slug="beans", html="Sow.").write(export))

    async def ids() -> list[str | None]:
        feed = etree.fromstring((await instance.get("/feed/atom/")).body)
        return [entry.findtext("{*}id") for entry in feed.iter("{*}entry")]

    before = await ids()
    instance.clock.advance(hours=1)
    again = await move_in(instance, OldBlog().post(7, slug="peas", html="Sow.", old_slugs=("beans",)).write(export))
    assert (again.created, again.updated) == (0, 1)
    assert await ids() == before
    answer = await instance.get("/2014/07/31/peas/")
    assert (answer.status, answer.headers["Location"]) == (301, "/2014/07/31/beans/")
    assert (await instance.get("/2014/07/31/beans/")).status == 200


async def test_feeds_are_named_in_the_query_behind_any_address(directory: RunningInstance) -> None:
    for old, now in (
        ("/notes/2014/07/31/tea/?feed=rss2", "/notes/2014/07/31/tea/feed/"),
        ("/notes/2014/07/31/tea/?feed=comments-rss2", "/notes/2014/07/31/tea/feed/"),
        ("/category/essays/?feed=rss2&paged=2", "/category/essays/feed/page/2/"),
        ("/?p=7&feed=atom", "/notes/2014/07/31/tea/feed/atom/"),
        ("/wp-feed.php", "/feed/"),
        ("/?feed=feed", "/feed/"),
    ):
        assert await leads(directory, old) == (301, now), old
    assert (await directory.get("/category/essays/?feed=nonsense")).status == 200
    assert (await directory.get("/category/essays/?feed=")).status in (200, 301)
    assert (await directory.get("/category/none/?feed=rss2")).status == 404
