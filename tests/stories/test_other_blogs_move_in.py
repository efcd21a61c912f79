"""Blogs of Ghost, Blogger, Micro.blog, and any feed move in."""

import json
import zipfile
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from syndicate.errors import NotAnExport
from syndicate.importers.blog_importer import BlogImporter
from syndicate.importers.feed.export import FeedExport
from syndicate.importers.ghost.export import GhostExport
from syndicate.importers.records import Source
from syndicate.importers.report import ImportReport
from syndicate.importers.webmentions import WebmentionList
from syndicate.model.post import Post, PostKind, PostState, SourceFormat
from tests.instances import RunningInstance
from tests.pictures import PNG

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)
"""Both databases are tried with exports of WordPress."""

BASE = "https://blog.example"


async def move_in(instance: RunningInstance, source: Source, media: Path | None = None) -> ImportReport:
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
    ).run(source)


async def post_at(instance: RunningInstance, slug: str) -> Post:
    post = await instance.store.posts.find_by_slug(slug)
    assert post is not None
    return post


async def leads(instance: RunningInstance, address: str) -> tuple[int, str]:
    answer = await instance.get(address)
    return answer.status, answer.headers.get("Location", "")


# Ghost


def ghost_post(id: str, **fields: Any) -> dict[str, Any]:
    usual = {"slug": id, "title": id.title(), "html": f"<p>{id}</p>", "status": "published", "visibility": "public"}
    return {"id": id, "published_at": "2023-07-01T08:00:00.000Z"} | usual | fields


def ghost(tmp_path: Path, *posts: dict[str, Any], wrapped: bool = True, **tables: Any) -> GhostExport:
    data: dict[str, Any] = {"data": {"posts": posts, **tables}}
    path = tmp_path / "ghost.json"
    path.write_text(json.dumps({"db": [data]} if wrapped else data))
    return GhostExport(path=path, base=BASE, timezone=UTC)


async def test_a_ghost_blog_keeps_ids_addresses_tags_and_pictures(instance: RunningInstance, tmp_path: Path) -> None:
    picture = "__GHOST_URL__/content/images/2023/07/leaf.png"
    sized = picture.replace("/2023", "/size/w600/2023")
    source = ghost(
        tmp_path,
        ghost_post(
            "pears",
            html=f'<img src="{sized}" srcset="x 1w"><a href="__GHOST_URL__/apples/">apples</a>',
            feature_image=picture.replace("leaf", "cover"),
            custom_excerpt="On pears",
            featured=1,
        ),
        ghost_post("about-us", type="page"),
        tags=[{"id": "1", "name": "Bees", "slug": "bees"}, {"id": "2", "name": "#internal", "slug": "hash-internal"}],
        posts_tags=[{"post_id": "pears", "tag_id": "1"}, {"post_id": "pears", "tag_id": "2"}],
        posts_meta=[{"post_id": "pears", "feature_image_alt": "A cover"}],
        users=[{"id": "u", "name": "Ann", "slug": "ann", "password": "$2a$SECRET", "email": "ann@mail.example"}],
        posts_authors=[{"post_id": "pears", "author_id": "u"}],
        settings=[{"key": "title", "value": "Old Ghost"}, {"key": "ghost_private_key", "value": "SECRET"}],
    )
    media = tmp_path / "images" / "2023" / "07"
    media.mkdir(parents=True)
    (media / "leaf.png").write_bytes(PNG)
    (media / "cover.png").write_bytes(PNG)
    report = await move_in(instance, source, tmp_path / "images")
    assert (report.created, report.pictures_kept, report.left_out) == (2, 2, [])
    post = await post_at(instance, "pears")
    assert (post.guid, post.path, post.summary, post.author, post.pinned) == (
        "pears",
        "/pears/",
        "On pears",
        "Ann",
        True,
    )
    assert [tag.name for tag in post.tags] == ["Bees"]
    assert post.picture is not None
    assert post.picture.alt == "A cover"
    assert f'src="{BASE}/content/images/2023/07/leaf.png"' in post.html
    assert (await instance.get("/content/images/2023/07/leaf.png")).body == PNG
    assert (await post_at(instance, "about-us")).kind is PostKind.PAGE
    assert await leads(instance, "/rss/") == (301, "/feed/")
    assert await leads(instance, "/tag/bees/rss/") == (301, "/tag/bees/feed/")
    assert (await instance.get("/author/ann/")).status == 200
    assert "SECRET" not in repr(report)
    again = await move_in(instance, source, tmp_path / "images")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


async def test_only_what_is_public_in_ghost_is_public_here(instance: RunningInstance, tmp_path: Path) -> None:
    cases: dict[str, tuple[dict[str, Any], PostState]] = {
        "members": ({"visibility": "members"}, PostState.PRIVATE),
        "paid": ({"visibility": "paid"}, PostState.PRIVATE),
        "sent": ({"status": "sent"}, PostState.DRAFT),
        "mailed": ({"email_only": True}, PostState.DRAFT),
        "draft": ({"status": "draft", "published_at": None}, PostState.DRAFT),
        "odd": ({"status": "banana"}, PostState.DRAFT),
        "later": ({"status": "scheduled", "published_at": "2126-01-01 00:00:00"}, PostState.SCHEDULED),
        "overdue": ({"status": "scheduled"}, PostState.DRAFT),
        "undated": ({"published_at": None}, PostState.DRAFT),
        "old": ({"published_at": 1388318400000}, PostState.PUBLISHED),
    }
    source = ghost(tmp_path, *(ghost_post(id, **fields) for id, (fields, _) in cases.items()), wrapped=False)
    report = await move_in(instance, source)
    assert {id: (await post_at(instance, id)).state for id in cases} == {id: state for id, (_, state) in cases.items()}
    assert len(report.held_back) == 5
    for id, (_, state) in cases.items():
        assert (await instance.get(f"/{id}/")).status == (200 if state is PostState.PUBLISHED else 404)


# feeds


def feeds(tmp_path: Path, **files: str | bytes) -> FeedExport:
    paths = []
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        paths.append(path)
    return FeedExport(tuple(paths), base=BASE)


def entry(number: int, kind: str = "POST", status: str = "LIVE", more: str = "", parent: str = "") -> str:
    answers = f"<blogger:parent>tag:blogger.com,1999:blog-7.post-{parent}</blogger:parent>" if parent else ""
    return (
        f"<entry><id>tag:blogger.com,1999:blog-7.post-{number}</id><blogger:type>{kind}</blogger:type>"
        f"<blogger:status>{status}</blogger:status><author><name>Ann</name></author><title>Pears {number}</title>"
        f'<content type="html">&lt;p&gt;Text {number} {more}</content>{answers}'
        f"<published>2019-03-01T10:00:00Z</published><category scheme='tag:blogger.com,1999:blog-7' term='Garden Tools'/>"
        f"<blogger:filename>/2019/03/pears-{number}.html</blogger:filename></entry>"
    )


def takeout(*entries: str) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018">'
        f"<id>tag:blogger.com,1999:blog-7</id><title>Old Pears</title>{''.join(entries)}</feed>"
    )


async def test_a_takeout_of_blogger_brings_posts_and_comments(instance: RunningInstance, tmp_path: Path) -> None:
    small = '&lt;img src="https://blogger.googleusercontent.com/img/a/AV=s320"&gt;&lt;img src="https://1.bp.blogspot.com/-x/y/s640/a.jpg"&gt;'
    feed = takeout(
        entry(1, more=small),
        entry(2, status="DRAFT"),
        entry(3, status="SOFT_TRASHED"),
        entry(4, kind="PAGE"),
        entry(21, kind="COMMENT", parent="1").replace(
            "</entry>", "<blogger:inReplyTo>tag:blogger.com,1999:blog-7.post-20</blogger:inReplyTo></entry>"
        ),
        entry(20, kind="COMMENT", parent="1"),
        entry(22, kind="COMMENT", parent="1", status="PENDING", more="WAITS"),
        entry(23, kind="COMMENT", parent="99"),
    )
    with zipfile.ZipFile(tmp_path / "takeout.zip", "w") as archive:
        archive.writestr("Takeout/Blogger/Blogs/Old Pears/feed.atom", feed)
        archive.writestr("Takeout/Blogger/Comments/Other/feed.atom", takeout(entry(5, kind="COMMENT", parent="77")))
    source = FeedExport((tmp_path / "takeout.zip",), base=BASE)
    report = await move_in(instance, source)
    assert (report.created, report.comments) == (3, 3)
    assert [item.reason for item in report.left_out] == ["there is no such post"]
    post = await post_at(instance, "pears-1")
    assert (post.guid, post.path) == ("tag:blogger.com,1999:blog-7.post-1", "/2019/03/pears-1.html")
    assert [tag.name for tag in post.tags] == ["Garden Tools"]
    assert (await post_at(instance, "pears-2")).state is PostState.DRAFT
    for address in ("/2019/03/pears-1.html", "/2019/03/pears-1.html?m=1"):
        assert (await instance.get(address)).status in (200, 301)
    assert await leads(instance, "/feeds/posts/default") == (301, "/feed/atom/")
    assert await leads(instance, "/feeds/posts/default?alt=rss") == (301, "/feed/")
    assert await leads(instance, "/search/label/Garden%20Tools") == (301, "/tag/garden-tools/")
    shown = {one.anchor: one for one in await instance.store.shown_comments.list_shown(post.id, limit=9, skip=0)}
    assert set(shown) == {"c20", "c21"}
    assert shown["c21"].parent == shown["c20"].id
    assert shown["c20"].uri == "tag:blogger.com,1999:blog-7.post-20"
    wanted = await instance.store.media.find_by_source("https://blogger.googleusercontent.com/img/a/AV=s0")
    assert wanted is not None
    assert await instance.store.media.find_by_source("https://1.bp.blogspot.com/-x/y/s0/a.jpg") is not None
    again = await move_in(instance, FeedExport((tmp_path / "takeout.zip",), base=BASE))
    assert (again.created, again.updated, again.comments, again.comments_updated) == (0, 0, 0, 0)


async def test_an_older_export_of_blogger_tells_kinds_by_categories(instance: RunningInstance, tmp_path: Path) -> None:
    def old(id: str, kind: str, more: str = "") -> str:
        scheme = "http://schemas.google.com/g/2005#kind"
        return (
            f"<entry><id>tag:blogger.com,1999:blog-7.{id}</id><published>2012-01-02T03:04:05.000+01:00</published>"
            f'<category scheme="{scheme}" term="http://schemas.google.com/blogger/2008/kind#{kind}"/>'
            f"<title type='text'>{id}</title><content type='html'>Text of {id}</content>{more}</entry>"
        )

    draft = '<app:control xmlns:app="http://purl.org/atom/app#"><app:draft>yes</app:draft></app:control>'
    link = "<link rel='alternate' type='text/html' href='http://pears.blogspot.com/2012/01/a.html'/>"
    reply = '<thr:in-reply-to xmlns:thr="http://purl.org/syndication/thread/1.0" ref="tag:blogger.com,1999:blog-7.post-1" href="x"/>'
    feed = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Pears</title>' + "".join(
        [
            old("template", "template"),
            old("set", "settings"),
            old("post-1", "post", link),
            old("post-2", "post", draft),
            old("post-3", "comment", reply),
        ]
    )
    report = await move_in(instance, feeds(tmp_path, pears=feed + "</feed>"))
    assert (report.created, report.comments) == (2, 1)
    assert (await instance.get("/2012/01/a.html")).status == 200
    assert (await post_at(instance, "post-2")).state is PostState.DRAFT


async def test_a_blog_archive_brings_its_pictures_and_markdown(instance: RunningInstance, tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "title": "Micro",
        "home_page_url": "https://a.example/",
        "items": [
            {
                "id": "https://a.example/1.html",
                "content_html": '<img src="uploads/p.png">',
                "date_published": "2020-05-01T10:00:00+02:00",
            },
            {
                "id": "https://a.example/2020/05/02/two.html",
                "content_text": "**Two** and ![](https://a.example/uploads/p.png)",
                "content_html": "<p>no</p>",
                "date_published": "2020-05-02T10:00:00+02:00",
            },
        ],
    }
    with zipfile.ZipFile(tmp_path / "micro.bar", "w") as archive:
        archive.writestr("feed.json", json.dumps(feed))
        archive.writestr("index.html", "<html></html>")
        archive.writestr("uploads/p.png", PNG)
    source = FeedExport((tmp_path / "micro.bar",), base=BASE)
    report = await move_in(instance, source, source.archive)
    assert (report.created, report.pictures_kept, report.left_out) == (2, 1, [])
    post = await post_at(instance, "1")
    assert (post.guid, post.path, post.title) == ("https://a.example/1.html", "/1.html", "")
    assert f'<img src="{BASE}/uploads/p.png"' in post.html
    two = await post_at(instance, "two")
    made = await instance.store.posts.find_source(two.id)
    assert made is not None
    assert made.source_format is SourceFormat.MARKDOWN
    assert "<strong>Two</strong>" in two.html
    assert f'src="{BASE}/uploads/p.png"' in two.html


async def test_a_blog_archive_without_a_feed_is_read_from_its_page(instance: RunningInstance, tmp_path: Path) -> None:
    page = (
        '<html><body class="h-feed"><article class="h-entry"><a class="u-url" href="https://a.example/3.html">'
        '<time class="dt-published" datetime="2020-05-01T10:00:00+00:00">May</time></a>'
        '<div class="e-content"><p>Three <b>pears</b></p></div></article></body></html>'
    )
    with zipfile.ZipFile(tmp_path / "micro.bar", "w") as archive:
        archive.writestr("index.html", page)
    assert (await move_in(instance, FeedExport((tmp_path / "micro.bar",), base=BASE))).created == 1
    assert (await post_at(instance, "3")).html == "<p>Three <b>pears</b></p>"


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Pears &amp; more</title>
<link>https://a.example</link><atom:link rel="self" href="https://a.example/rss.php"/>
<atom:link rel="next" href="https://a.example/rss.php?page=2"/>
<item><guid isPermaLink="false">7</guid><link>https://a.example/7</link><title>Seven</title><description>Short […]</description>
<content:encoded><![CDATA[<p>Pears, whole. <a href="https://a.example/8">eight</a></p>]]></content:encoded>
<pubDate>Fri, 01 May 2020 10:00:00 CEST</pubDate><category>Bees</category><dc:creator>Ann</dc:creator>
<enclosure url="https://a.example/7.mp3" type="audio/mpeg" length="99"/></item>
<item><guid>https://a.example/8</guid><title>Eight</title><description>&lt;p&gt;Only the beginning [&amp;#8230;]&lt;/p&gt;</description>
<pubDate>Sat, 02 May 2020 10:00:00 GMT</pubDate></item></channel></rss>"""
COMMENTS = """<rss version="2.0"><channel><title>Comments</title><link>https://a.example</link>
<item><guid isPermaLink="false">https://a.example/7#comment-5</guid><link>https://a.example/7#comment-5</link>
<title>By: Max</title><author>max@mail.example (Max)</author><description>Nice.</description>
<pubDate>Fri, 01 May 2020 12:00:00 +0000</pubDate></item></channel></rss>"""


async def test_any_feed_brings_what_is_in_it_and_says_what_is_not(instance: RunningInstance, tmp_path: Path) -> None:
    report = await move_in(instance, feeds(tmp_path, posts=RSS, again=RSS, comments=COMMENTS))
    assert (report.created, report.comments) == (2, 1)
    seven = await post_at(instance, "7")
    assert (seven.guid, seven.path, seven.title, seven.author, seven.summary) == ("7", "/7", "Seven", "Ann", "")
    assert f"{seven.published:%H:%M}" == "08:00"
    assert f'href="{BASE}/8"' in seven.html
    assert seven.enclosure is not None
    assert seven.enclosure.length == 99
    [comment] = await instance.store.shown_comments.list_shown(seven.id, limit=9, skip=0)
    assert (comment.author.name, comment.anchor) == ("Max", "comment-5")
    assert await leads(instance, "/rss.php") == (301, "/feed/")
    assert "posts: there is more in https://a.example/rss.php?page=2, which was not given" in report.notes
    assert "posts: 1 × post of which the feed holds the beginning only" in report.notes
    again = await move_in(instance, feeds(tmp_path, posts=RSS, again=RSS, comments=COMMENTS))
    assert (again.created, again.updated, again.comments) == (0, 0, 0)


async def test_an_atom_feed_keeps_its_ids_and_base(instance: RunningInstance, tmp_path: Path) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/blog/"><title>A</title>'
        '<entry><id>tag:a.example,2020:1</id><link href="one.html"/><title type="html">A &amp;lt;b&amp;gt; &amp;amp; C</title>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One <em>pear</em></p></div></content>'
        '<updated>2020-01-02T00:00:00Z</updated><category term="x" label="Bees"/></entry></feed>'
    )
    await move_in(instance, feeds(tmp_path, atom=feed))
    post = await post_at(instance, "one")
    assert (post.guid, post.path, post.title) == ("tag:a.example,2020:1", "/blog/one.html", "A <b> & C")
    assert "<p>One <em>pear</em></p>" in post.html
    assert [tag.name for tag in post.tags] == ["Bees"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ('{"db":[{"data":{"posts":[],"posts_tags":[]}}]}', "syndicate import ghost"),
        ('<opml version="2.0"><body/></opml>', "syndicate import opml"),
        ('<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel/></rss>', "syndicate import wordpress"),
        ("post_id,post_date,is_published\n", "a Substack export"),
        ("words", "is not a feed"),
        ("{", "is not whole"),
        ("<html><body>Log in</body></html>", "is not a feed"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "entities"),
    ],
)
async def test_what_is_no_feed_is_refused_with_the_command_for_it(
    instance: RunningInstance, tmp_path: Path, data: str, what: str
) -> None:
    with pytest.raises(NotAnExport, match=what):
        await move_in(instance, feeds(tmp_path, file=data))
    assert await instance.store.totals.get("posts") == 0


# Webmentions


def webmention(id: int, kind: str = "in-reply-to", **fields: Any) -> dict[str, Any]:
    usual = {
        "type": "entry",
        "author": {"type": "card", "name": f"Max {id}", "url": "https://max.example/"},
        "url": f"https://max.example/{id}",
        "published": "2021-03-01T10:00:00Z",
        "content": {"html": f"<p>Reply {id} <script>x</script></p>", "text": f"Reply {id}"},
        "wm-id": id,
        "wm-source": f"https://brid.gy/comment/{id}",
        "wm-target": "https://old.example/2026/11/22/tea/?x#y",
        "wm-property": kind,
        "wm-private": False,
    }
    return usual | fields


async def test_webmentions_become_comments_and_likes(instance: RunningInstance, tmp_path: Path) -> None:
    post = await instance.publish("Tea", "Text.")
    path = tmp_path / "mentions.jf2"
    entries = [
        webmention(1),
        webmention(2, "mention-of", content=None),
        webmention(3, "like-of"),
        webmention(7, "like-of", author={"type": "card", "name": "Nobody", "url": ""}),
        webmention(8, "repost-of", **{"wm-target": "https://old.example/nowhere/"}),
        webmention(4, "in-reply-to", **{"wm-private": True}),
        webmention(5, "in-reply-to", **{"wm-target": "https://old.example/nowhere/"}),
        webmention(6, "in-reply-to", published=None, **{"wm-received": "2021-03-02T10:00:00Z"}),
    ]
    path.write_text(json.dumps({"type": "feed", "children": entries}))
    report = await move_in(instance, WebmentionList(path))
    assert (report.comments, report.reactions, len(report.left_out)) == (
        3,
        {"like": 1, "share whose post is not here": 1},
        1,
    )
    assert report.likes == {"like": 1}
    shown = {one.anchor: one for one in await instance.store.shown_comments.list_shown(post.id, limit=9, skip=0)}
    assert set(shown) == {"webmention-1", "webmention-2", "webmention-6"}
    first = shown["webmention-1"]
    assert (first.author.name, first.url, first.html) == ("Max 1", "https://max.example/1", "<p>Reply 1 </p>")
    assert first.uri.startswith("urn:uuid:")
    assert 'href="https://max.example/2"' in shown["webmention-2"].html
    again = await move_in(instance, WebmentionList(path))
    assert (again.comments, again.comments_updated, again.likes) == (0, 0, {})
    assert await _likes(instance, post.id) == 1


async def _likes(instance: RunningInstance, id: str) -> int:
    post = await instance.store.posts.find(id)
    assert post is not None
    return post.counts.likes


async def test_webmentions_in_the_older_form_are_read_too(instance: RunningInstance, tmp_path: Path) -> None:
    post = await instance.publish("Tea", "Text.")
    link = {
        "id": 9,
        "source": "https://max.example/9",
        "target": "https://blog.example/2026/11/22/tea/",
        "verified_date": "2021-03-01T10:00:00+00:00",
        "activity": {"type": "reply"},
        "data": {"author": {"name": "Max"}, "url": "https://max.example/9", "content": "Nice", "published": None},
    }
    path = tmp_path / "mentions.json"
    path.write_text(json.dumps({"links": [link]}))
    assert (await move_in(instance, WebmentionList(path))).comments == 1
    [comment] = await instance.store.shown_comments.list_shown(post.id, limit=9, skip=0)
    assert comment.author.name == "Max"
    path.write_text('{"db":[{"data":{"posts":[],"posts_tags":[]}}]}')
    with pytest.raises(NotAnExport, match="syndicate import ghost"):
        await move_in(instance, WebmentionList(path))
