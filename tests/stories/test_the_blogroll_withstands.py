"""Feeds of others that are broken, enormous, hostile or lie: the entry says what is wrong, and the page stays."""

import re
from datetime import timedelta

import pytest

from syndicate.errors import AddressDenied, DocumentUnusable
from syndicate.model.blogroll import FeedState
from syndicate.transport.message import FEED, Redirects, Request, Response
from tests.blogs import Blog, entry_of, follow, titles, wait
from tests.clocks import FakeClock
from tests.instances import RunningInstance
from tests.wire import Wire

HEAD = b'<?xml version="1.0" encoding="utf-8"?>'
BOMB = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">',
        *(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, 97 + n, 97 + n, 97 + n, 97 + n) for n in range(20)),
        b"]><rss><channel><title>&u;</title></channel></rss>",
    ]
)


@pytest.fixture
def garden(wire: Wire, clock: FakeClock) -> Blog:
    blog = Blog(wire, clock)
    blog.write("Before", at=clock() - timedelta(days=3))
    return blog


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, "entities"),
        (
            HEAD + b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>',
            "entities",
        ),
        (b" " * 5000 + b"<!-- -->" * 1000 + BOMB[21:], "entities"),
        (BOMB.decode().replace("1.0", "1.0", 1).encode("utf-16"), "entities"),
        (b"<html><body>Log in</body></html>", "is a page, and no feed"),
        (b"", "is not a feed"),
        (b"\x00\x01\x02\x03", "is not a feed"),
        (b'{"version": 1}', "is not a feed"),
        (b"{" * 100_000, "JSON"),
        (b"<rss>" + b"<a>" * 100_000, "deeper"),
        (b"<rss a='" + b"x" * 3_000_000 + b"'/>", "larger"),
        (b"\x81\x8d<rss/>", "encoding"),
    ],
    ids=[
        "a billion laughs",
        "a file of ours",
        "entities further down",
        "entities in UTF-16",
        "a page",
        "nothing",
        "bytes",
        "JSON",
        "a heap of braces",
        "a deep well",
        "an endless tag",
        "no encoding",
    ],
)
async def test_what_cannot_be_read_is_named_and_what_was_read_stays(
    instance: RunningInstance, garden: Blog, body: bytes, reason: str
) -> None:
    await follow(instance, garden.home)
    garden.body = body
    await wait(instance, days=1)
    entry = await entry_of(instance, garden.home)
    assert entry.state is FeedState.FAILING
    assert reason in entry.reason
    assert "\n" not in entry.reason
    assert len(entry.reason) < 400
    assert await titles(instance) == ["Before"]
    assert (await instance.get("/blogroll/")).text.count(">Before</a>") == 1
    garden.body = None
    await wait(instance, days=5)
    assert (await entry_of(instance, garden.home)).state is FeedState.FRESH


@pytest.mark.parametrize(
    "failure",
    [
        DocumentUnusable("https://garden.example/feed.xml: larger than 8388608 bytes"),
        DocumentUnusable("redirects go round in circles"),
        AddressDenied("10.0.0.1 is not a public address"),
    ],
    ids=str,
)
async def test_what_the_transport_does_not_take_is_named(
    instance: RunningInstance, garden: Blog, wire: Wire, failure: Exception
) -> None:
    await follow(instance, garden.home)

    async def fails(request: Request) -> Response:
        raise failure

    wire.connect_server(garden.host, fails)
    await wait(instance, days=1)
    entry = await entry_of(instance, garden.home)
    assert (entry.state, entry.reason) == (FeedState.FAILING, str(failure))


async def test_a_feed_is_asked_within_its_budget(instance: RunningInstance, garden: Blog, wire: Wire) -> None:
    seen: list[Request] = []
    fetch = wire.fetch

    async def watched(request: Request) -> Response:
        seen.append(request)
        return await fetch(request)

    instance.server.poller._transport = type("Watched", (), {"fetch": staticmethod(watched)})()
    await follow(instance, garden.home)
    await wait(instance, days=1)
    (request,) = seen
    assert (request.budget, request.redirects, request.sign) == (FEED, Redirects.ANY, None)


async def test_xml_that_is_broken_is_read_as_far_as_it_goes(instance: RunningInstance, garden: Blog) -> None:
    garden.write("Loose & bare &nbsp; ends")
    garden.body = garden.document().replace(b"</channel>", b"<br></channel>").replace(b"&amp;", b"&")
    entry = await follow(instance, garden.home)
    assert await titles(instance) == ["Loose & bare ends", "Before"]
    assert entry.state is FeedState.FRESH
    assert "Read as far as it can be: its XML is broken (mismatched tag" in entry.reason


async def test_a_hundred_thousand_posts_without_dates_are_one(instance: RunningInstance, garden: Blog) -> None:
    items = b"".join(b"<item><guid>%d</guid><title>Post %d</title></item>" % (n, n) for n in range(100_000))
    garden.body = b"<rss><channel><title>Much</title>" + items + b"</channel></rss>"
    await follow(instance, garden.home)
    assert await titles(instance) == ["Post 0"]


async def test_nothing_hostile_comes_through(instance: RunningInstance, garden: Blog) -> None:
    nasty = (
        "<p onclick='x()'>Look <a href='javascript:alert(1)'>here</a><img src='https://spy.example/pixel.gif'>"
        "<iframe src='https://spy.example/'></iframe><script>alert(1)</script></p>"
    )
    garden.write("<img src=x onerror=alert(1)>Title \u202egnp", description=nasty, link="javascript:alert(1)", guid="1")
    garden.write("Set-Cookie: a=b\r\nX: y", link="//elsewhere.example/x\r\ny", description="\x07bell")
    garden.body = garden.document().replace(b"\x07", b"&#7;")
    await follow(instance, garden.home)
    for path in ("/blogroll/", "/blogroll/river/", "/blogroll/river/feed/", "/blogroll/river/feed/atom/"):
        text = (await instance.get(path)).text
        assert "javascript" not in text, path
        assert "spy.example" not in text, path
        assert "onerror" not in text, path
        assert "\u202e" not in text, path
        assert "\x07" not in text, path
    page = (await instance.get("/blogroll/river/")).text
    assert [found for found in re.findall(r'(?:src|srcset)="([^"]*)"', page) if not found.startswith("/")] == []


async def test_a_title_of_ten_megabytes_is_cut(instance: RunningInstance, garden: Blog) -> None:
    garden.write("x" * 10_000_000)
    await follow(instance, garden.home)
    assert len((await titles(instance))[0]) < 400


async def test_an_icon_that_is_no_picture_is_none(instance: RunningInstance, garden: Blog) -> None:
    garden.head = '<link rel="icon" href="/icon.png">'
    garden.pages["icon.png"] = ("image/png", b"<svg onload='alert(1)'/>")
    await follow(instance, garden.home)
    await wait(instance, hours=2)
    assert (await entry_of(instance, garden.home)).picture == ""
    assert "icon.png" not in (await instance.get("/blogroll/")).text
