"""Numbers at the desk: counted in the background, shown in charts with tables; and the facts of a post's fediverse tab."""

from datetime import timedelta

import pytest

from syndicate.maintenance.numbers import NumbersCount
from syndicate.model.post import Term, TermKind
from syndicate.web.admin.charts import HEIGHT, WIDTH, ChartValue, bar_chart, line_chart
from syndicate.web.http.feed_readers import FEED_READERS, parse_agent
from tests.admin.browser import Browser
from tests.peer import Peer

TEA = Term(kind=TermKind.TAG, slug="green-tea", name="Green Tea")
DOTS = Term(kind=TermKind.TAG, slug="dots", name="…")
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)"


async def test_numbers_are_counted_from_the_first_day_on(author: Browser, ann: Peer, bob: Peer) -> None:
    blog = author.instance
    await author.get("/admin/numbers/")
    assert "the first count comes within the hour" in author.page.text_content()
    count = NumbersCount(blog.store, blog.clock)
    first = blog.clock().date()
    await ann.follow()
    post = await blog.publish("Frost", "Cold.")
    await blog.settle()
    await count.count()
    await count.count()
    blog.clock.advance(days=1)
    await bob.follow()
    await ann.like(post.uri)
    await ann.reply(post.uri)
    await blog.settle()
    await blog.decide((await blog.comments(post))[0].id, "approve")
    await count.count()
    assert await blog.store.numbers.list_followers(10) == [(first, 1), (first + timedelta(days=1), 2)]

    await author.get(author.link("Start"))
    await author.get(author.link("Numbers"))
    text = " ".join(author.page.text_content().split())
    assert "2 followers" in author.page.text_content()
    assert f"Followers have been counted each day since {first.day} November 2026." in text
    assert "social.example" in text
    assert "elsewhere.example" in text
    assert author.page.xpath("//a[contains(@href, $id)]/ancestor::tr", id=post.id)[0].text_content() == "Frost110"
    for chart in author.page.xpath("//svg[@role='img']"):
        names = chart.get("aria-labelledby").split()
        assert all(chart.xpath(f".//*[@id='{name}']")[0].text_content().strip() for name in names)
        assert chart.xpath("ancestor::figure//table//td")


async def test_feed_readers_are_shown_as_they_report(author: Browser) -> None:
    blog = author.instance
    await blog.publish("Frost", "Cold.")
    await blog.get("/feed/", User_Agent=FEEDLY)
    await blog.get("/feed/", User_Agent=FEEDLY.replace("16", "17"))
    await blog.get("/feed/atom/", User_Agent="Mozilla/5.0")
    await blog.get("/nothing/feed/", User_Agent=FEEDLY)
    await blog.get("/feed/json/", User_Agent="<script>alert(1)</script> 99999999 subscribers")
    await blog.server.app[FEED_READERS].write()
    assert [
        (reader.name, reader.feed, reader.subscribers)
        for reader in await blog.store.numbers.list_readers(blog.clock() - timedelta(days=1))
    ] == [("Feedly", "/feed/", 17)]
    await author.get("/admin/numbers/")
    assert "17 subscribers" in author.page.text_content()


@pytest.mark.parametrize(
    ("agent", "reported"),
    [
        (FEEDLY, ("Feedly", 16)),
        ("NewsBlur Feed Fetcher - 53 subscribers - http://www.newsblur.com", ("NewsBlur Feed Fetcher", 53)),
        ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscriber; )", ("Inoreader", 1)),
        ("Mozilla/5.0 (X11; Linux x86_64)", None),
        ("Reader/1.0 (1234567890 subscribers)", None),
        ("", None),
    ],
)
def test_what_a_user_agent_reports(agent: str, reported: tuple[str, int] | None) -> None:
    assert parse_agent(agent) == reported


def test_charts_stay_within_their_frame() -> None:
    """Also without values, with one, and with equal ones."""
    for numbers in ([], [5], [0], [7, 7, 7], [1, 900, 3]):
        values = [ChartValue(label=str(number), number=number) for number in numbers]
        line = line_chart("l", "Line", "", values)
        points = [part.lstrip("ML").split() for part in line.line.replace(" L", "|L").split("|")]
        assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
        bars = bar_chart("b", "Bars", "", values).bars
        assert len(bars) == sum(1 for number in numbers if number)
        assert all(bar.height >= 1 and bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in bars)


async def test_the_fediverse_tab_says_what_is_sent(author: Browser, ann: Peer) -> None:
    blog = author.instance
    ann.is_found_by_name()
    article = await blog.publish("Frost", "Cold. " * 30_000, summary="In short.", terms=(TEA, DOTS))
    note = await blog.publish("", f"Hello @ann@{ann.host}!", slug="note", sensitive=True)
    await blog.settle()
    await author.get(f"/admin/posts/{article.id}/")
    await author.get(author.link("Fediverse"))
    text = " ".join(author.page.text_content().split())
    assert "Article:" in text
    assert "In short." in text
    assert "#GreenTea" in text
    assert "Only on the site: …" in text
    assert "the copy ends with a link to the post" in text
    await author.get(author.link("Feed"))
    text = " ".join(author.page.text_content().split())
    assert "30000 words. The feeds hold the whole text." in text
    assert article.guid in text
    assert author.link("Green Tea") == "/tag/green-tea/feed/"
    await author.get(f"/admin/posts/{note.id}/fediverse")
    text = " ".join(author.page.text_content().split())
    assert "Note:" in text
    assert "@ann@social.example" in text
