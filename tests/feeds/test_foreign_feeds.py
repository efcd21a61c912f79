"""Feeds of others, in all their dialects, and what they must not be able to do."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import DocumentUnusable
from syndicate.feeds.foreign.feed import MAX_ENTRIES, MAX_TEXT_LENGTH, ForeignEntry, ForeignFeed
from syndicate.feeds.foreign.parse import parse_feed

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
ADDRESS = "https://garden.example/feeds/all.xml"


def read(document: str | bytes, **how: Any) -> ForeignFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, address=ADDRESS, now=NOW, **how)


def rss(items: str = "", channel: str = "") -> ForeignFeed:
    namespaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    return read(f'<?xml version="1.0"?><rss version="2.0" {namespaces}><channel>{channel}{items}</channel></rss>')


def item(inside: str) -> ForeignEntry:
    (entry,) = rss(f"<item>{inside}</item>").entries
    return entry


def atom(inside: str, attributes: str = "") -> ForeignFeed:
    return read(f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{inside}</feed>')


# dialects


def test_rss_2_with_all_that_wordpress_writes() -> None:
    feed = rss(
        """<item><title>On &amp;amp; off</title><link>https://garden.example/on-off/</link>
        <dc:creator><![CDATA[Ann]]></dc:creator><pubDate>Tue, 03 Mar 2026 08:00:00 +0000</pubDate>
        <category><![CDATA[Roses]]></category><category><![CDATA[Tools]]></category>
        <guid isPermaLink="false">https://garden.example/?p=7</guid>
        <description><![CDATA[<p>Short</p>]]></description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
        </item>""",
        '<title>Garden Days</title><atom:link href="https://garden.example/feed/" rel="self" type="application/rss+xml"/>'
        '<atom:link rel="hub" href="https://hub.example/"/><link>https://garden.example</link>'
        "<description>Roses, mostly</description><language>en-GB</language><ttl>90</ttl>"
        "<image><url>/icon.png</url><title>Other</title><link>https://other.example/</link></image>",
    )
    assert feed == ForeignFeed(
        title="Garden Days",
        tagline="Roses, mostly",
        url="https://garden.example",
        language="en-GB",
        icon="https://garden.example/icon.png",
        self_url="https://garden.example/feed/",
        hubs=("https://hub.example/",),
        ttl=90,
        entries=(
            ForeignEntry(
                guid="https://garden.example/?p=7",
                url="https://garden.example/on-off/",
                title="On &amp; off",
                author="Ann",
                html="<p>Short</p>",
                categories=("Roses", "Tools"),
                published=datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
                updated=datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
            ),
        ),
    )


def test_atom_with_all_that_it_has() -> None:
    feed = atom(
        """<title type="html">Garden &amp;amp; Days</title><subtitle>Roses</subtitle><id>urn:x</id>
        <link href="/"/><link rel="self" href="all.xml"/><link rel="hub" href="https://hub.example/"/><logo>/logo.png</logo>
        <author><name>Whole feed</name></author>
        <entry><id>tag:garden.example,2026:1</id><title>a &lt;b&gt; c</title><link rel="alternate" href="../one"/>
          <link rel="enclosure" href="/x.mp3"/><author><name>Ann</name><email>ann@garden.example</email></author>
          <published>2026-03-03T08:00:00+01:00</published><updated>2026-03-04T08:00:00Z</updated><category term="roses"/>
          <source><id>urn:other</id><title>Other</title><link href="https://other.example/"/></source>
          <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>two <b>three</b></p></div></content>
        </entry>""",
        'xml:lang="en" xml:base="https://garden.example/base/"',
    )
    assert (feed.title, feed.tagline, feed.language) == ("Garden &amp; Days", "Roses", "en")
    assert (feed.url, feed.self_url, feed.icon) == (
        "https://garden.example/",
        "https://garden.example/base/all.xml",
        "https://garden.example/logo.png",
    )
    (entry,) = feed.entries
    assert (entry.guid, entry.title, entry.title_is_text, entry.author) == (
        "tag:garden.example,2026:1",
        "a <b> c",
        True,
        "Ann",
    )
    assert entry.url == "https://garden.example/one"
    assert entry.html.split() == ["One", "two", "three"]
    assert entry.categories == ("roses",)
    assert (entry.published, entry.updated) == (
        datetime(2026, 3, 3, 7, 0, tzinfo=UTC),
        datetime(2026, 3, 4, 8, 0, tzinfo=UTC),
    )


def test_atom_0_3_and_rss_1_0_are_read_still() -> None:
    old = read(
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Old</title><link rel="alternate" href="https://o.example/"/>'
        '<tagline>Long ago</tagline><entry><title>T</title><link rel="alternate" href="https://o.example/1"/><id>1</id>'
        "<issued>2004-05-01T10:00:00Z</issued><modified>2004-05-02T10:00:00Z</modified></entry></feed>"
    )
    assert (old.title, old.tagline, old.entries[0].published) == (
        "Old",
        "Long ago",
        datetime(2004, 5, 1, 10, 0, tzinfo=UTC),
    )
    rdf = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>R</title><link>https://r.example/</link></channel>'
        "<image><url>https://r.example/i.png</url></image>"
        "<item><title>T</title><link>https://r.example/1</link><dc:date>2005-01-02</dc:date></item></rdf:RDF>"
    )
    assert (rdf.title, rdf.icon, rdf.entries[0].guid) == ("R", "https://r.example/i.png", "https://r.example/1")
    assert rdf.entries[0].published == datetime(2005, 1, 2, tzinfo=UTC)


def test_json_feed_1_0_and_1_1() -> None:
    feed = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "J",
                "description": "D",
                "home_page_url": "/",
                "feed_url": "https://garden.example/feed.json",
                "icon": "/i.png",
                "language": "de",
                "hubs": [
                    {"type": "WebSub", "url": "https://hub.example/"},
                    {"type": "rssCloud", "url": "https://no.example/"},
                ],
                "items": [
                    {"id": 7, "url": "/7", "title": "A <b>", "content_html": "<p>x</p>", "authors": [{"name": "Ann"}]},
                    {
                        "id": "8",
                        "external_url": "https://e.example/",
                        "content_text": "1 < 2",
                        "author": {"name": "Bob"},
                    },
                    {"url": "/9", "date_published": "2026-03-03T08:00:00Z", "tags": ["a", 1]},
                    "nonsense",
                    {},
                ],
            }
        )
    )
    assert (feed.url, feed.icon, feed.language) == ("https://garden.example/", "https://garden.example/i.png", "de")
    assert feed.hubs == ("https://hub.example/",)
    assert [(entry.guid, entry.url, entry.html, entry.author) for entry in feed.entries] == [
        ("7", "https://garden.example/7", "<p>x</p>", "Ann"),
        ("8", "https://e.example/", "1 &lt; 2", "Bob"),
        ("https://garden.example/9", "https://garden.example/9", "", ""),
    ]


@pytest.mark.parametrize(
    ("inside", "guid", "url"),
    [
        ("<guid>https://g.example/1</guid>", "https://g.example/1", "https://g.example/1"),
        ('<guid isPermaLink="false">https://g.example/1</guid>', "https://g.example/1", ""),
        ("<guid>abc</guid><link>/1</link>", "abc", "https://garden.example/1"),
        ("<guid></guid><link>/1</link>", "https://garden.example/1", "https://garden.example/1"),
        ("<guid> a\n b </guid><link>javascript:alert(1)</link>", "a b", ""),
        ("<guid>a</guid><link>https://x.example/ü b</link>", "a", "https://x.example/%C3%BC%20b"),
        ("<guid>a</guid><link>data:text/html,x</link>", "a", ""),
        ("<guid>a</guid><link>https://user:password@x.example/</link>", "a", ""),
        (
            "<guid>a</guid><link>https://track.example/1</link><feedburner:origLink>https://g.example/1</feedburner:origLink>",
            "a",
            "https://g.example/1",
        ),
    ],
)
def test_a_post_is_known_by_its_guid_or_its_address(inside: str, guid: str, url: str) -> None:
    assert (item(inside).guid, item(inside).url) == (guid, url)


def test_what_has_neither_is_left_out_and_what_has_the_same_counts_once() -> None:
    feed = rss("<item><title>x</title></item><item><guid>1</guid><title>a</title></item><item><guid>1</guid></item>")
    assert [(entry.guid, entry.title) for entry in feed.entries] == [("1", "a")]


def test_an_id_without_end_is_folded() -> None:
    assert item(f"<guid>{'x' * 100_000}</guid>").guid.startswith("urn:sha256:")


@pytest.mark.parametrize(
    ("author", "expected"),
    [("ann@x.example (Ann)", "Ann"), ("ann@x.example", ""), ("Ann", "Ann"), ("a@b (c@d)", "")],
)
def test_mail_addresses_are_not_shown(author: str, expected: str) -> None:
    assert item(f"<guid>1</guid><author>{author}</author>").author == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 03 Mar 2026 08:00:00 GMT", "2026-03-03T08:00:00"),
        ("Tue, 03 Mar 2026 08:00:00 EST", "2026-03-03T13:00:00"),
        ("3 Mar 26 08:00 +0200", "2026-03-03T06:00:00"),
        ("Di, 03 Mar 2026 08:00:00 +0100", "2026-03-03T07:00:00"),
        ("2026-03-03T08:00:00.123Z", "2026-03-03T08:00:00.123000"),
        ("2026-03-03 08:00:00", "2026-03-03T08:00:00"),
        ("2026-03-03", "2026-03-03T00:00:00"),
        ("yesterday", None),
        ("-1", None),
        ("0", None),
        ("9999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1969-12-31T23:59:59Z", None),
        ("Sun, 22 Nov 2026 19:00:01 GMT", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
        ("1" * 10_000, None),
        ("２０２６-03-03", None),
    ],
)
def test_dates_are_read_or_dropped_and_never_lie_ahead(text: str, expected: str | None) -> None:
    found = item(f"<guid>1</guid><pubDate>{text}</pubDate>").published
    assert found == (None if expected is None else datetime.fromisoformat(expected).replace(tzinfo=UTC))


def test_the_newest_two_hundred_are_taken_wherever_they_stand() -> None:
    dates = [NOW - timedelta(hours=number) for number in range(1000)]
    items = [
        f"<item><guid>{number}</guid><pubDate>{date:%Y-%m-%dT%H:%M:%SZ}</pubDate></item>"
        for number, date in enumerate(dates)
    ]
    for order in (items, items[::-1], items[500:] + items[:500]):
        assert [entry.guid for entry in rss("".join(order)).entries] == [str(number) for number in range(MAX_ENTRIES)]


# encodings


@pytest.mark.parametrize(
    ("declared", "encoding", "charset"),
    [
        ("utf-8", "utf-8", ""),
        ("iso-8859-1", "utf-8", "iso-8859-1"),
        ("utf-8", "cp1252", ""),
        ("utf-8", "utf-16", ""),
        ("utf-8", "utf-16-le", ""),
        ("utf-8", "utf-16-be", ""),
        ("windows-1251", "windows-1251", ""),
        ("utf-8", "windows-1251", "windows-1251"),
        ("nonsense", "utf-8", "nonsense"),
        ("utf-7", "utf-8", "utf-7"),
    ],
)
def test_an_encoding_is_seen_through(declared: str, encoding: str, charset: str) -> None:
    title = "Чайка" if "1251" in encoding else "Möwe"
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><title>{title}</title></channel></rss>'
    assert read(text.encode(encoding), charset=charset).title == title


def test_utf_7_is_not_a_way_in() -> None:
    feed = read('<?xml version="1.0" encoding="utf-7"?><rss><channel><title>+ADw-script+AD4-</title></channel></rss>')
    assert feed.title == "+ADw-script+AD4-"


def test_what_is_in_no_encoding_is_refused() -> None:
    with pytest.raises(DocumentUnusable, match="encoding"):
        read(b"<rss><channel><title>\x81\x8d\x9d</title></channel></rss>")


# broken and hostile


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><title>T</title><item><guid>1</guid></item>",
        "<rss><channel><title>T</title><item><guid>1</guid></item></rss>",
        "<rss><channel><title>T</title><item><guid>1</guid><p>x</item></channel></rss>",
        "<rss><channel><title>T</title><item><guid>1</guid><dc:creator>A</dc:creator></item></channel></rss>",
        "<rss><channel><title>T</title><item><guid>1</guid></item></channel></rss>\nNotice: undefined index",
        "<rss><channel><title>T</title><item><guid>1</guid><link>/?a=1&b=2</link></item></channel></rss><!-- -->x",
    ],
)
def test_what_is_broken_is_read_as_far_as_it_can_be(document: str) -> None:
    feed = read(document)
    assert (feed.title, [entry.guid for entry in feed.entries]) == ("T", ["1"])
    assert feed.fault.startswith("its XML is broken (")


def test_loose_ampersands_and_names_of_html_are_no_fault() -> None:
    feed = rss("<item><guid>1</guid><title>R&D&nbsp;&eacute; &#11;</title><link>/?a=1&b=2</link></item>")
    assert (feed.entries[0].title, feed.entries[0].url, feed.fault) == (
        "R&D\xa0é",
        "https://garden.example/?a=1&b=2",
        "",
    )


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>',
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "https://x.example/">%a;]><rss/>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><title>&a;</title>',
    ],
)
def test_entities_of_a_feeds_own_are_refused(document: str) -> None:
    for body in (document.encode(), document.encode("utf-16"), b"\n" * 10_000 + document.encode()):
        with pytest.raises(DocumentUnusable, match="entities"):
            read(body)


def test_a_document_type_without_them_is_taken() -> None:
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    )
    assert read(f"{doctype}<rss version='0.91'><channel><title>Old</title></channel></rss>").title == "Old"


HOSTILE = {
    "newlines": b"\n" * (4 << 20) + b"<rss><channel/></rss>",
    "a title": b"<rss><channel><title>" + b"x" * (4 << 20) + b"</title></channel></rss>",
    "posts": b"<rss><channel>" + b"<item><guid>x</guid></item>" * 100_000 + b"</channel></rss>",
    "references": b"<rss><channel><title>" + b"&x;" * (1 << 20),
    "marks": b"<rss><channel><title>" + "e\u0301".encode() * (1 << 19) + b"</title></channel></rss>",
    "categories": b"<rss><channel><item>" + b"<category>x</category>" * 100_000 + b"</item></channel></rss>",
    "CDATA": b"<rss><channel><title>" + b"<![CDATA[x]]>" * 200_000 + b"</title></channel></rss>",
    "comments": b"<rss><channel>" + b"<!--x-->" * 200_000 + b"</channel></rss>",
    "open tags": b"<rss><channel>" + b"<item>" * 200 + b"x" * (1 << 20),
    "less than": b"<rss><channel><title>" + b"<" * (1 << 20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_takes_for_ever_or_much(name: str) -> None:
    """Each is so large that what takes more than a pass over it would not come to an end."""
    try:
        feed = read(HOSTILE[name])
    except DocumentUnusable:
        feed = None
    if feed is not None:
        assert len(feed.title) <= 300
        assert len(feed.entries) <= MAX_ENTRIES
        assert all(len(entry.title) <= MAX_TEXT_LENGTH for entry in feed.entries)


@given(
    data=st.binary(max_size=300) | st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(str.encode),
    prefix=st.sampled_from(
        [b"", b"<rss><channel><item>", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>', b"{", b"<rdf:RDF>"]
    ),
)
def test_any_bytes_are_read_or_refused(data: bytes, prefix: bytes) -> None:
    try:
        assert isinstance(read(prefix + data), ForeignFeed)
    except DocumentUnusable:
        return


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    names = ("title", "items", "authors", "hubs", "icon", "home_page_url", "language")
    document = {"version": "https://jsonfeed.org/version/1"} | dict.fromkeys(names, value)
    items = [
        dict.fromkeys(("id", "url", "title", "content_html", "author", "authors", "tags", "date_published"), value)
    ]
    for made in (document, document | {"items": items}):
        assert isinstance(read(json.dumps(made)), ForeignFeed)


@pytest.mark.parametrize("charset", ["", "utf-8"])
def test_one_broken_byte_costs_one_character_and_not_all_of_them(charset: str) -> None:
    document = (
        "<rss><channel><title>Grüße aus Köln</title><item><guid>1</guid><title>日本x</title></item></channel></rss>"
    )
    feed = read(document.encode().replace(b"x", b"\xe6\x9c"), charset=charset)
    assert feed.title == "Grüße aus Köln"
    assert feed.entries[0].title == "日本\ufffd"


def test_a_feed_in_an_undeclared_old_encoding_is_read_as_such() -> None:
    assert read("<rss><channel><title>Grüße</title></channel></rss>".encode("cp1252")).title == "Grüße"


def test_of_several_alternates_the_page_is_meant() -> None:
    feed = atom(
        """<title>Links</title><link rel="alternate" type="application/json" href="/feed.json"/><link href="/home/"/>
        <entry><id>1</id><title>A</title><link rel="replies" href="/replies"/>
          <link rel="alternate" type="application/nostr+json" href="nostr:naddr1x"/>
          <link rel="alternate" type="text/html" href="/one"/></entry>
        <entry><id>2</id><title>B</title><link rel="alternate" type="application/pdf" href="/two.pdf"/>
          <link rel="alternate" type="text/html; charset=utf-8" href="/two"/></entry>
        <entry><id>3</id><title>C</title><link rel="http://www.iana.org/assignments/relation/alternate" href="/three"/></entry>
        <entry><id>4</id><title>D</title><link rel="alternate" type="application/pdf" href="/four.pdf"/></entry>
        <entry><id>5</id><title>E</title><link href="mailto:ann@garden.example"/></entry>"""
    )
    assert feed.url == "https://garden.example/home/"
    assert [entry.url for entry in feed.entries] == [
        *(f"https://garden.example/{path}" for path in ("one", "two", "three", "four.pdf")),
        "",
    ]


def test_words_of_a_media_group_are_those_of_an_entry_that_has_no_others() -> None:
    feed = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>Channel</title>
        <entry><id>yt:video:x</id><title>Video</title><media:group><media:title>V</media:title>
          <media:description>Bees &amp; &lt;flowers&gt;</media:description></media:group></entry>
        <entry><id>y</id><title>Video</title><summary>Words</summary>
          <media:group><media:description>Others</media:description></media:group></entry></feed>"""
    )
    assert [entry.html for entry in feed.entries] == ["Bees &amp; &lt;flowers&gt;", "Words"]


def test_entries_that_share_an_id_are_distinguished_by_their_addresses() -> None:
    one, two, three = (
        f"<item><title>{name}</title><link>https://garden.example/{name}</link><guid isPermaLink='false'>g</guid>"
        f"<pubDate>Mon, 0{day} Nov 2026 17:00:00 GMT</pubDate></item>"
        for day, name in enumerate(("one", "two", "three"), start=1)
    )
    feed = rss(three + two + two + one)
    assert [entry.title for entry in feed.entries] == ["three", "two", "one"]
    assert len({entry.guid for entry in feed.entries}) == 3
    assert {entry.guid for entry in rss(two + one).entries} < {entry.guid for entry in feed.entries}
    assert rss(one).entries[0].guid == "g"


@pytest.mark.parametrize("text", ["Grüße aus Köln", "x é"])
def test_a_broken_byte_in_declared_utf_8_is_replaced_and_said(text: str) -> None:
    document = f'<?xml version="1.0" encoding="UTF-8"?><rss><channel><title>{text}</title></channel></rss>'
    feed = read(document.encode().replace(b"</title>", b"\xe6\x97</title>"))
    assert feed.title == text
    assert "UTF-8" in feed.fault
    assert not read(document).fault


def test_latin_1_that_calls_itself_utf_8_is_read_as_what_it_is() -> None:
    document = '<?xml version="1.0" encoding="UTF-8"?><rss><channel><title>Grüße aus Köln</title></channel></rss>'
    assert read(document.encode("cp1252")).title == "Grüße aus Köln"
