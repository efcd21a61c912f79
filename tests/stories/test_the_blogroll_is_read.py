"""The blogs of the blogroll are read: what they wrote last is shown, and their servers are asked politely."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from syndicate.blogroll.following import BlogrollEditor
from syndicate.errors import AddressUnusable, RemoteUnavailable
from syndicate.feeds.opml import Outline
from syndicate.model.blogroll import FeedState
from syndicate.transport.message import Request, Response
from tests.blogs import PNG, Blog, edit, entry_of, follow, titles, wait
from tests.clocks import FakeClock
from tests.instances import RunningInstance, running_instance
from tests.wire import Wire


@pytest.fixture
def garden(wire: Wire, clock: FakeClock) -> Blog:
    blog = Blog(wire, clock)
    blog.write("First roses", at=clock() - timedelta(days=40))
    blog.write("More roses", at=clock() - timedelta(days=3))
    return blog


# what is found, and shown


async def test_a_home_page_leads_to_feed_words_and_picture(instance: RunningInstance, garden: Blog) -> None:
    garden.head = '<link rel="apple-touch-icon" href="/touch.png">'
    garden.pages["touch.png"] = ("image/png", PNG)
    entry = await follow(instance, "garden.example", category="Friends")
    assert (entry.name, entry.tagline, entry.url, entry.feed_url) == (
        "Garden Days",
        "Roses, mostly",
        garden.home,
        garden.feed,
    )
    assert entry.latest is not None
    assert entry.latest.title == "More roses"
    await instance.settle()
    page = (await instance.get("/blogroll/")).text
    assert '<h2 dir="auto">Friends</h2>' in page
    assert "Roses, mostly" in page
    assert f'href="{garden.home}more-roses">More roses</a>' in page
    assert "19 November 2026" in page
    picture = (await entry_of(instance, garden.home)).picture
    assert picture.startswith("/media/")
    assert f'src="{picture}"' in page
    assert (await instance.get(picture)).body == PNG


async def test_a_feed_leads_to_its_home_page(instance: RunningInstance, garden: Blog) -> None:
    entry = await follow(instance, f"feed:{garden.feed}")
    assert (entry.url, entry.feed_url, entry.tagline) == (garden.home, garden.feed, "From the feed")
    assert [request.url for request in garden.asked] == [garden.feed], "it was read once"


async def test_a_feed_that_no_page_names_is_found_at_a_usual_place(
    instance: RunningInstance, wire: Wire, clock: FakeClock
) -> None:
    blog = Blog(wire, clock, host="quiet.example")
    blog.write("Hello")
    blog.pages[""] = ("text/html", b"<title>Quiet</title>")
    entry = await follow(instance, blog.home)
    assert entry.feed_url == blog.feed


async def test_a_plain_page_is_a_plain_link(instance: RunningInstance, wire: Wire, clock: FakeClock) -> None:
    blog = Blog(wire, clock, host="plain.example", status=404)
    blog.pages[""] = ("text/html", b"<title>Plain &amp; simple</title>")
    entry = await follow(instance, blog.home)
    assert (entry.name, entry.feed_url, entry.actor) == ("Plain & simple", "", "")
    assert await instance.store.feed_polls.find(entry.id) is None
    assert "Plain &amp; simple" in (await instance.get("/blogroll/")).text


async def test_the_feed_of_the_comments_is_not_the_blog(instance: RunningInstance, garden: Blog) -> None:
    comments = '<link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/comments/feed/">'
    garden.pages[""] = ("text/html", comments.encode() + garden.page())
    assert (await follow(instance, garden.home)).feed_url == garden.feed


LINKS = {
    "about comments": '<link rel="alternate" type="application/rss+xml" title="How I comment code" href="/feed.xml">',
    "text/xml": '<link rel="alternate" type="text/xml" href="/feed.xml">',
    "application/json": '<link rel="alternate" type="application/json" title="JSON Feed" href="/feed.xml">',
    "rel=feed": '<link rel="feed" href="/feed.xml">',
    "the second": '<link rel="alternate" type="application/rss+xml" href="/dead.xml">'
    '<link rel="alternate" type="application/rss+xml" href="/feed.xml">',
    "not the API": '<link rel="alternate" type="application/json" href="/wp-json/pages/2"><link rel="feed" href="/feed.xml">',
}


@pytest.mark.parametrize("name", LINKS)
async def test_a_feed_is_found_however_a_page_names_it(
    instance: RunningInstance, wire: Wire, clock: FakeClock, name: str
) -> None:
    blog = Blog(wire, clock, host="odd.example")
    blog.write("Hello")
    blog.pages |= {
        "blog/": ("text/html", f"<!doctype html><title>Odd</title>{LINKS[name]}".encode()),
        "wp-json/pages/2": ("application/json", b'{"id": 2}'),
    }
    entry = await follow(instance, f"{blog.home}blog/")
    assert (entry.feed_url, entry.name) == (blog.feed, blog.title)


async def test_a_feed_is_found_by_a_header_and_by_what_it_holds(
    instance: RunningInstance, wire: Wire, clock: FakeClock
) -> None:
    blog = Blog(wire, clock, host="odd.example")
    blog.write("Hello")
    document = blog.document()

    async def answer(request: Request) -> Response:
        html = {"Content-Type": "text/html; charset=utf-8"}
        if request.url == "https://headers.example/":
            link = {"Link": '</there>; rel="alternate"; type="application/rss+xml"; title="Posts"'}
            return Response(status=200, headers=html | link, body=b"<title>Headers</title>", url=request.url)
        if request.url == "https://headers.example/there":
            return Response(status=200, headers=html, body=document, url=request.url)
        return Response(status=404, headers={}, url=request.url)

    wire.connect_server("headers.example", answer)
    assert (await follow(instance, "https://headers.example/")).feed_url == "https://headers.example/there"
    again = await follow(instance, "https://headers.example/there")
    assert again.feed_url == "https://headers.example/there", "it is served as a page, and is a feed"


@pytest.mark.parametrize("is_permanent", [False, True])
async def test_only_a_permanent_redirect_is_remembered(
    instance: RunningInstance, wire: Wire, clock: FakeClock, is_permanent: bool
) -> None:
    blog = Blog(wire, clock, host="odd.example")
    blog.write("Hello")

    async def answer(request: Request) -> Response:
        there = "https://mirror-7.example/feed.xml"
        headers = {"Content-Type": "application/rss+xml"}
        return Response(
            status=200, headers=headers, body=blog.document(), url=there, moved=there if is_permanent else ""
        )

    wire.connect_server("load.example", answer)
    entry = await follow(instance, "https://load.example/feed.xml")
    assert entry.feed_url == ("https://mirror-7.example/feed.xml" if is_permanent else "https://load.example/feed.xml")


async def test_a_second_feed_of_a_blog_is_a_second_entry(instance: RunningInstance, garden: Blog) -> None:
    garden.pages["tools.xml"] = ("application/rss+xml", garden.document().replace(b"Garden Days", b"Tools"))
    first = await follow(instance, garden.home)
    second = await follow(instance, f"{garden.home}tools.xml")
    assert (first.feed_url, second.feed_url) == (garden.feed, f"{garden.home}tools.xml")
    assert {entry.name for entry in await instance.store.blogroll.list_all()} == {"Garden Days", "Tools"}
    assert (await follow(instance, garden.feed)).id == first.id
    assert (await follow(instance, garden.home)).id == first.id
    assert (await follow(instance, f"{garden.home}tools.xml")).id == second.id


async def test_an_address_with_nothing_behind_it_is_named(instance: RunningInstance) -> None:
    with pytest.raises(AddressUnusable, match=r"nowhere\.example"):
        await follow(instance, "https://nowhere.example/")


async def test_what_they_wrote_stands_in_the_river_newest_first(
    instance: RunningInstance, garden: Blog, wire: Wire, clock: FakeClock
) -> None:
    kitchen = Blog(wire, clock, host="kitchen.example", title="Kitchen")
    kitchen.write("Soup", at=clock() - timedelta(days=5))
    await follow(instance, garden.home)
    await follow(instance, kitchen.home)
    assert await titles(instance) == ["More roses", "Soup", "First roses"]
    clock.advance(minutes=1)
    kitchen.write("Bread <i>again</i>", description="<p>With &amp; <b>without</b> salt.</p><script>x()</script>")
    await wait(instance, days=1)
    river = (await instance.get("/blogroll/river/")).text
    assert river.index("Bread again") < river.index("More roses") < river.index("Soup")
    assert "With &amp; without salt." in river
    assert "x()" not in river
    assert 'content="noindex"' in river


async def test_the_river_goes_on_by_key(instance: RunningInstance, wire: Wire, clock: FakeClock) -> None:
    for number in range(4):
        blog = Blog(wire, clock, host=f"b{number}.example", title=f"Blog {number}")
        for post in range(20):
            blog.write(f"Post {number} {post}", at=clock() - timedelta(hours=post, minutes=number))
        await follow(instance, blog.home)
    first = await instance.get("/blogroll/river/")
    assert first.text.count('class="h-entry river"') == 50
    older = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = await instance.get(older)
    assert second.text.count('class="h-entry river"') == 30
    assert "Post 0 0<" not in second.text
    assert "Post 3 19<" in second.text
    assert "Older" not in second.text.partition('<nav class="paging"')[2]
    assert (await instance.get("/blogroll/river/?before=nonsense")).status == 200


async def test_only_so_many_posts_of_a_blog_are_kept(instance: RunningInstance, wire: Wire, clock: FakeClock) -> None:
    blog = Blog(wire, clock)
    for number in range(60):
        blog.write(f"Post {number}", at=clock() - timedelta(hours=60 - number))
    await follow(instance, blog.home)
    assert await titles(instance) == [f"Post {number}" for number in range(59, 29, -1)]
    blog.write("Post 60")
    await wait(instance, days=1)
    assert (await titles(instance))[::29] == ["Post 60", "Post 31"]


@pytest.mark.parametrize(("order", "expected"), [("manual", "ZAM"), ("name", "AMZ"), ("latest", "AZM")])
async def test_blogs_stand_in_the_order_that_the_author_likes(
    tmp_path: Path, wire: Wire, clock: FakeClock, rsa_keys: list[RSAPrivateKey], order: str, expected: str
) -> None:
    section = {"order": order, "quiet_after": 10}
    async with running_instance(
        tmp_path, str(tmp_path / "notes.db"), wire, clock, rsa_keys[0], blogroll=section
    ) as instance:
        for name, days in (("Z", 3), ("A", 1), ("M", 11)):
            blog = Blog(wire, clock, host=f"{name.lower()}.example", title=name)
            blog.write("Hello", at=clock() - timedelta(days=days))
            await follow(instance, blog.home)
        page = (await instance.get("/blogroll/")).text
        assert "".join(sorted("AMZ", key=lambda name: page.index(f">{name}</a>"))) == expected
        assert page.count("quiet since") == 1


# how servers are asked


async def test_validators_go_back_as_they_came_and_a_304_changes_nothing(
    instance: RunningInstance, garden: Blog
) -> None:
    garden.headers = {"ETag": 'W/"odd, but; theirs"', "Last-Modified": "Sun, 22 Nov 2026 10:00:00 +0000"}
    await follow(instance, garden.home)
    await wait(instance, days=1)
    first, second = garden.asked
    assert "If-None-Match" not in dict(first.headers)
    assert dict(second.headers)["If-None-Match"] == 'W/"odd, but; theirs"'
    assert dict(second.headers)["If-Modified-Since"] == "Sun, 22 Nov 2026 10:00:00 +0000"
    assert {name.lower() for name, _ in second.headers}.isdisjoint({"cookie", "referer", "authorization"})
    assert await titles(instance) == ["More roses", "First roses"]
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH


async def test_a_feed_is_asked_once_an_hour_at_most_and_once_a_day_at_least(
    instance: RunningInstance, garden: Blog
) -> None:
    for number in range(20):
        garden.write(f"Chatter {number}", at=instance.clock() - timedelta(minutes=30 * (20 - number)))
    await follow(instance, garden.home)
    for number in range(24 * 6):
        await wait(instance, minutes=10)
        garden.write(f"More chatter {number}")
    assert 18 <= len(garden.asked) <= 25
    quiet = Blog(garden.wire, garden.clock, host="quiet.example")
    quiet.write("Long ago", at=instance.clock() - timedelta(days=900))
    await follow(instance, quiet.home)
    for _ in range(24 * 3):
        await wait(instance, hours=1)
    assert 3 <= len(quiet.asked) <= 4


async def test_a_feed_that_cannot_be_asked_for_changes_alone_is_asked_once_a_day(
    instance: RunningInstance, garden: Blog
) -> None:
    garden.validators = False
    for number in range(30):
        garden.write(f"Chatter {number}", at=instance.clock() - timedelta(minutes=number))
    await follow(instance, garden.home)
    for number in range(48):
        await wait(instance, hours=1)
        garden.write(f"More chatter {number}")
    assert len(garden.asked) in (3, 4)


async def test_a_304_may_bring_another_tag(instance: RunningInstance, garden: Blog) -> None:
    garden.headers = {"ETag": '"one"'}
    await follow(instance, garden.home)
    garden.status, garden.headers = 304, {"ETag": '"two"'}
    await wait(instance, days=1)
    await wait(instance, days=1)
    assert [dict(request.headers).get("If-None-Match") for request in garden.asked] == [None, '"one"', '"two"']


async def test_an_entry_from_a_list_says_what_its_feed_says_until_the_author_does(
    instance: RunningInstance, garden: Blog
) -> None:
    garden.channel = "<language>en-GB</language><image><url>/icon.png</url></image>"
    garden.pages["icon.png"] = ("image/png", PNG)
    following = BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock)
    await following.import_outlines([Outline(title="My name for it", xml_url=garden.feed)])
    await wait(instance, minutes=1)
    entry = await entry_of(instance, garden.feed)
    assert (entry.name, entry.tagline, entry.url, entry.language) == (
        "My name for it",
        "From the feed",
        garden.home,
        "en-GB",
    )
    assert entry.picture.startswith("/media/")
    garden.channel = "<language>de</language>"
    garden.write("News")
    await wait(instance, days=1)
    assert (await entry_of(instance, garden.feed)).language == "en-GB"


async def test_what_a_server_asks_for_is_heeded(instance: RunningInstance, garden: Blog) -> None:
    for number in range(30):
        garden.write(f"Chatter {number}", at=instance.clock() - timedelta(minutes=number))
    garden.headers = {"Cache-Control": "public, max-age=43200"}
    await follow(instance, garden.home)
    await wait(instance, hours=11)
    assert len(garden.asked) == 1
    garden.status, garden.headers = 429, {"Retry-After": "259200"}
    await wait(instance, hours=2)
    await wait(instance, hours=71)
    assert len(garden.asked) == 2
    garden.status, garden.headers = 503, {"Retry-After": "999999999"}
    await wait(instance, hours=2)
    assert len(garden.asked) == 3
    await wait(instance, days=6, hours=23)
    assert len(garden.asked) == 3
    garden.status, garden.headers = 200, {}
    await wait(instance, hours=2)
    assert len(garden.asked) == 4
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH


async def test_a_tag_too_long_to_send_back_is_not(instance: RunningInstance, garden: Blog) -> None:
    garden.headers = {"ETag": '"' + "x" * 1_000_000 + '"'}
    await follow(instance, garden.home)
    await wait(instance, days=1)
    assert "If-None-Match" not in dict(garden.asked[1].headers)


async def test_a_server_that_always_says_unchanged_is_read_anew_after_a_month(
    instance: RunningInstance, garden: Blog
) -> None:
    garden.headers = {"ETag": '"never changes"'}
    await follow(instance, garden.home)
    garden.write("Unseen")
    for _ in range(29):
        await wait(instance, days=1)
    assert "Unseen" not in await titles(instance)
    for _ in range(3):
        await wait(instance, days=1)
    assert "Unseen" in await titles(instance)


async def test_feeds_of_one_server_are_asked_one_after_the_other(
    instance: RunningInstance, wire: Wire, clock: FakeClock
) -> None:
    under_way = most = 0

    async def answer(request: Request) -> Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await clock.pause(0)
        under_way -= 1
        body = b'<rss version="2.0"><channel><title>T</title></channel></rss>'
        return Response(status=200, headers={"Content-Type": "text/xml"}, body=body, url=request.url)

    wire.connect_server("many.example", answer)
    for number in range(5):
        await follow(instance, f"https://many.example/{number}.xml")
    wire.log.clear()
    await wait(instance, days=2)
    assert len(wire.log) == 5
    assert most == 1


async def test_what_was_read_stays_while_a_server_is_down(instance: RunningInstance, garden: Blog, wire: Wire) -> None:
    await follow(instance, garden.home)
    wire.cut(garden.host)
    for _ in range(10):
        await wait(instance, hours=30)
    entry = await entry_of(instance, garden.home)
    assert entry.state is FeedState.FAILING
    assert "does not answer" in entry.reason
    assert len(wire.to(garden.host)) <= 12
    assert "More roses" in (await instance.get("/blogroll/")).text
    assert "does not answer" not in (await instance.get("/blogroll/")).text
    wire.mend(garden.host)
    await wait(instance, days=5)
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH


async def test_a_single_failure_is_not_reported(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    garden.status = 502
    await wait(instance, days=1)
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH
    garden.status = 200
    await wait(instance, hours=3)
    assert len(garden.asked) == 3


async def test_a_feed_that_is_gone_is_polled_no_more(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    garden.status = 410
    await wait(instance, days=1)
    entry = await entry_of(instance, garden.home)
    assert (entry.state, entry.reason) == (FeedState.GONE, "It says that it is gone for good (410).")
    await wait(instance, days=400)
    assert len(garden.asked) == 2
    garden.status = 200
    assert (await follow(instance, garden.home)).state is FeedState.FRESH
    await wait(instance, days=1)
    assert len(garden.asked) == 4


async def test_a_feed_that_was_not_found_for_a_month_is_gone(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    garden.status = 404
    for _ in range(20):
        await wait(instance, days=1)
    assert (await entry_of(instance, garden.home)).state is FeedState.FAILING
    for _ in range(20):
        await wait(instance, days=1)
    entry = await entry_of(instance, garden.home)
    assert entry.state is FeedState.GONE
    assert entry.reason == "It has not been found since 2026-11-23 (404)."
    asked = len(garden.asked)
    await wait(instance, days=100)
    assert len(garden.asked) == asked


async def test_a_feed_that_moved_is_followed_and_the_author_is_notified(
    instance: RunningInstance, garden: Blog
) -> None:
    await follow(instance, garden.home)
    garden.moved = "https://new.example/feed.xml"
    garden.body = b"<html>Buy this domain</html>"
    await wait(instance, days=1)
    assert (await entry_of(instance, garden.home)).feed_url == garden.feed, "behind the redirect was no feed"
    garden.body = None
    await wait(instance, hours=3)
    entry = await entry_of(instance, garden.home)
    assert (entry.feed_url, entry.state) == ("https://new.example/feed.xml", FeedState.MOVED)
    assert garden.feed in entry.reason
    new = Blog(garden.wire, garden.clock, host="new.example")
    new.write("At the new place")
    await wait(instance, days=1)
    assert len(new.asked) == 1
    assert "https://new.example/feed.xml" in (await instance.get("/blogroll.opml")).text
    assert (await entry_of(instance, garden.home)).state is FeedState.MOVED
    await edit(instance, garden.home, seen=True)
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH


async def test_two_entries_do_not_become_one_feed(
    instance: RunningInstance, garden: Blog, wire: Wire, clock: FakeClock
) -> None:
    other = Blog(wire, clock, host="other.example", title="Other")
    other.write("Hello")
    await follow(instance, garden.home)
    await follow(instance, other.home)
    garden.moved = other.feed
    await wait(instance, days=1)
    entry = await entry_of(instance, garden.home)
    assert (entry.feed_url, entry.state) == (garden.feed, FeedState.MOVED)
    assert "that of Other" in entry.reason


async def test_what_the_author_wrote_is_not_overwritten(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    await edit(instance, garden.home, name="The Roses", tagline="My favourite", rel="friend met", language="de")
    garden.title = "Garden Days, new and improved"
    garden.write("News")
    await wait(instance, days=1)
    await follow(instance, garden.home)
    entry = await entry_of(instance, garden.home)
    assert (entry.name, entry.tagline, entry.language) == ("The Roses", "My favourite", "de")
    page = (await instance.get("/blogroll/")).text
    assert 'rel="friend met"' in page
    assert "new and improved" not in page


async def test_a_blog_that_goes_takes_its_posts_along(instance: RunningInstance, garden: Blog) -> None:
    entry = await follow(instance, garden.home)
    assert "More roses" in (await instance.get("/blogroll/river/")).text
    await BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock).unfollow(garden.home)
    assert await titles(instance) == []
    assert await instance.store.feed_polls.find(entry.id) is None
    assert "More roses" not in (await instance.get("/blogroll/river/")).text


# posts change, and lie about their dates


async def test_a_changed_post_changes_and_keeps_its_place(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    garden.posts[1] = garden.posts[1].replace("First roses", "First ROSES").replace("2026", "2025")
    await wait(instance, days=1)
    assert await titles(instance) == ["More roses", "First ROSES"]
    (_, first) = await instance.store.feed_entries.list_river(before=None, limit=5)
    assert first.published.year == 2026


async def test_posts_from_the_future_are_dated_when_they_were_found(instance: RunningInstance, garden: Blog) -> None:
    await follow(instance, garden.home)
    garden.write("From the future", at=instance.clock() + timedelta(days=4000))
    await wait(instance, days=1)
    newest = (await instance.store.feed_entries.list_river(before=None, limit=1))[0]
    assert (newest.post.heading, newest.published) == ("From the future", instance.clock())


async def test_of_posts_without_dates_only_new_ones_are_news(
    instance: RunningInstance, wire: Wire, clock: FakeClock
) -> None:
    blog = Blog(wire, clock)
    for number in range(5):
        blog.write(f"Undated {number}", dated=False)
    await follow(instance, blog.home)
    assert await titles(instance) == ["Undated 4"]
    blog.write("Undated 5", dated=False)
    blog.write("Undated 6", dated=False)
    await wait(instance, days=1)
    assert sorted(await titles(instance)) == ["Undated 4", "Undated 5", "Undated 6"]


# by WebSub


async def test_a_hub_and_its_topic_are_offered_and_a_live_feed_is_left_alone(
    instance: RunningInstance, garden: Blog
) -> None:
    class Hub:
        def __init__(self) -> None:
            self.offers: list[tuple[str, str, str]] = []
            self.gone: list[str] = []
            self.live = False

        async def offered(self, tx: object, *, feed: str, topic: str, hub: str) -> None:
            self.offers.append((feed, topic, hub))

        async def withdrawn(self, tx: object, *, feed: str) -> None:
            self.gone.append(feed)

        async def is_live(self, tables: object, *, feed: str) -> bool:
            return self.live

    hub = Hub()
    instance.server.services.feed_reader._subscriptions = hub
    garden.channel = (
        f'<atom:link rel="self" href="{garden.feed}?topic"/><atom:link rel="hub" href="https://hub.example/"/>'
    )
    await follow(instance, garden.home)
    for number in range(30):
        garden.write(f"Chatter {number}", at=instance.clock() - timedelta(minutes=number))
    await wait(instance, days=1)
    assert hub.offers == [(garden.feed, f"{garden.feed}?topic", "https://hub.example/")]
    hub.live = True
    garden.headers = {"Link": '<https://hub2.example/>; rel="hub", <https://garden.example/t>; rel=self'}
    garden.write("Another")
    await wait(instance, hours=5)
    assert hub.offers[1:] == [(garden.feed, "https://garden.example/t", "https://hub2.example/")]
    asked = len(garden.asked)
    for _ in range(20):
        await wait(instance, hours=1)
    assert len(garden.asked) == asked, "its news come by themselves"
    pushed = Blog(garden.wire, garden.clock, host="pushed.example", posts=[])
    pushed.write("Pushed")
    garden.wire.connect_server(garden.host, garden.answer)
    await instance.server.services.feed_reader.received(garden.feed, pushed.document(), "application/rss+xml")
    assert (await titles(instance))[0] == "Pushed"
    garden.channel, garden.headers = "", {}
    await wait(instance, days=1)
    assert hub.gone == [garden.feed]


async def test_a_bug_in_reading_one_feed_is_not_one_in_all(instance: RunningInstance, garden: Blog, wire: Wire) -> None:
    await follow(instance, garden.home)

    async def broken(request: Request) -> Response:
        raise ZeroDivisionError

    wire.connect_server(garden.host, broken)
    await wait(instance, days=1)
    assert (await entry_of(instance, garden.home)).state is FeedState.FAILING

    async def down(request: Request) -> Response:
        raise RemoteUnavailable("down")

    wire.connect_server(garden.host, down)
    await wait(instance, days=1)
    assert (await instance.get("/blogroll/")).status == 200
