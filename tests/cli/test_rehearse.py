"""Before the switch the old blog, which still runs, is compared with what was imported."""

import pytest

from syndicate.maintenance.rehearsal import Comparison, Rehearsal
from syndicate.transport.client import Client
from tests.cli.conftest import Blog, Desk
from tests.instances import RunningInstance
from tests.old_blog import OldBlog, comment
from tests.pictures import encoded
from tests.transport.remotes import Visit, remote

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


def item(number: int, *, guid: str = "", title: str = "", text: str = "Text.") -> str:
    return (
        f"<item><title>{title or f'Post {number}'}</title><link>{{old}}/2014/07/31/post-{number}/</link>"
        f'<guid isPermaLink="false">{guid or f"{{old}}/?p={number}"}</guid><description><![CDATA[{text}]]></description></item>'
    )


def old_site(changes: dict[str, str] | None = None) -> dict[str, str]:
    picture = '<p>A hut. <img src="{old}/wp-content/uploads/hut.jpg"></p>'
    feed = "<rss version='2.0'><channel><title>Old</title>{}</channel></rss>"
    pages = {
        "/": "<title>Old</title>",
        "/robots.txt": "Sitemap: {old}/sitemap.xml",
        "/sitemap.xml": "<urlset><url><loc>{old}/2014/07/31/post-1/</loc></url><url><loc>{old}/2014/07/31/post-2/</loc></url>"
        "<url><loc>{old}/category/garden/</loc></url></urlset>",
        "/feed/": feed.format(item(1) + item(2, text=picture)),
        "/2014/07/31/post-1/": '<h1>Post 1</h1><li id="comment-3">',
        "/2014/07/31/post-2/": "<h1>Post 2</h1>",
    }
    return pages | (changes or {})


async def compared(instance: RunningInstance, pages: dict[str, str]) -> tuple[Comparison, list[float]]:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def answer(visit: Visit) -> None:
        old = f"http://{visit.headers['host']}"
        text = pages.get(visit.target)
        if text is None:
            await visit.answer(status="404 Not Found")
        else:
            await visit.answer(text.replace("{old}", old).encode())

    async with remote(answer) as server, Client(user_agent="rehearsal", allow_private_addresses=True) as client:
        old = f"http://127.0.0.1:{server.port}"
        await imported(instance, old)
        rehearsal = Rehearsal(
            instance.store,
            client,
            instance.server.services.urls,
            instance.clock,
            old=old,
            pause=pause,
            progress=lambda _: None,
        )
        return await rehearsal.run(), pauses


async def imported(instance: RunningInstance, old: str) -> None:
    desk = Desk(blog_of(instance), instance.clock)
    uploads = instance.config.directory / "uploads"
    uploads.mkdir(exist_ok=True)
    (uploads / "hut.jpg").write_bytes(encoded("JPEG"))
    blog = OldBlog(url=old).post(1, more=comment(3, "Nice."))
    blog.post(2, html=f'<p>A hut. <img src="{old}/wp-content/uploads/hut.jpg"></p>')
    file = blog.write(instance.config.directory / "old.xml")
    await desk.ok("import", "wordpress", file, "--media", uploads)


def blog_of(instance: RunningInstance) -> Blog:
    return Blog(instance.config.directory)


async def test_a_blog_that_came_over_whole_is_the_same(instance: RunningInstance) -> None:
    result, pauses = await compared(instance, old_site())
    assert result.differences == []
    assert result.compared == result.same
    assert result.compared["addresses"] == 3
    assert {"feed ids", "titles", "texts", "pictures", "comments", "feeds"} <= set(result.compared)
    assert set(pauses) == {1.0}


async def test_each_thing_that_is_not_the_same_is_named(instance: RunningInstance) -> None:
    feed = "<rss version='2.0'><channel>{}</channel></rss>"
    text = 'Text and more words. <img src="{old}/wp-content/uploads/gone.jpg">'
    result, _ = await compared(
        instance,
        old_site(
            {
                "/feed/": feed.format(item(1, guid="another", title="Other title", text=text)),
                "/sitemap.xml": "<urlset><url><loc>{old}/2014/07/31/post-9/</loc></url></urlset>",
                "/2014/07/31/post-1/": '<h1>Post 1</h1><li id="comment-3"><li id="comment-4">',
            }
        ),
    )
    kinds = [line.partition(":")[0] for line in result.differences]
    assert sorted(kinds) == ["addresses", "comments", "feed ids", "pictures", "texts", "titles"]


async def test_an_old_blog_that_does_not_answer_is_said_in_one_line(instance: RunningInstance) -> None:
    desk = Desk(blog_of(instance), instance.clock)
    assert "does not answer" in await desk.refuses("rehearse", "https://old.invalid")
    assert "must be the address" in await desk.refuses("rehearse", "old blog")
