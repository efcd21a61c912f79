"""The blogroll at the desk."""

from datetime import timedelta

import pytest

from syndicate.model.blogroll import FollowState
from syndicate.storage.blocks import Block
from tests.admin.browser import Browser
from tests.blogs import Blog, entry_of
from tests.clocks import FakeClock
from tests.peer import Peer
from tests.wire import Wire


@pytest.fixture
def garden(wire: Wire, clock: FakeClock) -> Blog:
    garden = Blog(wire, clock)
    garden.write("Roses")
    return garden


def rows(author: Browser) -> list[str]:
    return [" ".join(row.text_content().split()) for row in author.page.xpath("//ul[contains(@class, 'rows')]/li")]


async def look_up(author: Browser, address: str) -> None:
    await author.get("/admin/blogroll/")
    await author.submit("Look it up", address=address)


async def test_a_blog_is_looked_up_chosen_edited_and_unfollowed(author: Browser, garden: Blog) -> None:
    news = '<link rel="alternate" type="application/rss+xml" title="News only" href="/news.xml">'
    garden.head = news
    garden.pages["news.xml"] = ("application/rss+xml", garden.document())
    blog = author.instance
    await look_up(author, garden.home)
    assert author.heading == "Garden Days"
    assert "News only" in author.answer.text
    await author.submit("Follow", feed="https://garden.example/news.xml", category="Gardens")
    assert author.heading == "Garden Days"
    assert "It is on your blogroll." in author.answer.text
    entry = await entry_of(blog, garden.home)
    assert (entry.feed_url, entry.category, entry.tagline) == (
        "https://garden.example/news.xml",
        "Gardens",
        "Roses, mostly",
    )
    await author.submit("Save", name="  ", tagline="Lost?")
    assert (author.answer.status, author.alerts) == (422, ["An entry needs a name."])
    assert author.value_of("Tagline").strip() == "Lost?"
    await author.submit("Save", name="Anna's garden", tagline="All about roses")
    await author.get("/admin/blogroll/")
    [row] = rows(author)
    assert row.startswith("A Anna's garden All about roses Gardens · garden.example newest post Roses")
    await author.get("/admin/blogroll/posts/")
    [row] = rows(author)
    assert row.startswith("A Roses About Roses. Anna's garden ·")
    assert "All about roses" in (await author.get("/admin/blogroll/blogroll.opml")).text
    await author.get(f"/admin/blogroll/{entry.id}/")
    await author.submit("Unfollow")
    assert "Your blogroll is empty" in author.answer.text


async def test_an_account_is_followed_without_its_feed_and_asked_again(author: Browser, ann: Peer) -> None:
    ann.is_found_by_name()
    blog = author.instance
    await look_up(author, "@ann@social.example")
    assert "@ann@social.example" in author.answer.text
    await author.submit("Follow", hidden="1")
    assert "asked to follow, no answer yet" in author.answer.text
    await blog.settle()
    [asked] = ann.of_type("Follow")
    await ann.send(ann.activity("Reject", asked["id"]))
    await blog.settle()
    entry = await entry_of(blog, ann.actor)
    assert (entry.follow, entry.hidden) == (FollowState.REJECTED, True)
    await author.get("/admin/blogroll/?state=failing")
    assert "does not let you follow" in rows(author)[0]
    await author.get(f"/admin/blogroll/{entry.id}/")
    await author.submit("Follow the account again")
    assert "It is on your blogroll already" in author.answer.text
    await author.submit("Follow")
    await blog.settle()
    assert len(ann.of_type("Follow")) == 2
    assert (await entry_of(blog, ann.actor)).hidden, "what the author has set stays"
    assert "ann@social.example,true" in (await author.get("/admin/blogroll/following.csv")).text
    await blog.server.services.blocking.block(Block(pattern=ann.host, reason="", created=blog.clock()))
    await look_up(author, "@ann@social.example")
    await author.submit("Follow")
    assert "unblock it before you follow it" in author.alerts[0]


async def test_what_cannot_be_followed_is_said_beside_the_field(author: Browser, garden: Blog) -> None:
    for wrong, words in (
        ("", "Please give an account"),
        ("nonsense", "give a handle"),
        ("https://blog.example/", "is this blog itself"),
        ("https://nowhere.example/", "nowhere.example"),
        (f"{garden.home}missing", "answered 404"),
    ):
        await look_up(author, wrong)
        assert author.answer.status == 422, wrong
        assert words in author.alerts[0]
        assert author.value_of("Follow a blog or an account") == wrong


async def test_quiet_and_failing_feeds_are_named(author: Browser, garden: Blog, clock: FakeClock) -> None:
    blog = author.instance
    garden.posts.clear()
    garden.write("Roses", at=clock() - timedelta(days=200))
    await look_up(author, garden.home)
    await author.submit("Follow")
    await author.get("/admin/blogroll/?state=quiet")
    assert "Quiet: newest post Roses" in rows(author)[0]
    garden.status = 410
    clock.advance(days=2)
    await blog.settle()
    await author.get("/admin/blogroll/?state=failing")
    assert "It is gone: It says that it is gone for good (410)." in rows(author)[0]
    await author.get("/admin/blogroll/?state=quiet")
    assert not rows(author)
    entry = await entry_of(blog, garden.home)
    await author.get(f"/admin/blogroll/{entry.id}/")
    await author.submit("I have seen it")
    await author.get("/admin/blogroll/?state=failing")
    assert not rows(author)


async def test_a_list_of_subscriptions_is_imported_from_the_blogroll(author: Browser) -> None:
    blog = author.instance
    outlines = "".join(f'<outline type="rss" text="Blog {n:02}" xmlUrl="https://b{n}.example/f"/>' for n in range(60))
    await author.get("/admin/blogroll/")
    await author.submit("Import", file=("s.opml", f'<opml version="2.0"><body>{outlines}</body></opml>'.encode()))
    await blog.server.imports.work()
    assert "60 are new on your blogroll" in (await author.get("/admin/import/")).text
    await author.get("/admin/blogroll/")
    first = rows(author)
    await author.get(author.link("Next"))
    assert len(first) + len(rows(author)) == 60
    assert not set(first) & set(rows(author))
