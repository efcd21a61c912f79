"""The blogroll comes from other programs, goes back to them, and loses nothing on the way."""

from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.blogroll.following import BlogrollEditor
from syndicate.feeds import opml
from tests.blogs import Blog, edit, entry_of, follow, wait
from tests.feeds import lint
from tests.instances import RunningInstance
from tests.wire import Wire

DOCUMENTS = Path(__file__).parents[1] / "feeds" / "documents"
LISTS = ["wordpress.opml", "feedbin.xml", "netnewswire.opml", "freshrss.opml.xml", "feedly.opml"]


def following(instance: RunningInstance) -> BlogrollEditor:
    return BlogrollEditor(instance.store, instance.server.services.outbox, instance.clock)


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_comes_in_and_goes_out_as_it_was(instance: RunningInstance, name: str) -> None:
    listed = opml.parse((DOCUMENTS / name).read_bytes())
    await following(instance).import_outlines(listed.outlines)
    answer = await instance.get("/blogroll.opml")
    assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert [*lint.opml(answer.body)] == []
    back = opml.parse(answer.body)

    def told(outlines: tuple[opml.Outline, ...]) -> list[tuple[str, ...]]:
        return sorted(
            (one.title, one.xml_url, one.html_url, one.description, one.category, one.language) for one in outlines
        )

    assert told(back.outlines) == told(tuple(one for one in listed.outlines if one.xml_url))
    again = await following(instance).import_outlines(back.outlines)
    assert (again.added, again.updated) == (0, 0), "our own list is nothing new to us"


async def test_the_list_is_found_where_others_look_for_it(instance: RunningInstance) -> None:
    await following(instance).import_outlines(opml.parse((DOCUMENTS / "wordpress.opml").read_bytes()).outlines)
    body = (await instance.get("/blogroll.opml")).body
    assert (await instance.get("/.well-known/recommendations.opml")).body == body
    for old in ("/wp-links-opml.php", "/opml.xml"):
        assert (await instance.get(old)).headers["Location"] == "/blogroll.opml"
    assert '<link rel="blogroll" type="text/xml"' in (await instance.get("/")).text
    first = await instance.get("/blogroll.opml")
    assert (await instance.get("/blogroll.opml", If_None_Match=first.headers["ETag"])).status == 304


async def test_xfn_and_taglines_stand_on_the_page_as_microformats(instance: RunningInstance) -> None:
    await following(instance).import_outlines(opml.parse((DOCUMENTS / "wordpress.opml").read_bytes()).outlines)
    page = (await instance.get("/blogroll/")).text
    assert '<a class="p-name u-url" rel="friend met" href="https://salt.example/">Salt &amp; Rope</a>' in page
    assert '<p class="p-note" dir="auto">Knots, mostly</p>' in page
    assert page.count('<li class="h-card roll"') == 4


async def test_both_are_feeds_that_validate(instance: RunningInstance, wire: Wire) -> None:
    await following(instance).import_outlines(opml.parse((DOCUMENTS / "wordpress.opml").read_bytes()).outlines)
    blog = Blog(wire, instance.clock)
    blog.write("Roses & <thorns>", at=instance.clock() - timedelta(days=1), description="<p>With &amp; without</p>")
    blog.write("", at=instance.clock() - timedelta(days=1), description="A note")
    await follow(instance, blog.home)
    instance.clock.advance(minutes=1)
    for path in ("/blogroll/", "/blogroll/river/"):
        for suffix, judge in (("feed/", lint.rss), ("feed/atom/", lint.atom)):
            answer = await instance.get(f"{path}{suffix}")
            found = [*judge(answer.body, url=f"https://blog.example{path}{suffix}", now=instance.clock())]
            assert found == [], (path, suffix)
        assert (await instance.get(f"{path}feed/json/")).json()["version"].startswith("https://jsonfeed.org/")
        assert (await instance.get(f"{path}feed")).headers["Location"] == f"{path}feed/"
        assert (await instance.get(f"{path}feed/atom")).headers["Location"] == f"{path}feed/atom/"
    items = (await instance.get("/blogroll/feed/json/")).json()["items"]
    assert {item["title"] for item in items} == {
        "Salt & Rope",
        "tides.example",
        "The Gull's Eye",
        "Lamp",
        "Garden Days",
    }
    read = (await instance.get("/blogroll/river/feed/json/")).json()["items"]
    assert {item["title"] for item in read} == {"Garden Days: Roses & <thorns>", "Garden Days: A note"}
    assert all("Garden Days</a>" in item["content_html"] for item in read)


async def test_who_polls_the_river_gets_only_what_is_new(instance: RunningInstance, wire: Wire) -> None:
    blog = Blog(wire, instance.clock)
    blog.write("Old", at=instance.clock() - timedelta(days=1))
    await follow(instance, blog.home)
    first = await instance.get("/blogroll/river/feed/")
    tag = first.headers["ETag"]
    assert (await instance.get("/blogroll/river/feed/", If_None_Match=tag)).status == 304
    blog.write("New")
    await wait(instance, days=1)
    instance.clock.advance(minutes=1)
    await edit(instance, blog.home, notes="news may wait a second, and changes of hers do not")
    second = await instance.get("/blogroll/river/feed/", If_None_Match=tag, A_IM="feed")
    assert second.status == 226
    assert "Garden Days: New" in second.text
    assert "Garden Days: Old" not in second.text


async def test_what_the_author_edited_is_not_undone_by_an_import(instance: RunningInstance) -> None:
    outlines = opml.parse((DOCUMENTS / "wordpress.opml").read_bytes()).outlines
    await following(instance).import_outlines(outlines)
    await edit(instance, "https://salt.example/", name="Salt", category="Boats")
    done = await following(instance).import_outlines(outlines)
    assert (done.added, done.updated, done.unchanged, done.edited) == (0, 0, 3, ("Salt",))
    assert (await entry_of(instance, "https://salt.example/feed/")).category == "Boats"


async def test_a_list_that_holds_one_blog_twice_adds_it_once(instance: RunningInstance) -> None:
    body = (
        '<opml><body><outline title="A" xmlUrl="https://a.example/f" htmlUrl="https://a.example/"/>'
        '<outline title="A" xmlUrl="https://a.example/f" htmlUrl="https://a.example" description="Twice"/></body></opml>'
    )
    done = await following(instance).import_outlines(opml.parse(body.encode()).outlines)
    assert (done.added, done.updated, len(done.passed_over)) == (1, 0, 1)
    (entry,) = await instance.store.blogroll.list_all()
    assert entry.tagline == ""


async def test_feeds_of_one_site_are_entries_of_their_own_and_formats_of_one_are_not(instance: RunningInstance) -> None:
    """As readers list them: a paper by sections, and a blog in three formats and with its comments."""
    page = 'htmlUrl="https://paper.example/"'
    body = (
        f'<opml><body><outline text="Paper" xmlUrl="https://paper.example/feed/" {page}/>'
        f'<outline text="Comments" xmlUrl="http://paper.example/comments/feed/" {page}/>'
        f'<outline text="[Unknown]" title="Atom" xmlUrl="https://paper.example/feed/atom/" {page}/>'
        f'<outline text="Sport" description="Sport" xmlUrl="https://paper.example/sport/feed/" {page}/>'
        f'<outline text="[Unknown]" xmlUrl="https://other.example/feed/json/"/></body></opml>'
    )
    outlines = opml.parse(body.encode()).outlines
    done = await following(instance).import_outlines(outlines)
    assert (done.added, done.updated) == (3, 0)
    assert [name.partition(":")[0] for name in done.passed_over] == ["Comments (http", "Atom (https"]
    entries = await instance.store.blogroll.list_all()
    assert [(entry.name, entry.feed_url, entry.tagline) for entry in entries] == [
        ("Paper", "https://paper.example/feed/", ""),
        ("Sport", "https://paper.example/sport/feed/", ""),
        ("other.example", "https://other.example/feed/json/", ""),
    ]
    await instance.store.transaction(lambda tx: tx.blogroll.set_feed(entries[0].id, "https://paper.example/new.xml"))
    again = await following(instance).import_outlines(outlines)
    assert (again.added, len(again.passed_over)) == (0, 2)


async def test_a_blog_without_a_feed_is_on_the_page_and_in_no_list_for_readers(instance: RunningInstance) -> None:
    body = '<opml><body><outline text="Feedless" type="link" url="https://quiet.example/"/></body></opml>'
    await following(instance).import_outlines(opml.parse(body.encode()).outlines)
    assert "Feedless" in (await instance.get("/blogroll/")).text
    answer = await instance.get("/blogroll.opml")
    assert "Feedless" not in answer.text
    assert [*lint.opml(answer.body)] == []


def test_names_in_a_damaged_list_lack_a_character_and_no_more() -> None:
    body = '<?xml version="1.0" encoding="UTF-8"?><opml><body><outline text="Köln x" xmlUrl="https://k.example/f"/></body></opml>'
    listed = opml.parse(body.encode().replace(b'x"', b'\xff"'))
    assert [outline.title for outline in listed.outlines] == ["Köln"]
    assert "UTF-8" in listed.left_out[0].reason


async def test_five_thousand_blogs_come_in_by_the_hundred_and_are_read_little_by_little(
    instance: RunningInstance,
) -> None:
    outlines = [opml.Outline(title=f"B{number}", xml_url=f"https://b{number}.example/feed") for number in range(5000)]
    commits: list[None] = []
    instance.store.database.on_commit(lambda: commits.append(None))
    done = await following(instance).import_outlines(outlines)
    assert done.added == 5000
    assert len(commits) <= 10
    now = instance.clock()
    due = [
        (await instance.store.feed_polls.find(entry.id)) for entry in (await instance.store.blogroll.list_all())[::500]
    ]
    assert len({poll.due for poll in due if poll}) == 10
    assert all(poll is not None and poll.due >= now for poll in due)
    assert (await following(instance).import_outlines(outlines)).unchanged == 5000
    assert (await instance.get("/blogroll/")).text.count('class="h-card roll"') == 500
    last = (await instance.get("/blogroll/page/10/")).text
    assert last.count('class="h-card roll"') == 500
    assert "Page 10 of 10" in last
    assert "Next" not in last
    assert (await instance.get("/blogroll/page/11/")).status == 404
    assert (await instance.get("/blogroll/page/1/")).headers["Location"] == "/blogroll/"
