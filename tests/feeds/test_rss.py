"""What RSS has that the others have not."""

from dataclasses import replace

import pytest
from lxml import etree

from syndicate.feeds import Feed, FeedCategory, FeedFormat, FeedPicture, render
from tests.feeds import lint
from tests.feeds.corpus import NOW, entry, feed, rich
from tests.feeds.lint import ATOM, CONTENT, DC, MEDIA, SLASH, THR, WFW

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
SY = "{http://purl.org/rss/1.0/modules/syndication/}"


def channel_of(source: Feed) -> etree._Element:
    channel = etree.fromstring(render(source, FeedFormat.RSS).body).find("channel")
    assert channel is not None
    return channel


def test_titles_are_spelled_with_hexadecimal_references() -> None:
    body = render(feed(entry(title="AT&T <b> &amp;"), title="A & B"), FeedFormat.RSS).body

    assert b"<title>AT&#x26;T &#x3C;b&gt; &#x26;amp;</title>" in body
    assert b"<title>A &#x26; B</title>" in body


def test_the_channel_says_how_often_and_under_which_licence() -> None:
    channel = channel_of(rich())

    assert channel.findtext(f"{SY}updatePeriod") == "hourly"
    assert channel.findtext(f"{SY}updateFrequency") == "1"
    assert channel.findtext("ttl") == "60"
    assert channel.findtext("lastBuildDate") == "Sun, 22 Nov 2026 18:00:00 +0000"
    assert "creativecommons.org" in str(
        channel.findtext("{http://backend.userland.com/creativeCommonsRssModule}license")
    )


def test_the_channel_links_hubs_pages_and_archives() -> None:
    links = [(link.get("rel"), link.get("href")) for link in channel_of(rich()).findall(f"{ATOM}link")]

    assert links == [
        ("self", "https://blog.example/feed/"),
        ("hub", "https://blog.example/hub"),
        ("hub", "https://hub.example/"),
        ("first", "https://blog.example/feed/"),
        ("next", "https://blog.example/feed/?paged=2"),
        ("last", "https://blog.example/feed/?paged=7"),
        ("prev-archive", "https://blog.example/feed/?archive=3"),
    ]


def test_the_first_enclosure_is_rss_and_the_rest_is_media() -> None:
    item = channel_of(rich()).find("item")
    assert item is not None

    assert [each.get("url") for each in item.findall("enclosure")] == ["https://blog.example/media/rain.mp3"]
    assert [each.get("url") for each in item.findall(f"{MEDIA}content")] == ["https://blog.example/media/rain.pdf"]
    assert [each.get("url") for each in item.findall(f"{MEDIA}thumbnail")] == ["https://blog.example/media/rain.jpg"]


def test_an_item_tells_of_its_comments() -> None:
    item = channel_of(rich()).find("item")
    assert item is not None

    assert item.findtext("comments") == "https://blog.example/2026/11/21/rain/#comments"
    assert item.findtext(f"{WFW}commentRss") == "https://blog.example/2026/11/21/rain/feed/"
    assert item.findtext(f"{SLASH}comments") == "3"
    assert item.find(f"{THR}in-reply-to").get("ref") == "https://other.example/posts/9"  # type: ignore[union-attr]


def test_an_item_without_an_author_is_by_the_author_of_the_feed() -> None:
    assert channel_of(feed(entry(authors=()))).findtext(f"item/{DC}creator") == "Ada Moss"


def test_the_description_is_an_excerpt_and_the_content_everything() -> None:
    item = channel_of(feed(entry(summary="", html="<p>" + "many words " * 200 + "</p>"))).find("item")
    assert item is not None

    assert len(str(item.findtext("description"))) < 700
    assert len(str(item.findtext(f"{CONTENT}encoded"))) > 2_000


@pytest.mark.parametrize(
    ("picture", "icon", "shown"),
    [
        (FeedPicture(url="https://blog.example/a.png"), "", "https://blog.example/a.png"),
        (FeedPicture(url="https://blog.example/a", media_type="image/jpeg"), "", "https://blog.example/a"),
        (
            FeedPicture(url="https://blog.example/a.svg"),
            "https://blog.example/b.PNG?v=2",
            "https://blog.example/b.PNG?v=2",
        ),
        (FeedPicture(url="https://blog.example/a.webp", media_type="image/webp"), "", None),
        (None, "https://blog.example/favicon.ico", None),
        (None, "", None),
    ],
    ids=["png", "jpeg by its type", "the icon instead of a drawing", "webp", "ico", "none"],
)
def test_the_image_is_one_that_rss_knows(picture: FeedPicture | None, icon: str, shown: str | None) -> None:
    assert channel_of(feed(picture=picture, icon_url=icon)).findtext("image/url") == shown


def test_an_archive_says_so() -> None:
    archive = replace(rich(), is_archive=True, current="https://blog.example/feed/")

    assert channel_of(archive).find("{http://purl.org/syndication/history/1.0}archive") is not None


def test_an_item_without_words_is_called_by_its_picture() -> None:
    """Some readers drop an item that has neither title nor text."""
    html = '<p><img src="https://blog.example/media/hen.jpg" alt="A hen &amp; eggs"></p>'
    bare = entry(title="", html=html, summary="")
    assert "".join(channel_of(feed(bare)).find("item/title").itertext()) == "A hen & eggs"  # type: ignore[union-attr, arg-type]
    assert channel_of(feed(replace(bare, html=html + "<p>Look.</p>"))).find("item/title") is None
    atom = etree.fromstring(render(feed(bare, format=FeedFormat.ATOM), FeedFormat.ATOM).body)
    assert ["".join(atom.find(f"{ATOM}entry/{ATOM}{name}").itertext()) for name in ("title", "summary")] == [  # type: ignore[union-attr, arg-type]
        "A hen & eggs"
    ] * 2


def test_a_description_is_escaped_only_where_readers_would_take_it_for_html() -> None:
    """A style sheet shows it as it is written."""
    for text, written in (("Tom & Jerry", "Tom & Jerry"), ("a<b", "a&lt;b"), ("&copy; is ©", "&amp;copy; is ©")):
        assert channel_of(feed(entry(summary=text))).findtext("item/description") == written


def test_categories_are_names() -> None:
    source = feed(entry(categories=(FeedCategory(name=".NET"), FeedCategory(name="net"))), format=FeedFormat.ATOM)
    atom = etree.fromstring(render(source, FeedFormat.ATOM).body)
    assert [each.get("term") for each in atom.iter(f"{ATOM}category")] == [".NET", "net"]


def test_a_podcast_names_its_owner_where_the_author_wants_it() -> None:
    source = replace(rich(), podcast=replace(rich().podcast, email="ada@blog.example"))
    owner = channel_of(source).find(f"{ITUNES}owner")
    assert owner is not None
    assert [(each.tag, each.text) for each in owner] == [
        (f"{ITUNES}name", "Ada Moss"),
        (f"{ITUNES}email", "ada@blog.example"),
    ]
    assert lint.findings(render(source, FeedFormat.RSS), url=source.self_url, now=NOW) == []
    assert channel_of(rich()).find(f"{ITUNES}owner") is None
